"""The act of least expected cost on the best matches: what nothing else has answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from bot.engine.answering.clause_answers import MOST_RELATED
from bot.engine.answering.refusals import worth_a_look
from bot.engine.matching.decide import MOST_CHOICES, Decision, decide
from bot.engine.matching.matcher import Context
from bot.engine.matching.merge import contest
from bot.engine.rules.another_subject import of_a_foreign_thing, of_another_subject
from bot.engine.rules.asked import CORRECTION, Asked
from bot.engine.rules.corrections import narrowed
from bot.engine.rules.document_facts import TERMS, asked_of_clause
from bot.engine.rules.number_of_talked import asks_number_of_talked
from bot.engine.rules.resources import COURTESIES, Resources
from bot.engine.rules.stays import ASKS_ASPECT
from bot.engine.understanding.follow_up import is_short
from bot.engine.understanding.understanding import Question
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import COVERED, FOLLOWS, FOUND, NEAR, OFFERED, RELATED, SURE
from bot.engine.values.why import By, Rule, Why
from knowledge.base.phrasings import InfoTopic
from knowledge.base.target import Target, kind_of, policy_of
from knowledge.learned.index import Match
from knowledge.text.fold import fold

LOOSE = frozenset(
    f"info:{topic}" for topic in ("purpose", "basis", "structure", "units", "definition", "validity", "effective")
)
"""Topics whose words (目标, 依据, 有效期) are those of many clauses as well."""
COMPLAINT = "chat:complaint"
"""Target of what says that the answer was no good."""
FAR = "far"
"""Target of what is far from all documents."""
OF_ITSELF = frozenset({"basis", "validity", "issuer", "published", "units"})
"""Topics of which a document may say nothing; what is asked in their words is then asked of a clause."""


def best_match(asked: Asked, use: Resources) -> Reply:
    """Always answers."""
    case = _case(asked, use)
    talked = case.of_talked_about() if case.leaning else None
    if talked is not None:
        return talked
    if not case.matches:
        home = use.home(asked.scope, asked.conversation)
        return home.note("none", "none.unreadable", asked.conversation, Rule.NOTHING_KNOWN)
    decision = decide(
        case.without_small_talk(), bool(asked.scope.only), use.understanding.money.asks_money(asked.question)
    )
    reply = case.ambiguous() or case.act(decision)
    return replace(reply, why=replace(reply.why, matches=tuple(case.matches), costs=decision.costs))


def _case(asked: Asked, use: Resources) -> Case:
    question, conversation, scope = asked.question, asked.conversation, asked.scope
    leaning = bool(conversation.clause) and not asked.rejected and _reads_on(question, use)
    leaning = leaning and not use.outside(question)
    context = Context(conversation.clause, asked.rejected, leaning)
    case = Case(asked, use, use.matcher.in_context(question, context, scope), leaning)
    return replace(case, matches=case.own_words()) if scope.untaught else case


def _reads_on(question: Question, use: Resources) -> bool:
    """Whether it reads as if it went on from something: by its form, or since it names nothing, 谁来发."""
    if use.follow_ups.leans(question) or use.follow_ups.asks_on(question) or use.acts.asks_if_fits(question):
        return True
    return not question.telling and use.follow_ups.questions(question)


@dataclass(frozen=True)
class Case:
    """A question and what it may be about."""

    asked: Asked
    use: Resources
    matches: Sequence[Match]
    """Most probable first."""
    leaning: bool
    """Whether it reads as if it went on from the clause that is talked about."""

    def own_words(self) -> Sequence[Match]:
        """Without a topic on the whole document, or small talk, where clauses have the words of the question.

        毛入学率的目标是多少 is no question on what the document is for, 机构换电话跟谁说 none for a person to talk to.
        """
        if not self.matches or not self._loose(self.matches[0].target) or len(self._beside_title()) < 2:
            return self.matches
        found = self.use.matcher.found(self.asked.question, self.asked.scope)
        if not found or found[0].signals["cover"] < COVERED:
            return self.matches
        return contest([], found, lambda _: 0)

    def without_small_talk(self) -> Sequence[Match]:
        """The matches, where small talk that a clause is as likely as, or that asks of a measure, is far from all.

        干得好的话有没有奖励 is no 好的, and 发现人手不对,换两个人谁说了算 no complaint: what speaks for them is what
        speaks against any clause.
        """
        best = max((m.probability for m in self.matches if m.found), default=0.0)
        asks = best >= NEAR and bool(self.asked.question.asks & ASKS_ASPECT)
        asks = asks or (self.use.follow_ups.continues(self.asked.question) and self._is_held())  # 那AI呢 is no 你是AI吗
        chat = [m for m in self.matches if kind_of(m.target) == "chat"]
        none = {m.target for m in chat if asks or m.probability <= best}
        if self._tells_of_mistake():
            none.add(COMPLAINT)
        untaught = self.asked.scope.untaught or self.asked.talked_about in self.use.library.untaught
        if untaught and self.use.follow_ups.questions(self.asked.question):
            none |= COURTESIES
        return [replace(m, target=FAR) if m.target in none else m for m in self.matches]

    def _is_held(self) -> bool:
        """Whether a clause has what is named, by whatever name."""
        return any(m.found and m.signals["cover"] >= COVERED for m in self.matches)

    def _tells_of_mistake(self) -> bool:
        """Whether what is wrong is not the answer: 填的不对算谁的."""
        question = self.asked.question
        return CORRECTION in question.asks and self.use.understanding.correction(question.reading.folded) is None

    @staticmethod
    def _loose(target: str) -> bool:
        return target in LOOSE or kind_of(target) == "chat"

    def _beside_title(self) -> list[str]:
        """What the question is about besides what the document's title says."""
        title = self.use.library.by_id[self.asked.scope.only].display_name
        return [word for word in self.asked.question.telling if word not in title]

    def of_talked_about(self) -> Reply | None:
        """What goes on from a document without phrasings, or says nothing that is known: about what is talked about."""
        untaught = self.asked.talked_about in self.use.library.untaught
        near = self._in_talked_about() if untaught and not self.asked.scope.only else None
        if near is not None:
            return near
        weak = untaught and self.matches[0].probability < FOLLOWS if self.matches else True
        if weak or (not untaught and self._has_its_words()):
            return self.use.of_talked_about(self.asked.question, self.asked.conversation)
        return None

    def _has_its_words(self) -> bool:
        """Whether another clause is likelier, and the one that is talked about has all that is named: 那国家级的呢."""
        asked, best = self.asked, self.matches[0]
        if kind_of(best.target) != "clause" or best.target == asked.conversation.clause:
            return False
        text, words = fold(self.use.library.clause(asked.conversation.clause).text), asked.question.telling
        return bool(words) and all(word in text for word in words)

    def _in_talked_about(self) -> Reply | None:
        """首次认定呢: the document that is talked about has all of it."""
        asked, use = self.asked, self.use
        near = use.matcher.found(asked.question, replace(asked.scope, only=asked.talked_about))
        whole = [f for f in near if f.signals["cover"] == 1.0]
        if not whole:
            return None
        best = max(whole, key=lambda f: (self._titled(f.target), f.probability))
        said = asked.conversation.said if best.target == asked.conversation.clause else ""
        answers, clause = use.answers(best.target), use.library.clause(best.target)
        return answers.answer(
            clause, asked.question, asked.conversation, By(Rule.FOLLOW_UP, best.probability), said=said
        )  # fmt: skip

    def _titled(self, target: str) -> bool:
        """Whether the title of a clause holds the words that the question is about."""
        clause, words = self.use.library.clause(target), self.asked.question.telling
        return clause.titled and bool(words) and all(word in clause.title for word in words)

    def ambiguous(self) -> Reply | None:
        """A choice for bare words that several clauses hold verbatim, when none stands out.

        One stands out when it is surely the best match, and either is none of them or the only one so titled.
        """
        question, scope = self.asked.question, self.asked.scope
        holding = [] if self.leaning else self.use.holding(question, scope)
        if len(holding) < 2:
            return None
        if self.asked.conversation.clause in holding:  # 重点领域有哪些: what is talked about has them
            return self.use.of_talked_about(question, self.asked.conversation)
        first = self.matches[0]
        if first.probability >= SURE and first.target in holding and self._states_number(first.target):
            return None  # 主导产业 上限
        best = first.target if kind_of(first.target) == "clause" else ""
        outside = not best and len(question.telling) == 1  # 中小微: a word of the document is no question on another
        stands_out = best not in holding or self.use.titled(question, scope) == [best]
        if first.probability >= SURE and stands_out and not outside:
            return None
        return self.use.across.choose(holding, self.matches, question, Rule.TERM_IN_SEVERAL)

    def _states_number(self, target: str) -> bool:
        """Whether a number is asked for, and this clause states one."""
        asks = self.use.understanding.money.asks_number(self.asked.question)
        return asks and bool(self.use.library.clause(target).figures)

    def act(self, decision: Decision) -> Reply:
        """The reply that a decision asks for."""
        best = decision.matches[0] if decision.matches else self.matches[0]
        if decision.act == "answer":
            reply = self._answer(best)
            return (
                self._of_another_case(best) if of_another_subject(reply, self.asked, self.use, self.leaning) else reply
            )
        if decision.act == "likely":
            reply = self._clause(best, self.asked.conversation)
            if of_another_subject(reply, self.asked, self.use, self.leaning):
                return self._of_others(best)
            return self.use.answers(best.target).as_likeliest(reply, decision.matches[1:])
        if decision.act == "choose":
            targets = [m.target for m in decision.matches]
            talked = next((m for m in decision.matches if m.target == self.asked.conversation.clause), None)
            if talked is not None and (talked is best or self._asks_of_talked()):
                fits = self.use.acts.asks_if_fits(self.asked.question)
                return self._text_of_talked() if fits else self.act(replace(decision, act="likely", matches=(talked,)))
            if of_a_foreign_thing(best.target, self.asked, self.use):
                return self._decline_subject(best)
            return self.use.across.choose(targets, self.matches, self.asked.question, Rule.CLOSE_MATCH)
        topic = Target.parse(best.target).topic
        if decision.act == "info":
            info = cast(InfoTopic, topic)
            if (info in TERMS and self._of_another_paper()) or self._of_foreign_thing():
                return self._decline(best)
            return self._units_of_named(info) or self._by_clause(info) or self._of_document(info)
        if decision.act == "chat" and not self.asked.corrects:
            return self._talk(topic)
        return self._decline(best)

    def _asks_of_talked(self) -> bool:
        """Whether no thing is named, or it is asked whether one falls under it: 入驻门槛多少; 有没有餐饮的份."""
        if self.use.acts.asks_if_fits(self.asked.question):
            return True
        return not any(map(self.use.subjects.is_thing, self.asked.question.telling))

    def _units_of_named(self, topic: InfoTopic) -> Reply | None:
        """The units of the likeliest clause that has what is named: 贷款这事到底是哪些单位在管."""
        words = self.asked.question.telling
        clauses = (m for m in self.matches if kind_of(m.target) == "clause" and m.probability >= RELATED)
        if topic != "units" or not words:
            return None
        texts = ((m, fold(self.use.library.clause(m.target).text)) for m in clauses)
        best = next((m for m, text in texts if all(word in text for word in words)), None)
        return self._clause(best, self.asked.conversation) if best is not None else None

    def _by_clause(self, topic: InfoTopic) -> Reply | None:
        """A clause's answer where a document without phrasings says nothing of the topic that was taken to be asked."""
        meant = self.asked.scope.meant(self.asked.conversation)
        if topic not in OF_ITSELF or meant is None or meant.id not in self.use.library.untaught:
            return None
        if self.use.answers(meant.id).says_of_itself(topic):
            return None
        found = self.use.matcher.found(self.asked.question, replace(self.asked.scope, only=meant.id))
        decision = decide(contest([], found, lambda _: 0), named=True) if found else None
        return self.act(decision) if decision is not None and decision.act in ("answer", "likely") else None

    def _of_document(self, topic: InfoTopic) -> Reply:
        """On a document as a whole, or on the clause that is talked about where that is what is asked."""
        question, conversation = self.asked.question, self.asked.conversation
        pointed = topic == "units" and conversation.clause and self._points_at_talked()
        if topic == "structure" and conversation.clause and self._asks_which():
            return self.use.of_talked_about(question, conversation)
        if not asked_of_clause(topic, self.asked, self.use) and (
            not pointed or self.use.follow_ups.says_whole(question)
        ):
            return self.use.info(topic, question, conversation, self.asked.scope)
        if topic == "units":
            question = replace(question, asks=question.asks | {"units"})
        return self.use.of_talked_about(question, conversation)

    def _asks_which(self) -> bool:
        """Whether it asks of something that the clause has, which a document has as well: 什么目录, but not 目录."""
        question, text = self.asked.question, fold(self.use.library.clause(self.asked.conversation.clause).text)
        named = question.telling
        asks = len(question.reading.plain) > len("".join(named))
        return asks and bool(named) and all(word in text for word in named)

    def _points_at_talked(self) -> bool:
        """Whether it goes on from the clause that is talked about, or names what this has: 该改革归谁管, 补贴归谁管."""
        question, text = self.asked.question, fold(self.use.library.clause(self.asked.conversation.clause).text)
        named = question.telling
        return not named or self.use.follow_ups.leans(question) or any(word in text for word in named)

    def _of_another_paper(self) -> bool:
        """Whether it is the term of something else that is asked for: 居住证有效期到哪天."""
        meant = self.asked.scope.meant(self.asked.conversation)
        return meant is not None and self.use.subjects.has_term_of_its_own(meant, self.asked.question)

    def _of_foreign_thing(self) -> bool:
        """Whether what is asked of the document is asked for a thing of which it nowhere speaks: 公厕地图归谁编."""
        meant = self.asked.scope.meant(self.asked.conversation)
        return meant is not None and self.use.of_foreign_thing(self.asked.question, meant.id)

    def _of_another_case(self, best: Match) -> Reply:
        """The text of what is talked about, for who asks whether his case falls under it; else what is for others."""
        asked, talked = self.asked, best.target == self.asked.conversation.clause
        if not talked or not self.use.acts.asks_if_fits(asked.question):
            return self._of_others(best)
        return self._text_of_talked()

    def _text_of_talked(self) -> Reply:
        """The text of what is talked about, of which the reader is to judge."""
        question, conversation = replace(self.asked.question, asks=frozenset({"original"})), self.asked.conversation
        return self.use.answers(conversation.clause).text_alone(self.use.of_talked_about(question, conversation))

    def _of_others(self, best: Match) -> Reply:
        """What other documents say of a subject that the likeliest clause is not for; else that none does."""
        found = self.use.matcher.found(self.asked.question, self.asked.scope)
        others = [m for m in self.matches if policy_of(m.target) != policy_of(best.target)]
        left = sum(m.probability for m in others)
        surely = any(f.probability >= FOUND and policy_of(f.target) != policy_of(best.target) for f in found)
        if self.asked.scope.single or best.probability >= SURE or not surely or not left:
            return self._decline_subject(best)
        again = replace(self, matches=[replace(m, probability=m.probability / left) for m in others])
        decision = decide(again.without_small_talk())
        return again.act(decision) if decision.act in ("answer", "likely") else self._decline_subject(best)

    def _decline_subject(self, best: Match) -> Reply:
        return self.use.answers(best.target).of_another_subject(best.target, self.asked.conversation)

    def _talk(self, topic: str) -> Reply:
        """Small talk; where a person is asked for, with the units of what is talked about."""
        conversation = self.asked.conversation
        home = self.use.home(self.asked.scope, conversation)
        note = home.note("chat", f"chat.{topic}", conversation, Why(Rule.SMALL_TALK, topic))
        if topic != "human" or not conversation.clause:
            return note
        return self.use.answers(conversation.clause).with_units(note, conversation.clause)

    def _decline(self, best: Match) -> Reply:
        """Nothing in the document that is asked, or in any."""
        question, conversation, scope = self.asked.question, self.asked.conversation, self.asked.scope
        if asks_number_of_talked(best, self.asked, self.use):
            return self.use.of_talked_about(question, conversation)
        if scope.untaught:
            corrected = self._corrected() if self.asked.corrects else self._spoken_of()
            return corrected or self.use.home(scope, conversation).nothing_in(self.matches, conversation)
        answers = self.use.answers(scope.only or self.use.library.home.id)
        return answers.declined(best, self.matches, question, conversation)

    def _spoken_of(self) -> Reply | None:
        """那储能呢: who only names another thing is told which clauses speak of it."""
        question, policy = self.asked.question, self.asked.scope.meant(self.asked.conversation)
        if policy is None or not question.telling or not self.use.follow_ups.continues(question):
            return None
        found = self.use.mentions.of(policy, question.telling)
        plain, named = question.reading.plain, "、".join(question.telling)
        return self.use.mentioned.reply(found, policy.id, plain, self.asked.conversation, named) if found else None

    def _corrected(self) -> Reply | None:
        """不对,我要的是智能仪表的: who says what was meant is told where it may stand, if any of it does.

        In the clause that is talked about, though another part of it was meant; else a choice of what is near.
        """
        question, conversation = self.asked.question, self.asked.conversation
        text = fold(self.use.library.clause(conversation.clause).text) if conversation.clause else ""
        if any(word in text for word in question.telling):
            reply = self.use.of_talked_about(question, conversation)
            return self.use.answers(conversation.clause).as_likeliest(reply, ())
        near = worth_a_look(self.matches)[:MOST_CHOICES]
        return self.use.across.choose(near, self.matches, question, Rule.CLOSE_MATCH) if near else None

    def _answer(self, best: Match) -> Reply:
        """From the best clause, with a line on others that fit where it is not what is talked about anyway."""
        others = [m for m in self.matches if kind_of(m.target) == "clause" and m.target != best.target]
        further = [m.target for m in others if m.probability >= OFFERED]
        kept = replace(self.asked.conversation, more=tuple(further[:MOST_RELATED]))
        reply = self._clause(best, kept)
        if self._same(best):
            return reply
        own = policy_of(best.target)
        holding = [t for t in self.use.holding(self.asked.question, self.asked.scope) if policy_of(t) == own]
        return self.use.answers(best.target).with_related(reply, others, holding)

    def _clause(self, best: Match, conversation: Conversation) -> Reply:
        """The best match's clause; what was asked before counts where it is still talked about."""
        said = conversation.said if self._same(best) else ""
        answers, clause = self.use.answers(best.target), self.use.library.clause(best.target)
        question, by = self.asked.question, By(Rule.BEST_MATCH, best.probability)
        if conversation.clause and policy_of(best.target) in self.use.library.untaught:
            question = narrowed(question, conversation, self.use)  # 外市搬来的,干满一年了
        return answers.answer(clause, question, conversation, by, said=said)

    def _same(self, best: Match) -> bool:
        """Whether a short question is on the clause that is talked about."""
        short = self.leaning or is_short(self.asked.question.reading)
        return best.target == self.asked.conversation.clause and short
