"""All clauses that speak of something: 照顾小微的有哪些, 和人才有关的有几条; a bare word that stands in several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.engine.documents.mentions import Mention, saying
from bot.engine.rules.asked import Asked, Narrow, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.listing import Listing, side_by_side
from bot.engine.understanding.patterns import pattern
from bot.engine.understanding.understanding import Question
from bot.engine.values.thresholds import (
    CUE_WORD,
    LIKELY,
    MOST_CHARS,
    MOST_CLAUSES,
    MOST_WORDS,
    RELATED,
    SURE,
    SURE_TOPIC,
    TITLE,
)
from bot.engine.values.why import By, Rule
from knowledge.base.document import Policy
from knowledge.base.target import Target, is_outside, kind_of, policy_of
from knowledge.learned.index import Match
from knowledge.reading.word_class import word_class
from knowledge.text.fold import fold

ASPECTS = frozenset({"aspects", "generic"})
"""Cues of words that may be what clauses speak of as well."""

NOTHING_OF_ONE = ASPECTS | {"follow_up"}
"""Cues that ask nothing of a clause in particular: 平台呢."""


def mentions(asked: Asked, use: Resources) -> Outcome:
    """A list of what was asked for in so many words; a choice where a word stands in several clauses and says no more.

    None where one clause is meant, or no document is.
    """
    listing = None if asked.left else use.listings.asked(asked.question)
    policy = asked.scope.meant(asked.conversation) if listing is not None else None
    if listing is None or policy is None:
        return None
    if listing.money:
        return use.answers(policy.id).all_figures(asked.conversation)
    if listing.facet is not None:
        return _told(saying(policy, pattern(listing.facet.says)), [listing.said], policy, asked, use)
    if listing.every:
        return _list(listing, policy, asked, use) if asked.talked_about or _is_in(policy, asked, use) else None
    text = listing.texts[0]
    if len(text) > 2 * MOST_CHARS or (use.understanding.holds_cue(text) and not _is_a_word(listing)):
        return None  # it says more than a few words, or asks something
    return _choice(listing.subjects[0], policy, asked, use)


def _is_a_word(listing: Listing) -> bool:
    """Whether the only cue is a word that clauses are to speak of: 企业, in 企业能拿到什么好处."""
    if len(listing.texts[0]) > CUE_WORD:
        return False
    subject = listing.subjects[0]
    return subject.asks <= ASPECTS and subject.telling == (subject.text,)


def _told(found: Sequence[Mention], words: Sequence[str], policy: Policy, asked: Asked, use: Resources) -> Outcome:
    """The list of them; a choice without ``words``, which all of them speak of. None without any."""
    plain, kept = asked.question.reading.plain, asked.conversation
    return use.mentioned.reply(found, policy.id, plain, kept, "、".join(words)) if found else None


def _list(listing: Listing, policy: Policy, asked: Asked, use: Resources) -> Outcome:
    """All that speak of it; the only one as if it had been asked for itself."""
    for subject in listing.subjects:
        words = _words(subject)
        found = use.mentions.all_of(policy, words) if words else []
        beside = [word for word in side_by_side(subject) if use.mentions.of(policy, [word])] if len(found) < 2 else []
        if len(beside) > 1 and 2 * len(beside) >= len(subject.telling):
            words, found = beside, use.mentions.of_each(policy, beside)
        if len(found) == 1:
            return _only(found[0], subject, policy, asked, use)
        if found:
            return _told(found, words, policy, asked, use)
    return None


def _only(mention: Mention, subject: Question, policy: Policy, asked: Asked, use: Resources) -> Outcome:
    """The clause that alone speaks of it, whole; a choice where others are as likely meant."""
    matches = use.matcher.match(asked.question, asked.scope)
    if matches and matches[0].target == str(Target.of_clause(policy.id, mention.clause.id)):
        sure = matches[0].probability >= (LIKELY if matches[0].found else SURE)
        return (
            Narrow(replace(asked, question=subject)) if sure else _told([mention], _words(subject), policy, asked, use)
        )
    return None if _one_is_meant(matches, subject, asked, use) else _likely(mention, matches, policy, asked, use)


def _choice(subject: Question, policy: Policy, asked: Asked, use: Resources) -> Outcome:
    """The clauses in which the words stand that are all that is said; None where one is surely meant."""
    words = _words(subject) if _says_no_more(subject, asked, use) and _is_in(policy, asked, use) else ()
    found = _speaking(subject, words, policy, use)
    if not found:
        return _told(use.mentions.of_each(policy, side_by_side(subject)) if words else [], (), policy, asked, use)
    matches = use.matcher.match(asked.question, asked.scope)
    says_more = len("".join(words)) >= TITLE or asked.question.asks - NOTHING_OF_ONE  # 招商引资; 招商 谁负责
    if (len(found) == 1 or (says_more and _one_is_titled(found, words))) and _one_is_meant(
        matches, subject, asked, use
    ):
        return None
    if len(found) == 1:
        return _likely(found[0], matches, policy, asked, use)
    return _told(found, words if len(found) > MOST_CLAUSES else (), policy, asked, use)


def _speaking(subject: Question, words: Sequence[str], policy: Policy, use: Resources) -> Sequence[Mention]:
    """The clauses that speak of the words; of a broad subject that few name, those that say most of it."""
    found = use.mentions.of(policy, words) if words else []
    if len(found) > MOST_CLAUSES or not words:
        return found
    of_theme = use.mentions.on_themes(policy, [subject.reading.plain]) or use.mentions.on_themes(policy, words)
    if len(of_theme) > 1 or (not found and len(words) == 1):
        return of_theme[:MOST_CLAUSES]
    return found


def _one_is_titled(found: Sequence[Mention], words: Sequence[str]) -> bool:
    """Whether one alone of several clauses has the words in its title: 招商引资."""
    titled = [mention for mention in found if all(word in fold(mention.clause.title) for word in words)]
    return len(found) > 1 and len(titled) == 1


def _words(subject: Question) -> Sequence[str]:
    """What clauses must speak of; none where it is more than a few words."""
    words = subject.telling
    return words if len(words) <= MOST_WORDS and sum(map(len, words)) <= MOST_CHARS else ()


def _says_no_more(subject: Question, asked: Asked, use: Resources) -> bool:
    """Whether nothing but a few words is said, and nothing is talked about that they may go on from."""
    conversation = asked.conversation
    if conversation.clause or conversation.units or asked.names_unit:
        return False
    if use.understanding.money.alone(asked.question):  # 有哪些补贴: rules/money.py
        return False
    beside = [word for word in subject.left if word not in subject.telling]
    return not subject.numbers and all(word_class(word).startswith("v") for word in beside)  # 搭平台


def _is_in(policy: Policy, asked: Asked, use: Resources) -> bool:
    """Whether this document is asked, or its clauses are what the words are asked of by those who know it."""
    if asked.scope.only or not use.library.many or use.listings.of_whole(asked.question):
        return True
    best = next(iter(use.matcher.match(asked.question, asked.scope)), None)
    return (
        best is not None and kind_of(best.target) == "clause" and not best.found and policy_of(best.target) == policy.id
    )


def _one_is_meant(matches: Sequence[Match], subject: Question, asked: Asked, use: Resources) -> bool:
    """Whether something is the best match so surely that nobody needs a choice.

    It must be so without the words that ask for a list, which many ask of it: 人才方面有啥支持.
    """
    best = matches[0] if matches else None
    if best is None or (kind_of(best.target) == "clause" and not _surely(best)):
        return False
    about = next(iter(use.matcher.match(subject, asked.scope)), best)
    if is_outside(about.target) and len(subject.telling) == 1:
        return False  # 人才: a word of the document is no question on another
    return kind_of(about.target) == kind_of(best.target) and _surely(about)


def _surely(match: Match) -> bool:
    if kind_of(match.target) != "clause":
        return match.probability >= SURE_TOPIC
    return match.probability >= (LIKELY if match.found else SURE)


def _likely(named: Mention, matches: Sequence[Match], policy: Policy, asked: Asked, use: Resources) -> Outcome:
    """A choice of the only clause that speaks of it by name, and those that are as likely meant, which come first.

    Where none is, and that clause is likelier meant than any other, though not surely: its answer, as the likeliest.
    """
    likely = [m.target for m in matches if kind_of(m.target) == "clause" and m.probability >= RELATED]
    here = [Target.parse(target).clause for target in likely if policy_of(target) == policy.id]
    others = [Mention(policy.clause(c), ()) for c in here if c != named.clause.id]
    if others:
        return _told([*others, named], (), policy, asked, use)
    best = next((m for m in matches if kind_of(m.target) == "clause"), None)
    own = str(Target.of_clause(policy.id, named.clause.id))
    if best is None or best.target != own or not RELATED <= best.probability < SURE:
        return None
    answers, by = use.answers(policy.id), By(Rule.BEST_MATCH, best.probability)
    return answers.as_likeliest(answers.answer(named.clause, asked.question, asked.conversation, by), ())
