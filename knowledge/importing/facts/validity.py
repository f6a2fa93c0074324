"""From when to when a document holds, read from whole sentences; a sentence that isn't wholly understood sets no end.

A sentence that speaks of beginning, end, validity, trial or repeal is taken apart piece by piece into the document,
days, lengths of time and verbs. What is left over makes it one for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from knowledge.importing.facts import validity_words as words
from knowledge.text.dates import DASH, Duration, day_at, duration_at
from knowledge.text.printed import View, half_width, without_blanks

UNSURE, IMPOSSIBLE = "没有全部看懂", "里有不可能的日期，没有采用"
QUOTED_TOGETHER = 300
"""Characters between the sentences on beginning and end that are quoted as one stretch."""
_TITLE = re.compile(r"《((?:[^《》]|《[^《》]*》)+)》(?:\((?:[^()]|\([^()]*\)){2,80}\))?")
_NUMBERED = re.compile(r"(?:[一-鿿]{1,12})?[〔\[](?:19|20)\d{2}[〕\]]\d{1,5}号(?:文件?)?")
_STOPS = re.compile(r"[^。;!?]+")
_CUTS = ",:;()“”。"

Token = Literal[
    "subject", "label", "begin_label", "end_label", "from", "to", "day", "length", "begins", "ends", "goes_on"
]


@dataclass(frozen=True)
class Text:
    """A stretch of the document that may say when it holds; ``heading`` stands above it."""

    text: str
    heading: str = ""


@dataclass
class Times:
    """When the document holds, with the words that say so, verbatim."""

    quote: str | None = None
    effective_quote: str | None = None
    effective_from: date | None = None
    until_quote: str | None = None
    until: date | None = None
    warnings: list[str] = field(default_factory=list)
    """What a person must look at."""


@dataclass(frozen=True)
class Dates:
    """The days that a document's frame states."""

    published: date | None = None
    signed: date | None = None


@dataclass(frozen=True)
class _Token:
    kind: Token
    start: int
    end: int
    day: date | None = None
    """Of from and day: the first day; of to: the last one; None where it can't be computed."""
    last: date | None = None
    """Of day: the last one of a month or a year."""
    length: Duration | None = None
    itself: bool = False
    """Whether it counts from the day on which the document takes effect."""
    impossible: bool = False
    included: bool = False
    """Of ends: whether the day before it is the last one."""


@dataclass(frozen=True)
class _Start:
    start: int
    end: int
    day: date | None


@dataclass(frozen=True)
class _End:
    start: int
    end: int
    day: date | None = None
    length: Duration | None = None
    base: _Start | None = None
    """What the length counts from, where the sentence says so."""
    extends: bool = False


@dataclass
class _Reading:
    """One sentence; places are of the view of its text."""

    text: int
    start: int
    end: int
    understood: bool = False
    begin: _Start | None = None
    ends: list[_End] = field(default_factory=list)
    warning: str = ""
    vague: bool = False
    """Whether it speaks of 上述政策, which may be some measures only."""
    open_end: tuple[int, int] | None = None
    """Words on the end that weren't understood."""


def times(texts: Sequence[Text], own: Sequence[str], dates: Dates, source: str) -> Times:
    """When the document with the titles ``own`` holds; ``texts`` are stretches of ``source`` in its order."""
    views = [View(text.text) for text in texts]
    readings: list[_Reading] = []
    for n, (text, view) in enumerate(zip(texts, views, strict=True)):
        readings += _read_text(n, text, view, _masked(view.text, own), dates)
    return _together(readings, texts, views, source)


# one text


def _masked(text: str, own: Sequence[str]) -> str:
    """With the names of documents masked, one character for each."""
    known = {half_width(without_blanks(title)) for title in own}

    def mask(match: re.Match[str]) -> str:
        title = re.sub(r"\((?:试行|暂行)\)$", "", match[1])
        mine = any(title == re.sub(r"\((?:试行|暂行)\)$", "", name) for name in known)
        return (words.OWN if mine else words.OTHER) * len(match.group())

    return _NUMBERED.sub(lambda m: words.OTHER * len(m.group()), _TITLE.sub(mask, text))


