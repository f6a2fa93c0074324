"""Which document a question is asked of, when there are several.

The one that it names, those of the place or body that it names, or the one that is talked about; two that are named are
answered from apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.engine.answering.document_facts import PARTICULARS
from bot.engine.documents.issuers import Whose, region, without
from bot.engine.documents.names import Named
from bot.engine.rules.asked import Apart, Asked, Narrow, Outcome, within
from bot.engine.rules.places import names_place
from bot.engine.rules.resources import Resources
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.thresholds import APART, LIKELY, OFFERED, SURE_TOPIC

MOST_APART = 3
"""Documents named at once that are each answered from."""
ASKS_OF_DOCUMENT = frozenset({"units", "amount", "count", *PARTICULARS})
"""Cues that ask something of a document that is named."""


def another_place(asked: Asked, use: Resources) -> Outcome:
    """A place or body whose documents are not the one that is talked about: that is forgotten."""
    conversation = asked.conversation
    whose = () if asked.scope.only else use.whose(asked.question)
    kept = Conversation(choices=conversation.choices)
    if not whose or conversation.policy in whose or kept == conversation:
        return None
    return Narrow(replace(asked, conversation=kept))


def documents(asked: Asked, use: Resources) -> Outcome:
    """A question that names a document, or points at the one that is talked about: asked of it."""
    folded = asked.question.reading.folded
    if asked.scope.only or asked.question.elsewhere:  # another city's document of the same kind is none of these
        return None
    found = use.names.all(folded)
    exact = [n for n in found if not any(set(o.policies) < set(n.policies) for o in found)]
    if len(exact) > 1:
        return apart([p for n in exact for p in n.policies], exact[0].rest, asked, use)
    if exact:
        return _named(exact[0], asked, use)
    sides = use.library.regions.apart(folded)
    if sides:
        return _sides(sides, asked, use)
    whose = use.library.regions.one(folded)
    return _of_place(whose, asked, use) if whose is not None else _pointed_at(asked, use)


def _named(named: Named, asked: Asked, use: Resources) -> Outcome:
    """The one document that is named; a choice where the name fits several."""
    rest = named.rest
    if len(named.policies) > 1:
        return use.across.choose_document(named.policies, rest, asked.conversation)
    policy_id = named.policies[0]
    whose = use.library.regions.one(rest)
    if whose is not None and policy_id in whose.policies:  # 教育部那份: says no more than the name
        rest = without(rest, whose)
    return within(policy_id, asked, use.understanding.question(rest), named=True)


def _pointed_at(asked: Asked, use: Resources) -> Outcome:
    """这份文件, 它: the document that is talked about, unless the clause is meant."""
    policy_id = asked.conversation.policy
    rest = use.follow_ups.points_back(asked.question) if policy_id else None
    if rest is None or (asked.conversation.clause and use.understanding.empty(rest)):
        return None
    taught = policy_id not in use.library.untaught
    return within(policy_id, asked, asked.question if taught else use.understanding.question(rest))


def apart(policies: Sequence[str], text: str, asked: Asked, use: Resources) -> Outcome:
    """Several documents named at once: an answer from each; a choice where a name fits more than can be told."""
    policies = list(dict.fromkeys(policies))
    if len(policies) > MOST_APART:
        return use.across.choose_document(policies, text, asked.conversation)
    text = use.follow_ups.uncompared(text)
    question = use.understanding.question(text)
    parts = [(use.library.document(p), _part(asked, Conversation(policy=p))) for p in policies]
    narrowed = [(head, within(p, part, question).asked) for p, (head, part) in zip(policies, parts, strict=True)]
    return Apart(tuple(narrowed), asked, text, "documents.apart")


def _sides(sides: Sequence[tuple[str, str]], asked: Asked, use: Resources) -> Apart:
    """Places named side by side: an answer for each."""
    part = _part(asked, Conversation())
    texts = [(name, use.understanding.question(use.follow_ups.uncompared(text))) for name, text in sides]
    parts = tuple((name, replace(part, question=question)) for name, question in texts)
    return Apart(parts, asked, "", "documents.apart_of")


def _part(asked: Asked, conversation: Conversation) -> Asked:
    """What begins anew, in a conversation of its own."""
    return Asked(asked.question, conversation, asked.scope)


def _of_place(whose: Whose, asked: Asked, use: Resources) -> Outcome:
    """A question on the documents of a place or body as such: the only one, a choice, or their list.

    None when it has another subject, or is about a unit: what finds these looks where the documents are from, too.
    """
    rest = without(asked.question.reading.folded, whose)
    question = use.understanding.question(rest)
    policies = tuple(filter(use.library.open, whose.policies)) or whose.policies
    if question.units or question.foreign_units:
        return None
    if _asks_for_list(question, policies):
        return use.across.catalogue(whose.policies, asked.conversation, "documents", place=whose.name)
    about = _about_whole(question, policies[0], use)
    if len(policies) == 1 and _others_of(whose, use):
        return None
    if len(policies) == 1 and (about or whose.pointed):
        return within(policies[0], asked, question, named=True)
    if about:
        return use.across.choose_document(policies, rest, asked.conversation)
    return _best_of(policies, replace(asked, question=question), rest, use) if whose.pointed else None


def _others_of(whose: Whose, use: Resources) -> bool:
    """Whether documents whose place isn't known speak of this one: the only one that is known needn't be meant."""
    speaking = use.matcher.evidence.speaking_of(whose.name)
    return any(use.library.open(p) and region(use.library.by_id[p]) is None for p in speaking)


def _asks_for_list(question: Question, policies: Sequence[str]) -> bool:
    return "documents" in question.asks or (
        question.bare and not question.asks & ASKS_OF_DOCUMENT and len(policies) > 1
    )


def _about_whole(question: Question, policy_id: str, use: Resources) -> bool:
    """Whether a question without the name of its document is on the whole of it, or on a place in it."""
    if question.bare or (question.plain_rest and question.asks - {"generic", "follow_up"}):
        return True
    if names_place(question, policy_id, use):
        return True
    return use.topic(question, use.everywhere.within(policy_id), SURE_TOPIC) is not None


def _best_of(policies: Sequence[str], asked: Asked, text: str, use: Resources) -> Outcome:
    """Of the documents of a place or body the one that speaks of the question's subject, or a choice."""
    best = {p: _best_in(p, asked, use) for p in policies}
    order = sorted(policies, key=lambda p: (-best[p], use.library.rank(p)))
    first, second = best[order[0]], best[order[1]]
    if first >= LIKELY and first - second >= APART:
        return within(order[0], asked, asked.question, named=True)
    near = [p for p in order if best[p] >= OFFERED] or order
    return use.across.choose_document(near, text, asked.conversation)


def _best_in(policy_id: str, asked: Asked, use: Resources) -> float:
    """Probability of the best clause of one document."""
    found = use.matcher.found(asked.question, asked.scope.within(policy_id))
    return max((f.probability for f in found), default=0.0)
