"""What the rules share: the documents, what understands and matches questions, and what answers from each document."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import cast

from bot.engine.answering.answers import Answers
from bot.engine.answering.best_sentence import Sentences
from bot.engine.answering.brevity import Brevity
from bot.engine.answering.composer import Composers
from bot.engine.answering.contrasts import Contrasts
from bot.engine.answering.document_facts import PARTICULARS
from bot.engine.answering.mentioned import Mentioned
from bot.engine.answering.other_words import OtherWords
from bot.engine.answering.several_documents import Across
from bot.engine.answering.untaught_figures import UntaughtFigures
from bot.engine.documents.citations import Citations
from bot.engine.documents.described import Described
from bot.engine.documents.library import Library
from bot.engine.documents.mentions import Mentions
from bot.engine.documents.names import Names
from bot.engine.documents.scope import Scope
from bot.engine.matching.matcher import Matcher
from bot.engine.matching.subjects import Subjects
from bot.engine.matching.things import Things
from bot.engine.matching.verbatim import Terms
from bot.engine.understanding.absent import Particulars
from bot.engine.understanding.acts import Acts
from bot.engine.understanding.follow_up import FollowUps
from bot.engine.understanding.listing import Listings
from bot.engine.understanding.understanding import Question, Understanding
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import FOUND, OUTSIDE
from bot.engine.values.why import By, Rule
from knowledge.base.document import Policy
from knowledge.base.phrasings import InfoTopic
from knowledge.base.target import Target, is_outside, kind_of, policy_of

COURTESIES = frozenset({"chat:ack", "chat:thanks", "chat:bye"})
"""Targets of what is said to be polite: whoever asks something means more."""


class Resources:
    """Answers and terms of each document, made when first needed."""

    def __init__(self, library: Library, understanding: Understanding) -> None:
        self.library = library
        self.understanding = understanding
        self.follow_ups = FollowUps(understanding)
        self.acts = Acts(understanding)
        self.listings = Listings(understanding)
        self.particulars = Particulars(understanding)
        self.mentions = Mentions(library.ready)
        self.everywhere = Scope(library)
        """All documents that are open."""
        self.matcher = Matcher(library, understanding)
        others = OtherWords(library.ready)
        self._sentences = Sentences(library.ready, library.untaught, others)
        contrasts = Contrasts(library.ready.base.lexicon)
        self._figures = UntaughtFigures(library.ready, understanding.numbers, understanding.generic, contrasts, others)
        self.composers = Composers(library)
        self.brevity = Brevity(self.composers)
        self.mentioned = Mentioned(self.composers)
        self.across = Across(self.composers, self._sentences)
        self._answers: dict[str, Answers] = {}
        self._terms: dict[str, Terms] = {}

    @cached_property
    def names(self) -> Names:
        """What the documents are called; the only one needs no name."""
        return Names(self.library.policies if self.library.many else ())

    @cached_property
    def described(self) -> Described:
        """Which documents questions describe without naming them."""
        return Described(self.library, self.matcher.evidence)

    @cached_property
    def citations(self) -> Citations:
        """Numbers and titles of documents that stand anywhere in the base."""
        return Citations(self.library.policies)

    def answers(self, policy_id: str) -> Answers:
        """What answers from one policy, or from the policy of a target."""
        policy_id = policy_of(policy_id)
        if policy_id not in self._answers:
            policy = self.library.by_id[policy_id]
            self._answers[policy_id] = Answers(
                self.composers, policy, self._sentences, self.understanding, self._figures
            )
        return self._answers[policy_id]

    @cached_property
    def subjects(self) -> Subjects:
        """Whom the clauses' sums are for."""
        return Subjects(self.library.ready, self.understanding, self.matcher.evidence, self.things)

    @cached_property
    def things(self) -> Things:
        """What questions name that documents nowhere speak of."""
        return Things(self.library.ready, self.understanding, self.matcher.evidence)

    def home(self, scope: Scope, conversation: Conversation) -> Answers:
        """What answers where no document is meant in particular."""
        return self.answers(scope.home(conversation).id)

    def asks_back(self, scope: Scope, conversation: Conversation) -> Reply:
        """Which one is meant, where nothing was said that it could be."""
        return self.home(scope, conversation).note("clarify", "clarify.no_context", conversation, Rule.NO_CONTEXT)

    def whose(self, question: Question) -> tuple[str, ...]:
        """The documents of the only place or body that the question names, those that are open; none: no such."""
        whose = self.library.regions.one(question.reading.folded)
        if whose is None:
            return ()
        return tuple(filter(self.library.open, whose.policies)) or whose.policies

    def topic(self, question: Question, scope: Scope, least: float = 0.0) -> InfoTopic | None:
        """What about a document as a whole is asked, if that is what is asked most probably, and at least so."""
        matches = self.matcher.learned(question.reading, scope)
        if matches and kind_of(matches[0].target) == "info" and matches[0].probability >= least:
            return cast(InfoTopic, Target.parse(matches[0].target).topic)
        return None

    def outside(self, question: Question) -> bool:
        """Whether a question has a subject by itself, and one that surely no document covers."""
        if not any(self.follow_ups.says_subject(word) for word in question.telling):
            return False
        matches = self.matcher.learned(question.reading, self.everywhere)
        return sum(m.probability for m in matches if is_outside(m.target)) >= OUTSIDE

    def of_foreign_thing(self, question: Question, target: str) -> bool:
        """Whether it names a thing of which the document nowhere speaks; ``target``: of its clause, or its own id."""
        policy = self.library.by_id[policy_of(target)]
        return self.things.foreign(policy, question, self.library.clause(target) if target != policy.id else None)

    def of_uncovered_matter(self, question: Question, target: str) -> bool:
        """Whether it names a matter that no document covers, and nothing of which this clause speaks."""
        if not self.things.names_uncovered(self.library.by_id[policy_of(target)], question):
            return False
        return not self.mentions.related(question.telling, self.library.clause(target))

    # -- replies that several rules give -----------------------------------------------------------------------------

    def of_talked_about(self, question: Question, conversation: Conversation) -> Reply:
        """The question answered from the clause that is talked about."""
        answers, clause = self.answers(conversation.clause), self.library.clause(conversation.clause)
        return answers.answer(clause, question, conversation, By(Rule.FOLLOW_UP), said=conversation.said)

    def info(self, topic: InfoTopic, question: Question, conversation: Conversation, scope: Scope) -> Reply:
        """On a document as a whole: the one meant, or a question back."""
        meant = scope.asked_of(conversation)
        if meant is None:
            return self.which_document(question, conversation)
        asked = [t for t in PARTICULARS if t == topic or t in question.asks]
        if topic in PARTICULARS and len(asked) > 1:  # 哪个单位哪天发的
            return self.answers(meant.id).particulars(asked, conversation)
        return self.answers(meant.id).info(topic, conversation)

    def which_document(self, question: Question, conversation: Conversation) -> Reply:
        """A question back: which of the documents is meant."""
        found = [p for p in self.library.by_id if self.library.open(p)]
        return self.across.choose_document(found, question.reading.plain, conversation, "documents.choose_info")

    def small_talk(self, question: Question, scope: Scope) -> float:
        """How probably it is small talk, where nothing that was learned is likelier; else 0.

        Of any kind where it names nothing: 懂了多谢 is thanks or assent.
        """
        learned = self.matcher.learned(question.reading, scope)
        if not learned or kind_of(learned[0].target) != "chat":
            return 0.0
        if learned[0].target in COURTESIES and self.follow_ups.questions(question):
            return 0.0
        if len(question.telling) > 1:
            return learned[0].probability
        return sum(m.probability for m in learned if kind_of(m.target) == "chat")

    def several(
        self, targets: Sequence[str], conversation: Conversation, rule: Rule, full: bool = False, units: bool = False
    ) -> Reply:
        """Clauses asked for together, of one document or of several."""
        if len({policy_of(t) for t in targets}) > 1:
            return self.across.several(targets, conversation, rule, full, units)
        clauses = [self.library.clause(t) for t in targets]
        return self.answers(targets[0]).several(clauses, conversation, rule, full=full, units=units)

    # -- words of the clauses ----------------------------------------------------------------------------------------

    def _terms_of(self, policy_id: str) -> Terms:
        if policy_id not in self._terms:
            policy = self.library.by_id[policy_id]
            self._terms[policy_id] = Terms(self.library.ready, policy)
        return self._terms[policy_id]

    def holding(self, question: Question, scope: Scope) -> list[str]:
        """Targets in taught documents that hold every word of a bare question."""
        terms = map(self._terms_of, scope.taught)
        return [_target(t.policy, c.id) for t in terms for c in t.holding(question)]

    def titled(self, question: Question, scope: Scope) -> list[str]:
        """Targets in taught documents whose title holds every word of a bare question."""
        terms = map(self._terms_of, scope.taught)
        return [_target(t.policy, c.id) for t in terms for c in t.titled(question)]

    def stands(self, question: Question, policy_id: str) -> bool:
        """Whether any word that the question is about is one of the document's own."""
        if policy_id not in self.library.untaught:
            return self._terms_of(policy_id).stands(question)
        return any(self.library.ready.clauses.stands(word, policy_id) for word in question.telling)

    def specific(self, question: Question, conversation: Conversation, scope: Scope) -> bool:
        """Whether the question has a subject that clauses speak of."""
        meant, home = scope.home(conversation).id, self.library.home.id
        if self.stands(question, meant) or (not scope.only and meant != home and self.stands(question, home)):
            return True
        found = self.matcher.found(question, scope) if len(question.telling) > 1 else []
        return bool(found) and found[0].probability >= FOUND


def _target(policy: Policy, clause: str) -> str:
    return str(Target.of_clause(policy.id, clause))
