"""The order of the rules by which a question is answered: the first that knows what to do does.

``scope`` is everywhere the id of the document that is asked; empty for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from bot.engine.answering.clause_answers import MOST_RELATED, Answers
from bot.engine.documents.citations import Citations
from bot.engine.matching.decide import Decision, decide
from bot.engine.matching.matcher import SURE
from bot.engine.matching.merge import contest
from bot.engine.rules.documents import Which
from bot.engine.rules.places import Located
from bot.engine.rules.resources import Sources
from bot.engine.rules.units import ByUnit
from bot.engine.understanding import follow_up
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.why import Rule, Why
from knowledge.base.phrasings import InfoTopic
from knowledge.base.target import Target, clauses_of, kind_of, policy_of
from knowledge.learned.index import Match

BOTH = 0.9
"""Probability that each half of a question must have for its own clause before both are answered."""
OFFERED = 0.01
"""Probability from which a clause is worth offering when the answer was not it."""
FOLLOWS = 0.6
"""Probability from which a question that reads as a follow-up is about another clause."""
OUTSIDE = 0.9
"""Probability from which a short question has a subject of its own, which no document covers."""
ASKS_OF_CLAUSE = frozenset({"units", "amount", "count", "original"})
"""Cues that ask something of the clause that is talked about."""
_HOW_MANY = re.compile(r"[\d一二两三四五六七八九十几每多]")
"""Words that count say no subject: 一年多少."""
_EVERYTHING = re.compile(r"哪些|哪几|都有|全部|所有|一共|总共|文件|政策")
"""What asks for all of a document, whatever clause is talked about."""
LOOSE = frozenset(f"info:{topic}" for topic in ("purpose", "basis", "structure", "units", "definition"))
"""Topics whose words (目标, 依据) are those of many clauses as well."""
COVERED = 0.3
"""Share of a question's words, two at least, with which a clause is asked for all the same."""
_TOGETHER = re.compile(r"和|与|以及|还有|跟|[?？;；]")


