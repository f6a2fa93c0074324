"""What people ask about a document as a whole: whether it holds, its basis, its parts, its units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from bot.engine.answering.paragraphs import Paragraphs, day_of
from bot.engine.answering.whole_words import READABLE
from bot.engine.understanding.patterns import pattern
from bot.engine.values.reply import Block, Piece, Quote, Say
from knowledge.base.document import Basis, Clause
from knowledge.base.phrasings import InfoTopic
from knowledge.base.talk import NEVER
from knowledge.text.fold import fold_whole

MOST_LINES = 60
"""Clauses of a document that its contents name one by one; of a longer one only the parts are named."""
SAID_ONLY = ("leads", "interprets", "review")
"""Topics of which nothing is known but the sentences that say it."""
MOST_SAID = 3
"""Sentences that say something of the document which are quoted where it isn't known otherwise."""
_SENTENCE = re.compile(r"[^。；;\n]+[。；;]?")
_RUNNING = re.compile(r"(?:[^。；;\n]|(?<![。；;：:])\n)+[。；;]?")
"""A sentence that may run over lines: what opens a document has no headings and no items."""


class DocumentInfo(Paragraphs):
    """Builds its paragraphs."""

    def info(self, topic: InfoTopic, today: date) -> list[Block]:
        """What people ask about the document as a whole."""
        if topic in SAID_ONLY:
            blocks = self._said(topic) or [self.say("info.unstated")]
        else:
            blocks = getattr(self, f"_{topic}")(today)
        if self.named:
            blocks.append(Block("place", (Say(self.document),), self.label("place")))
        if topic not in ("validity", "effective"):
            blocks += self.notice(today)
        return blocks

    def _validity(self, today: date) -> list[Block]:
        validity = self.policy.validity
        state = self.policy.state(today)
        blocks = []
        if state in ("repealed", "not_yet") or self.successor is not None:
            blocks = self.notice(today)
        if state in ("expired", "in_force"):
            text = self.words(f"info.validity_{state}", today=day_of(today))
            if state == "in_force" and validity.until is None:
                text = self.words("info.validity_open", today=day_of(today))
            blocks.insert(0, Block("lead", (Say(text),)))
        if validity.quote is not None:
            blocks.append(Block("original", (Quote(validity.quote, bare=True),), self.label("original")))
        elif validity.until_quote is None:
            said = self.said("validity")
            blocks += [self.say("info.validity_said"), *said] if said else [self.say("info.validity_unknown")]
        return blocks

    def says_of_itself(self, topic: InfoTopic) -> bool:
        """Whether it is known, or a sentence says it, what is asked of the document."""
        known: dict[InfoTopic, object] = {
            "basis": any(one.role == "basis" for one in self.policy.basis),
            "validity": self.policy.validity.quote or self.policy.validity.until_quote,
            "issuer": self.policy.issuer,
            "published": self.policy.published,
            "units": any(clause.responsible for clause in self.policy.clauses),
        }
        return bool(known.get(topic) or self.said(topic))

    def said(self, topic: InfoTopic) -> list[Block]:
        """What sentences before the clauses and in them say of the document, which may be all of it or not."""
        return [self._quoted(sentence, at) for sentence, at in (*self._opening(topic), *self._inside(topic))][
            :MOST_SAID
        ]

    @staticmethod
    def _quoted(sentence: str, at: str) -> Block:
        return Block("list", (Quote(sentence), Say(f"（{at}）")))

    def _opening(self, topic: InfoTopic) -> list[tuple[str, str]]:
        """The sentences of the preambles that say it, and where they stand."""
        at = self.words("info.preamble")
        openings = (self.policy.preamble, *(attachment.preamble for attachment in self.policy.attachments))
        return [(sentence, at) for text in openings if text for sentence in self._saying(topic, _RUNNING.findall(text))]

    def _inside(self, topic: InfoTopic) -> Iterator[tuple[str, str]]:
        for clause in self.policy.clauses:
            for sentence in self._saying(topic, _SENTENCE.findall(clause.body)):
                yield sentence, self.place(clause, title=False, named=False)

    def _saying(self, topic: InfoTopic, sentences: Sequence[str]) -> list[str]:
        talk = self._of_document.get(topic)
        says = pattern(talk.says if talk is not None else NEVER)
        return [sentence.strip() for sentence in sentences if says.search(fold_whole(sentence))]

    def _effective(self, today: date) -> list[Block]:
        validity = self.policy.validity
        if validity.effective_quote is None:
            return [self.say("info.unstated"), *self._absent(), *self.notice(today)]
        whole = validity.quote or ""
        quote = whole if validity.effective_quote in whole and len(whole) <= READABLE else validity.effective_quote
        blocks = [Block("lead", (Say(self.words("info.effective")), Quote(quote)))]
        if validity.effective_from is None:
            blocks.append(self.say("info.effective_unknown"))
        return blocks + self.notice(today)

    def _basis(self, _: date) -> list[Block]:
        blocks = []
        for role in ("basis", "cited"):
            found = [b for b in self.policy.basis if b.role == role]
            if found:
                blocks.append(self.say(f"info.{'basis' if role == 'basis' else 'cited'}"))
            for basis in found:
                blocks.append(Block("list", (Say(self._of_which_level(basis)), Quote(basis.quote))))
            if role == "basis":
                blocks += self._basis_said(found)
        if not blocks:
            blocks.append(self.say("info.unstated"))
        return [*blocks, *self._absent()]

    def _of_which_level(self, basis: Basis) -> str:
        """（国家，见第三部分（二））, as far as it is known."""
        at = basis.clause and self.place(self.policy.clause(basis.clause), title=False, named=False)
        if not at:
            return self.words("info.basis_line", level=basis.level) if basis.level else ""
        if basis.level is None:
            return self.words("info.cited_at", place=at)
        return self.words("info.cited_line", level=basis.level, place=at)

    def _basis_said(self, known: Sequence[Basis]) -> list[Block]:
        """The sentence that names what the document rests on; where nothing is known to be its basis, all that do."""
        said = [self._quoted(*one) for one in self._opening("basis")[:1]] if known else self.said("basis")
        return [self.say("info.basis_said"), *said] if said else []

    def _addressees(self, _: date) -> list[Block]:
        if self.policy.addressees is None:
            return [self.say("info.unstated"), *self._absent()]
        return [
            Block("lead", (Say(self.words("info.addressees")), Quote(self.policy.addressees))),
            *self._absent(),
        ]

    def _purpose(self, _: date) -> list[Block]:
        if self.policy.purpose is None:
            return [self.say("info.unstated")]
        return [Block("lead", (Say(self.words("info.purpose")), Quote(self.policy.purpose)))]

    def _structure(self, _: date) -> list[Block]:
        policy = self.policy
        blocks = [self.say("info.structure", parts=self.parts, clauses=len(policy.clauses))]
        whole = len(policy.clauses) <= MOST_LINES
        for section in policy.all_sections[:MOST_LINES]:
            name: Piece = Quote(section.name, bare=True) if section.heading else Say(section.name)
            blocks.append(Block("list", (name,)))
            blocks += [
                Block("list", (Say(f"  {c.id} "), Quote(_opening(c), bare=True))) for c in section.clauses if whole
            ]
        return [*blocks, *self._absent()]

    def _definition(self, _: date) -> list[Block]:
        blocks = []
        for d in self.policy.definitions:
            blocks.append(Block("lead", (Say(self.words("info.definition", term=d.term)), Quote(d.quote))))
            blocks.append(self.say("info.definition_effect", term=d.term))
            at = self.place(self.policy.clause(d.clause), named=False)
            blocks.append(Block("place", (Say(at),), self.label("place")))
        return blocks or [self.say("info.unstated")]

    def _goals(self, today: date) -> list[Block]:
        return self._said("goals") or self._purpose(today)

    def _said(self, topic: InfoTopic) -> list[Block]:
        """The sentences that say it, under a line; none where there are none."""
        said = self.said(topic)
        return [self.say("particulars.said"), *said] if said else []

    def _units(self, _: date) -> list[Block]:
        counts = self.responsible.counts()
        if not counts:
            return [self.say("info.no_units")]
        line = "、".join(f"{name}（{count}）" for name, count in counts.items())
        blocks = [self.say("info.units", count=len(counts)), Block("list", (Say(line),))]
        blocks += [Block("note", (Say(self.definition_note(d)),)) for d in self.policy.definitions]
        return blocks

    def _absent(self) -> list[Block]:
        if not self.policy.absent:
            return []
        name = "info.absent" if self.policy.title is None else "info.absent_titled"
        return [self.say(name, absent="、".join(self.policy.absent), name=self.policy.display_name)]


def _opening(clause: Clause) -> str:
    """The clause up to the end of its title; the title alone where that is the heading above it."""
    at = clause.text.find(clause.title)
    return clause.text[: at + len(clause.title)] if at >= 0 else clause.title
