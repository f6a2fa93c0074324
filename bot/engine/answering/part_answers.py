"""One part of a measure, as asked: its materials, its deadline, who pays; from its card, or what governs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.engine.answering.caps import caps
from bot.engine.answering.on_policy import SAID_CHARS, OnPolicy
from bot.engine.answering.whole_words import sentence
from bot.engine.understanding.acts import Part
from bot.engine.understanding.patterns import pattern
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Block, Quote, Reply, Say
from bot.engine.values.why import Rule, Why
from knowledge.base.card import Said
from knowledge.base.document import Clause, Figure
from knowledge.base.points import leaves
from knowledge.text.fold import fold

CAP = "cap"
"""The part that is a figure."""
ENDS = frozenset({"place", "notice"})
"""Roles of the blocks that a reply ends with."""
PLACE = "place"
"""The part that says where one applies: where none is said, who does something there is the next to ask."""
LONGEST_POINT = 200
"""Characters of a point that is shown whole; of a longer one the words that say it."""
MOST_QUOTES = 12
"""Points shown of a part: more, and the whole clause is easier to read."""
MOST_FOR_ALL = 2
"""Points shown of a clause that says it for all that the document provides."""
MOST_COMMON = 2
"""Clauses that are shown for one that doesn't say it itself."""
IN_NUMBERS = {
    "deadline": frozenset({"deadline", "duration"}),
    "payment": frozenset({"ratio", "share", "deadline", "duration"}),
    "payer": frozenset({"ratio", "share"}),
    "moved": frozenset({"duration"}),
    "total": frozenset({"amount"}),
}
"""Parts that numbers say -> the kinds of those."""
IN_SUMS = frozenset({"total"})
"""Parts that are said by a sum."""
OF_NO_CLAUSE = frozenset(
    {
        "phone",
        "deadline",
        "procedure",
        "materials",
        "place",
        "payment",
        "together",
        "returned",
        "moved",
        "changed",
        "again",
    }
)
"""Parts that a document says once for all its measures."""


@dataclass(frozen=True)
class Words:
    """Words of a clause that say a part."""

    clause: Clause
    quotes: tuple[str, ...]


