"""Whether what a clause says is for something else than what is asked: 每家月子中心补多少, 公交司机末位淘汰归谁管."""

from __future__ import annotations

from bot.engine.rules.asked import Asked
from bot.engine.rules.resources import Resources
from bot.engine.values.conversation import ASKED_ON
from bot.engine.values.reply import Reply
from knowledge.base.document import Clause, Policy
from knowledge.base.target import policy_of


def of_another_subject(reply: Reply, asked: Asked, use: Resources, leaning: bool) -> bool:
    """Whether the question names a thing that the document doesn't, or a subject that the sum isn't for.

    ``reply``: from the clause that is likeliest meant; ``leaning``: whether it reads as if it went on from one.
    """
    question, target = asked.question, reply.clauses[0].target
    talked = target == asked.conversation.clause
    policy, clause = use.library.by_id[policy_of(target)], use.library.clause(target)
    taught = policy.id not in use.library.untaught  # what people ask of it is known
    if not talked and of_a_foreign_thing(target, asked, use):
        return True
    if talked and taught and use.of_uncovered_matter(question, target):  # 那水费呢,有没有优惠
        return True
    if not (reply.figures or question.numbers or use.understanding.money.asks_number(question)):
        return False
    if taught and not talked and _may_be_for_another(reply, asked) and _names_another(policy, clause, asked, use):
        return True
    if leaning or talked:
        return bool(reply.figures) and use.subjects.goes_off(policy, clause, question)
    if "compares" in question.asks and len(reply.figures) > 1:  # 首次认定和整体搬迁有什么区别: cases that it has
        return False
    return use.subjects.another(policy, clause, question, reply.figures)


def of_a_foreign_thing(target: str, asked: Asked, use: Resources) -> bool:
    """Whether a thing is named of which the document nowhere speaks: 古树名木保护揭榜挂帅,谁负责.

    Of its units nobody asks for a thing of his own, in whatever words.
    """
    question, policy = asked.question, use.library.by_id[policy_of(target)]
    if use.of_foreign_thing(question, target):
        return True
    of_units = "units" in question.asks and policy.id not in use.library.untaught
    return of_units and use.things.names_foreign(policy, question, whole=True)


def _names_another(policy: Policy, clause: Clause, asked: Asked, use: Resources) -> bool:
    """Whether a thing is named that the document hasn't, or a matter that none covers and not the clause's own."""
    question = asked.question
    if use.things.names_foreign(policy, question, whole=True):
        return True
    return not use.subjects.names_own(policy, clause, question) and use.things.names_uncovered(policy, question)


def _may_be_for_another(reply: Reply, asked: Asked) -> bool:
    """Whether a sum is put forward, or what is paid in proportion to one; or what is asked for is said to be open."""
    asks = asked.question.asks
    number = bool(reply.why.unstated and ASKED_ON & asks) and "confirm" not in asks  # 听说可以几家抱团,有这回事没
    return number or reply.why.unstated == "money" or any(figure.unit in ("元", "比例") for figure in reply.figures)
