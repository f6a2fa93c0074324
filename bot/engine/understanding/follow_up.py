"""What a question means where something was talked about: a follow-up, a pick, a correction, going back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.engine.understanding.patterns import pattern
from bot.engine.understanding.understanding import Question, Understanding
from bot.engine.values.thresholds import SHORT
from knowledge.reading.reader import Reading
from knowledge.text.numbers import ordinal

_WORD = re.compile(r"[a-z]+")
MIDDLE = 0
"""Stands for the one in the middle, where things are counted from 1 on, or from -1 back."""


@dataclass(frozen=True)
class Choice:
    """What the last reply offered, as far as picking from it goes."""

    targets: tuple[str, ...]
    """In the order offered."""
    talked: str
    """Target of the clause that is talked about; empty: none."""
    texts: Mapping[str, str]
    """Target -> what it is known by."""
    articled: bool
    """Whether any document of its clauses counts articles, so that 第五条 is one of them and no pick."""


@dataclass(frozen=True)
class Picked:
    """The offered targets that a reply to a choice means."""

    targets: tuple[str, ...]


@dataclass(frozen=True)
class Beyond:
    """A reply to a choice that counts beyond what was offered."""


@dataclass(frozen=True)
class Return:
    """A question that goes back to what was talked about before."""

    rest: str
    """Without the words that point back."""
    away: bool
    """Whether it leaves what is talked about now (回到), or may still mean it (刚才)."""
    first: bool = False
    """Whether it goes back to what was talked about first."""


class FollowUps:
    """Reads questions in the light of a conversation; the words for it come from lexicon/talk.yaml."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding
        talk = understanding.talk
        self._english = talk.pick.english
        self._follow = {name: pattern(value) for name, value in talk.follow_up}
        self._pick = {name: pattern(value) for name, value in talk.pick if name != "english"}
        self._units = {name: pattern(value) for name, value in talk.units}

    # -- going on ----------------------------------------------------------------------------------------------------

    def leans(self, question: Question) -> bool:
        """Whether the question reads as a follow-up: an opening, an ending or a pronoun that points back."""
        text = question.reading.folded
        signs = ("begins", "ends", "pronoun")
        return len(text) <= 2 * SHORT and any(self._follow[sign].search(text) for sign in signs)

    def continues(self, question: Question) -> bool:
        """Whether it both opens and ends as what goes on: 那省级的呢."""
        text = question.reading.folded
        return is_short(question.reading) and all(self._follow[sign].search(text) for sign in ("begins", "ends"))

    def hangs(self, question: Question) -> bool:
        """Whether it asks, and says nothing of what: 我这种能算上吗."""
        return self._follow["hanging"].search(question.reading.folded) is not None

    def points(self, question: Question) -> bool:
        """Whether it only points at what it asks of: 这个咋申请."""
        return self._follow["pointing"].search(question.reading.folded) is not None

    def questions(self, question: Question) -> bool:
        """Whether it asks something, and is no mere thanks: 干得好有啥好处."""
        return self._follow["questioning"].search(question.reading.folded) is not None

    def opens(self, question: Question) -> bool:
        """Whether it says no more than that something will be asked: 在吗,想咨询个事."""
        return self._follow["opens"].search(question.reading.folded) is not None

    def asks_on(self, question: Question) -> bool:
        """Whether it is so short, and asks for units, an amount or the text, that it may go on from the last answer."""
        return is_short(question.reading) and bool(question.asks & {"units", "amount", "count", "original"})

    def asks_for_all(self, question: Question) -> bool:
        """Whether it asks for all of a document, whatever clause is talked about: 有哪些补贴."""
        return self._follow["everything"].search(question.reading.plain) is not None

    def says_whole(self, question: Question) -> bool:
        """Whether it says that the whole document is meant, whatever clause is talked about: 整个文件涉及哪些单位."""
        return self._follow["whole"].search(question.reading.plain) is not None

    def says_subject(self, word: str) -> bool:
        """Whether a word does more than count: not 一年."""
        return self._follow["counts"].search(word) is None

    def halves(self, question: Question) -> list[str]:
        """The plain question, split where two things may be asked for at once."""
        return [half for half in self._follow["together"].split(question.reading.plain) if half.strip()]

    def uncompared(self, text: str) -> str:
        """The text without the words that compare: each document is asked for itself."""
        rest = self._understanding.without("compares", text)
        return rest if rest == text else self._follow["sides"].sub(" ", rest).strip()

    # -- going back --------------------------------------------------------------------------------------------------

    def correction(self, question: Question) -> str | None:
        """不是，我问的是…: the words after the last rejection near the beginning; None when nothing is rejected."""
        text = question.reading.folded
        contrast = self._follow["contrast"].search(text)
        if contrast:  # 我不是首次认定,是重新认定
            return text[contrast.end() :]
        end = 0
        while (size := self._understanding.correction(text[end:])) is not None:
            end += size
            while end < len(text) and not text[end].isalnum():
                end += 1
        return self._follow["meant"].sub("", text[end:].strip(), count=1) if end else None

    def disputes(self, question: Question) -> bool:
        """Whether it does no more than hold another number against the answer: 不是20万吗; 不对吧,我客户说是100项."""
        return bool(question.claimed) and self._follow["disputes"].search(question.reading.folded) is not None

    def without_hearsay(self, text: str) -> str:
        """A text without who said it: 招商的人跟我讲的."""
        return self._follow["hearsay"].sub(" ", text)

    def clarifies(self, question: Question) -> bool:
        """Whether a correction only says more exactly what was meant: 我是说省级的."""
        return self._follow["clarifies"].match(question.reading.folded) is not None

    def returns(self, question: Question) -> Return | None:
        """回到刚才工资那个,又是谁管; None when nothing points back."""
        text = question.reading.folded
        away, earlier = self._follow["away"], self._follow["earlier"]
        first = self._follow["first"].sub(" ", text)
        if first != text:
            return Return(away.sub(" ", first).strip(), True, first=True)
        leaves = away.search(text) is not None
        if not leaves and not earlier.search(text):
            return None
        return Return(earlier.sub(" ", away.sub(" ", text)).strip(), leaves)

    def points_back(self, question: Question) -> str | None:
        """The question without the words that point at the document talked about (这个文件, 它); None without any."""
        text = question.reading.folded
        rest = self._follow["this_document"].sub(" ", text, count=1)
        return rest.strip() if rest != text else None

    # -- picking -----------------------------------------------------------------------------------------------------

    def picked(self, question: Question, choice: Choice) -> Picked | Beyond | None:
        """What a reply to a choice means: by number, by ordinal, or by words of the clause; None: it is no such."""
        if not choice.targets:
            return None
        text = question.reading.folded.strip(" .,!?;:)(")
        others = self._pick["other"].match(text) if choice.talked in choice.targets else None
        if others and (len(choice.targets) == 2 or self._understanding.empty(text[others.end() :])):
            return Picked(tuple(target for target in choice.targets if target != choice.talked))
        if self._pick["all"].match(text) and len(text) <= SHORT:
            return Picked(choice.targets)
        match = self._pick["which"].match(text)
        if match and choice.articled and self._pick["article"].search(match.group()):
            return None
        number = self._number(match, text)
        return _nth(number, choice) if number is not None else self._by_words(text, choice)

    def counts_one(self, question: Question) -> bool:
        """第二个, where nothing else is said: one is counted as in a list."""
        text = question.reading.folded.strip(" .,!?;:)(")
        match = self._pick["which"].match(text)
        return bool(match and self._pick["counted"].search(text) and self._number(match, text) is not None)

    def asks_of_these(self, question: Question, listed: int, one: bool) -> bool:
        """Whether it asks something of all that was listed, and says nothing else: 这两条分别谁负责.

        ``listed``: how many were; ``one``: one of them is talked about, so that only their number means all of them.
        """
        text = question.reading.folded.strip(" .,!?;:)(")
        match = self._pick["these"].match(text)
        if match is None or listed < 2 or not self._understanding.empty(text[match.end() :]):
            return False
        number = {"俩": 2}.get(match["n"] or "", ordinal(match["n"])) if match["n"] else None
        return number == listed or (number is None and not one)

    def counts_offered(self, question: Question) -> bool:
        """Whether it begins by counting one of what was offered: 其中第二个归谁管."""
        match = self._pick["which"].match(question.reading.folded.strip())
        return bool(match and (match["nth"] or match["middle"]))

    def nth_sum(self, question: Question) -> int | None:
        """Which of a clause's sums is meant, where nothing else is said: 第二档多少."""
        match = self._pick["nth_sum"].search(question.reading.folded)
        return ordinal(match["nth"]) if match else None

    def nth_unit(self, question: Question) -> int | None:
        """Which of the responsible units is asked for, -1 the last one: 第三个局是哪个."""
        match = self._pick["nth_unit"].search(question.reading.folded)
        return (ordinal(match["nth"]) if match["nth"] else -1) if match else None

    def counts_items(self, question: Question) -> bool:
        """Whether one of the things that a clause lists is asked for: 第三个是啥."""
        return any(self._pick["nth_item"].search(text) for text in (question.reading.folded, question.reading.plain))

    def _number(self, match: re.Match[str] | None, text: str) -> int | None:
        """Which one is meant, counted from the end when negative, or MIDDLE; None when none is counted."""
        if match and self._understanding.empty(text[match.end() :]):
            typed = match["nth"] or match["n"]
            return ordinal(typed) if typed else MIDDLE if match["middle"] else -1 if match["last"] else 1
        named = [self._english[word] for word in _WORD.findall(text) if word in self._english]
        return named[-1] if named and len(text) <= 2 * SHORT else None

    def _by_words(self, text: str, choice: Choice) -> Picked | None:
        """The only one that is known by these words."""
        core = self._pick["around"].sub("", text)
        if not 2 <= len(core) <= SHORT:
            return None
        hits = tuple(target for target in choice.targets if core in choice.texts[target])
        return Picked(hits) if len(hits) == 1 else None

    # -- units -------------------------------------------------------------------------------------------------------

    def asks_about_unit(self, question: Question) -> bool:
        """Whether a question that only names a unit asks if it has to do with what is talked about: 组织部管吗."""
        text = question.reading.folded
        asks = self._units["asked_about"].search(text) is not None or self.leans(question)
        return asks and self._units["listing"].search(text) is None

    def limits_units(self, question: Question) -> Literal["only", "without"] | None:
        """Whether a question asks for the clauses that name only these units, or that don't name them."""
        text = question.reading.folded
        if self._units["without"].search(text):
            return "without"
        return "only" if self._units["only"].search(text) else None

    def uninclusive(self, plain: str) -> str | None:
        """The plain question without the words that ask if something is included (含不含); None without any."""
        rest = self._units["includes"].sub(" ", plain)
        return rest if rest != plain else None


def _nth(number: int, choice: Choice) -> Picked | Beyond:
    count = len(choice.targets)
    if number == MIDDLE:
        return Picked((choice.targets[count // 2],)) if count % 2 else Beyond()
    i = number - 1 if number > 0 else count + number
    return Picked((choice.targets[i],)) if 0 <= i < count else Beyond()


def is_short(reading: Reading) -> bool:
    """Whether a question may lean on what was talked about; punctuation makes none longer."""
    return sum(map(str.isalnum, reading.folded)) <= SHORT