class PartAnswers(OnPolicy):
    """Answers what is asked of one measure from one document."""

    def part(self, clause: Clause, part: Part, question: Question, conversation: Conversation) -> Reply:
        """The clause's own words of it, else those of the clauses that govern it, else that it says none."""
        plain = question.reading.plain
        capped = caps(clause, plain, conversation.said, conversation.figures) if part.name == CAP else ()
        own = tuple(dict.fromkeys(sentence(clause, f.quote) for f in capped)) or self._own(clause, part)
        if part.ask.kinds:  # one telephone among several, where of materials all are needed
            own = next((words.quotes for words in _asked_for(question, [Words(clause, own)], part)), ())
        common = _asked_for(question, self._common(clause, part, talked=bool(conversation.clause)), part)[:MOST_COMMON]
        own = () if _names(question, common) and not _names(question, [Words(clause, own)]) else own
        common = [] if own else common
        blocks = list(self._shown(Words(clause, own), part)) if own else self._elsewhere(clause, common, part, question)
        said = "\n".join(filter(None, (conversation.said, plain)))
        stated = self._stated(Words(clause, own), common, part) if part.name in IN_NUMBERS else ()
        kept = Conversation(
            clause=self.target(clause),
            said=said[-SAID_CHARS:],
            choices=conversation.choices,
            more=conversation.more,
            info="",
        )
        return Reply(
            "answer",
            (*blocks, *self.finish()),
            kept,
            self.policy.id,
            clauses=tuple(self.compose.ref(c.id) for c in (*(w.clause for w in common), clause)),
            units=self.responsible.units(clause),
            figures=tuple(self.compose.figure_ref(f) for f in capped or stated),
            documents=self.successor,
            why=Why(Rule.PART, part.name, tuple(f.id for f in capped), "" if own or common else "part"),
        )

    def several_parts(
        self, clause: Clause, parts: Sequence[Part], question: Question, conversation: Conversation
    ) -> Reply:
        """Each of several in the clause's own words, or that it says none, below one another."""
        replies = [self.part(clause, part, question, conversation) for part in parts]
        blocks = dict.fromkeys(block for reply in replies for block in reply.blocks if block.role not in ENDS)
        ends = [block for block in replies[0].blocks if block.role in ENDS]
        figures = tuple(dict.fromkeys(figure for reply in replies for figure in reply.figures))
        return replace(replies[0], blocks=(*blocks, *ends), figures=figures)

    def part_of_all(self, part: Part, question: Question, conversation: Conversation) -> Reply | None:
        """What the document says of it once for all its measures; None where it doesn't."""
        found = (self._once(part) if part.name in OF_NO_CLAUSE else []) or self._for_all(part)
        if not found:
            return None
        found = _asked_for(question, found, part) if part.ask.kinds else found
        return replace(self.part(found[0].clause, part, question, conversation), conversation=conversation)

    @staticmethod
    def _stated(own: Words, common: list[Words], part: Part) -> tuple[Figure, ...]:
        """The numbers in the words that are shown: of dates the days, of payment the shares."""
        shown = [own] if own.quotes else common
        kinds = IN_NUMBERS[part.name]
        return tuple(
            figure
            for words in shown
            for figure in words.clause.figures
            if figure.kind in kinds and any(figure.quote in quote for quote in words.quotes)
        )

    def says_part(self, clause: Clause, part: Part) -> bool:
        """Whether the clause itself says it."""
        return bool(self._own(clause, part))

    def governed(self, clause: Clause, part: Part) -> bool:
        """Whether another clause says it for this one, in words by which such things are said."""
        common = self._common(clause, part)[:MOST_COMMON]
        return any(part.says(quote) for words in common for quote in words.quotes)

    def states(self, clause: Clause, part: Part) -> bool:
        """Whether the clause, or another one for it, says it in words by which such things are said."""
        words = (Words(clause, self._own(clause, part)), *self._common(clause, part, talked=True)[:MOST_COMMON])
        return any(part.says(quote) for one in words for quote in one.quotes)

    def shorter(self, clause: Clause, conversation: Conversation) -> Reply:
        """What was asked of the clause, without anything else: the sentences of the sums that were put forward."""
        told = tuple(figure for figure in clause.figures if figure.id in conversation.figures)
        quotes = tuple(dict.fromkeys(sentence(clause, figure.quote) for figure in told))
        best = self._sentences.best(self.policy.id, clause, self._understanding.question(conversation.said).reading)
        quotes = quotes or ((best or clause.title).strip(),)
        label = self.compose.label("amount" if any(figure.is_money for figure in told) else "measure")
        lead = (Block("lead", (Quote(quote),), label if n == 0 else "") for n, quote in enumerate(quotes))
        blocks = (*lead, self._place(clause))
        return Reply(
            "answer",
            blocks,
            conversation,
            self.policy.id,
            clauses=(self.compose.ref(clause.id),),
            figures=tuple(map(self.compose.figure_ref, told)),
            why=Why(Rule.FOLLOW_UP, topic="shorter", figures=tuple(figure.id for figure in told)),
        )

    # -- what is said of it ------------------------------------------------------------------------------------------

    def _own(self, clause: Clause, part: Part) -> tuple[str, ...]:
        """The clause's words of the part: those of its card, else its points that hold what such words hold."""
        carded = self._carded(clause, part)
        if carded or (clause.card is not None and part.ask.lines):
            return carded
        return tuple(piece for piece in _pieces(clause) if part.says(piece))[:MOST_QUOTES]

    def _common(self, clause: Clause, part: Part, talked: bool = False) -> list[Words]:
        """What the clauses say that govern it; else those that say it for the whole document; most like it first.

        ``talked``: the clause was talked about before, so that what any other says plainly may be meant for it.
        """
        governing = self.policy.governing(clause)
        found = [Words(c, quotes) for c in governing if (quotes := self._carded(c, part))]
        if not found and part.name in OF_NO_CLAUSE:
            found = self._once(part)
        if talked and part.ask.in_stories and not part.ask.lines and not self._asked.written:
            known = {words.clause.id for words in found}
            found += [words for words in self._plainly(part) if words.clause.id not in known]
            found.sort(key=lambda words: -max(map(part.strength, words.quotes)))
        return found or (self._for_all(part) if not self._asked.written else [])

    def _for_all(self, part: Part) -> list[Words]:
        """The clauses that say it for all that the document provides, the plainest first; a title says it plainly."""
        found: list[tuple[int, Words]] = []
        for clause in self.policy.clauses:
            pieces = [(part.strength_for_all(piece), piece) for piece in _pieces(clause)]
            most = max((strength for strength, _ in pieces), default=0)
            if most:
                titled = part.strength_for_all(f"{clause.title} {self.policy.section_of(clause).title}")
                quotes = tuple(piece for strength, piece in pieces if strength == most)
                found.append((most + titled, Words(clause, quotes[:MOST_FOR_ALL])))
        if not found and part.ask.is_said_for_all:
            return list(self._plainly(part))
        return [words for _, words in sorted(found, key=lambda one: -one[0])]

    def _plainly(self, part: Part) -> Iterator[Words]:
        """The clauses that grant no sum and say it as plainly as can be, whatever their cards hold."""
        for clause in self.policy.clauses:
            if part.name not in IN_SUMS and any(figure.kind == "amount" for figure in clause.figures):
                continue
            quotes = tuple(piece for piece in _pieces(clause) if part.strength(piece) == len(part.ask.says))
            if quotes:
                yield Words(clause, quotes[:MOST_QUOTES])

    def _once(self, part: Part) -> list[Words]:
        """The clauses that say it and grant nothing themselves."""
        return [Words(c, quotes) for c in self.policy.clauses if _common(c) and (quotes := self._carded(c, part))]

    def _carded(self, clause: Clause, part: Part) -> tuple[str, ...]:
        """The words of its card, each as the point that holds them."""
        if clause.card is None:
            return ()
        said = [s for name in part.ask.parts for s in clause.card.part(name)]
        quotes = dict.fromkeys(_whole(clause, s) for s in said if part.ask.lines or part.says(s.quote))
        return tuple(q for q in quotes if not any(q != other and q in other for other in quotes))[:MOST_QUOTES]

    # -- paragraphs --------------------------------------------------------------------------------------------------

    def _shown(self, words: Words, part: Part) -> Iterator[Block]:
        label = self.words(f"parts.{part.name}")
        for n, quote in enumerate(words.quotes):
            yield Block("lead", (Quote(quote, bare=True),), label if n == 0 else "")
        yield self._place(words.clause)

    def _elsewhere(self, clause: Clause, common: list[Words], part: Part, question: Question) -> list[Block]:
        """What holds for it though another clause says it; that nothing does, and who may know."""
        if common:
            head = [self.compose.say("part_common")]
            return head + [block for words in common for block in self._shown(words, part)]
        unstated = self.compose.say("part_unstated", part=self.words(f"parts.{part.name}"))
        units = [block for block in self.compose.units_blocks(clause) if block.role == "units"]
        if not units and part.name == PLACE:
            units = self.doers(clause, question.reading)
        return [unstated, *units, self._place(clause)]

    def _place(self, clause: Clause) -> Block:
        return Block("place", (Say(self.compose.place(clause)),), self.compose.label("place"))


