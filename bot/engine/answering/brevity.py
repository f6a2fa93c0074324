"""What was shown in the last messages is not shown again whole: a follow-up gets what was asked, its words, the place.

Nothing of an amount is lost: the sentence that states it is shown whole, with all its conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.engine.answering.composer import Composers
from bot.engine.answering.whole_words import sentence
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Block, Piece, Quote, Reply, Say
from knowledge.base.document import Clause
from knowledge.base.target import policy_of

MESSAGES = 3
"""Messages back to which nobody needs to scroll far."""


class Brevity:
    """Shortens replies by what was shown before. Pure."""

    def __init__(self, composers: Composers) -> None:
        self._composers = composers
        self._words = composers.library.words

    def brief(
        self, reply: Reply, kept: Conversation, before: Conversation, asks: frozenset[str]
    ) -> tuple[Reply, Conversation]:
        """(the reply without what was shown, its conversation with what is now shown).

        ``kept``: the conversation that goes with the reply; ``before``: the one before it; ``asks``: the question's
        cues; who asks for the original text gets it.
        """
        told = self._told(reply)
        target = reply.clauses[0].target if reply.status == "answer" and reply.clauses else ""
        shown = target if any(b.role == "original" for b in reply.blocks) else ""
        if told and told == before.told:
            reply = replace(reply, blocks=tuple(b for b in reply.blocks if b.role != "notice"))
        if shown and shown in before.shown and "original" not in asks:
            reply = self._without_original(reply, target)
        elif not shown and reply.status == "answer" and policy_of(before.clause) == reply.policy:
            reply = replace(reply, blocks=tuple(self._placed(block, reply) for block in reply.blocks))
        return reply, replace(kept, shown=(shown, *before.shown)[:MESSAGES], told=told or before.told)

    def _told(self, reply: Reply) -> str:
        """What a notice says: of which document, and on which day; empty without one, or for several documents."""
        noticed = any(b.role == "notice" for b in reply.blocks)
        return f"{reply.policy} {self._composers.library.today()}" if noticed and reply.policy else ""

    def _without_original(self, reply: Reply, target: str) -> Reply:
        """The blocks above the original text, and the place; all where nothing stands above it."""
        blocks = list(reply.blocks)
        at = next(n for n, block in enumerate(blocks) if block.role == "original")
        if not any(self._says(block) for block in blocks[:at]):
            return reply
        clause = self._composers.library.clause(target)
        above = list(self._whole_sentences([self._unstated(block) for block in blocks[:at]], reply, clause))
        below = [b for b in blocks[at + 1 :] if b.role not in ("original", "units", "note", "place")]
        rest = Block("note", (Say(self._words("rest")),))
        return replace(reply, blocks=(*above, self._place(target, clause), *below, rest))

    def _says(self, block: Block) -> bool:
        """Whether a block says anything by itself: not that this is the likeliest clause."""
        return block.role in ("lead", "units", "say") and block.text != self._words("likely")

    def _placed(self, block: Block, reply: Reply) -> Block:
        """A place without the document's name, in the document that is talked about."""
        if block.role != "place":
            return block
        for ref in reply.clauses:
            compose, clause = self._composers.of(ref.target), self._composers.library.clause(ref.target)
            if (
                clause.number
                and block.text == Block("place", (Say(compose.place(clause)),), compose.label("place")).text
            ):
                return self._place(ref.target, clause)
        return block

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

    @staticmethod
    def _whole_sentences(blocks: Sequence[Block], reply: Reply, clause: Clause) -> Iterator[Block]:
        """The words that state an amount, as the whole sentence, once: a condition may stand behind it."""
        stated = {figure.quote: sentence(clause, figure.quote) for figure in reply.figures}
        shown: set[str] = set()
        for block in blocks:
            pieces: list[Piece] = []
            for piece in block.pieces:
                whole = stated.get(piece.text) if isinstance(piece, Quote) else None
                new = whole is not None and whole not in shown
                pieces.append(Quote(whole, bare=False) if whole is not None and new else piece)
                shown |= {whole} if whole is not None else set()
            yield replace(block, pieces=tuple(pieces))
