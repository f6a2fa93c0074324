"""其中科技局管的, 里面给钱的: some of the clauses that were listed."""

from __future__ import annotations

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.understanding import Question
from bot.engine.values.why import Rule
from knowledge.base.target import clauses_of, policy_of
from knowledge.text.fold import fold


def restricts(asked: Asked, use: Resources) -> Outcome:
    """Those listed for which a unit is responsible, that give money, or that have all the words; None: no such turn."""
    listed = clauses_of(asked.conversation.choices)
    said = use.acts.among(asked.question) if len(listed) > 1 else None
    if said is None or use.follow_ups.counts_offered(asked.question):
        return None
    question = use.understanding.question(said)
    if not question.units and not question.telling and not _asks_money(question):
        return None
    found = [target for target in listed if _fits(target, question, use)]
    if found:
        return use.several(found, asked.conversation, Rule.PICKED_ALL)
    likeliest = use.matcher.among(listed, question)
    if likeliest is not None:
        return use.several([likeliest[0]], asked.conversation, Rule.PICKED_ALL)
    if use.follow_ups.questions(asked.question) and use.library.untaught.issuperset(map(policy_of, listed)):
        return None  # 没写期限的那些政策管到哪天
    home = use.answers(listed[0])
    return home.note("none", "none.among", asked.conversation, Rule.NO_SUCH_CHOICE, count=len(listed))


def _asks_money(question: Question) -> bool:
    return "amount" in question.asks


def _fits(target: str, question: Question, use: Resources) -> bool:
    clause = use.library.clause(target)
    if question.units:
        policy_id = policy_of(target)
        asked = use.library.as_named(question.units, (policy_id,))
        return set(asked) <= set(use.library.responsible_of(policy_id).units(clause))
    if _asks_money(question) or use.understanding.money.alone(question):
        return any(figure.is_money for figure in clause.figures)
    text = fold(clause.text)
    return all(word in text for word in question.telling)
