"""Places in a document: 第四部分第二条, 三(二), 4.2, 第三部分有哪些, 最后一条; 附件1的三(五), a1.3.5."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bot.engine.values.thresholds import SHORT_PLACE
from knowledge.base.document import Attachment, Clause, Policy, Section
from knowledge.text.numbers import ordinal
from knowledge.text.printed import half_width, without_blanks

_N = r"[一二三四五六七八九十两\d]{1,3}"
_NTH = rf"(?:[一二三四五六七八九]?百[零〇一二三四五六七八九十]{{0,4}}|{_N})"
"""Of an article: a law may have some hundreds."""
_PART_NOUN = r"(?:个|大)*(?:部分|部份|大块|大条|大项|大类|大点|板块|章|块|篇|编)"
_ITEM_NOUN = r"(?:个|小)*(?:条款|措施|条|项|款|点|节)"
_ITEM = (
    rf"(?:第\s*(?P<item>{_NTH})|(?P<first>[头首]一?|开头第?一|第一)|倒数第?(?P<back>{_N})|(?P<last>最后(?:一|的一)?|末|最末一?))"
    rf"\s*{_ITEM_NOUN}"
)
_ITEM_OF_PART = (
    rf"(?:第\s*(?P<item>{_NTH})|(?P<first>[头首]一?|开头第?一?|打头(?:的)?(?:那)?|第一)|倒数第?(?P<back>{_N})"
    rf"|(?P<last>最后(?:一|的一|的?那)?|末尾?(?:那|一)?|最末(?:那|一)?|收尾(?:的)?(?:那|一)?|尾巴上?(?:那|一)?))"
    rf"\s*(?:{_ITEM_NOUN}|个)"
)
"""Behind a part more is said than alone: 第三部分第二个, 第四大块打头那条."""
_PART = rf"(?:第\s*(?P<part>{_N})|(?P<lastpart>最后一?个?))\s*{_PART_NOUN}"
_BOTH = re.compile(rf"{_PART}[的里中下之内,. ]*{_ITEM_OF_PART}")
_PART_BRACKET = re.compile(rf"{_PART}[的里中下, ]*第?\s*\((?P<item>{_N})\)\s*{_ITEM_NOUN}?")
_PAIR = re.compile(rf"(?<![\w(])第?(?P<part>{_N})\s*[,.、]?\s*\((?P<item>{_N})\)")
_PAIR_LONG = re.compile(rf"(?<!\d)(?P<part>{_N})之(?P<item>{_N})(?![\d年])")
_DOTTED = re.compile(
    r"(?<![\d.:a-z])(?P<part>\d{1,2})[.\-](?P<item>\d{1,2})(?![\d.%:a-z]|\s*(?:万|亿|元|倍|个|平|米|公里|月|日|年))"
)
_PART_ONLY = re.compile(_PART)
_BARE_PART = re.compile(rf"(?<![\w])(?P<part>{_N})\s*(?:部分|部份|大块|大条|大项)")
_ENGLISH = re.compile(
    r"(?:part|section|chapter) (?P<part>\d+),? (?:item|clause|measure|article|point|paragraph|no\.?) ?(?P<item>\d+)"
)
_ENGLISH_PART = re.compile(r"(?:part|section|chapter) (?P<part>\d+)")
_ITEM_ONLY = re.compile(_ITEM)
_BARE = re.compile(rf"第?\s*({_NTH})\s*(?:个|条)?")
"""A number that says of nothing what it counts, as a whole question."""
_ARTICLE = re.compile(r"第([一二三四五六七八九十百零〇\d]+)条")
_ARTICLE_ASKED = re.compile(rf"第\s*{_NTH}\s*条")
_OWN_NUMBER = re.compile(r"[一二三四五六七八九十百零〇]+|\d+")
_ID = re.compile(r"(?<![a-z\d.])(a\d{1,2}(?:\.\d{1,3}){1,4}|\d{1,2}(?:\.\d{1,3}){2,4})(?![a-z\d%])")
_ATTACHED = re.compile(
    r"(?:附件\s*(?:(?P<n>\d{1,2}|[一二三四五六七八九十]{1,3})(?!\s*[(.、\d部大章节条项款]))?|(?<![a-z\d])a(?P<id>\d{1,2})(?![a-z\d.]))"
    r"[的里中内, ]*"
)
"""An attachment, with its number if one stands behind it: in 附件三(五) the number is that of the place."""

_COUNTS = re.compile(r"[\d一二三四五六七八九十两首头末后]")
"""One of these stands in every place that is named by a number or an order."""
_TO = frozenset({"到", "至", "-", "~"})


@dataclass(frozen=True)
class Place:
    """Where in the document a question points."""

    clauses: tuple[str, ...]
    """Clause ids; empty when the document has no such place."""
    typed: str
    """The words that name the place."""
    rest: str
    """The question without them."""
    sure: bool
    """Whether the words can hardly mean anything else; otherwise only when nothing else is asked."""
    attached: bool = False
    """Whether the words name an attachment."""
    counted: bool = False
    """Whether nothing there bears the number: it is the clause that stands so far down."""

    @property
    def borne(self) -> bool:
        """Whether there is something that bears the number."""
        return bool(self.clauses) and not self.counted


@dataclass(frozen=True)
class _Body:
    """What places are counted in: the document without its attachments, or one of these."""

    sections: tuple[Section, ...]

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """In printed order."""
        return tuple(clause for section in self.sections for clause in section.all_clauses)

    @cached_property
    def parts(self) -> tuple[Section, ...]:
        """The parts that are counted; all where none has a number."""
        return tuple(section for section in self.sections if section.number) or self.sections

    @cached_property
    def numbered(self) -> bool:
        """Whether anything in it has a number."""
        return any(section.number for section in self.sections) or any(clause.number for clause in self.clauses)

    @cached_property
    def articles(self) -> dict[int, Clause]:
        """第…条 by number."""
        found = ((ordinal(m[1]), c) for c in self.clauses if (m := _article(c)))
        return {n: clause for n, clause in found if n is not None}

    @cached_property
    def through(self) -> Mapping[int, Sequence[Clause]]:
        """What bears a number that runs through all of it: 第…条, else (三) of the second part, else the third part."""
        if self.articles:
            return {n: (clause,) for n, clause in self.articles.items()}
        own = [(n, clause) for clause in self.clauses if (n := _own_number(clause.number)) is not None]
        if not own:
            parts = [(n, s.all_clauses) for s in self.parts if (n := _own_number(s.number)) is not None]
            return dict(parts) if len(dict(parts)) == len(parts) else {}
        counted_on = [n for n, _ in own] == list(range(1, len(own) + 1))
        return {n: (clause,) for n, clause in own} if counted_on else {}


def _article(clause: Clause) -> re.Match[str] | None:
    """第 9 条 and 第９条 as 第9条."""
    return _ARTICLE.match(half_width(without_blanks(clause.number or "")))


def _own_number(printed: str | None) -> int | None:
    """3 of 二(三), 二3. and 三."""
    found = _OWN_NUMBER.findall(half_width(printed or ""))
    return ordinal(found[-1]) if found else None


def bare_number(folded: str) -> int | None:
    """24, 24条, 第二十四个 and nothing else; None for any other question. 第24条 is none: it says what it counts."""
    text = folded.strip(" .,!?;:")
    match = _BARE.fullmatch(text)
    return ordinal(match[1]) if match and not _ITEM_ONLY.fullmatch(text) else None


def mentions(folded: str) -> bool:
    """Whether a folded question holds anything that may be a place."""
    patterns = (_BOTH, _PAIR, _DOTTED, _PART_ONLY, _BARE_PART, _ITEM_ONLY, _ENGLISH_PART, _ID, _ATTACHED)
    return any(p.search(folded) for p in patterns)


def find_place(folded: str, policy: Policy) -> Place | None:
    """The place that a folded question names, if any.

    It is looked for in the document itself, then in its attachments: a notice that only transmits a plan is cited by
    the plan's numbers. What names an attachment is looked for there alone.
    """
    exact = _by_id(folded, policy)
    if exact is not None:
        return exact
    attached = _ATTACHED.search(folded)
    if attached is not None:
        return _attached(attached, folded, policy)
    main = _Body(policy.sections)
    bodies = [main, *(_Body(a.sections) for a in policy.attachments)]
    if len(bodies) > 1:
        by_article = _ARTICLE_ASKED.search(folded) is not None and any(body.articles for body in bodies)
        bodies.sort(key=lambda body: (by_article and not body.articles, not body.numbered))
    return _first(folded, bodies)


def _first(folded: str, bodies: Sequence[_Body]) -> Place | None:
    """The place in the first of the bodies that bears it, else that has so many; else the place that none has."""
    places = [place for body in bodies if (place := _find(folded, body)) is not None]
    return max(places, key=lambda place: (place.borne, bool(place.clauses)), default=None)


def _by_id(folded: str, policy: Policy) -> Place | None:
    """A clause or part by its id: a1.3.5, 3.0.1."""
    match = _ID.search(folded)
    if match is None:
        return None
    ids = [match[1]] if match[1] in policy.by_id else []
    ids = ids or [c.id for s in policy.all_sections if s.id == match[1] for c in s.all_clauses]
    if not ids and match[1][0] != "a":  # 1.2.3 may be anything
        return None
    rest = f"{folded[: match.start()]} {folded[match.end() :]}"
    return Place(tuple(ids), match[1], rest, sure=len(folded) <= 2 * SHORT_PLACE, attached=match[1][0] == "a")


def _attached(match: re.Match[str], folded: str, policy: Policy) -> Place | None:
    """A place in an attachment, or all of one."""
    typed = match["n"] or match["id"]
    number = ordinal(typed) if typed else None
    meant: Sequence[Attachment] = policy.attachments
    if number is not None:
        meant = meant[number - 1 : number] if number else ()
    rest = f"{folded[: match.start()]} {folded[match.end() :]}"
    place = _first(rest, [_Body(a.sections) for a in meant] or [_Body(policy.sections)])
    named = match.group().strip("的里中内, ")
    if place is not None:
        return replace(place, typed=f"{named}{place.typed}", clauses=place.clauses if meant else (), attached=True)
    if number is None and len(meant) > 1:
        return None
    ids = tuple(clause.id for attachment in meant for clause in _Body(attachment.sections).clauses)
    return Place(ids, named, rest, sure=False, attached=True)


def _find(folded: str, body: _Body) -> Place | None:
    counts = _COUNTS.search(folded) is not None
    several = _several(folded, body) if counts else None
    if several is not None:
        return several
    for pattern in (_BOTH, _PART_BRACKET, _PAIR, _ENGLISH, _DOTTED, _PAIR_LONG) if counts else ():
        match = pattern.search(folded)
        if match:
            return _place(match, body, folded, sure=pattern not in (_DOTTED, _PAIR_LONG) or len(folded) <= SHORT_PLACE)
    for section in (part for top in body.sections for part in top.unfolded):
        if len(section.title) >= 4 and section.title in folded:
            ids = tuple(clause.id for clause in section.all_clauses)
            return Place(ids, section.title, folded.replace(section.title, " ", 1), sure=False)
    if not counts:
        return None
    for pattern in (_PART_ONLY, _BARE_PART, _ENGLISH_PART):
        match = pattern.search(folded)
        if match:
            return _place(match, body, folded, sure=pattern is _PART_ONLY)
    match = _ITEM_ONLY.search(folded)
    if match:
        return _place(match, body, folded, sure=False)
    return None


def _several(folded: str, body: _Body) -> Place | None:
    """Two or more places at once, or a range: 1.2和1.3, 3.1到3.3."""
    for pattern in (_BOTH, _PAIR, _DOTTED):
        matches = list(pattern.finditer(folded))
        places = [_place(m, body, folded, sure=True) for m in matches]
        ids = list(dict.fromkeys(c for p in places if p is not None for c in p.clauses))
        if len(ids) < 2:
            continue
        between = folded[matches[0].end() : matches[1].start()].strip()
        if len(matches) == 2 and between in _TO:
            order = [clause.id for clause in body.clauses]
            first, last = sorted(order.index(i) for i in ids)
            ids = order[first : last + 1]
        return Place(
            tuple(ids),
            matches[0].group().strip(),
            pattern.sub(" ", folded),
            sure=len(folded) <= 2 * SHORT_PLACE,
            counted=any(place.counted for place in places if place is not None),
        )
    return None


def _place(match: re.Match[str], body: _Body, folded: str, sure: bool) -> Place | None:
    group = match.groupdict()
    rest = folded[: match.start()] + " " + folded[match.end() :]
    clauses = body.clauses
    parts = body.parts
    if group.get("lastpart"):
        clauses = parts[-1].all_clauses if parts else ()
    elif group.get("part"):
        part = ordinal(group["part"])
        if part is None:
            return None
        inside = 0 < part <= len(parts)
        clauses = parts[part - 1].all_clauses if inside else ()
        if "部分" not in match.group() and not inside and not sure:
            return None
    chosen: Sequence[Clause] = clauses
    counted = False
    back = 1 if group.get("last") else ordinal(group["back"]) if group.get("back") else None
    if group.get("first"):
        chosen = clauses[:1]
    elif back is not None:
        chosen = clauses[-back : len(clauses) - back + 1] if back <= len(clauses) else ()
    elif group.get("item"):
        item = ordinal(group["item"])
        if item is None:
            return None
        chosen, counted = _item(item, clauses, body)
        counted = counted and [c.id for c in chosen] != [match.group().replace("-", ".")]  # 1.2 is what it is listed as
    return Place(tuple(c.id for c in chosen), match.group().strip(), rest, sure, counted=counted)


def _item(item: int, clauses: Sequence[Clause], body: _Body) -> tuple[Sequence[Clause], bool]:
    """What bears that number in all of the body or in a part; else what stands so far down, and that it is so."""
    whole = clauses is body.clauses
    borne = body.through.get(item, ()) if whole else [c for c in clauses if _own_number(c.number) == item]
    if body.articles or len(borne) == 1 or (whole and borne):
        return borne, False
    counted = [clause for clause in clauses if clause.number is not None] or clauses
    return (tuple(counted[item - 1 : item]) if item else ()), True
