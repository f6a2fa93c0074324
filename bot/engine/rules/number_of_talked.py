"""Whether a number that no clause states is asked of the clause that is talked about: it is shown, 「没有写明」.

Else the question is on another matter, and declined: 水费补多少, after a clause on what power costs.
"""

from __future__ import annotations

from bot.engine.rules.asked import Asked
from bot.engine.rules.resources import Resources
from bot.engine.understanding.follow_up import is_short
from knowledge.learned.index import Match
from knowledge.text.fold import fold


def asks_number_of_talked(best: Match, asked: Asked, use: Resources) -> bool:
    """Whether a number is asked of what the clause speaks of, 投诉几个工作日内办结, or of nothing else, 收费多少.

    Or of a charge that people are known to ask of beside it, and isn't covered: 利息多少, after a clause on loans.
    ``best``: what is likeliest meant, which is no clause.
    """
    question, talked, money = asked.question, asked.conversation.clause, use.understanding.money
    plain = question.reading.plain
    charged = money.says("charges", plain)
    asks = charged or money.asks_number(question) or use.understanding.numbers.of(plain) is not None
    if not talked or asked.rejected or not asks:
        return False
    clause, short = use.library.clause(talked), is_short(question.reading)
    named = [word for word in question.telling if not (use.subjects.is_general(word) or _is_money(word, use))]
    related = use.mentions.related(named, clause)
    things = [word for word in named if word not in related and use.subjects.is_thing(word)]
    topic = use.answers(talked).topic_beside(best, talked) if short else None
    if topic is not None:
        return all(money.says("words", word) and _is_of(word, topic.terms) for word in things)
    return not things and bool(related or not named or (short and charged))


def _is_money(word: str, use: Resources) -> bool:
    """Whether a word is one for money, or for what is charged for anything: 租金."""
    return use.understanding.money.names(word) or use.understanding.money.says("charges", word)


def _is_of(word: str, terms: tuple[str, ...]) -> bool:
    return any(word in fold(term) or fold(term) in word for term in terms)
