"""What all kinds of replies on one document share."""

from __future__ import annotations

from bot.engine.answering.best_sentence import Sentences
from bot.engine.answering.composer import Composers
from bot.engine.answering.untaught_figures import UntaughtFigures
from bot.engine.understanding.follow_up import FollowUps
from bot.engine.understanding.patterns import pattern
from bot.engine.understanding.understanding import Understanding
from bot.engine.values.reply import Block, ClauseRef, Quote, Say
from knowledge.base.document import Clause, Policy
from knowledge.base.target import Target
from knowledge.reading.reader import Reading

SAID_CHARS = 200
"""What a conversation keeps of the questions on a clause."""
MOST_DOING = 2
"""Sentences that name a body which are quoted where a clause lists no units."""


class OnPolicy:
    """The document, what composes its paragraphs, and how replies on it end. Pure but for a cache of read sentences."""

    def __init__(
        self,
        composers: Composers,
        policy: Policy,
        sentences: Sentences,
        understanding: Understanding,
        untaught: UntaughtFigures,
    ) -> None:
        self.policy = policy
        library = self.library = composers.library
        self.words = library.words
        self.composers = composers
        self.compose = composers.of(policy.id)
        self.responsible = library.responsible_of(policy.id)
        self.today = library.today
        self._sentences = sentences
        self._untaught_figures = untaught
        self._understanding = understanding
        self._follow_ups = FollowUps(understanding)
        self._money = understanding.money
        self._asked = library.ready.base.phrasings[policy.id]

    @property
    def successor(self) -> tuple[str, ...]:
        """The document that took its place, to be offered with every answer."""
        return (self.compose.successor.id,) if self.compose.successor is not None else ()

    def doers(self, clause: Clause, reading: Reading) -> list[Block]:
        """The sentences that name a body which does something; none where one has written how people ask."""
        if self._asked.written:
            return []
        doing = pattern(self._understanding.talk.units.doing)
        named = self._sentences.saying(self.policy.id, clause, reading, doing, MOST_DOING)
        quotes = [Block("list", (Quote(sentence),)) for sentence in named]
        return [self.compose.say("units_in_text"), *quotes] if quotes else []

    def target(self, clause: Clause) -> str:
        """The clause as the index and conversations name it."""
        return str(Target.of_clause(self.policy.id, clause.id))

    def line(self, target: str) -> str:
        """A clause of any document by number and place."""
        clause = self.library.clause(target)
        return f"{clause.id} {self.composers.of(target).place(clause)}"

    def ref(self, target: str, score: float) -> ClauseRef:
        """A clause of any document as the reply's data name it."""
        return self.composers.of(target).ref(Target.parse(target).clause, score)

    def in_document(self) -> Block:
        """Which document it stands in."""
        return Block("place", (Say(self.compose.document),), self.compose.label("place"))

    def finish(self, place: bool = False) -> list[Block]:
        """What a reply ends with: with ``place`` the document it stands in, then whether that holds."""
        return [*([self.in_document()] if place else []), *self.compose.notice(self.today())]
