"""What a turn does to the conversation by all that it says: 要什么材料, 下一条, 换个问题 (lexicon/talk.yaml)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.engine.understanding.patterns import pattern
from bot.engine.understanding.understanding import Question, Understanding
from bot.engine.values.thresholds import SHORT
from knowledge.base.phrasings import InfoTopic
from knowledge.base.talk import PartAsk

_WORD = re.compile(r"\w")
_STOPS = re.compile(r"[,.;?!:、]+")
_ENDS = re.compile(r"[呢嘞咧哩勒][?!.,~ ]*$")
_CLOSING = r"[呀啊呢吗]?[?.!]*"
"""What may stand behind a question, to its end."""
LEAST = 5
"""Characters of a question that says by itself what it is about."""
LONGEST = 2 * SHORT
"""Letters of the longest act."""


WHOLE = ("shorter", "outdated", "complains", "person", "which")
"""Acts that are known by the whole of a turn, as lexicon/talk.yaml calls them."""
PHONE = "phone"
"""The part that says whom to ask."""


@dataclass(frozen=True)
class Part:
    """One thing that is asked of the measure talked about."""

    name: str
    """As lexicon/talk.yaml and the replies call it: materials."""
    ask: PartAsk

    def says(self, text: str) -> bool:
        """Whether the words hold what words that say it hold."""
        return self.strength(text) > 0

    def strength(self, text: str) -> int:
        """How plainly they say it: the first of the expressions is the plainest; 0: they don't."""
        return _strength(self.ask.says, text)

    def strength_for_all(self, text: str) -> int:
        """How plainly words say it for all that a document provides."""
        return _strength(self.ask.of_document, text)


def _strength(expressions: Sequence[str], text: str) -> int:
    found = (len(expressions) - n for n, one in enumerate(expressions) if pattern((one,)).search(text))
    return next(found, 0)


@dataclass(frozen=True)
class Step:
    """A turn that goes on from the clause talked about to one before or behind it."""

    by: int
    """Clauses on, or back where negative."""
    rest: str = ""
    """What is asked of the one that is stepped to: 它后面那条补多少."""


