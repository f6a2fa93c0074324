"""Which document a question is answered from, when there are several.

The one that it names, those of the place or body that it names, or the one that is talked about; two that are named are
answered from apart. And what is asked of documents as such: their list, a document's own data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

from bot.engine.answering.document_facts import PARTICULARS
from bot.engine.documents.issuers import Whose, without
from bot.engine.documents.names import Names
from bot.engine.matching.matcher import SURE
from bot.engine.rules.places import Located
from bot.engine.rules.resources import Sources
from bot.engine.understanding import follow_up
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from knowledge.base.phrasings import InfoTopic
from knowledge.base.target import Target, kind_of

OFFERED = 0.01
"""Probability from which a document is worth offering."""
LIKELY = 0.6
"""Probability from which the best of several documents may be the one that is meant."""
ASKS_OF_DOCUMENT = frozenset({"units", "amount", "count", *PARTICULARS})
"""Cues that ask something of a document that is named."""
ASKS_ASPECT = frozenset({"aspects", "amount", "count", "units"})
"""Cues of questions that may have no subject of their own."""
REPEALED = "repealed"
"""Cues that ask what took the document's place, which its validity says."""
MOST_APART = 3
"""Documents named at once that are each answered from."""
SURE_TOPIC = 0.5
"""Probability from which a question is on a document as a whole."""
APART = 0.15
"""By how much the best of several documents must be more probable than the next to be the one that is meant."""
WORDED, HALF, NEARLY = 0.95, 0.5, 0.1
"""Share of the question's words with which the document that is talked about has it all, or enough of it to stay while
no other has so much more."""
_SIDES = re.compile(r"在|方面|上|之间|这块|这一块|都|各自|分别")


Within = Callable[[str, Question, Conversation], Reply]
"""The question answered from one document: (id, question, conversation)."""
Anywhere = Callable[[Question, Conversation], Reply]
"""The question answered from all of them."""


