"""On a document as a whole: topics, its own data, an overview, all its money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.engine.answering.document_facts import Particular, Particulars
from bot.engine.answering.on_policy import OnPolicy
from bot.engine.answering.paragraphs import sentences
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Block, Quote, Reply, Say
from bot.engine.values.why import Rule, Why
from knowledge.base.document import Clause
from knowledge.base.phrasings import InfoTopic

MOST_WITH_MONEY = 8
"""Clauses whose money is listed when a document's money is asked for."""


class DocumentAnswers(OnPolicy):
    """Answers from a document as such."""

    def info(self, topic: InfoTopic, conversation: Conversation) -> Reply:
        """On the document as a whole."""
        if topic == "number" or topic == "issuer" or topic == "published":
            return self.particulars((topic,), conversation)
        return Reply(
            "info",
            tuple(self.compose.info(topic, self.today())),
            replace(conversation, info=topic, choices=()),
            self.policy.id,
            units=tuple(self.responsible.counts()) if topic == "units" else (),
            info=topic,
            documents=self.successor,
            why=Why(Rule.DOCUMENT),
        )

    def says_of_itself(self, topic: InfoTopic) -> bool:
        """Whether the document says what is asked of it."""
        return self.compose.says_of_itself(topic)

    def particulars(self, topics: Sequence[Particular], conversation: Conversation) -> Reply:
        """The document's own data, all that is asked of: its number, issuer, date, attachments, what it repeals."""
        own = Particulars(self.library, self.policy)
        blocks = [block for topic in topics for block in own.blocks(topic)]
        if tuple(topics) == ("issuer",) and self.policy.issuer is None and (said := self.compose.said("issuer")):
            blocks += [self.compose.say("particulars.said"), *said]  # who drafted it, where nobody signed
        return Reply(
            "info",
            (*blocks, *self.finish(place=self.compose.named)),
            replace(conversation, choices=()),
            self.policy.id,
            info=topics[0],
            documents=self.successor,
            why=Why(Rule.DOCUMENT_FACTS),
        )

    def overview(self, conversation: Conversation) -> Reply:
        """What the document is and which parts it has, when only its name was said."""
        blocks = list(self.compose.info("structure", self.today()))
        text = self.words("documents.overview", document=self.compose.document, clauses=len(self.policy.clauses))
        blocks.insert(0, Block("lead", (Say(text),)))
        kept = replace(conversation, info="structure", choices=())
        return Reply("info", tuple(blocks), kept, self.policy.id, info="structure", why=Why(Rule.DOCUMENT_NAMED))

    def all_figures(self, conversation: Conversation) -> Reply:
        """All money that the document states, when the question names nothing else; and who gives, not how much."""
        stated = [clause for clause in self.policy.clauses if any(f.is_money for f in clause.figures)]
        unstated = [clause for clause in self.policy.clauses if clause not in stated and self._gives(clause.text)]
        if not stated and not unstated:
            blocks = [self.compose.say("lead.unstated_document"), *self.finish()]
            return Reply("none", tuple(blocks), conversation, self.policy.id, why=Why(Rule.NO_MONEY))
        listed = stated[:MOST_WITH_MONEY]
        others = unstated[: MOST_WITH_MONEY - len(listed)]
        blocks = [*self._money_stated(listed, len(stated) - len(listed)), *self._money_unstated(others, bool(listed))]
        shown = [*listed, *others]
        return Reply(
            "answer",
            (*blocks, *self.finish(place=True)),
            replace(conversation, clause="", said="", info="", choices=tuple(map(self.target, shown))),
            self.policy.id,
            clauses=tuple(self.compose.ref(clause.id) for clause in shown),
            why=Why(Rule.ALL_MONEY),
        )

    def _gives(self, text: str) -> bool:
        """Whether a text says that something is paid."""
        return any(word in text for word in self._money.paid_in_documents)

    def _money_stated(self, clauses: Sequence[Clause], more: int) -> list[Block]:
        """The money of each clause; ``more``: how many clauses are left out."""
        blocks: list[Block] = []
        if clauses:
            lead = Say(self.words("lead.figures_by_case"))
            blocks.append(Block("lead", (lead,), self.compose.label("amount")))
        for clause in clauses:
            blocks += self.compose.listed([clause], named=False)
            blocks += [Block("list", (Say("  "), Quote(f.quote))) for f in clause.figures if f.is_money]
        return [*blocks, self.compose.say("documents.more_clauses", count=more)] if more else blocks

    def _money_unstated(self, clauses: Sequence[Clause], beside: bool) -> list[Block]:
        """The first sentence of each clause that gives money and not how much; ``beside``: after some that do."""
        if not clauses:
            return []
        blocks = [self.compose.say("lead.money_unstated" if beside else "lead.money_only_unstated")]
        for clause in clauses:
            blocks += self.compose.listed([clause], named=False)
            giving = next(sentence for sentence in sentences(clause) if self._gives(sentence))
            blocks.append(Block("list", (Say("  "), Quote(giving))))
        return blocks
