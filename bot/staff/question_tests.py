"""Runs test questions, which are YAML files, and says what each answer was worth.

The project's own tests run them, and teaching does: a phrasing that breaks one is refused. Verdicts: right; assisted
(the right clause is in the choice offered); wrong; miss (declined though covered); leak (answered though not covered).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.serving.base_files import questions_folder
from knowledge.base.parse import parse
from knowledge.base.record import Record, Text
from knowledge.base.target import Target
from knowledge.files.faults import Fault, KnowledgeError
from knowledge.files.yamlfile import read_yaml

IN_SCOPE = ("measure", "unit_of", "figure", "no_figure", "false_premise", "place", "choice", "full_text", "more")
OUTSIDE = ("oos_near", "oos_far", "attack")
DAY = date(2026, 1, 15)
"""The day on which the questions are asked; after the first document's expiry."""
KIND_OF_FILE = {"document": "info", "units": "by_unit", "places": "place"}
"""Kinds of the questions in files of one kind, where the file's name is another word."""


class Asked(Record):
    """A test question as written."""

    ask: Text
    kind: str = ""
    hard: int = 2
    """1 the document's words, 2 paraphrased, 3 a situation or noise."""
    clause: str = ""
    clauses: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    not_figures: tuple[str, ...] = ()
    info: str = ""
    topic: str = ""
    pick: int = 0


class Dialog(Record):
    """Questions that follow one another."""

    turns: tuple[Asked, ...]


class QuestionsFile(Record):
    """One file of test questions."""

    clause: str = ""
    questions: tuple[Asked, ...] = ()
    dialogs: tuple[Dialog, ...] = ()


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


def cases(folder: Path | None = None) -> list[Case]:
    """All test questions in file order. Raises KnowledgeError with the faults of all files."""
    folder = folder or questions_folder()
    if folder is None:
        return []
    out: list[Case] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.yaml")):
        data = parse(read_yaml(path), QuestionsFile, faults)
        if data is None:
            continue
        for n, item in enumerate(data.questions, 1):
            kind = item.kind or KIND_OF_FILE.get(path.stem, path.stem)
            out.append(_case(f"{path.stem}#{n}", item, kind, "", data.clause))
        for n, dialog in enumerate(data.dialogs, 1):
            name = f"{path.stem}#{n}"
            for t, turn in enumerate(dialog.turns, 1):
                kind = {"units": "by_unit"}.get(turn.kind, turn.kind)
                out.append(_case(f"{name}.{t}", turn, kind, name, turn.clause))
    if faults:
        raise KnowledgeError(faults)
    return out


def _case(name: str, item: Asked, kind: str, dialog: str, clause: str) -> Case:
    clauses = item.clauses or ((clause,) if clause else ())
    return Case(
        name, item.ask, kind, item.hard, dialog, clauses, item.figures, item.not_figures, item.info, item.pick
    )  # fmt: skip


def run(assistant: Assistant, which: Sequence[Case]) -> Iterator[tuple[Case, Reply, str]]:
    """(case, reply, verdict) for each case; dialogs keep their conversation."""
    conversation, dialog = Conversation(), ""
    offered: tuple[str, ...] = ()
    for case in which:
        if not case.dialog or case.dialog != dialog:
            conversation = Conversation()
        dialog = case.dialog
        reply = assistant.reply(case.ask, conversation)
        yield case, reply, verdict(case, reply, _offered(conversation) or offered)
        offered = _offered(conversation) or offered
        conversation = reply.conversation


def _offered(conversation: Conversation) -> tuple[str, ...]:
    """The clauses, or documents, of the choice that the next question may pick from."""
    return tuple(at.clause or at.policy for at in map(Target.parse, conversation.choices))


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
