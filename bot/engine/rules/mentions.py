"""All clauses that speak of something: 照顾小微的有哪些, 和人才有关的有几条; a bare word that stands in several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.engine.documents.mentions import Mention
from bot.engine.rules.asked import Asked, Narrow, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.listing import Listing
from bot.engine.understanding.patterns import pattern
from bot.engine.values.thresholds import LIKELY, MOST_CHARS, MOST_CLAUSES, MOST_WORDS, RELATED, SURE, SURE_TOPIC
from knowledge.base.document import Policy
from knowledge.base.target import Target, kind_of, policy_of
from knowledge.learned.index import Match
from knowledge.text.fold import fold


def mentions(asked: Asked, use: Resources) -> Outcome:
    """A list of what was asked for in so many words; a choice where a word stands in several clauses and says no more.

    None where one clause is meant, or no document is.
    """
    listing = None if asked.left or asked.names_unit else use.listings.asked(asked.question)
    policy = asked.scope.meant(asked.conversation) if listing is not None else None
    if listing is None or policy is None:
        return None
    if listing.facet is not None:
        return _of_facet(listing, policy, asked, use)
    words = _words(listing)
    if not words or (not listing.every and not _says_no_more(listing, asked, use)):
        return None
    found: Sequence[Mention] = use.mentions.of(policy, words)
    plain, kept = asked.question.reading.plain, asked.conversation
    if not listing.every or len(found) < 2:
        found = _offered(found, listing, policy, asked, use)
        if len(found) < 2:
            return Narrow(replace(asked, question=listing.subject)) if listing.every and found else None
        if len(found) <= MOST_CLAUSES:
            return use.mentioned.reply(found, policy.id, plain, kept)
    return use.mentioned.reply(found, policy.id, plain, kept, listing.called)


def _offered(
    found: Sequence[Mention], listing: Listing, policy: Policy, asked: Asked, use: Resources
) -> Sequence[Mention]:
    """Those that may be meant; the only one where it surely is; none where something else is, or none speaks of it."""
    if not found:
        return use.mentions.of_each(policy, listing.side_by_side)
    matches = use.matcher.match(asked.question, asked.scope)
    if _one_is_meant(matches, listing, asked, use):
        return found if len(found) == 1 and matches[0].target == _target(policy, found[0]) else ()
    return found if len(found) > 1 else _with_likely(found, matches, policy)


def _words(listing: Listing) -> Sequence[str]:
    """What clauses must speak of; none where it is more than a few words."""
    words = listing.subject.telling
    return words if len(words) <= MOST_WORDS and sum(map(len, words)) <= MOST_CHARS else ()


def _says_no_more(listing: Listing, asked: Asked, use: Resources) -> bool:
    """Whether nothing but a few words is said, and nothing is talked about that they may go on from."""
    subject, conversation = listing.subject, asked.conversation
    if conversation.clause or conversation.units or subject.asks or subject.numbers or subject.left != subject.telling:
        return False
    return asked.scope.only != "" or not use.library.many


def _one_is_meant(matches: Sequence[Match], listing: Listing, asked: Asked, use: Resources) -> bool:
    """Whether something is the best match so surely that nobody needs a choice.

    A topic on the document as a whole must be so without the words that ask for a list, which are its words too.
    """
    best = matches[0] if matches else None
    if best is None:
        return False
    if kind_of(best.target) == "info":
        about = next(iter(use.matcher.match(listing.subject, asked.scope)), best)
        return kind_of(about.target) == "info" and about.probability >= SURE_TOPIC
    if kind_of(best.target) == "clause":
        return best.probability >= (LIKELY if best.found else SURE)
    return best.probability >= SURE_TOPIC


def _with_likely(found: Sequence[Mention], matches: Sequence[Match], policy: Policy) -> list[Mention]:
    """The only clause that speaks of it by name, with those that are as likely meant, the likeliest first."""
    likely = [m.target for m in matches if kind_of(m.target) == "clause" and m.probability >= RELATED]
    own = [Target.parse(target).clause for target in likely if policy_of(target) == policy.id]
    named = {mention.clause.id for mention in found}
    return [*(Mention(policy.clause(c), ()) for c in own if c not in named), *found]


def _target(policy: Policy, mention: Mention) -> str:
    return str(Target.of_clause(policy.id, mention.clause.id))


def _of_facet(listing: Listing, policy: Policy, asked: Asked, use: Resources) -> Outcome:
    """The clauses that hold what a deadline or a share is said with."""
    assert listing.facet is not None
    says = pattern(listing.facet.says)
    held = ((clause, says.search(fold(clause.body))) for clause in policy.clauses)
    found = [Mention(clause, (match.group(),)) for clause, match in held if match]
    if not found:
        return None
    plain, kept = asked.question.reading.plain, asked.conversation
    return use.mentioned.reply(found, policy.id, plain, kept, listing.called)