class Which:
    """Finds it; ``within`` and ``anywhere`` answer."""

    def __init__(self, sources: Sources, located: Located, within: Within, anywhere: Anywhere) -> None:
        self._sources = sources
        self._library = sources.library
        self._understanding = sources.understanding
        self._matcher = sources.matcher
        self._located = located
        self._within = within
        self._reply = anywhere
        self._names = Names(sources.library.policies if sources.library.many else ())

    def reply(self, question: Question, conversation: Conversation) -> Reply | None:
        """A question that names a document, or points at the one that is talked about: answered from it."""
        if question.elsewhere:  # another city's document of the same kind is none of these
            return None
        reading = question.reading
        found = self._names.all(reading.folded)
        exact = [n for n in found if not any(set(o.policies) < set(n.policies) for o in found)]
        if len(exact) > 1:
            return self.apart([p for n in exact for p in n.policies], exact[0].rest, conversation)
        if exact:
            if len(exact[0].policies) > 1:
                return self._sources.across.choose_document(exact[0].policies, exact[0].rest, conversation)
            policy_id, rest = exact[0].policies[0], exact[0].rest
            whose = self._library.regions.one(rest)
            if whose is not None and policy_id in whose.policies:  # 教育部那份: says no more than the name
                rest = without(rest, whose)
            return self.by_name(policy_id, self._understanding.question(rest), conversation)
        sides = self._library.regions.apart(reading.folded)
        if sides:
            return self._sides(sides, conversation)
        whose = self._library.regions.one(reading.folded)
        if whose is not None:
            return self._of_place(whose, conversation, reading.folded)
        pointing = follow_up.points_back(question) if conversation.policy else None
        if pointing is None or (conversation.clause and self._understanding.empty(pointing)):
            return None
        taught = conversation.policy not in self._library.untaught
        asked = question if taught else self._understanding.question(pointing)
        return self._within(conversation.policy, asked, conversation)

    def by_name(self, policy_id: str, question: Question, conversation: Conversation) -> Reply:
        """The question answered from a document that was asked for: it stays the one that is talked about."""
        reply = self._within(policy_id, question, conversation)
        return replace(reply, conversation=replace(reply.conversation, policy=policy_id, named=policy_id))

    def apart(self, policies: Sequence[str], asked: str, conversation: Conversation) -> Reply:
        """Several documents named at once: an answer from each; a choice where a name fits more than can be told."""
        policies = list(dict.fromkeys(policies))
        across = self._sources.across
        if len(policies) > MOST_APART:
            return across.choose_document(policies, asked, conversation)
        asked = self._uncompared(asked)
        question = self._understanding.question(asked)
        replies = [(self._library.document(p), self._within(p, question, Conversation(policy=p))) for p in policies]
        return across.apart(replies, conversation, asked, "documents.apart")

    def _sides(self, sides: Sequence[tuple[str, str]], conversation: Conversation) -> Reply:
        """Places named side by side: an answer for each."""
        replies = [
            (name, self._reply(self._understanding.question(self._uncompared(asked)), Conversation()))
            for name, asked in sides
        ]
        return self._sources.across.apart(replies, conversation, "", "documents.apart_of")

    def _uncompared(self, text: str) -> str:
        """The text without the words that compare: each document is asked for itself."""
        rest = self._understanding.without("compares", text)
        return rest if rest == text else _SIDES.sub(" ", rest).strip()

    def _of_place(self, whose: Whose, conversation: Conversation, folded: str) -> Reply | None:
        """A question on the documents of a place or body as such: the only one, a choice, or their list.

        None when it has another subject, or is about a unit: what finds these looks where the documents are from, too.
        """
        rest = without(folded, whose)
        asked = self._understanding.question(rest)
        library = self._library
        policies = tuple(filter(library.open, whose.policies)) or whose.policies
        if asked.units or asked.foreign_units:
            return None
        if "documents" in asked.asks or (asked.bare and not asked.asks & ASKS_OF_DOCUMENT and len(policies) > 1):
            return self._sources.across.catalogue(whose.policies, conversation, "documents", place=whose.name)
        about = self._about_whole(asked, policies[0])
        if len(policies) == 1 and (about or whose.pointed):
            return self.by_name(policies[0], asked, conversation)
        if about:
            return self._sources.across.choose_document(policies, rest, conversation)
        return self._best_of(policies, asked, rest, conversation) if whose.pointed else None

    def _about_whole(self, question: Question, policy_id: str) -> bool:
        """Whether a question without the name of its document is on the whole of it, or on a place in it."""
        if question.bare or (question.plain_rest and question.asks - {"generic", "follow_up"}):
            return True
        return self._located.names(question, policy_id) or self.topic(question, policy_id, SURE_TOPIC) is not None

    def _best_of(self, policies: Sequence[str], question: Question, rest: str, conversation: Conversation) -> Reply:
        """Of the documents of a place or body the one that speaks of the question's subject, or a choice."""
        best = {p: max((f.probability for f in self._matcher.found(question, p)), default=0.0) for p in policies}
        order = sorted(policies, key=lambda p: (-best[p], self._library.rank(p)))
        first, second = best[order[0]], best[order[1]]
        if first >= LIKELY and first - second >= APART:
            return self.by_name(order[0], question, conversation)
        near = [p for p in order if best[p] >= OFFERED] or order
        return self._sources.across.choose_document(near, rest, conversation)

    def topic(self, question: Question, scope: str, least: float = 0.0) -> InfoTopic | None:
        """What about the document as a whole is asked, if that is what is asked most probably, and at least so."""
        matches = self._matcher.learned(question.reading, scope)
        if matches and kind_of(matches[0].target) == "info" and matches[0].probability >= least:
            return cast(InfoTopic, Target.parse(matches[0].target).topic)
        return None

    def particular(self, question: Question, conversation: Conversation, scope: str) -> Reply | None:
        """A question on a document's own data (文号多少, 有没有附件) and nothing else."""
        topic = next((t for t in PARTICULARS if t in question.asks), None)
        replaced = REPEALED in question.asks
        if not (topic or replaced) or question.units or question.foreign_units or not question.plain_rest:
            return None
        meant = self._sources.meant(conversation, scope)
        if meant is None:
            found = [p for p in self._library.by_id if self._library.open(p)]
            text = question.reading.plain
            return self._sources.across.choose_document(found, text, conversation, "documents.choose_info")
        answers = self._sources.answers(meant.id)
        if topic is None or replaced:
            return answers.info("validity", conversation)
        return answers.particular(topic, conversation)

    def listed(self, question: Question, conversation: Conversation, scope: str) -> Reply | None:
        """有哪些文件; 目录 while none is talked about: the list of all documents."""
        if scope or not self._library.many:
            return None
        for name, info in (("documents", "documents"), ("contents", "structure")):
            if name not in question.asks or (name == "contents" and conversation.policy):
                continue
            if self._understanding.empty(self._understanding.without(name, question.reading.plain)):
                return self._sources.across.catalogue(self._library.by_id, conversation, info)
        return None

    def stays(self, question: Question, conversation: Conversation) -> Reply | None:
        """A question that names no document while one is talked about that has it all, or that has no subject itself.

        What another document, or a clause with phrasings, answers better leaves the one that is talked about.
        """
        policy_id = conversation.policy
        named = conversation.named == policy_id
        if not self._library.many or not policy_id or question.units or question.foreign_units:
            return None
        if question.elsewhere or not (named or policy_id in self._library.untaught):
            return None
        whose = self._sources.whose(question)
        if whose and policy_id not in whose:
            return None
        if self._subjectless(question):
            return self._within(policy_id, question, conversation) if named or conversation.clause else None
        subject = self._understanding.question(self._understanding.without("aspects", question.reading.plain))
        near = self._matcher.found(subject, policy_id) if policy_id in self._library.untaught else []
        if not named or not near:
            return None
        matches = self._matcher.match(question)
        best = matches[0] if matches else None
        if best is not None and kind_of(best.target) in ("info", "chat"):
            return None
        cover = near[0].signals["cover"]
        rival = max((m.signals["cover"] for m in matches if m.found), default=0.0)
        learned = best is not None and not best.found and kind_of(best.target) == "clause"
        sure = learned and best is not None and best.probability >= SURE
        if cover >= WORDED or (cover >= HALF and cover > rival - NEARLY and not sure):
            return self._within(policy_id, question, conversation)
        return None

    def _subjectless(self, question: Question) -> bool:
        """Whether it asks only for a side that any measure has: 怎么申请, 补贴多少, 申报条件是什么."""
        if not question.asks & ASKS_ASPECT or len(question.reading.folded) > 2 * follow_up.SHORT:
            return False
        return self._understanding.question(self._understanding.without("aspects", question.rest)).plain_rest
