"""Which documents a document repeals: 《…》同时废止, 停止执行, and the lists of notices that do nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.base.document import Policy, Section
from knowledge.importing.facts.references import references
from knowledge.importing.structure.lines import NUMBER, ORDER, ends_title, lines
from knowledge.text.printed import View, half_width, without_blanks

_ENDS = re.compile(
    r"(?:同时|即行|予以|一并|自行|宣布|起|决定|公布|均|也|则)(?:废止|失效|作废)|停止(?:执行|施行|使用)|不再(?:执行|施行)|废止(?=《)"
    r"|(?<=[》)号])(?:文件)?(?:自[^。;,]{2,20}起)?(?:废止|失效|作废)"
)
"""The words that end another document."""
_NOT = re.compile(r"不(?:再)?(?:予)?废止|继续有效|尚未废止")
_ONLY = re.compile(r"》(?:\([^()]*\))?(?:的?第[一二三四五六七八九十百\d]+[章节条款项]|中|有关|关于|里)")
"""Only a part of a document is repealed."""
_ABOUT = re.compile(r"废止|失效|停止执行|作废")
_KEPT = re.compile(r"继续有效|保留|修改|修订")
_BY = re.compile(r"(?:根据|依据|按照|依照|遵照|按)[^,。;]*$")
_ENTRY = re.compile(r"^(?:\(?[\d一二三四五六七八九十百]{1,4}\)?[.、)]?)?")


@dataclass(frozen=True)
class Repealed:
    """A document that another one ends."""

    title: str
    """Empty where only its number is given."""
    number: str | None
    quote: str
    """The words that say so, or the entry of the list."""
    place: str
    """Id of the clause; 开头 or 结尾 for what stands before or after the clauses."""
    partly: bool = False
    """Whether only some of its clauses are ended."""


def repeals(policy: Policy) -> list[Repealed]:
    """The documents that ``policy`` ends, each once, in the order of its text."""
    notice = policy.title is not None and _ABOUT.search(policy.title) is not None
    found: dict[tuple[str, str], Repealed] = {}
    for place, heading, text in _texts(policy):
        own = list(_spoken(place, text))
        if notice and place not in ("开头", "结尾") and not (_KEPT.search(heading) and not _ABOUT.search(heading)):
            own += _listed(place, text)
        for one in own:
            key = (without_blanks(one.title), without_blanks(one.number or ""))
            if not any(key[0] == title and (not key[1] or key[1] == number) for title, number in found if title):
                found.setdefault(key, one)
    return list(found.values())


def unnamed(policy: Policy) -> list[str]:
    """The sentences that end documents without naming them."""
    out = []
    for _, _, text in _texts(policy):
        view = View(text)
        for start, end in _sentences(view):
            words = view.text[start:end]
            if re.search(r"同时废止|停止执行|即行废止", words) and not _named(view, start, end):
                out.append(view.quote(start, end))
    return out


def _texts(policy: Policy) -> Iterator[tuple[str, str, str]]:
    """(place, headings above, text) of all that may end a document."""
    if policy.preamble:
        yield "开头", "", policy.preamble
    for part, outer in (*((s, "") for s in policy.sections), *_attached(policy)):
        for clause in part.all_clauses:
            yield clause.id, f"{outer} {part.name}", clause.text
    for attachment in policy.attachments:
        if attachment.preamble:
            yield "开头", "", attachment.preamble
    if policy.closing:
        yield "结尾", "", policy.closing


def _attached(policy: Policy) -> Iterator[tuple[Section, str]]:
    for attachment in policy.attachments:
        for section in attachment.sections:
            yield section, attachment.title or attachment.heading


def _sentences(view: View) -> Iterator[tuple[int, int]]:
    for match in re.finditer(r"[^。;!?]+", view.text):
        yield match.span()


def _named(view: View, start: int, end: int) -> bool:
    return "《" in view.text[start:end] or NUMBER.search(view.text[start:end]) is not None


def _spoken(place: str, text: str) -> Iterator[Repealed]:
    view = View(text)
    for start, end in _sentences(view):
        words = view.text[start:end]
        ends = list(_ENDS.finditer(words))
        if not ends or _NOT.search(words[words.rfind(",", 0, ends[-1].start()) + 1 : ends[-1].end()]):
            continue
        stop = ends[-1].start()
        after = re.match(r"(?:以下[^:《]{0,16}:?)?《", words[ends[-1].end() :]) is not None
        begin, until = (start + ends[-1].end(), end) if after else (start, start + stop)
        yield from _within(view, begin, until, (start, end), place)


def _within(view: View, begin: int, until: int, sentence: tuple[int, int], place: str) -> Iterator[Repealed]:
    quote = view.quote(*sentence)
    stretch = view.quote(begin, until)
    named = references(stretch)
    at = 0
    shown = half_width(without_blanks(stretch))
    for ref in named:
        plain = half_width(without_blanks(ref.quote))
        at = shown.find(plain, at)
        by = _BY.search(shown[:at])
        partly = _ONLY.match("》" + shown[at + len(plain) :]) is not None
        at += len(plain)
        if by is None and not re.match(r"[^《,]{0,20}继续有效", shown[at:]):
            yield Repealed(ref.title, ref.number, quote, place, partly)
    if not named:
        for match in (*NUMBER.finditer(shown), *ORDER.finditer(shown)):
            if _BY.search(shown[: match.start()]) is None:
                number = re.sub(r"^(?:原|由|其中|本市|我市|对)", "", match.group())
                yield Repealed("", number, quote, place)


def _listed(place: str, text: str) -> Iterator[Repealed]:
    """An entry a line: 1.《…》(…), 2. 江城市…的通知(江政发〔2010〕3号), or cells with a title and a number."""
    for line in lines(text, 0, len(text)):
        plain = line.plain[_ENTRY.match(line.plain).end() :].rstrip("。;")  # type: ignore[union-attr]
        entry = re.fullmatch(r"(.{6,150}?)\(([^()]*(?:\([^()]*\))?[^()]*号)[^()]*\)", plain)
        if entry and not plain.startswith("《") and ends_title(entry[1]) and not re.search(r"[。;,:]", entry[1]):
            yield Repealed(entry[1], entry[2], line.text, place)
            continue
        if refs := references(line.text):
            if not _BY.search(line.plain[: line.plain.find("《")]):
                yield from (Repealed(ref.title, ref.number, line.text, place) for ref in refs)
            continue
        cells = [half_width(without_blanks(cell)) for cell in line.text.split("\t")]
        if len(cells) > 1:
            number = next((cell for cell in cells if NUMBER.fullmatch(cell) or ORDER.fullmatch(cell)), None)
            title = next((cell for cell in cells if len(cell) > 6 and ends_title(cell) and cell != number), None)
            if title:
                yield Repealed(title, number, line.text, place)
