"""The one door: a question and a conversation in, a reply out. Pure and synchronous; the clock is handed in.

A question only goes down: it is understood (understanding/), then rules/order.py asks one rule after the other, each of
which looks things up (documents/), weighs them (matching/) and has the reply built (answering/). What a rule hands back
is a reply, or the question in fewer documents or other words, which goes through the rules again. Who imports whom is
held by the contract in pyproject.toml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Protocol

from bot.days import today_in_beijing
from bot.engine.answering.composer import Composer
from bot.engine.documents.library import Library
from bot.engine.documents.scope import Scope
from bot.engine.rules.asked import Asked, within
from bot.engine.rules.order import answer
from bot.engine.rules.resources import Resources
from bot.engine.rules.units import measures_of
from bot.engine.understanding.understanding import Question, Understanding
from bot.engine.values.conversation import ASKED_ON, Conversation, changed, went_on
from bot.engine.values.reply import Block, Reply, Say
from bot.engine.values.why import ANEW, By, Heard, Rule
from bot.replies.texts import Texts
from knowledge.base.document import Policy
from knowledge.base.target import kind_of
from knowledge.compiled import Ready
from knowledge.retrieval.clause_finder import ClauseFinder
from knowledge.retrieval.evidence import Asking, Evidence

WARM_UP = "一个项目最多几个？"
"""Answering it reads what is read only when first needed."""


class Search(Protocol):
    """Where candidates come from, if not from the base's own index."""

    def behind(self, clauses: ClauseFinder) -> ClauseFinder:
        """The same clauses, found by way of it."""
        ...