def _read_text(n: int, text: Text, view: View, masked: str, dates: Dates) -> Iterator[_Reading]:
    lead = words.MARKER.sub("", half_width(without_blanks(text.heading)), count=1).rstrip("。:;")
    label = _is_label(lead)
    for match in _STOPS.finditer(masked):
        start = match.start()
        if marker := words.MARKER.match(masked, start, match.end()):
            start = marker.end()
        start = _begin(view, masked, start, match.end())
        sentence = masked[start : match.end()]
        if _is_label(sentence):
            label = True
            continue
        if sentence.strip() and (_is_candidate(sentence) or (label and _opens_plainly(sentence))):
            yield _read(n, view, masked, start, match.end(), label, dates)
        label = label and not sentence.strip()


def _begin(view: View, masked: str, start: int, end: int) -> int:
    """Where the sentence begins; below a table or a heading without a stop, at the line that names the document."""
    for at in _breaks(view, start, end):
        opens = _names_itself(masked[at:end]) or words.OPENS.match(masked, at, end) is not None
        if opens and not words.SPEAKS.search(masked[start:at]) and _is_candidate(masked[at:end]):
            return at
    return start


def _breaks(view: View, start: int, end: int) -> list[int]:
    """The places at which lines begin."""
    if "\n" not in view.source:
        return []
    return [i for i in range(start + 1, end) if "\n" in view.source[view.offset(i - 1) + 1 : view.offset(i)]]


def _is_label(text: str) -> bool:
    return any(form.fullmatch(text) for form in (words.LABEL, words.BEGIN_LABEL, words.END_LABEL)) or (
        re.fullmatch(r"(?:施行|实施|执行|生效|政策|有效)(?:日期|时间|期限)(?:和|及|与)?(?:有效期限?)?", text)
        is not None
    )


def _opens_plainly(sentence: str) -> bool:
    return (
        words.FROM.match(sentence) is not None
        or day_at(sentence, 0) is not None
        or duration_at(sentence, 0) is not None
        or words.TO.match(sentence) is not None
        or words.LENGTH.match(sentence) is not None
    )


def _is_candidate(sentence: str) -> bool:
    """Whether a sentence says (or may say) when this document begins or ends to hold."""
    pieces = re.split(r"[,:(]", sentence)
    speaking = [piece for piece in pieces if words.SPEAKS.search(words.ASIDE.sub("", piece))]
    if not speaking:
        return False
    if any(
        re.match(rf"(?:对|将|关于)?{words.OTHER}+(?:的)?(?:{words.LABEL.pattern}|继续|延长|有效)", piece)
        for piece in speaking
    ):
        return True
    named = any(_names_itself(piece) for piece in pieces)
    first = next((piece for piece in pieces if piece and not _is_remark(piece)), "")
    if not named and not words.OPENS.match(first):
        return False
    return any(_may_say(piece) for piece in speaking)


def _is_remark(piece: str) -> bool:
    found = words.NOTES.match(piece + ",")
    return found is not None and found.end() > 0


def _names_itself(piece: str) -> bool:
    found = words.SUBJECT.match(piece.removeprefix("自").removeprefix("经"))
    rest = piece[found.end() + (piece[0] in "自经") :] if found else ""
    return found is not None and not re.match(
        r"所称|所指|规定|中|第|确定|支持|认定|明确|的(?!有效|期|执行|施行|试行)", rest
    )


def _may_say(piece: str) -> bool:
    if _names_itself(piece):
        return True
    if (
        words.SUBJECT.search(piece)
        and re.search("施行|废止|失效|终止|生效|试行", piece)
        and not re.search(r"所称|规定|第", piece)
    ):
        return words.OPENS.match(piece) is not None or re.match(r"[一-鿿]{1,8}自", piece) is not None
    forms = (words.OPENS, words.BEGINS, words.ENDS, words.GOES_ON, words.LENGTH, words.TO)
    return (
        any(form.match(piece) for form in forms)
        or _opens_plainly(piece)
        or re.match(r"[并且其即均将]", piece) is not None
    )


# one sentence