def _pieces(clause: Clause) -> Iterator[str]:
    """The words of its smallest points: no title, and no note on who is responsible."""
    for point in leaves(clause.points):
        if point.kind not in ("title", "note"):
            yield point.of(clause.text).strip()


def _common(clause: Clause) -> bool:
    """Whether it grants nothing itself, so that what it says of an application holds for others."""
    return clause.card is not None and not clause.card.standard and not clause.card.subject


def _of_kind(question: Question, said: list[Words], part: Part) -> list[Words]:
    """Of what is said the kind that is asked for, the telephone and not the address; all where it is nowhere said."""
    plain = question.reading.plain
    says = [pattern(kind.says) for kind in part.ask.kinds if pattern(kind.asks).search(plain)]
    kept = [replace(words, quotes=tuple(q for q in words.quotes if any(s.search(q) for s in says))) for words in said]
    return [words for words in kept if words.quotes] or said


def _asked_for(question: Question, said: list[Words], part: Part) -> list[Words]:
    """Of what is said what the question names; of a part with kinds, those of the kind that is asked for."""
    if not part.ask.kinds:
        return _naming(question.telling, said)
    about = question.telling or question.reading.words  # of 商务局电话 nothing tells but the unit
    return _naming(about, _of_kind(question, said, part))


def _naming(about: Sequence[str], said: list[Words]) -> list[Words]:
    """Of what is said the words that name most of what is asked about: one programme's telephone among many."""
    held = [[sum(word in fold(q) for word in about) for q in words.quotes] for words in said]
    most = max((count for counts in held for count in counts), default=0)
    if not most:
        return said
    kept = [
        replace(words, quotes=tuple(q for q, count in zip(words.quotes, counts, strict=True) if count == most))
        for words, counts in zip(said, held, strict=True)
    ]
    return [words for words in kept if words.quotes]


def _names(question: Question, said: Sequence[Words]) -> bool:
    """Whether what is said of it has one of the question's words: 利息."""
    return any(word in fold(quote) for words in said for quote in words.quotes for word in question.telling)


def _whole(clause: Clause, said: Said) -> str:
    """The point that holds the words, where it is short enough to be read."""
    point = clause.point(said.point) if said.point else None
    whole = point.of(clause.text).strip() if point is not None else ""
    return whole if 0 < len(whole) <= LONGEST_POINT else said.quote
