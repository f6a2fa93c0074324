"""Replies over several documents: a choice between clauses or documents, what a unit has to do in all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.engine.answering.best_sentence import Sentences
from bot.engine.answering.composer import Composers
from bot.engine.answering.on_policy import SAID_CHARS
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Block, ClauseRef, Quote, Reply, Say, Status
from bot.engine.values.why import Rule, Why
from knowledge.base.target import Target, clauses_of, policy_of
from knowledge.learned.index import Match

MOST_DOCUMENTS = 8
"""Documents that a choice offers."""
PAGE = 20
"""Documents on a page of the list of all of them."""
GROUPS = ("in_force", "unknown", "not_yet", "expired", "repealed")
"""States in the order in which the list groups documents."""
SAYS_LITTLE = frozenset({"in_force", "unknown"})
"""States that a line in a choice doesn't name."""


class Across:
    """Builds replies that are about no single document. Pure."""

    def __init__(self, composers: Composers, sentences: Sentences) -> None:
        self.composers = composers
        library = self.library = composers.library
        self.words = library.words
        self._sentences = sentences

    def say(self, name: str, /, **slots: object) -> Block:
        """A sentence of the bot's own as a paragraph."""
        return Block("say", (Say(self.words(name, **slots)),))

    def ref(self, target: str, score: float = 1.0) -> ClauseRef:
        """The clause as the reply's data names it."""
        return self.composers.of(target).ref(Target.parse(target).clause, score)

    # -- choices -----------------------------------------------------------------------------------------------------

    def choose(self, targets: Sequence[str], matches: Sequence[Match], question: Question, rule: Rule) -> Reply:
        """A choice, each clause with the sentence that fits best; of documents that fit, those that hold come first."""
        score = {m.target: m.probability for m in matches}
        ordered = sorted(targets, key=self.library.rank)
        blocks = [self.say("choose")]
        for n, target in enumerate(ordered, 1):
            clause, compose = self.library.clause(target), self.composers.of(target)
            blocks.append(
                compose.choice(n, clause, self._sentences.best(compose.policy.id, clause, question.reading) or "")
            )
        return Reply(
            "choose",
            (*blocks, *self.composers.notices(ordered)),
            Conversation(choices=tuple(ordered), said=question.reading.plain[-SAID_CHARS:]),
            self._only_policy(ordered),
            clauses=tuple(self.ref(t, score.get(t, 0.0)) for t in ordered),
            why=Why(rule),
        )

    def _only_policy(self, targets: Sequence[str]) -> str:
        ids = {policy_of(t) for t in targets}
        return ids.pop() if len(ids) == 1 else ""

    def choose_document(
        self, policies: Sequence[str], asked: str, conversation: Conversation, name: str = "documents.choose"
    ) -> Reply:
        """A choice between documents; ``asked``: the question that is then answered in the one that is picked."""
        ordered = self.library.ordered(policies)
        offered = ordered[:MOST_DOCUMENTS]
        blocks = [self.say(name), *self._documents(offered)]
        if len(ordered) > len(offered):
            blocks.append(self.say("documents.more", count=len(ordered) - len(offered)))
        kept = Conversation(choices=tuple(offered), said=asked[-SAID_CHARS:], policy=conversation.policy)
        return Reply("choose", tuple(blocks), kept, documents=tuple(offered), why=Why(Rule.WHICH_DOCUMENT))

    def _documents(self, policies: Sequence[str], first: int = 1) -> list[Block]:
        today = self.library.today()
        blocks = []
        for n, policy_id in enumerate(policies, first):
            state = self.library.by_id[policy_id].state(today)
            slots = {"n": n, "document": self.library.document(policy_id)}
            if state in SAYS_LITTLE:
                line = self.words("documents.line", **slots)
            else:
                line = self.words("documents.line_note", note=self.words(f"documents.states.{state}"), **slots)
            blocks.append(Block("list", (Say(line),)))
        return blocks

    def catalogue(
        self, policies: Iterable[str], conversation: Conversation, info: str, first: str = "", place: str = ""
    ) -> Reply:
        """A page of the list of documents, grouped by whether they hold, those that do first.

        ``info``: what the reply's data call it; ``first``: id of the one with which the page begins; ``place``: whose
        documents they are, when that was asked.
        """
        today = self.library.today()
        state = {p: self.library.by_id[p].state(today) for p in self.library.ordered(policies)}
        listed = sorted(state, key=lambda p: GROUPS.index(state[p]))
        at = listed.index(first) if first in state else 0
        page = listed[at : at + PAGE]
        slots = {"count": len(listed), "first": at + 1, "last": at + len(page), "place": place}
        name = "listed_page" if len(page) < len(listed) and at else "listed_of" if place else "listed"
        blocks = [Block("lead", (Say(self.words(f"documents.{name}", **slots)),))]
        group = ""
        for n, policy_id in enumerate(page, 1):
            if state[policy_id] != group:
                group = state[policy_id]
                called = self.words(f"documents.states.{group}") or self.words("documents.unstated")
                blocks.append(self.say("documents.group", state=called))
            line = self.words("documents.line", n=n, document=self.library.document(policy_id))
            blocks.append(Block("list", (Say(line),)))
        rest = listed[at + len(page) :]
        if rest:
            blocks.append(self.say("documents.next_page", count=len(rest)))
        kept = Conversation(
            choices=tuple(page), more=tuple(rest[:1]), info=info if rest else "", policy=conversation.policy
        )
        return Reply(
            "info",
            tuple(blocks),
            replace(kept, named=conversation.named, place=place),
            info=info,
            documents=tuple(page),
            why=Why(Rule.DOCUMENTS_LISTED),
        )

    def apart(self, replies: Sequence[tuple[str, Reply]], conversation: Conversation, asked: str, name: str) -> Reply:
        """Answers to one question from several documents, or places, each under its heading.

        ``replies``: (heading, reply); ``asked``: the question without their names; ``name``: the sentence above them.
        """
        documents = tuple(dict.fromkeys(p for _, r in replies for p in ((r.policy,) if r.policy else r.documents)))
        counted = len(documents) == len(replies) and all(reply.policy for _, reply in replies)
        blocks = [self.say(name, count=len(replies))]
        for n, (heading, reply) in enumerate(replies, 1):
            line = self.words("documents.apart_line" if counted else "documents.apart_head", n=n, document=heading)
            blocks += [Block("lead", (Say(line),)), *self._part(reply)]
        states = {reply.status for _, reply in replies}
        status: Status = "answer" if states & {"answer", "choose"} else "info" if states == {"info"} else "none"
        infos = {reply.info for _, reply in replies}
        return Reply(
            status,
            tuple(blocks),
            Conversation(choices=documents if counted else (), said=asked[-SAID_CHARS:], policy=conversation.policy),
            clauses=tuple(c for _, reply in replies for c in reply.clauses),
            units=tuple(dict.fromkeys(u for _, reply in replies for u in reply.units)),
            figures=tuple(f for _, reply in replies for f in reply.figures),
            info=infos.pop() if len(infos) == 1 else None,
            documents=documents,
            why=Why(Rule.DOCUMENTS_APART),
        )

    def _part(self, reply: Reply) -> list[Block]:
        """One of several answers; a choice as a plain list, for its numbers would clash with the documents'."""
        if reply.status != "choose":
            return list(reply.blocks)
        if not reply.clauses:
            lines = (Block("list", (Say(self.library.document(p)),)) for p in reply.documents)
            return [self.say("documents.apart_which"), *lines]
        blocks = [self.say("documents.apart_near")]
        for ref in reply.clauses:
            blocks += self.composers.of(ref.policy).listed([self.library.clause(f"{ref.policy}/{ref.clause}")])
        return [*blocks, *(b for b in reply.blocks if b.role == "notice")]

    # -- lists -------------------------------------------------------------------------------------------------------

    def several(self, targets: Sequence[str], conversation: Conversation, rule: Rule, full: bool, units: bool) -> Reply:
        """Clauses of several documents, asked for together; ``full`` and ``units`` as in Answers.several."""
        blocks: list[Block] = []
        for target in targets:
            clause, compose = self.library.clause(target), self.composers.of(target)
            blocks += compose.listed([clause])
            if full:
                blocks.append(Block("original", (Quote(clause.text, bare=True),)))
            blocks += [b for b in compose.units_blocks(clause) if units and b.role == "units"]
        return Reply(
            "answer",
            (*blocks, *self.composers.notices(targets)),
            replace(conversation, clause="", said="", info="", choices=tuple(targets)),
            self._only_policy(targets),
            clauses=tuple(self.ref(t) for t in targets),
            why=Why(rule),
        )

    def more(self, conversation: Conversation) -> Reply | None:
        """What else fitted the last question; None when nothing did."""
        if not conversation.more:
            return None
        targets = clauses_of(conversation.more)
        blocks = [self.say("more")]
        for n, target in enumerate(targets, 1):
            blocks.append(self.composers.of(target).choice(n, self.library.clause(target), ""))
        return Reply(
            "choose",
            (*blocks, *self.composers.notices(targets)),
            replace(conversation, choices=tuple(targets), more=()),
            self._only_policy(targets),
            clauses=tuple(self.ref(t, 0.0) for t in targets),
            why=Why(Rule.MORE),
        )

    # -- units -------------------------------------------------------------------------------------------------------

    def of_units(
        self,
        units: Sequence[str],
        found: Mapping[str, Sequence[str]],
        shown: Reply | None,
        conversation: Conversation,
    ) -> Reply:
        """What units are responsible for in several documents.

        The measures of one document as ``shown``, of the others only how many there are.
        """
        others = [p for p in self.library.ordered(found) if shown is None or p != shown.policy]
        offered = others[:MOST_DOCUMENTS]
        unit = "、".join(units)
        total = sum(map(len, found.values()))
        blocks = [self.say("documents.by_unit", unit=unit, documents=len(found), count=total)]
        notice: list[Block] = []
        if shown is not None:
            blocks += [b for b in shown.blocks if b.role != "notice"]
            blocks.append(self.say("documents.by_unit_more", count=len(others)))
            notice = self.composers.of(shown.policy).notice(self.library.today(), named=True)
        choices = shown.conversation.choices if shown is not None else ()
        blocks += self._counted({p: len(found[p]) for p in offered}, len(choices) + 1)
        if len(others) > len(offered):
            blocks.append(self.say("documents.more", count=len(others) - len(offered)))
        return Reply(
            "answer",
            (*blocks, *notice),
            Conversation(choices=(*choices, *offered), said=unit, policy=conversation.policy),
            shown.policy if shown is not None else "",
            clauses=shown.clauses if shown is not None else (),
            units=tuple(units),
            documents=tuple(offered),
            why=Why(Rule.OF_UNIT_ACROSS),
        )

    def _counted(self, counts: Mapping[str, int], first: int) -> list[Block]:
        """Documents with the number of measures in each, counted from ``first``."""
        blocks = []
        for n, (policy_id, count) in enumerate(counts.items(), first):
            line = self.words("documents.by_unit_line", document=self.library.document(policy_id), count=count)
            blocks.append(Block("list", (Say(self.words("documents.line", n=n, document=line)),)))
        return blocks
