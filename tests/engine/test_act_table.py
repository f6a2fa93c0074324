"""Every act of a turn on the document with phrasings and on two that were only imported (acts.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply

DOCUMENTS = {"seed": "", "langu": "岚谷", "hexun": "鹤浔"}
"""Name in the table -> a word of the document's title."""
TABLE: Mapping[str, Mapping[str, Mapping[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "acts.yaml").read_text(encoding="utf-8")
)
CELLS = [(act, on) for act, cells in TABLE.items() for on in cells]


def test_no_cell_is_missing() -> None:
    assert all(tuple(cells) == tuple(DOCUMENTS) for cells in TABLE.values())


@pytest.mark.parametrize(("act", "on"), CELLS)
def test_a_cell(assistant: Assistant, imported: Assistant, act: str, on: str) -> None:
    cell = TABLE[act][on]
    reply = _talked(assistant if on == "seed" else imported, on, cell["turns"])
    at = reply.conversation.clause.partition("/")[2]
    statuses = cell.get("status", reply.status)
    assert at == cell.get("at", at)
    assert reply.status in ([statuses] if isinstance(statuses, str) else statuses)
    assert [figure.text for figure in reply.figures] == cell.get("figures", [f.text for f in reply.figures])
    assert all(words in reply.text for words in cell.get("says", ()))
    assert [ref.clause for ref in reply.clauses] == cell.get("lists", [ref.clause for ref in reply.clauses])


def _talked(using: Assistant, on: str, turns: list[str]) -> Reply:
    """The reply to the last of the turns, all asked of the document."""
    policy = next((p.id for p in using.library.policies if on != "seed" and DOCUMENTS[on] in (p.title or "")), "")
    conversation = Conversation()
    for turn in turns:
        reply = using.reply(turn, conversation, policy=policy)
        conversation = reply.conversation
    return reply
