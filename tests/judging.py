"""Runs the test questions of tests/questions/ and says what each answer was worth.

Verdicts: right; assisted (the right clause is in the choice offered); wrong; miss (declined though covered); leak
(answered though not covered).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.assistant import Assistant
from bot.dialogue import Conversation
from bot.reply import Reply

QUESTIONS = Path(__file__).resolve().parent / "questions"
IN_SCOPE = ("measure", "unit_of", "figure", "no_figure", "false_premise", "place", "choice", "full_text", "more")
OUTSIDE = ("oos_near", "oos_far", "attack")
DAY = date(2026, 1, 15)
"""The day on which the tests ask; after the document's expiry."""


@dataclass(frozen=True)
class Case:
    """One test question; those of a dialog share its name."""

    name: str
    ask: str
    kind: str
    hard: int
    dialog: str = ""
    clauses: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    not_figures: tuple[str, ...] = ()
    info: str = ""
    pick: int = 0
    line: dict[str, Any] = field(default_factory=dict, compare=False)


def cases() -> list[Case]:
    """All test questions in file order."""
    out = []
    for path in sorted(QUESTIONS.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for n, item in enumerate(data.get("questions", [])):
            kind = item.get("kind") or {"document": "info", "units": "by_unit", "places": "place"}.get(
                path.stem, path.stem
            )
            out.append(_case(f"{path.stem}#{n + 1}", item, kind, "", data.get("clause", "")))
        for n, dialog in enumerate(data.get("dialogs", [])):
            name = f"{path.stem}#{n + 1}"
            for t, turn in enumerate(dialog["turns"]):
                kind = {"units": "by_unit"}.get(turn["kind"], turn["kind"])
                out.append(_case(f"{name}.{t + 1}", turn, kind, name, turn.get("clause", "")))
    return out


def _case(name: str, item: dict[str, Any], kind: str, dialog: str, clause: str) -> Case:
    clauses = tuple(item.get("clauses", ())) or ((clause,) if clause else ())
    return Case(
        name, str(item["ask"]), kind, item.get("hard", 2), dialog, clauses, tuple(item.get("figures", ())),
        tuple(item.get("not_figures", ())), item.get("info", ""), item.get("pick", 0), item,
    )  # fmt: skip


def run(assistant: Assistant, which: list[Case]) -> Iterator[tuple[Case, Reply, str]]:
    """(case, reply, verdict) for each case; dialogs keep their conversation."""
    conversation, dialog = Conversation(), ""
    offered: tuple[str, ...] = ()
    for case in which:
        if not case.dialog or case.dialog != dialog:
            conversation = Conversation()
        dialog = case.dialog
        reply = assistant.reply(case.ask, conversation)
        yield case, reply, verdict(case, reply, tuple(t.split("/")[-1] for t in conversation.choices) or offered)
        offered = tuple(t.split("/")[-1] for t in conversation.choices) or offered
        conversation = reply.conversation


def verdict(case: Case, reply: Reply, offered: tuple[str, ...] = ()) -> str:
    """What the reply is worth for the case. ``offered``: the choice that the question picks from."""
    got = [c.clause for c in reply.clauses]
    declined = reply.status in ("none", "chat", "clarify")
    if case.kind in OUTSIDE:
        return "right" if declined else "leak"
    if case.kind == "chat":
        return "right" if reply.status == "chat" else "miss" if reply.status in ("none", "clarify") else "wrong"
    if case.kind == "needs_context":
        return (
            "right"
            if reply.status in ("clarify", "choose") or reply.info == "units"
            else "miss"
            if declined
            else "wrong"
        )
    if case.kind == "info":
        return "right" if reply.info == case.info else "miss" if declined else "wrong"
    if case.kind == "by_unit" or (case.kind == "place" and len(case.clauses) > 1):
        return (
            "right" if set(got) == set(case.clauses) and reply.status == "answer" else "miss" if declined else "wrong"
        )
    if case.kind == "ambiguous":
        if reply.status in ("answer", "choose") and len(set(case.clauses) & set(got)) >= min(2, len(case.clauses)):
            return "right"
        return "assisted" if set(got[:1]) & set(case.clauses) else "miss" if declined else "wrong"
    want = case.clauses
    if case.kind == "choice" and offered:
        want = (offered[case.pick - 1],) if 0 < case.pick <= len(offered) else case.clauses
    if reply.status == "answer" and got[:1] and got[0] in want:
        return "right" if _figures_right(case, reply) else "wrong"
    if reply.status in ("choose", "answer") and set(got[:3]) & set(want):
        return "assisted"
    return "miss" if declined else "wrong"


def _figures_right(case: Case, reply: Reply) -> bool:
    """The figures put forward, or what the reply leads with; the clause further down holds all of them anyway."""
    alone = " ; ".join(f.text for f in reply.figures)
    led = " ; ".join(
        [*(f"{f.text} {f.quote}" for f in reply.figures), *(b.text for b in reply.blocks if b.role == "lead")]
    )
    if any(_stands(f, alone) for f in case.not_figures):
        return False
    if case.kind == "no_figure" and any(f.unit == "元" for f in reply.figures):
        return False
    return case.kind not in ("figure", "false_premise") or all(_stands(f, led) for f in case.figures)


def _stands(figure: str, text: str) -> bool:
    """The figure stands in the text and is no tail of a longer number (50项 in 150项)."""
    plain, wanted = (re.sub(r"[\s,，]", "", t).replace("：", ":").replace("∶", ":") for t in (text, figure))
    return re.search(r"(?<![\d.])" + re.escape(wanted), plain) is not None


def table(results: list[tuple[Case, Reply, str]]) -> str:
    """Shares of right answers by kind and difficulty."""
    rows: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for case, _, value in results:
        names = ["dialog turns"] if case.dialog else [case.kind]
        if case.kind in IN_SCOPE and not case.dialog:
            names += ["IN SCOPE", f"in scope, hard {case.hard}"]
        if case.kind in OUTSIDE:
            names += ["OUTSIDE"]
        for name in names:
            rows[name][value] += 1
    lines = []
    for name in sorted(rows, key=lambda n: (n[:2].isupper(), n)):
        row = rows[name]
        total = sum(row.values())
        rest = " ".join(f"{v}={row[v]}" for v in ("assisted", "wrong", "miss", "leak") if row[v])
        lines.append(f"{name:20} {row['right']:4}/{total:<4} {100 * row['right'] / total:5.1f}%  {rest}")
    return "\n".join(lines)