def _read(n: int, view: View, masked: str, start: int, end: int, label: bool, dates: Dates) -> _Reading:
    best: _Reading | None = None
    for first, last in _stretches(view, masked, start, end):
        tokens, stop = _Parser(masked, first, last, dates, label).tokens()
        reading = _understood(_Reading(n, first, last), tokens) if stop == last else None
        if reading is not None and not reading.warning:
            return reading
        if best is None:
            best = reading or _partly(_Reading(n, first, last), tokens, masked, stop)
    assert best is not None  # the whole sentence is one of the stretches
    best.vague = words.VAGUE.search(masked, start, end) is not None
    return best


def _stretches(view: View, masked: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentence, then what is left of it without lines before or after it that speak of nothing of the kind."""
    yield start, end
    breaks = _breaks(view, start, end)[:8]
    for first in (start, *breaks):
        for last in (end, *reversed(breaks)):
            if (first, last) == (start, end) or first >= last:
                continue
            if not any(words.SPEAKS.search(rest) for rest in (masked[start:first], masked[last:end])):
                yield first, last


class _Parser:
    """Takes a stretch apart; places are of the whole text."""

    def __init__(self, text: str, start: int, end: int, dates: Dates, label: bool) -> None:
        self.text = text[:end]
        self.at = start
        self.end = end
        self.dates = dates
        self.found: list[_Token] = [_Token("label", start, start)] if label else []
        self.known: date | None = None

    def tokens(self) -> tuple[list[_Token], int]:
        """The tokens, and the place up to which all was understood."""
        while self.at < self.end:
            if self.text[self.at] in _CUTS:
                self.at += 1
                continue
            before, kept = self.at, list(self.found)
            if self._aside(words.NOTES) or self._piece():
                continue
            self.at, partly = before, self.found
            self.found = kept
            if self._aside(words.OTHERS):
                continue
            self.found = partly
            return self.found, before
        return self.found, self.end

    def _piece(self) -> bool:
        """Whether all up to the next comma was understood."""
        while self.at < self.end and self.text[self.at] not in _CUTS:
            before = self.at
            token = self._token()
            if token is not None:
                self.found.append(token)
                self.at = token.end
            elif not (self._aside(words.FILL) or self._aside(words.NOTES) or self._aside(words.OTHERS)):
                return False
            if self.at == before:
                return False
        return True

    def _aside(self, form: re.Pattern[str]) -> bool:
        found = form.match(self.text, self.at, self.end)
        if found is None or found.end() == self.at:
            return False
        told = found.group()
        if (
            form is words.NOTES
            and re.match(r"[^,]*?(?:如|若|遇|届时|期间|过程中|执行中)", told)
            and words.BREAKS.search(told)
        ):
            return False
        self.at = found.end()
        return True

    def _token(self) -> _Token | None:
        for read in (self._subject, self._label, self._since, self._until, self._length, self._verb):
            if (token := read()) is not None:
                return token
        return None

    def _label(self) -> _Token | None:
        forms: tuple[tuple[Token, re.Pattern[str]], ...] = (
            ("end_label", words.END_LABEL),
            ("begin_label", words.BEGIN_LABEL),
            ("label", words.LABEL),
        )
        return self._plain(forms)

    def _plain(self, forms: Sequence[tuple[Token, re.Pattern[str]]]) -> _Token | None:
        for kind, form in forms:
            if found := form.match(self.text, self.at, self.end):
                return _Token(kind, found.start(), found.end())
        return None

    def _subject(self) -> _Token | None:
        return self._plain((("subject", words.SUBJECT),))

    def _verb(self) -> _Token | None:
        token = self._plain((("goes_on", words.GOES_ON), ("ends", words.ENDS), ("begins", words.BEGINS)))
        if token is None or token.kind != "ends":
            return token
        return replace(token, included=words.LAST_INCLUDED.match(self.text[token.start : token.end]) is not None)

    def _since(self) -> _Token | None:
        """自2024年3月1日起, 自印发之日起30日后, 2024年3月1日."""
        led = words.FROM.match(self.text, self.at, self.end)
        at = led.end() if led else self.at
        day = day_at(self.text, at, self.known)
        if day is not None:
            since = words.SINCE.match(self.text, day.end, self.end)
            self.known = day.first or self.known
            kind: Token = "from" if since or (led and led.group() != "于") else "day"
            token = _Token(kind, self.at, since.end() if since else day.end, day.first, impossible=day.first is None)
            if kind == "day":
                return replace(token, last=day.last)
            return self._shifted(token)
        anchor = (words.LED_ANCHOR if led else words.ANCHOR).match(self.text, at, self.end)
        if anchor is None:
            return None
        since = words.SINCE.match(self.text, anchor.end(), self.end)
        if since is None and (led is None or not anchor.group().endswith(("日", "时", "日期"))):
            return None
        first = self._anchored(anchor["what"])
        if anchor["next"] and first:
            first += timedelta(days=1)
        end = since.end() if since else anchor.end()
        self.known = first or self.known
        return self._shifted(_Token("from", self.at, end, first, itself=anchor["what"] in words.ITSELF))

    def _anchored(self, what: str) -> date | None:
        if what in words.SIGNED:
            return self.dates.signed
        return self.dates.published if what in words.PUBLISHED else None

    def _shifted(self, token: _Token) -> _Token:
        """With the 30日后 that follows it."""
        later = words.LATER.match(self.text, token.end, self.end)
        length = duration_at(self.text, later.end() if later else token.end)
        if length is None or not (after := words.AFTER.match(self.text, length.end, self.end)):
            return token
        if token.itself:
            return replace(token, end=after.end(), length=length)
        day = None if token.day is None else _shifted(token.day, length)
        return replace(token, end=after.end(), day=day)

    def _until(self) -> _Token | None:
        """至2026年12月31日止, and what follows a dash."""
        led = words.TO.match(self.text, self.at, self.end)
        if led is None and self.found and self.found[-1].kind in ("from", "day") and self.found[-1].end == self.at:
            led = re.compile(DASH).match(self.text, self.at, self.end)
        if led is None:
            return None
        day = day_at(self.text, led.end(), self.known)
        if day is None or day.end > self.end:
            return None
        self.known = day.last or self.known
        end = words.TO_END.match(self.text, day.end, self.end)
        return _Token("to", self.at, end.end() if end else day.end, day.last, impossible=day.last is None)

    def _length(self) -> _Token | None:
        led = words.LENGTH.match(self.text, self.at, self.end)
        length = duration_at(self.text, led.end() if led else self.at)
        if length is None or length.end > self.end:
            return None
        within = words.WITHIN.match(self.text, length.end, self.end)
        return _Token("length", self.at, within.end() if within else length.end, length=length)


def _shifted(day: date, length: Duration) -> date | None:
    """自公布之日起30日后: the 30th day after that day."""
    return length.after(day)


def _understood(reading: _Reading, tokens: list[_Token]) -> _Reading:
    """What the tokens say together; with a warning where they don't fit."""
    if any(token.impossible for token in tokens):
        reading.warning = IMPOSSIBLE
        reading.open_end = (reading.start, reading.end) if tokens[-1].kind != "begins" else None
    base: _Start | None = None
    extends = False
    unsure: list[_Token] = []
    for n, token in enumerate(tokens):
        before = tokens[n - 1] if n else None
        after = tokens[n + 1] if n + 1 < len(tokens) else None
        if token.kind == "goes_on":
            extends = True
        elif token.kind == "from" and token.length is not None:
            if after is None or after.kind != "ends":
                reading.warning = UNSURE
            reading.ends.append(_End(token.start, after.end if after else token.end, length=token.length))
        elif token.kind == "from" and after is not None and after.kind == "ends":
            day = token.day - timedelta(days=1) if token.day else None
            reading.ends.append(_End(token.start, after.end, day))
        elif token.impossible:
            continue
        elif token.kind == "from" and not token.itself:
            base = _Start(token.start, _verb_end(token, after), token.day)
            if reading.begin is None or (after is not None and after.kind == "begins"):
                reading.begin = base
        elif token.kind == "day" and not _placed(reading, token, before, after):
            unsure.append(token)
        elif token.kind == "day" and after is not None and after.kind == "to":
            base = reading.begin
        elif token.kind == "to":
            reading.ends.append(_End(_words_begin(tokens, n), _end_end(token, after), token.day))
        elif token.kind == "length":
            begins = _words_begin(tokens, n)
            reading.ends.append(_End(begins, token.end, length=token.length, base=base, extends=extends))
    if not all(_agrees(reading, token) for token in unsure):
        reading.warning = reading.warning or UNSURE
    reading.understood = not reading.warning
    return reading


def _agrees(reading: _Reading, token: _Token) -> bool:
    """Whether a day of which it isn't clear that it is the last one is what a length of time comes to, or the next."""
    known = {_resolved(end, reading.begin) for end in reading.ends if end.length is not None}
    return token.last is not None and bool(known & {token.last, token.last - timedelta(days=1)})


def _verb_end(token: _Token, after: _Token | None) -> int:
    return after.end if after is not None and after.kind == "begins" else token.end


def _end_end(token: _Token, after: _Token | None) -> int:
    return after.end if after is not None and after.kind == "ends" and after.start == token.end else token.end


def _placed(reading: _Reading, token: _Token, before: _Token | None, after: _Token | None) -> bool:
    """Whether a bare day's neighbours tell what it is: 2024年3月1日施行, 失效日期为2026年12月31日."""
    if after is not None and after.kind in ("begins", "to"):
        reading.begin = reading.begin or _Start(token.start, _verb_end(token, after), token.day)
        return True
    if before is not None and before.kind == "end_label":
        reading.ends.append(_End(before.start, token.end, token.last))
        return True
    if before is not None and before.kind == "begin_label":
        reading.begin = reading.begin or _Start(before.start, token.end, token.day)
        return True
    if after is not None and after.kind == "ends" and token.last is not None:
        sure = after.included or (token.last + timedelta(days=1)).day == 1  # 12月31日失效 includes that day
        if sure:
            reading.ends.append(_End(token.start, after.end, token.last))
        return sure
    return False


def _words_begin(tokens: list[_Token], n: int) -> int:
    """Where the words on the end begin: at 有效期 where it stands before."""
    for back in range(n - 1, max(-1, n - 4), -1):
        if tokens[back].kind in ("label", "end_label") and tokens[back].end > tokens[back].start:
            return tokens[back].start
        if tokens[back].kind in ("from", "day") and tokens[n].kind == "to" and back == n - 1:
            continue
        if tokens[back].kind not in ("begins", "subject") or tokens[n].kind != "length":
            break
    at = n - 1 if n and tokens[n].kind == "to" and tokens[n - 1].kind in ("from", "day") else n
    if n and tokens[n].kind == "length" and tokens[n - 1].kind == "begins" and tokens[n - 1].end == tokens[n].start:
        at = n - 1
    return tokens[at].start


def _partly(reading: _Reading, tokens: list[_Token], masked: str, stop: int) -> _Reading:
    """The beginning may be taken from a sentence whose rest isn't understood; an end never is."""
    known = _understood(replace(reading, ends=[]), tokens)
    verbs = [token.end for token in tokens if token.kind == "begins"]
    if known.begin and any(known.begin.end <= end for end in verbs):
        reading.begin = known.begin
    reading.warning = known.warning or UNSURE
    rest = masked[stop : reading.end]
    if words.ABOUT_END.search(rest) or known.ends:
        reading.open_end = (stop, reading.end)
    return reading


# all sentences together


def _together(readings: list[_Reading], texts: Sequence[Text], views: Sequence[View], source: str) -> Times:
    out = Times()
    for one in readings:
        if one.warning:
            quote = _short(views[one.text].quote(one.start, one.end))
            told = f"「{quote}」说到施行、有效期或废止，{one.warning}"
            out.warnings.append(f"{told}：请人工核对，把起止日期写在 policy.yaml 的 validity 里")
    begun = _last_begun(readings, out, views)
    if begun is not None:
        begin = begun.begin
        assert begin is not None
        out.effective_from = begin.day
        out.effective_quote = views[begun.text].quote(begin.start, begin.end)
        if begin.day is None:
            out.warnings.append(f"「{out.effective_quote}」：公布日期未载明，施行之日算不出")
    ended = _ending(readings, begun, out, views)
    _quote(out, begun, ended, texts, views, source)
    return out


def _short(quote: str) -> str:
    return quote if len(quote) <= 160 else quote[:160] + "…"


def _last_begun(readings: list[_Reading], out: Times, views: Sequence[View]) -> _Reading | None:
    found = [one for one in readings if one.begin is not None]
    if len({one.begin.day for one in found if one.begin}) > 1:
        told = "、".join(views[one.text].quote(one.begin.start, one.begin.end) for one in found if one.begin)
        out.warnings.append(f"几处写的施行日期不同（{_short(told)}），取的是最后一处：请核对")
    return found[-1] if found else None


def _ending(
    readings: list[_Reading], begun: _Reading | None, out: Times, views: Sequence[View]
) -> tuple[_Reading, int, int] | None:
    """The sentence and the words on the end; sets the day where all that is said of it agrees."""
    begin = begun.begin if begun else None
    told = [(one, end) for one in readings if one.understood for end in one.ends]
    days = [(one, end, _resolved(end, begin)) for one, end in told]
    known = {day for _, _, day in days if day is not None}
    plain = {day for _, end, day in days if day is not None and end.length is None}
    if any(day is None for _, _, day in days) and not plain:
        out.warnings.append("有效期按时长计，而生效之日算不出，所以到期日也算不出")
        known = set()
    elif known and (max(known) - min(known)).days > 1:
        shown = "、".join(views[one.text].quote(end.start, end.end) for one, end, _ in days)
        out.warnings.append(f"几处写的到期日对不上（{_short(shown)}）：请人工核对，没有写到期日")
        known = set()
    elif known and begin and begin.day and max(known) < begin.day:
        out.warnings.append("到期日在施行之日以前：请人工核对，没有写到期日")
        known = set()
    if not days:
        opened = next((one for one in reversed(readings) if one.open_end and not one.vague), None)
        return (opened, *opened.open_end) if opened and opened.open_end else None
    out.until = None if not known else max(plain) if plain else max(known)
    one, end, _ = next((row for row in reversed(days) if row[2] == out.until), days[-1])
    return (one, end.start, end.end) if out.until or end.length else (one, one.start, one.end)


def _resolved(end: _End, begin: _Start | None) -> date | None:
    if end.length is None:
        return end.day
    base = end.base or begin
    if base is None or base.day is None or end.extends:
        return None
    return end.length.last_day(base.day)


def _quote(
    out: Times,
    begun: _Reading | None,
    ended: tuple[_Reading, int, int] | None,
    texts: Sequence[Text],
    views: Sequence[View],
    source: str,
) -> None:
    """Fills in the words: of both in one stretch where they stand near one another."""
    if ended is not None:
        one, start, end = ended
        out.until_quote = views[one.text].quote(start, end)
    both = [one for one in (begun, ended[0] if ended else None) if one is not None]
    if not both:
        return
    both.sort(key=lambda one: (one.text, one.start))
    first, last = both[0], both[-1]
    shown = _stretch(first, last, texts, views, source)
    chosen = ended[0] if ended else both[-1]
    out.quote = shown if shown and len(shown) <= QUOTED_TOGETHER else _sentence(chosen, views)


def _stretch(first: _Reading, last: _Reading, texts: Sequence[Text], views: Sequence[View], source: str) -> str | None:
    if first.text == last.text:
        return views[first.text].quote(first.start, _with_stop(last, views))
    at = source.find(texts[first.text].text)
    begin = at + views[first.text].offset(first.start)
    at = source.find(texts[last.text].text, begin)
    stop = at + views[last.text].offset(_with_stop(last, views) - 1) + 1
    return source[begin:stop] if at >= 0 else None


def _sentence(one: _Reading, views: Sequence[View]) -> str:
    return views[one.text].quote(one.start, _with_stop(one, views))


def _with_stop(one: _Reading, views: Sequence[View]) -> int:
    text = views[one.text].text
    return one.end + (one.end < len(text) and text[one.end] in "。;!")
