"""What of the cards a person must decide: sums for nobody who is named, lists that were spoken of and not found."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.base.card import Part, part_names
from knowledge.base.document import Clause, Figure, Policy
from knowledge.text.printed import half_width, without_blanks

_SPOKEN_OF: dict[Part, re.Pattern[str]] = {
    "materials": re.compile(r"(?:提交|提供|报送)[^,。;]{0,10}(?:材料|资料)(?:包括|如下|为)?[:：]"),
    "conditions": re.compile(r"(?:符合|具备|满足)[^,。;]{0,8}(?:下列|以下)[^,。;]{0,6}条件[:：]"),
    "deadline": re.compile(r"(?:申报|受理|申请)(?:时间|期限)[:：]"),
    "phone": re.compile(r"(?:咨询|联系)电话[:：]"),
}


def doubts(policy: Policy) -> Iterator[str]:
    """Each in the words of those who look through a document, with what to write where."""
    for clause in policy.clauses:
        if clause.card and clause.card.standard:
            yield from _of_a_measure(policy, clause)
        yield from _missed(clause)


def _of_a_measure(policy: Policy, clause: Clause) -> Iterator[str]:
    card = clause.card
    assert card is not None
    for figure in clause.figures:
        if figure.kind == "amount" and figure.subject is None and figure.case is None and not figure.matching:
            yield (
                f"{clause.id} 的「{figure.text}」（{_shown(figure)}）没有认出给谁、什么情形：{_at(clause)}，"
                f"在「figures:」里找这个数，加一行「case: 」，后面照抄原文里说给谁的那几个字；原文没有写，就不加"
            )
    common = any(other.card and other.card.audience for other in policy.governing(clause))
    if not card.audience and not common and not clause.titled:
        yield _add(clause, "audience", "没有认出支持对象")


def _shown(figure: Figure) -> str:
    quote = " ".join(figure.quote.split())
    return quote if len(quote) <= 60 else f"{quote[:58]}……"


def _missed(clause: Clause) -> Iterator[str]:
    text = half_width(without_blanks(clause.text))
    for part, pattern in _SPOKEN_OF.items():
        if pattern.search(text) and not (clause.card and clause.card.part(part)):
            yield _add(clause, part, f"提到了{part_names()[part].label}，而没有认出")


def _add(clause: Clause, part: Part, why: str) -> str:
    return (
        f"{clause.id}「{' '.join(clause.title.split())[:24]}」{why}：{_at(clause)}，在「card:」下写「{part}:」，"
        f"再写「- quote: 」，后面照抄原文；原文没有写，就不加"
    )


def _at(clause: Clause) -> str:
    return f"在 policy.yaml 里找「id: {clause.id}」"
