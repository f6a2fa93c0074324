"""A clause's card: each of its bits is asked of which parts it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.base.card import PARTS, Card, Part, Said
from knowledge.base.document import Clause, Figure
from knowledge.importing.facts.cards.audiences import promised, whose
from knowledge.importing.facts.cards.bits import Bit, bits, pieces
from knowledge.importing.facts.cards.collected import Collected
from knowledge.importing.facts.cards.subjects import label, names
from knowledge.importing.facts.cards.sums import Placed, Sum, label_of, placed, sums
from knowledge.importing.facts.cards.telling import Setting, told
from knowledge.importing.facts.cards.words import words
from knowledge.importing.facts.spans import Stretch
from knowledge.text.printed import View, half_width, without_blanks


@dataclass(frozen=True)
class Recognised:
    """What was made of a clause."""

    card: Card | None
    """None where it says nothing but who is responsible."""
    cases: Mapping[str, str]
    """By figure that names none of its own, whom or what the words before it are about; verbatim."""
    subjects: Mapping[str, str]
    """By figure that has a case and nobody whom it is for, the words that say so; verbatim."""


def recognise(clause: Clause, setting: Setting) -> Recognised:
    """What the clause says of each part."""
    view = View(clause.text)
    if not view.text:
        return Recognised(None, {}, {})
    kept = Collected(clause, view)
    figures = placed(clause, view)
    stated: list[Sum] = []
    for bit in bits(clause, view, setting.above):
        own = sums(view, bit, figures) if bit.role not in ("limits", "materials", "phone", "units") else []
        for one in own:
            _sum(kept, view, one)
        for audience in () if own else _audiences(view, bit):
            kept.add("audience", audience)
            _subjects(kept, view, [audience])
        for part, span in told(view, bit, setting, summed=bool(own)):
            if part != "limits" or not any(one.stated[0] <= span[0] < one.stated[1] for one in own):
                kept.add(part, span)
        stated += own
    return Recognised(_made(clause, kept), _cases(view, figures, stated), _subjects_of(view, stated))


def _audiences(view: View, bit: Bit) -> Iterator[Stretch]:
    """Whom a bit without a sum is for."""
    if bit.role is None:
        yield from promised(view, bit)
    if leads := _led_audience(view, bit):
        yield leads


def _cases(view: View, figures: Sequence[Placed], stated: Sequence[Sum]) -> dict[str, str]:
    """Of figures that name none of their own, whom they are for: their label in a row, or the audience of the sum."""
    bare = {one.figure.id for one in figures if _is_bare(one.figure)}
    found = {
        figure.id: view.quote(*one.audience).removesuffix("的")
        for one in stated
        if one.audience
        for figure in one.figures
    }
    for each in figures:
        if label := label_of(view.text, each.at, each.at + len(without_blanks(each.figure.text))):
            found[each.figure.id] = view.quote(*label)
    return {name: words_ for name, words_ in found.items() if name in bare}


def _subjects_of(view: View, stated: Sequence[Sum]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in stated:
        told_ = view.quote(*one.audience).removesuffix("的") if one.audience else ""
        for figure in one.figures if told_ else ():
            apart = figure.case is not None and figure.case not in told_ and told_ not in figure.case
            if figure.subject is None and apart:
                found[figure.id] = told_
    return found


def _is_bare(figure: Figure) -> bool:
    return figure.subject is None and figure.case is None and figure.unit != "比例"


def _led_audience(view: View, bit: Bit) -> Stretch | None:
    """纳税人的租金支出 of 纳税人的租金支出,可以按照以下标准扣除:, before the items that say how much."""
    parts = pieces(view.text, bit.start, bit.end)
    leads = view.text[bit.end - 1] == ":" and words().lead(view.text[bit.start : bit.end]) == "standard"
    return whose(view.text, parts[:-1])[0] if leads else None


def _made(clause: Clause, kept: Collected) -> Card | None:
    told: dict[Part, tuple[Said, ...]] = {part: kept.said(part) for part in PARTS if part != "units"}
    if not any(told.values()):
        return None
    if told["standard"] and not told["subject"]:
        told["subject"] = _titled(clause)
    for listed in clause.responsible:
        at = clause.text.find(listed.quote)
        start = kept.view.place(at)
        if not clause.text[at + len(listed.quote) :].startswith("解释"):
            kept.add("units", (start, start + len(without_blanks(listed.quote))))
    told["units"] = kept.said("units")
    return Card.model_validate(told)


_TITLE_VERB = re.compile(
    r"^(?:支持|鼓励|加强|推动|推进|培育|实施|加大|强化|促进|优化|完善|建立|引导|落实|提高|开展|对|明确|规范)+(?:对|企业)?"
)


def _titled(clause: Clause) -> tuple[Said, ...]:
    """What the clause's title says that it is about, where the words before its sums name nothing."""
    title = clause.points[0]
    if title.kind != "title":
        return ()
    words_ = title.of(clause.text)
    inner = re.search(r"[一-鿿“A-Za-z][^。()（）【】]*", words_[len(title.marker) :])
    shown = inner.group().strip() if inner else ""
    start = found.end() if (found := _TITLE_VERB.match(half_width(shown))) else 0
    name = shown[start:] if len(shown) - start >= 2 else shown
    return (Said(quote=name, point=title.address),) if 2 <= len(name) <= 40 else ()


def _sum(kept: Collected, view: View, one: Sum) -> None:
    kept.add("standard", one.stated)
    if one.audience:
        kept.add("audience", one.audience)
    for condition in one.conditions:
        kept.add("conditions", condition)
    if one.audience:
        _subjects(kept, view, [one.audience])
    for figure in one.figures:
        for named in (figure.subject, None if figure.note else figure.case):
            plain = half_width(without_blanks(named or ""))
            at = view.text.rfind(plain, 0, one.stated[1]) if plain else -1
            for name in label(plain) if at >= 0 and view.text[at + len(plain) : at + len(plain) + 1] != "的" else ():
                begin = at + plain.rfind(name)
                kept.add("subject", (begin, begin + len(name)))


def _subjects(kept: Collected, view: View, spans: Iterable[Stretch]) -> None:
    for start, end in spans:
        phrase = view.text[start:end]
        for name in names(phrase):
            at = start + phrase.rfind(name)
            kept.add("subject", (at, at + len(name)))
