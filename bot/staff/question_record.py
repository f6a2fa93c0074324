"""From a question and its reply to what is recorded of them."""

from __future__ import annotations

import time
from typing import Literal

from bot.days import day_of
from bot.engine.values.reply import Reply
from bot.store.keys import Delivery
from bot.store.questions import Asked, clean
from knowledge.base.target import kind_of

Place = Literal["private", "group", "inline", "terminal"]
NEAREST = 3
"""Clauses near a question that are recorded."""
LONGEST = 500
"""Characters of a question that are kept; the rest is no question any more."""


def record(
    text: str,
    reply: Reply,
    place: Place,
    asker: str = "",
    delivery: Delivery | None = None,
    keep_text: bool = True,
    seconds: float = 0.0,
) -> Asked:
    """The row of a question. ``asker``: a keyed hash; ``keep_text``: False where no text may be kept at all."""
    matches, heard = reply.why.matches, reply.why.heard
    scores = [round(match.probability, 4) for match in matches[:2]]
    named = [f"{c.policy}/{c.clause}" for c in (*reply.clauses, *reply.suggestions)]
    matched = [match.target for match in matches if kind_of(match.target) == "clause"]
    target = _target(reply)
    target_is_clause = kind_of(target) == "clause"
    now = time.time()
    return Asked(
        delivery=delivery,
        at=now,
        day=day_of(now),
        place=place,
        asker=asker,
        text=clean(text.strip()[:LONGEST]) if keep_text else "",
        words=clean(" ".join(heard.telling or heard.words))[:LONGEST] if keep_text and heard is not None else "",
        outcome=reply.status,
        target=target[:160],
        rule=reply.why.name[:40],
        score=scores[0] if scores else reply.clauses[0].score if target_is_clause else None,
        margin=round(scores[0] - scores[1], 4) if len(scores) > 1 else None,
        near=" ".join(list(dict.fromkeys([*matched, *named]))[:NEAREST]),
        units="" if reply.status == "info" else clean("\n".join(reply.units)),  # info lists all there are
        seconds=seconds,
    )


def _target(reply: Reply) -> str:
    """What was answered: the clause, the fact about the document, or the topic that is not covered.

    Empty when nothing was, or several things.
    """
    if reply.status == "answer" and reply.clauses and reply.conversation.clause:
        return f"{reply.clauses[0].policy}/{reply.clauses[0].clause}"
    if reply.status == "info" and reply.info:
        return f"info:{reply.info}"
    topic = reply.why.not_covered if reply.status == "none" else ""
    return f"topic:{topic}" if topic else ""