class Assistant:
    """Answers questions from one ready base. Safe to share between threads."""

    def __init__(
        self,
        ready: Ready,
        today: Callable[[], date] = today_in_beijing,
        language: str = "zh",
        search: Search | None = None,
    ) -> None:
        if search is not None:
            ready = replace(ready, clauses=search.behind(ready.clauses))
        self.ready = ready
        self.today = today
        self._language = language
        self._search = search
        self.understanding = Understanding(ready)
        self.library = Library(ready, Texts.load(language), today, self.reply)
        self.words = self.library.words
        self._use = Resources(self.library, self.understanding)

    def with_base(self, ready: Ready) -> Assistant:
        """An assistant like this one, on another base; it has read what is read only when first needed."""
        other = Assistant(ready, self.today, self._language, self._search)
        other.reply(WARM_UP)
        return other

    @property
    def policy(self) -> Policy:
        """The document that is meant where a question names none, or that stands first."""
        return self.library.home

    def reply(self, question: str, conversation: Conversation | None = None, policy: str = "") -> Reply:
        """Answer any text. Never raises; what can't be answered is said so.

        ``policy``: id of the one to answer from.
        """
        if not self.library.policies:
            return Reply("none", (Block("say", (Say(self.words("none.no_documents")),)),), Conversation())
        asked = self.understanding.question(question)
        before = self._known(conversation or Conversation())
        first = Asked(asked, before, self._use.everywhere)
        reply = answer(within(policy, first, asked).asked if policy and self.library.many else first, self._use)
        kept = _about(reply, before) if self.library.many else reply.conversation
        kept = _went_on(before, self._suggested(reply, kept), reply)
        kept = changed(_beside(reply, kept, before), point=tuple(sorted(asked.asks & ASKED_ON)) or before.point)
        reply, kept = self._use.brevity.brief(reply, kept, before, asked.asks)
        return replace(reply, conversation=kept, why=replace(reply.why, heard=self._heard(asked)))

    @property
    def evidence(self) -> Evidence:
        """What weighs the clauses without phrasings; for fits."""
        return self._use.matcher.evidence

    def looked_for(self, question: str, policy: str = "") -> Asking:
        """What such a clause must have to answer a question; for fits. ``policy``: id of the one that is asked."""
        return self._use.matcher.looked_for(self.understanding.question(question), Scope(self.library, policy))

    def taught_and_found(self, question: str) -> Mapping[str, float] | None:
        """What tells whether the clause with phrasings that is the best match is meant, or the best one without.

        None where something else is the best match; for fits.
        """
        asked, everywhere = self.understanding.question(question), self._use.everywhere
        learned = self._use.matcher.learned(asked.reading, everywhere)
        if not learned or kind_of(learned[0].target) != "clause":
            return None
        found = self._use.matcher.found(asked, everywhere)
        return self._use.matcher.trust_values(asked, learned[0], found[0] if found else None)

    def _suggested(self, reply: Reply, kept: Conversation) -> Conversation:
        """With what a refusal names as near on the table, where no clause is: 谁审, 第一个 are about these.

        Only in documents without phrasings: in others who is refused asked for something else.
        """
        near = reply.suggestions
        if reply.status != "none" or kept.clause or kept.choices:
            return kept
        if any(ref.policy not in self.library.untaught for ref in near):
            return kept
        return changed(kept, choices=tuple(ref.target for ref in near))

    def _heard(self, asked: Question) -> Heard:
        """How the question was read, for the reply's why."""
        reading = asked.reading
        return Heard(
            plain=reading.plain,
            words=reading.words,
            telling=tuple(word for word in reading.words if word not in self.understanding.generic),
            terms=reading.terms,
            repairs=reading.repairs,
            asks=tuple(sorted(asked.asks)),
        )

    def show(self, target: str, conversation: Conversation | None = None) -> Reply:
        """The clause that a target (policy/clause) names, whole; KeyError if there is none."""
        clause = self.library.clause(target)
        kept = replace(conversation or Conversation(), choices=(), more=())
        question = self.understanding.question(clause.id)
        reply = self._use.answers(target).answer(clause, question, kept, By(Rule.PLACE))
        if self.library.many:
            reply = replace(reply, conversation=replace(reply.conversation, policy=reply.policy))
        return reply

    def pick(self, policy_id: str, conversation: Conversation) -> Reply:
        """What was asked before a choice of documents, answered from the one that was picked; else an overview."""
        known = self._known(conversation)
        asked = known.said if policy_id in known.choices else ""
        return self.reply(asked, Conversation(policy=policy_id), policy=policy_id)

    def composer(self, policy_id: str) -> Composer:
        """What composes paragraphs on a policy, or on the policy of a target."""
        return self._use.composers.of(policy_id)

    def meant(self, conversation: Conversation) -> Policy | None:
        """The document that is talked about, or the one that is meant where none is named."""
        return self._use.everywhere.meant(self._known(conversation))

    def of_unit(self, unit: str) -> Reply:
        """The measures that a unit, by its name in the lexicon, is responsible for."""
        return measures_of(
            [unit], Asked(self.understanding.question(""), Conversation(), self._use.everywhere), self._use
        )

    def money(self, policy_id: str) -> Reply:
        """All the money that a document speaks of."""
        return self._use.answers(policy_id).all_figures(Conversation(policy=policy_id))

    def _known(self, conversation: Conversation) -> Conversation:
        """Without clauses that the base no longer has: conversations outlive bases."""
        if conversation.empty:
            return conversation
        has = self.library.has
        return changed(
            conversation,
            clause=conversation.clause if kind_of(conversation.clause) == "clause" and has(conversation.clause) else "",
            choices=tuple(t for t in conversation.choices if has(t)),
            more=tuple(t for t in conversation.more if has(t)),
            beside=tuple(t for t in conversation.beside if has(t)),
            earlier=tuple(t for t in conversation.earlier if kind_of(t) == "clause" and has(t)),
            policy=conversation.policy if self.library.many and has(conversation.policy) else "",
            named=conversation.named if self.library.many and has(conversation.named) else "",
        )


def _went_on(before: Conversation, kept: Conversation, reply: Reply) -> Conversation:
    """The conversation with what was talked about before."""
    return went_on(before, kept, reply.why.figures, anew=reply.why.rule in ANEW)


def _about(reply: Reply, before: Conversation) -> Conversation:
    """The conversation with the document that is now talked about: a refusal that is about none changes nothing."""
    kept = reply.conversation
    answered = reply.policy if reply.status in ("answer", "info", "choose") else ""
    policy = answered or kept.policy or before.policy
    named = kept.named or before.named
    return changed(kept, policy=policy, named=named if named == policy else "")


def _beside(reply: Reply, kept: Conversation, before: Conversation) -> Conversation:
    """The conversation with what was named beside the answer; what was named before is kept through thanks."""
    if reply.status != "answer":
        return changed(kept, beside=before.beside if kept.clause == before.clause else ())
    named = tuple(dict.fromkeys(ref.target for ref in reply.clauses))
    several = len(named) > 1 and not kept.choices and named[0] == kept.clause
    return changed(kept, beside=named if several else ())
