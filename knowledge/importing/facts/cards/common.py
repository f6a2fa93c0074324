"""Common clauses (申报主体应当…, 就高不重复, 申报材料) and the measures that they govern."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from knowledge.base.card import Card
from knowledge.base.document import Clause, Policy
from knowledge.base.verify import ordinal
from knowledge.importing.facts.cards.words import words
from knowledge.text.printed import half_width, without_blanks

_SHARED = ("audience", "conditions", "materials", "procedure", "deadline", "phone", "limits", "validity")
_NUMERAL = "[零〇一二三四五六七八九十百]+|\\d+"
_ONE = rf"[(]?(?:{_NUMERAL})[)]?"
_REFERS = re.compile(
    rf"(?P<but>除[^,。;]{{0,8}}?)?第?(?P<a>{_ONE})(?:条|项|款)?(?:至|到|-|—)第?(?P<b>{_ONE})(?:条|项|款)"
    rf"|(?P<but2>除[^,。;]{{0,8}}?)?第(?P<each>(?:{_ONE}[、和及]?(?:第)?)*{_ONE})(?:条|项)(?!规定的?(?:条件|程序|情形|材料|标准|时限))"
)
"""第三条至第六条, 第二、三、四项, 第(十三)(十四)项."""
_MARKER = re.compile(r"第[零〇一二三四五六七八九十百\d]+条|[(]?[一二三四五六七八九十\d]+[)、.]")
_HERE = re.compile(r"^(?:本(?:条|项|款|章|节)|上述|前款|以上)")


def govern(policy: Policy, cards: Mapping[str, Card]) -> dict[str, tuple[str, ...]]:
    """By common clause, the measures for which it says what it says; those of the same text (attachment) only."""
    found: dict[str, tuple[str, ...]] = {}
    for clauses in _texts(policy):
        measures = [clause for clause in clauses if clause.id in cards and _is_measure(cards[clause.id])]
        for clause in clauses:
            own = cards.get(clause.id)
            if own is None or _is_measure(own) or not any(getattr(own, part) for part in _SHARED):
                continue
            if governed := _governed(policy, clause, measures):
                found[clause.id] = tuple(measure.id for measure in governed if measure.id != clause.id)
    return found


def _is_measure(card: Card) -> bool:
    """Whether it gives something to somebody; a promise without a sum (优先安排) has a subject all the same."""
    return bool(card.standard or card.subject)


def _texts(policy: Policy) -> list[list[Clause]]:
    """The clauses of the document itself, and of each attachment."""
    own = [clause for section in policy.sections for clause in section.all_clauses]
    attached = [[c for section in one.sections for c in section.all_clauses] for one in policy.attachments]
    return [own, *attached]


def _governed(policy: Policy, clause: Clause, measures: Sequence[Clause]) -> list[Clause]:
    named = _referred(clause, measures)
    if named is not None:
        return named
    section = policy.section_of(clause)
    inside = [measure for measure in measures if policy.section_of(measure).id == section.id]
    text = half_width(without_blanks(clause.text))
    if not inside or (words().one["common"].search(text) and not _HERE.search(text)):
        return list(measures)
    return inside


def _referred(clause: Clause, measures: Sequence[Clause]) -> list[Clause] | None:
    """The measures that the clause names by their numbers; None where it names none, or speaks of others as well."""
    text = half_width(without_blanks(clause.text))
    by_number = {(ordinal(_own(measure)) or 0): measure for measure in measures if measure.number}
    named: dict[str, Clause] = {}
    excluded: set[str] = set()
    first = re.search(r"[。;]", text)
    marker = _MARKER.match(text)
    for match in _REFERS.finditer(text, marker.end() if marker else 0):
        hit = [by_number[n] for n in _numbers(match) if n in by_number]
        if match["but"] or match["but2"] or text.startswith("除外", match.end()):
            excluded |= {measure.id for measure in hit}
        elif named or first is None or match.start() < first.start():
            named |= {measure.id: measure for measure in hit}
    if not named and not excluded:
        return None
    return [measure for measure in (named.values() if named else measures) if measure.id not in excluded]


def _numbers(match: re.Match[str]) -> list[int]:
    if match["a"]:
        return list(range(ordinal(match["a"]) or 0, (ordinal(match["b"]) or 0) + 1))
    return [ordinal(one) or 0 for one in re.findall(_NUMERAL, match["each"])]


def _own(measure: Clause) -> str:
    """The last number of a printed one: （三） of 二（三）."""
    return (
        re.sub(r"^.*?(?=[(（]|第)", "", measure.number or "", count=1)
        if re.search(r"[(（]", measure.number or "")
        else measure.number or ""
    )
