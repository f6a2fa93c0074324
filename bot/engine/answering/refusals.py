"""That something is not covered, not here or not known; and the bot's other sentences of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from bot.engine.answering.on_policy import OnPolicy
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Block, Reply, Say, Status
from bot.engine.values.thresholds import NEAR, RELATED, TOPIC_ALIKE, WORDED
from bot.engine.values.why import Rule, Why
from knowledge.base.lexicon import NotCovered
from knowledge.base.target import kind_of
from knowledge.learned.index import Match
from knowledge.text.fold import fold

MOST_SUGGESTED = 2
"""Clauses that a refusal names."""
MOST_NEAR = 5
"""The same with clauses without phrasings, whose order is less sure."""


def worth_a_look(matches: Sequence[Match]) -> list[str]:
    """The clauses without phrasings that may say it though none of them is surely what is asked for; at most five."""
    near = [m.target for m in matches if m.found and m.probability >= NEAR and m.signals["cover"]]
    return near[:MOST_NEAR]


class Refusals(OnPolicy):
    """Says what there is none of, with clauses near it marked as no answer."""

    @cached_property
    def _topics(self) -> dict[str, NotCovered]:
        """Topics that no document covers, by id."""
        return {topic.id: topic for topic in self.library.ready.base.lexicon.not_covered.topics}

    def topic_beside(self, best: Match, target: str) -> NotCovered | None:
        """The topic of the match, where that is one that isn't covered and this clause is near it."""
        topic = self._topics.get(best.topic) if kind_of(best.target) == "near" else None
        return topic if topic is not None and target in topic.nearest else None

    def nothing_in(self, matches: Sequence[Match], conversation: Conversation) -> Reply:
        """The document that was asked says nothing on it, as far as its words show."""
        own = [t for t in worth_a_look(matches) if t.startswith(f"{self.policy.id}/")]
        blocks = [self.compose.say("documents.nothing_in", document=self.compose.document)]
        if own:
            blocks.append(Block("suggest", (Say(self.words("suggest")),)))
            blocks += [Block("list", (Say(self.line(t)),)) for t in own]
        return Reply(
            "none",
            (*blocks, *self.finish()),
            replace(conversation, choices=()),
            self.policy.id,
            suggestions=tuple(self.ref(t, 0.0) for t in own),
            why=Why(Rule.NOTHING_IN_DOCUMENT),
        )

    def declined(self, best: Match, matches: Sequence[Match], question: Question, conversation: Conversation) -> Reply:
        """Not covered: what it is that isn't, where that is known, and clauses near it, marked as no answer."""
        near = kind_of(best.target) == "near"
        blocks = []
        suggested: list[str] = []
        unknown = True
        worded = [m.target for m in matches if m.found and m.signals["cover"] >= WORDED]
        if worded:  # nothing is claimed to be missing while a clause has all of the question's words
            suggested = worded[:MOST_SUGGESTED]
        elif near:
            topic = self._topics.get(best.topic)
            if topic is not None and self._about(topic, best, question):
                blocks.append(self.compose.say("none.not_covered", topic=topic.name))
                suggested = list(topic.nearest)
                unknown = False
            else:
                blocks.append(self.compose.say("none.not_covered_unknown"))
            found = [m for m in matches if kind_of(m.target) == "clause" and m.probability >= RELATED]
            suggested = [t for t in suggested if t.startswith(f"{self.policy.id}/") and self.library.has(t)]
            suggested += [m.target for m in found]
            suggested = list(dict.fromkeys(suggested))[:MOST_SUGGESTED]
        else:
            blocks.append(self.compose.say("none.far", name=self.library.name))
        if unknown and not worded:
            suggested = list(dict.fromkeys((*suggested, *worth_a_look(matches))))[:MOST_NEAR]
        if suggested:
            blocks.append(Block("suggest", (Say(self.words("suggest_worded" if worded else "suggest")),)))
            blocks += [Block("list", (Say(self.line(t)),)) for t in suggested]
            blocks += self.composers.notices(suggested)
        if not suggested or not (near or worded):
            blocks.append(self.compose.say("none.try", examples=self.library.examples.line))
        return Reply(
            "none",
            tuple(blocks),
            replace(conversation, choices=()),
            self.policy.id,
            suggestions=tuple(self.ref(t, 0.0) for t in suggested),
            why=Why(Rule.NOT_COVERED, topic=best.topic) if near else Why(Rule.FAR),
        )

    def of_another_subject(self, target: str, conversation: Conversation) -> Reply:
        """What is asked for is not what the clause's sums are for: no sum, the clause only named as near."""
        blocks = [
            self.compose.say("none.not_covered_unknown"),
            Block("suggest", (Say(self.words("suggest")),)),
            Block("list", (Say(self.line(target)),)),
            *self.composers.notices([target]),
        ]
        return Reply(
            "none",
            tuple(blocks),
            replace(conversation, choices=()),
            self.policy.id,
            suggestions=(self.ref(target, 0.0),),
            why=Why(Rule.ANOTHER_SUBJECT),
        )

    @staticmethod
    def _about(topic: NotCovered, best: Match, question: Question) -> bool:
        """Whether the question is surely about that topic: one of its terms is in it, or it is a known phrasing."""
        plain = question.reading.plain
        named = any(fold(term) in plain for term in (*topic.terms, topic.name))
        return named or max(best.signals["nearest"], best.signals["fuzzy"]) >= TOPIC_ALIKE

    def elsewhere(self, place: str, conversation: Conversation) -> Reply:
        """Another city's or province's policy."""
        block = self.compose.say("none.elsewhere", place=place, city=self.policy.city or "")
        return Reply("none", (block,), conversation, self.policy.id, why=Why(Rule.ELSEWHERE))

    def no_such_place(self, typed: str, conversation: Conversation) -> Reply:
        """A part or clause that the document doesn't have."""
        parts, clauses = self.compose.parts, len(self.policy.clauses)
        blocks = (
            self.compose.say("locate_none", typed=typed, parts=parts, clauses=clauses, document=self.compose.document),
            self.compose.say("none.try", examples=self.library.examples.line),
        )
        return Reply("none", blocks, conversation, self.policy.id, why=Why(Rule.NO_SUCH_PLACE))

    def only_one(self, conversation: Conversation) -> Reply:
        """There was one clause, and nothing to pick from."""
        blocks = (self.compose.say("clarify.only_one"), Block("list", (Say(self.line(conversation.clause)),)))
        return Reply("clarify", blocks, conversation, self.policy.id, why=Why(Rule.NO_SUCH_CHOICE))

    def with_units(self, reply: Reply, target: str) -> Reply:
        """The reply with the units of the clause that is talked about: whom to ask when a person is asked for."""
        clause = self.library.clause(target)
        units = self.compose.units_blocks(clause)
        if not units:
            return reply
        place = Block("place", (Say(self.compose.place(clause)),), self.compose.label("place"))
        return replace(reply, blocks=(*reply.blocks, *units, place))

    def of_measure(self, reply: Reply, target: str) -> Reply:
        """The reply as what a clause doesn't say, with its units; it is talked about from now on."""
        clause = self.library.clause(target)
        told = self.with_units(reply, target)
        return replace(
            told,
            status="answer",
            conversation=replace(told.conversation, clause=target),
            policy=self.policy.id,
            clauses=(self.compose.ref(clause.id),),
            units=self.responsible.units(clause),
        )

    def note(self, status: Status, name: str, conversation: Conversation, why: Rule | Why, **slots: object) -> Reply:
        """A sentence of the bot's own: small talk, a question back."""
        block = self.compose.say(
            name,
            examples=self.library.examples.line,
            name=self.library.name,
            parts=self.compose.parts,
            clauses=self.library.count,
            **slots,
        )
        return Reply(status, (block,), conversation, why=why if isinstance(why, Why) else Why(why))
