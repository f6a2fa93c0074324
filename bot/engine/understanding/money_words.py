"""What asks for money, or for a number, where people's ways of asking were taught; number_words.py is for the rest.

The words stand in the lexicon: cues (amount: what asks how much), variants (money: what names it and nothing
else), talk.yaml (money, figures: what a question says beside it). What a figure is, its kind says (Figure.is_money).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.engine.understanding.patterns import pattern
from knowledge.base.lexicon import Lexicon
from knowledge.text.fold import fold

if TYPE_CHECKING:
    from bot.engine.understanding.understanding import Question


class MoneyWords:
    """Ready to look up."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._named = frozenset(map(fold, lexicon.variants.money))
        self._around = frozenset(map(fold, lexicon.variants.money_around))
        self.paid_in_documents = lexicon.variants.money_paid
        """Words by which a clause gives money, whether or not it states how much."""
        self._money = {name: pattern(value) for name, value in lexicon.talk.money}
        self._figures = {name: pattern(value) for name, value in lexicon.talk.figures}

    def says(self, name: str, text: str) -> bool:
        """Whether the text holds what a list of talk.yaml (money or figures) names: most, given, whether, …"""
        found = self._money.get(name) or self._figures[name]
        return found.search(text) is not None

    def meant(self, plain: str) -> str:
        """A plain text without the cases that it says aren't meant; the text where nothing else is left."""
        rest = self._figures["ruled_out"].sub(" ", plain)
        return rest if rest.strip(" ,.;:?!()") else plain

    def numbers_asked(self, plain: str) -> int:
        """How many times the plain text asks how many."""
        return len(self._figures["how_many"].findall(plain))

    def asks_number(self, question: Question) -> bool:
        """Whether it asks for a number."""
        return bool({"amount", "count"} & question.asks) or self.says("number", question.reading.plain)

    def asks_money(self, question: Question) -> bool:
        """Whether it asks for an amount, or speaks of money."""
        return "amount" in question.asks or self.says("words", question.reading.plain)

    def names(self, plain: str) -> bool:
        """Whether the plain text calls money by a name: 补助标准."""
        return any(len(word) > 1 and word in plain for word in self._named)

    def alone(self, question: Question) -> bool:
        """Whether it asks for money and names nothing for which: 有哪些补贴."""
        if question.units or question.foreign_units or question.elsewhere or question.numbers:
            return False
        if question.bare:
            return self.names(question.reading.plain)
        words = frozenset(question.left)
        return bool(words & self._named) and words <= self._named | self._around