class Flow:
    """Answers questions that are understood."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._library = sources.library
        self._understanding = sources.understanding
        self._matcher = sources.matcher
        self._citations = Citations(sources.library.policies)
        self._units = ByUnit(sources)
        self._located = Located(sources)
        self._which = Which(sources, self._located, self.within, self.reply)

    def reply(self, question: Question, conversation: Conversation, scope: str = "") -> Reply:
        """The first of these that knows what to do."""
        if not re.search(r"\w", question.reading.folded):
            return self._home(conversation).note("clarify", "none.empty", conversation, Rule.EMPTY)
        whose = () if scope else self._sources.whose(question)
        if whose and conversation.policy not in whose:  # another place's documents than what was talked about
            conversation = Conversation(choices=conversation.choices)
        rejected = ""
        correction = follow_up.correction(question, self._understanding) if conversation != Conversation() else None
        if correction is not None:
            if self._understanding.empty(correction.rest):
                return self._rejected(conversation)
            question = self._understanding.question(correction.rest)
            clause = conversation.clause
            if clause and self._sources.answers(clause).names_case(clause, question):
                return self._follow_up(question, conversation)
            if not question.asks & ASKS_OF_CLAUSE:  # else only what was asked of it was wrong
                rejected = clause
        back = follow_up.returns(question)
        if back is not None and back.away and not conversation.earlier and not self._understanding.empty(back.rest):
            question = self._understanding.question(back.rest)
        return (
            self._picked(question, conversation)
            or self._returned(question, conversation)
            or (None if scope else self._missing(question, conversation))
            or (self._which.reply(question, conversation) if self._library.many and not scope else None)
            or self._which.particular(question, conversation, scope)
            or self._which.listed(question, conversation, scope)
            or self._located.reply(question, conversation, scope)
            or self._money(question, conversation, scope)
            or self._followed(question, conversation, scope)
            or self._elsewhere(question, conversation)
            or self._units.reply(question, conversation, scope)
            or (None if scope or rejected else self._which.stays(question, conversation))
            or self._both(question, conversation, scope)
            or self._matched(question, conversation, rejected, scope)
        )

    def of_unit(self, unit: str) -> Reply:
        """The measures that a unit is responsible for."""
        return self._units.of_units([unit], Conversation(), "")

    def _missing(self, question: Question, conversation: Conversation) -> Reply | None:
        """A question about a document, by number or 《title》, that the base neither holds nor cites."""
        typed = self._citations.unknown(question.reading.folded)
        return (
            self._home(conversation).note("none", "none.no_document", conversation, Rule.NO_SUCH_DOCUMENT, typed=typed)
            if typed
            else None
        )

    def within(self, policy_id: str, question: Question, conversation: Conversation) -> Reply:
        """The question answered from one document; an overview of it when nothing is asked."""
        if policy_of(conversation.clause) != policy_id:
            conversation = Conversation(policy=policy_id)
        conversation = replace(conversation, policy=policy_id)
        answers = self._sources.answers(policy_id)
        asks = question.asks
        if not re.search(r"\w", question.reading.folded):
            return answers.overview(conversation)
        names_unit = question.units or question.foreign_units
        particular = self._which.particular(question, conversation, policy_id)
        if particular is not None:
            return particular
        if question.plain_rest and not conversation.clause and not names_unit and not self._located.mentions(question):
            if "units" in asks:
                return answers.info("units", conversation)
            if asks & {"amount", "count"}:
                return answers.all_figures(conversation)
            topic = self._which.topic(question, policy_id)
            return answers.info(topic, conversation) if topic else answers.overview(conversation)
        return self.reply(question, conversation, policy_id)

    # -- what needs no matching --------------------------------------------------------------------------------------

    def _picked(self, question: Question, conversation: Conversation) -> Reply | None:
        """One of the clauses or documents that the last reply offered, or all of them."""
        library = self._library
        chosen = follow_up.picked(question, conversation, library.text, self._understanding, library.articled)
        if chosen is None:
            count = len(conversation.choices)
            return self._home(conversation).note(
                "clarify", "pick_range", conversation, Rule.NO_SUCH_CHOICE, count=count
            )
        documents = [t for t in chosen if kind_of(t) == "document"]
        if documents:
            asked = self._understanding.question(conversation.said)
            if len(documents) > 1:
                return self._which.apart(documents, conversation.said, conversation)
            return self._which.by_name(documents[0], asked, Conversation(policy=documents[0]))
        if len(chosen) == 1:
            answers, clause = self._sources.answers(chosen[0]), self._library.clause(chosen[0])
            return answers.answer(clause, question, conversation, 1.0, Rule.PICKED, said=conversation.said)
        return self._several(chosen, conversation, Rule.PICKED_ALL, full=True) if chosen else None

    def _returned(self, question: Question, conversation: Conversation) -> Reply | None:
        """A clause that was talked about before: by words that it knows (回到工资那个), or the last but one."""
        back = follow_up.returns(question)
        if back is None or not conversation.earlier:
            return None
        asked = self._understanding.question(back.rest)
        if asked.bare or not self._sources.specific(asked, conversation, ""):
            found = (conversation.earlier[0], 1.0) if back.away else None
        else:
            found = self._matcher.among((*conversation.earlier, conversation.clause), asked)
        if found is None or found[0] == conversation.clause:
            return None
        target, probability = found
        return self._sources.answers(target).answer(
            self._library.clause(target), asked, conversation, probability, Rule.RETURNED
        )

    def _several(
        self, targets: Sequence[str], conversation: Conversation, rule: Rule, full: bool = False, units: bool = False
    ) -> Reply:
        """Clauses asked for together, of one document or of several."""
        if len({policy_of(t) for t in targets}) == 1:
            clauses = [self._library.clause(t) for t in targets]
            return self._sources.answers(targets[0]).several(clauses, conversation, rule, full=full, units=units)
        return self._sources.across.several(targets, conversation, rule, full, units)

    def _followed(self, question: Question, conversation: Conversation, scope: str) -> Reply | None:
        """Nothing but 谁负责, 金额多少, 原文, 还有呢: about what was answered last, or a question back."""
        if question.units or question.foreign_units:
            return None
        if not question.bare and not (conversation.clause and self._goes_on(question, conversation)):
            return None
        asks = question.asks
        if not asks & (ASKS_OF_CLAUSE | {"more", "follow_up", "by_unit"}):
            return None
        if "more" in asks and (conversation.more or conversation.clause):
            return self._more(conversation)
        if conversation.info and asks & {"original"}:
            return self._info(cast(InfoTopic, conversation.info), question, conversation, scope)
        if conversation.clause and asks & (ASKS_OF_CLAUSE | {"by_unit"}):
            return self._follow_up(question, conversation)
        clauses = clauses_of(conversation.choices)
        if not conversation.clause and not clauses and conversation.named and not scope:
            return self.within(conversation.named, question, conversation)
        if not conversation.clause and clauses and asks & ASKS_OF_CLAUSE:
            if "units" in asks:
                return self._several(clauses, conversation, Rule.FOLLOW_UP_ON_LIST, units=True)
            return self._sources.across.choose(clauses, (), question, Rule.FOLLOW_UP_ON_LIST)
        matches = self._matcher.learned(question.reading, scope)
        if matches and kind_of(matches[0].target) in ("info", "chat") and matches[0].probability > 0.5:
            return None
        if conversation.clause and follow_up.leans(question):
            return self._follow_up(question, conversation)
        return self._home(conversation, scope).note("clarify", "clarify.no_context", conversation, Rule.NO_CONTEXT)

    def _money(self, question: Question, conversation: Conversation, scope: str) -> Reply | None:
        """Money for nothing in particular: of the clause or choice that is talked about, else all that is stated."""
        if not self._understanding.asks_for_money(question):
            return None
        if not _EVERYTHING.search(question.reading.plain):
            offered = clauses_of(conversation.choices)
            if conversation.clause:
                return self._follow_up(question, conversation)
            if offered:
                return self._sources.across.choose(offered, (), question, Rule.FOLLOW_UP_ON_LIST)
        meant = self._sources.meant(conversation, scope)
        return self._sources.answers(meant.id).all_figures(conversation) if meant is not None else None

    def _goes_on(self, question: Question, conversation: Conversation) -> bool:
        """Whether a short question names nothing that any clause speaks of: 投多少钱, 它归谁管呀; but not 房价多少."""
        short = follow_up.leans(question) or follow_up.asks_on(question)
        return short and not self._sources.specific(question, conversation, "") and not self._outside(question)

    def _outside(self, question: Question) -> bool:
        """Whether a question has a subject by itself, and one that surely no document covers."""
        words = question.rest_reading.words
        if not any(len(w) > 1 and w not in self._understanding.generic and not _HOW_MANY.match(w) for w in words):
            return False
        outside = [m for m in self._matcher.learned(question.reading) if kind_of(m.target) in ("near", "far")]
        return sum(m.probability for m in outside) >= OUTSIDE

    def _follow_up(self, question: Question, conversation: Conversation) -> Reply:
        answers, clause = self._sources.answers(conversation.clause), self._library.clause(conversation.clause)
        return answers.answer(clause, question, conversation, 1.0, Rule.FOLLOW_UP, said=conversation.said)

    def _more(self, conversation: Conversation) -> Reply:
        if conversation.more and kind_of(conversation.more[0]) == "document":
            place = conversation.place
            whose = self._library.regions.one(place) if place else None
            listed = whose.policies if whose is not None else tuple(self._library.by_id)
            info = conversation.info
            return self._sources.across.catalogue(listed, conversation, info, conversation.more[0], place)
        return self._sources.across.more(conversation) or self._home(conversation).note(
            "clarify", "no_more", conversation, Rule.NO_MORE
        )

    def _rejected(self, conversation: Conversation) -> Reply:
        """The last answer was wrong, and nothing else is said: offer what came next."""
        reply = self._sources.across.more(conversation)
        if reply is None:
            return self._home(conversation).note("clarify", "clarify.wrong", conversation, Rule.REJECTED)
        return replace(reply, blocks=(self._sources.across.say("clarify.wrong_offer"), *reply.blocks[1:]))

    def _elsewhere(self, question: Question, conversation: Conversation) -> Reply | None:
        if not question.elsewhere:
            return None
        return self._home(conversation).elsewhere(question.elsewhere, conversation)

    def _both(self, question: Question, conversation: Conversation, scope: str) -> Reply | None:
        """Two things asked for at once, each surely about a clause of its own: 末位淘汰和产业地图谁负责."""
        halves = _TOGETHER.split(question.reading.plain)
        if len(halves) != 2 or len(question.reading.folded) > 2 * follow_up.SHORT:
            return None
        found = []
        for half in halves:
            matches = self._matcher.learned(self._understanding.question(half).rest_reading, scope)
            if not matches or kind_of(matches[0].target) != "clause" or matches[0].probability < BOTH:
                return None
            found.append(matches[0].target)
        whole = self._matcher.learned(question.reading, scope)
        sure = bool(whole) and whole[0].probability >= SURE
        if found[0] == found[1] or (sure and self._sources.holding(question, scope)):
            return None
        units = "units" in question.asks
        return self._several(found, conversation, Rule.TWO_AT_ONCE, full=not units, units=units)

    # -- matching ----------------------------------------------------------------------------------------------------

    def _matched(self, question: Question, conversation: Conversation, rejected: str, scope: str) -> Reply:
        """The act of least expected cost on the best matches."""
        leaning = (
            bool(conversation.clause)
            and not rejected
            and (follow_up.leans(question) or follow_up.asks_on(question))
            and not self._outside(question)
        )
        matches = self._matcher.in_context(question, conversation, rejected, leaning, scope)
        if scope in self._library.untaught:
            matches = self._own_words(question, matches, scope)
        talked = policy_of(conversation.clause)
        untaught = talked in self._library.untaught
        if leaning and untaught and not scope:
            near = [f for f in self._matcher.found(question, talked) if f.signals["cover"] == 1.0]
            if near:  # 首次认定呢: the document that is talked about has all of it
                best = max(near, key=lambda f: (self._titled(f.target, question), f.probability))
                answers, clause = self._sources.answers(talked), self._library.clause(best.target)
                said = conversation.said if best.target == conversation.clause else ""
                return answers.answer(clause, question, conversation, best.probability, Rule.FOLLOW_UP, said=said)
        if leaning and untaught and not (matches and matches[0].probability >= FOLLOWS):
            return self._follow_up(question, conversation)
        if not matches:
            if leaning:
                return self._follow_up(question, conversation)
            return self._home(conversation, scope).note("none", "none.unreadable", conversation, Rule.NOTHING_KNOWN)
        decision = decide(matches)
        reply = None if leaning else self._ambiguous(question, matches, scope)
        if reply is None:
            reply = self._act(decision, matches, question, conversation, leaning, scope)
        return replace(reply, why=replace(reply.why, matches=tuple(matches), costs=decision.costs))

    def _own_words(self, question: Question, matches: list[Match], scope: str) -> list[Match]:
        """Without a topic on the whole document, which was learned elsewhere, where clauses have the question's words.

        毛入学率的目标是多少 is no question on what the document is for.
        """
        words = [w for w in question.rest_reading.words if len(w) > 1 and w not in self._understanding.generic]
        if not matches or matches[0].target not in LOOSE or len(words) < 2:
            return matches
        found = self._matcher.found(question, scope)
        if not found or found[0].signals["cover"] < COVERED:
            return matches
        return contest([], found, lambda _: 0)

    def _titled(self, target: str, question: Question) -> bool:
        """Whether the title of a clause holds the words that the question is about."""
        clause = self._library.clause(target)
        words = [w for w in question.rest_reading.words if len(w) > 1 and w not in self._understanding.generic]
        return clause.titled and bool(words) and all(word in clause.title for word in words)

    def _ambiguous(self, question: Question, matches: Sequence[Match], scope: str) -> Reply | None:
        """A choice for bare words that several clauses hold verbatim, when none stands out.

        One stands out when it is surely the best match, and either is none of them or the only one so titled.
        """
        holding = [f"{p}/{c.id}" for p, c in self._sources.holding(question, scope)]
        if len(holding) < 2:
            return None
        best = matches[0].target if kind_of(matches[0].target) == "clause" else ""
        if matches[0].probability >= SURE and (best not in holding or self._sources.titled(question, scope) == [best]):
            return None
        return self._sources.across.choose(holding, matches, question, Rule.TERM_IN_SEVERAL)

    def _act(
        self,
        decision: Decision,
        matches: Sequence[Match],
        question: Question,
        conversation: Conversation,
        leaning: bool,
        scope: str,
    ) -> Reply:
        best = decision.matches[0] if decision.matches else matches[0]
        if decision.act == "answer":
            return self._answer(best, matches, question, conversation, leaning, scope)
        if decision.act == "likely":
            reply = self._clause(best, question, conversation, leaning)
            return self._sources.answers(best.target).as_likeliest(reply, decision.matches[1:])
        if decision.act == "choose":
            targets = [m.target for m in decision.matches]
            return self._sources.across.choose(targets, matches, question, Rule.CLOSE_MATCH)
        topic = Target.parse(best.target).topic
        if decision.act == "info":
            return self._info(cast(InfoTopic, topic), question, conversation, scope)
        home = self._home(conversation, scope)
        if decision.act == "chat":
            note = home.note("chat", f"chat.{topic}", conversation, Why(Rule.SMALL_TALK, topic))
            if topic != "human" or not conversation.clause:
                return note
            return self._sources.answers(conversation.clause).with_units(note, conversation.clause)
        if scope in self._library.untaught:
            return home.nothing_in(matches, conversation)
        return self._sources.answers(scope or self._library.home.id).declined(best, matches, question, conversation)

    def _answer(
        self,
        best: Match,
        matches: Sequence[Match],
        question: Question,
        conversation: Conversation,
        leaning: bool,
        scope: str,
    ) -> Reply:
        others = [m for m in matches if kind_of(m.target) == "clause" and m.target != best.target]
        further = [m.target for m in others if m.probability >= OFFERED]
        kept = replace(conversation, more=tuple(further[:MOST_RELATED]))
        reply = self._clause(best, question, kept, leaning)
        if self._same(best, question, conversation, leaning):
            return reply
        policy_id = policy_of(best.target)
        holding = [c for p, c in self._sources.holding(question, scope) if p == policy_id]
        return self._sources.answers(best.target).with_related(reply, others, holding)

    def _clause(self, best: Match, question: Question, conversation: Conversation, leaning: bool) -> Reply:
        """The best match's clause; what was asked before counts where it is still talked about."""
        said = conversation.said if self._same(best, question, conversation, leaning) else ""
        answers, clause = self._sources.answers(best.target), self._library.clause(best.target)
        return answers.answer(clause, question, conversation, best.probability, Rule.BEST_MATCH, said=said)

    @staticmethod
    def _same(best: Match, question: Question, conversation: Conversation, leaning: bool) -> bool:
        """Whether a short question is on the clause that is talked about."""
        return best.target == conversation.clause and (leaning or follow_up.is_short(question.reading))

    def _info(self, topic: InfoTopic, question: Question, conversation: Conversation, scope: str) -> Reply:
        """On a document as a whole: the one meant, or a question back."""
        meant = self._sources.meant(conversation, scope)
        if meant is None:
            found = [p for p in self._library.by_id if self._library.open(p)]
            text = question.reading.plain
            return self._sources.across.choose_document(found, text, conversation, "documents.choose_info")
        return self._sources.answers(meant.id).info(topic, conversation)

    def _home(self, conversation: Conversation, scope: str = "") -> Answers:
        return self._sources.home(conversation, scope)