class Acts:
    """Reads a question as an act; what it is done to, the rules know."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding
        acts = understanding.talk.acts
        self._around = pattern(acts.around)
        self._acknowledges = pattern(acts.acknowledges)
        self._leaves = pattern(acts.leaves)
        self._asking, self._each = pattern(acts.asking), acts.each
        self._whether, self._two = pattern(acts.whether), pattern(acts.two)
        self._among, self._fits = pattern(acts.among), pattern(acts.fits)
        self._following, self._preceding = pattern(acts.following), pattern(acts.preceding)
        self._beside, self._named_step = pattern(acts.beside), pattern(acts.named_step)
        self._no_step = pattern(acts.no_step)
        self._whole = {name: pattern(getattr(acts, name)) for name in WHOLE}
        self._of_document = [(t, pattern(o.asks)) for t, o in understanding.talk.of_document.items()]
        self._own_part = pattern(acts.own_part)
        self._this_clause, self._lapses = pattern(acts.this_clause), pattern(acts.lapses)
        this = pattern(acts.this_document).pattern
        self._plainly = [
            (topic, re.compile(f"(?P<pointed>{this})?(?:{pattern(of.plainly).pattern}){_CLOSING}"))
            for topic, of in understanding.talk.of_document.items()
        ]
        self._parts = [(Part(name, ask), pattern(ask.asks)) for name, ask in acts.parts.items()]
        self._stories = [(p, pattern(p.ask.story), pattern(p.ask.unless)) for p, _ in self._parts]

    def of_clause(self, question: Question) -> bool:
        """Whether a message says that it is on a clause: 那条具体讲什么."""
        return self._this_clause.search(question.reading.folded) is not None

    def lapses(self, question: Question) -> bool:
        """Whether something runs out and is done again, which no document is: 过期了再评."""
        return self._lapses.search(question.reading.folded) is not None

    def begins_with_clause(self, question: Question) -> bool:
        """Whether the clause is the first thing that a message names: 那条具体讲什么, but not 后头那条讲什么."""
        return self._this_clause.match(question.reading.folded) is not None

    def part_named(self, name: str) -> Part:
        """One of the things that are asked of a measure, by its name."""
        return next(part for part, _ in self._parts if part.name == name)

    def leaves(self, question: Question) -> str | None:
        """What is asked once something new is begun, 换个问题,…; empty: nothing yet. None: nothing is begun."""
        text = question.reading.folded
        match = self._leaves.match(text)
        return text[match.end() :].strip(" ,.:;") if match else None

    def acknowledged(self, question: Question) -> str:
        """What is asked behind words that say that the answer was heard; empty: there are none, or nothing is asked."""
        text = question.reading.folded
        match = self._acknowledges.match(text)
        rest = text[match.end() :] if match else ""
        return "" if self._understanding.empty(rest) else rest

    def of_document(self, question: Question, talked: bool = False) -> InfoTopic | None:
        """What a sentence asks of a document as such, whatever it is called: 是为落实哪个规划制定的.

        ``talked``: the document as a whole is talked about, and need not be pointed at: 根据什么定的.
        """
        text = question.reading.folded
        found = next((topic for topic, asks in self._of_document if asks.search(text)), None)
        return found or self.plainly_of_document(question, talked)

    def plainly_of_document(self, question: Question, talked: bool = False) -> InfoTopic | None:
        """The same in a sentence that can't be on anything else: 这个方案什么时候到期."""
        matches = ((topic, asks.fullmatch(question.reading.folded)) for topic, asks in self._plainly)
        return next((topic for topic, match in matches if match and (talked or match["pointed"])), None)

    def goes_back(self, question: Question) -> bool:
        """Whether it goes back to what was talked about, and steps nowhere: 回前面那条."""
        return self._no_step.search(question.reading.folded) is not None

    def step(self, question: Question) -> Step | None:
        """How a turn steps on (下一条) or back (上一条) from the clause that is talked about; None: it is no step."""
        if self.goes_back(question):
            return None
        for wanted, way in ((self._following, 1), (self._preceding, -1)):
            match = self._alone(wanted, question)
            if match:
                return Step(way * (2 if match.groupdict().get("twice") else 1))
        text = question.reading.folded
        beside = self._beside.match(text)
        if beside is None:
            return None
        rest = text[beside.end() :]
        return Step(-1 if beside.groupdict().get("before") else 1, "" if self._empty(rest) else rest)

    def steps_from(self, question: Question) -> tuple[str, str] | None:
        """(what a turn steps from, how it steps): 招商, 下一条 of 招商那条的下一条; None: it names no clause."""
        match = self._named_step.match(question.reading.folded)
        return (match["named"], match["step"]) if match else None

    def names_own_part(self, question: Question) -> bool:
        """Whether it points at the part of the document that the clause is in: 本部分第三条."""
        return self._own_part.search(question.reading.folded) is not None

    def in_own_part(self, question: Question, part: str) -> str:
        """The question with the name of that part."""
        return self._own_part.sub(part, question.reading.folded, count=1)

    def among(self, question: Question) -> str | None:
        """What is said of those that are picked from all that was listed, 其中科技局管的; None: nothing is."""
        text = question.reading.folded
        match = self._among.search(text) if len(text) <= LONGEST else None
        return f"{text[: match.start()]} {text[match.end() :]}".strip() if match else None

    def questions(self, question: Question) -> list[str]:
        """The parts of a message that each ask something; none where a part doesn't.

        Divided by a stop, else by a blank.
        """
        text = question.reading.folded
        parts = [part.strip() for part in _STOPS.split(text) if part.strip()]
        parts = text.split() if len(parts) == 1 else parts
        asking = all(self._asking.search(part) for part in parts)
        return parts if asking and parts and len(parts[0]) >= LEAST else []

    def names_only(self, question: Question) -> bool:
        """Whether a turn asks nothing by itself: 复核过的, 外地搬来的呢."""
        text = question.reading.folded
        return not self._asking.search(_ENDS.sub("", text)) and not self._whether.search(text)

    def asks_if_fits(self, question: Question) -> bool:
        """Whether it asks if a case falls under what is talked about: 光搬一个车间算不算."""
        return self._fits.search(question.reading.folded) is not None

    def asks_only_number(self, question: Question) -> bool:
        """Whether a turn asks for a number and says nothing else: 几份啊."""
        text = question.reading.folded
        rest = self._understanding.numbers.without(text)
        return rest != text and self._empty(rest)

    def both(self, plain: str) -> str:
        """A question for each of the cases that are named."""
        return f"{plain} {self._each}"

    def of_both(self, question: Question) -> bool:
        """Whether a turn that compares names nothing of its own: 这俩差在哪."""
        rest = self._understanding.without("compares", question.reading.plain)
        return self._empty(self._two.sub(" ", rest))

    def is_all(self, name: str, question: Question) -> bool:
        """Whether the whole turn is what is called as one of WHOLE; said twice, even."""
        text = question.reading.folded
        rest = self._whole[name].sub(" ", text)
        return len(text) <= LONGEST and rest != text and self._empty(rest)

    def part(self, question: Question) -> Part | None:
        """The one thing that is asked, when the question says nothing else."""
        if len(question.reading.folded) > LONGEST or question.units or question.foreign_units:
            return None
        return next((part for part, asks in self._parts if self._alone(asks, question)), None)

    def told(self, question: Question) -> list[Part]:
        """What a story asks of the measure that is talked about without asking for it: 去年拿了奖,今年想搬走."""
        text = question.reading.folded
        return [part for part, story, unless in self._stories if story.search(text) and not unless.search(text)]

    def part_of(self, question: Question) -> tuple[Part, str] | None:
        """The one thing that is asked, and what the question says besides: of what (申请首店奖励 + 要什么材料)."""
        text = question.reading.folded
        meant = [part for part, _, unless in self._stories if not unless.search(text)]
        matches = (
            (p, match) for p, asks in self._parts if p in meant for match in asks.finditer(text) if match.group()
        )
        part, match = max(matches, key=lambda one: one[1].end() - one[1].start(), default=(None, None))
        if part is None or match is None:
            return None
        rest = f"{text[: match.start()]} {text[match.end() :]}"
        return (part, rest) if _WORD.search(self._around.sub(" ", rest)) else None

    def _alone(self, wanted: re.Pattern[str], question: Question) -> re.Match[str] | None:
        """The longest match that leaves nothing of the question, as typed or mended, but words that add nothing."""
        for text in dict.fromkeys((question.reading.folded, question.reading.plain)):
            found = sorted(wanted.finditer(text), key=lambda m: m.start() - m.end()) if len(text) <= LONGEST else ()
            alone = next((m for m in found if m.group() and self._nothing_else(text, m)), None)
            if alone is not None:
                return alone
        return None

    def _nothing_else(self, text: str, match: re.Match[str]) -> bool:
        return self._empty(f"{text[: match.start()]} {text[match.end() :]}")

    def _empty(self, text: str) -> bool:
        rest = self._around.sub(" ", text)
        return not _WORD.search(rest)
