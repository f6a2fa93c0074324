"""What was shown in the last messages is not shown again whole: a follow-up gets what was asked, its words, the place.

Nothing of an amount is lost: the sentence that states it is shown whole, with all its conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.engine.answering.composer import Composers
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Block, Quote, Reply, Say
from knowledge.base.document import Clause
from knowledge.base.points import Point

MESSAGES = 3
"""Messages back to which nobody needs to scroll far."""
READABLE, LONGEST = 160, 300
"""Characters of an item or sentence that is shown whole; of a longer one the part that states the amount, up to so many
characters."""


class Brevity:
    """Shortens replies by what was shown before. Pure."""

    def __init__(self, composers: Composers) -> None:
        self._composers = composers
        self._words = composers.library.words

    def brief(self, reply: Reply, before: Conversation, asks: frozenset[str]) -> Reply:
        """The reply without what was shown, and with what is now shown in its conversation.

        ``asks``: the question's cues; who asks for the original text gets it.
        """
        told = self._told(reply)
        target = reply.clauses[0].target if reply.status == "answer" and reply.clauses else ""
        shown = target if any(b.role == "original" for b in reply.blocks) else ""
        if told and told == before.told:
            reply = replace(reply, blocks=tuple(b for b in reply.blocks if b.role != "notice"))
        if shown and shown in before.shown and "original" not in asks:
            reply = self._without_original(reply, target)
        kept = replace(
            reply.conversation,
            shown=(shown, *before.shown)[:MESSAGES],
            told=told or before.told,
        )
        return replace(reply, conversation=kept)

    def _told(self, reply: Reply) -> str:
        """What a notice says: of which document, and on which day; empty without one, or for several documents."""
        noticed = any(b.role == "notice" for b in reply.blocks)
        return f"{reply.policy} {self._composers.library.today()}" if noticed and reply.policy else ""

    def _without_original(self, reply: Reply, target: str) -> Reply:
        """The blocks above the original text, and the place; all where nothing stands above it."""
        blocks = list(reply.blocks)
        at = next(n for n, block in enumerate(blocks) if block.role == "original")
        if not any(block.role in ("lead", "units", "say") for block in blocks[:at]):
            return reply
        clause = self._composers.library.clause(target)
        above = [self._whole_sentences(self._unstated(block), reply, clause) for block in blocks[:at]]
        below = [b for b in blocks[at + 1 :] if b.role not in ("original", "units", "note", "place")]
        rest = Block("note", (Say(self._words("rest")),))
        return replace(reply, blocks=(*above, self._place(target, clause), *below, rest))

    def _place(self, target: str, clause: Clause) -> Block:
        """Where it stands, in the document that is known by now."""
        compose = self._composers.of(target)
        at = compose.place(clause, title=False, named=False) or compose.place(clause)
        return Block("place", (Say(at),), compose.label("place"))

    def _unstated(self, block: Block) -> Block:
        """Without announcing a text that isn't there."""
        for name in ("unstated_money", "unstated_number"):
            if block.text == self._words(f"lead.{name}"):
                return replace(block, pieces=(Say(self._words(f"brief.{name}")),))
        return block

    def _whole_sentences(self, block: Block, reply: Reply, clause: Clause) -> Block:
        """The words that state an amount, as the whole sentence: a condition may stand behind it."""
        stated = {figure.quote for figure in reply.figures}
        pieces = tuple(
            Quote(_sentence(clause, p.text), bare=p.bare) if isinstance(p, Quote) and p.text in stated else p
            for p in block.pieces
        )
        return replace(block, pieces=pieces)


def _sentence(clause: Clause, quote: str) -> str:
    """The words with all that stands in their point; the words where that is too long, or they are of several."""
    at = clause.text.find(quote)
    points = list(_holding(clause.points, at, at + len(quote))) if at >= 0 else []
    readable = [point for point in points if point.end - point.start <= READABLE] or points[-1:]
    if not readable or readable[0].end - readable[0].start > LONGEST:
        return quote
    return readable[0].of(clause.text).strip()


def _holding(points: Sequence[Point], start: int, end: int) -> Iterator[Point]:
    """The points that hold ``text[start:end]`` whole, the largest first."""
    for point in points:
        if point.start <= start and end <= point.end:
            yield point
            yield from _holding(point.points, start, end)
