"""The last questions of a conversation and what came of them: for the person to whom a question is handed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.engine.values.reply import Reply

MOST = 5
"""Exchanges that are remembered."""
LONGEST = 300
"""Characters of a question that are remembered."""
MISSES = 2
"""Misses in a row after which a person is offered."""
_MISSED = frozenset({"none", "clarify"})


@dataclass(frozen=True)
class Exchange:
    """One question and what came of it."""

    message: str
    """The message that asked."""
    asked: str
    status: str
    """As Reply.status."""
    target: str = ""
    """policy/clause that was answered."""
    missed: bool = False
    """Not answered, or judged to be no good."""


Exchanges = tuple[Exchange, ...]


def note(exchanges: Sequence[Exchange], message: str, asked: str, reply: Reply) -> Exchanges:
    """With one more; small talk is no question, and a question that was changed replaces its first form."""
    if reply.status == "chat":
        return tuple(exchanges)
    clause = reply.clauses[0] if reply.clauses and reply.status == "answer" else None
    target = f"{clause.policy}/{clause.clause}" if clause is not None else ""
    new = Exchange(message, asked[:LONGEST], reply.status, target, reply.status in _MISSED)
    return (*(e for e in exchanges if e.message != message), new)[-MOST:]


def judged(exchanges: Sequence[Exchange], message: str, missed: bool) -> Exchanges:
    """The answer to that message was judged."""
    return tuple(replace(e, missed=missed) if e.message == message else e for e in exchanges)


def missed(exchanges: Sequence[Exchange]) -> bool:
    """Whether the last answers were all misses."""
    return len(exchanges) >= MISSES and all(e.missed for e in exchanges[-MISSES:])


def plain_data(exchanges: Sequence[Exchange]) -> dict[str, Any]:
    """Plain data, kept with the conversation."""
    return {"exchanges": [dict(vars(e)) for e in exchanges]} if exchanges else {}


def from_json(data: object) -> Exchanges:
    """From plain data; what can't be read is left out."""
    entries = data.get("exchanges") if isinstance(data, dict) else None
    found = []
    for entry in entries if isinstance(entries, list) else []:
        try:
            found.append(Exchange(**entry | {"message": str(entry["message"])}))
        except (TypeError, KeyError):
            continue
    return tuple(found)
