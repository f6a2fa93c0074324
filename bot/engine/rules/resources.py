"""What the rules of flow.py share: the library, what answers from each document, and what matches."""

from __future__ import annotations

from bot.engine.answering.best_sentence import Sentences
from bot.engine.answering.clause_answers import Answers
from bot.engine.answering.composer import Composers
from bot.engine.answering.several_documents import Across
from bot.engine.documents.library import Library
from bot.engine.matching.matcher import Matcher
from bot.engine.matching.verbatim import Terms
from bot.engine.understanding.understanding import Question, Understanding
from bot.engine.values.conversation import Conversation
from knowledge.base.document import Clause, Policy
from knowledge.base.target import policy_of
from knowledge.reading.reader import Reading

FOUND = 0.5
"""Probability from which clauses without phrasings surely speak of a question's subject."""


class Sources:
    """Answers and terms of each document, made when first needed."""

    def __init__(self, library: Library, understanding: Understanding) -> None:
        self.library = library
        self.understanding = understanding
        self.matcher = Matcher(library, understanding)
        sentences = Sentences(library.ready, library.untaught)
        self.composers = Composers(library)
        self.across = Across(self.composers, sentences.best)
        self._best = sentences.best
        self._answers: dict[str, Answers] = {}
        self._terms: dict[str, Terms] = {}

    def answers(self, policy_id: str) -> Answers:
        """What answers from one policy, or from the policy of a target."""
        policy_id = policy_of(policy_id)
        if policy_id not in self._answers:
            policy = self.library.by_id[policy_id]
            self._answers[policy_id] = Answers(self.composers, policy, self._best, self.understanding.generic)
        return self._answers[policy_id]

    def meant(self, conversation: Conversation, scope: str = "") -> Policy | None:
        """The document that a question which names none is about: the one asked, talked about, or the default."""
        return self.library.by_id.get(scope or conversation.policy) or self.library.default

    def home(self, conversation: Conversation, scope: str = "") -> Answers:
        """What answers where no document is meant in particular."""
        return self.answers((self.meant(conversation, scope) or self.library.home).id)

    def whose(self, question: Question) -> tuple[str, ...]:
        """The documents of the only place or body that the question names, those that are open; none: no such."""
        whose = self.library.regions.one(question.reading.folded)
        if whose is None:
            return ()
        return tuple(filter(self.library.open, whose.policies)) or whose.policies

    # -- words of the clauses ----------------------------------------------------------------------------------------

    def taught(self, scope: str) -> list[Terms]:
        """Terms of the taught documents that are asked."""
        ids = [p.id for p in self.library.policies if p.id not in self.library.untaught]
        return [self._terms_of(p) for p in ids if p == scope or (not scope and self.library.open(p))]

    def _terms_of(self, policy_id: str) -> Terms:
        if policy_id not in self._terms:
            policy = self.library.by_id[policy_id]
            self._terms[policy_id] = Terms(self.library.ready, policy, self.understanding)
        return self._terms[policy_id]

    def holding(self, question: Question, scope: str) -> list[tuple[str, Clause]]:
        """(policy, clause) of taught documents that hold every word of a bare question."""
        return [(t.policy.id, c) for t in self.taught(scope) for c in t.holding(question)]

    def titled(self, question: Question, scope: str) -> list[str]:
        """Targets in taught documents whose title holds every word of a bare question."""
        return [f"{t.policy.id}/{c.id}" for t in self.taught(scope) for c in t.titled(question)]

    def stands(self, reading: Reading, policy_id: str) -> bool:
        """Whether any word of the reading is one of the document's own."""
        if policy_id not in self.library.untaught:
            return self._terms_of(policy_id).stands(reading)
        words = [w for w in reading.words if len(w) > 1 and w not in self.understanding.generic]
        return any(self.library.ready.clauses.stands(word, policy_id) for word in words)

    def specific(self, question: Question, conversation: Conversation, scope: str) -> bool:
        """Whether the question has a subject that clauses speak of."""
        meant = (self.meant(conversation, scope) or self.library.home).id
        if self.stands(question.rest_reading, meant):
            return True
        if not self.library.many:
            return False
        if not scope and meant != self.library.home.id and self.stands(question.rest_reading, self.library.home.id):
            return True
        words = [w for w in question.rest_reading.words if len(w) > 1 and w not in self.understanding.generic]
        found = self.matcher.found(question, scope) if len(words) > 1 else []
        return bool(found) and found[0].probability >= FOUND
