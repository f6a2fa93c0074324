"""What stands before a question: 换个问题 leaves what was talked about, but not its document; 行吧 leaves nothing;
what announces one, and what says why it is asked.
"""

from __future__ import annotations

from dataclasses import replace

from bot.engine.answering.document_facts import PARTICULARS
from bot.engine.rules.asked import Asked, Narrow, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.values.conversation import Conversation
from bot.engine.values.thresholds import ACT, LED_IN
from bot.engine.values.why import Rule
from knowledge.learned.dialogue_acts import QUESTION


def acknowledges(asked: Asked, use: Resources) -> Outcome:
    """行吧。谁来监督: the question behind it, of what is talked about as any other."""
    rest = use.acts.acknowledged(asked.question)
    return Narrow(replace(asked, question=use.understanding.question(rest))) if rest else None


def explains(asked: Asked, use: Resources) -> Outcome:
    """领导问起来,这份方案哪天印发的: the question on the document by itself, where nothing before it asks."""
    lead, _, last = asked.question.reading.folded.rpartition(",")
    if not lead or not use.described.pointed(asked.question.reading.plain):
        return None  # as nearly all questions: so the parts need not be read
    question = use.understanding.question(last)
    of_document = use.acts.of_document(question) is not None or not question.asks.isdisjoint(PARTICULARS)
    if not of_document or not use.described.pointed(question.reading.plain):
        return None
    if use.follow_ups.questions(use.understanding.question(lead)):
        return None
    return Narrow(replace(asked, question=question))


def opens(asked: Asked, use: Resources) -> Outcome:
    """在吗,想咨询个事: what may be asked."""
    if not use.follow_ups.opens(asked.question):
        return None
    home = use.home(asked.scope, asked.conversation)
    return home.note("clarify", "clarify.next_question", asked.conversation, Rule.LEFT)


def leaves(asked: Asked, use: Resources) -> Outcome:
    """The question behind those words, of no clause; nothing but them: what may be asked now."""
    rest = use.acts.leaves(asked.question)
    return None if rest is None else _left(rest, asked, use)


def leads_in(asked: Asked, use: Resources) -> Outcome:
    """The question behind words that are like those: 这个先放一边,社区食堂怎么优惠; 临走再问一句,…."""
    rest = use.understanding.led_in(asked.question, LED_IN) if asked.conversation.on_table else None
    return None if rest is None else _left(rest, asked, use)


def _left(rest: str, asked: Asked, use: Resources) -> Outcome:
    conversation = asked.conversation
    left = conversation.left
    if not rest:
        if conversation == Conversation():
            return None
        home = use.home(asked.scope, conversation)
        return home.note("clarify", "clarify.next_question", left, Rule.LEFT)
    question = use.understanding.question(rest)
    of_shown = use.understanding.act(question, ACT) != QUESTION and not use.understanding.beside_act(question)
    back = use.follow_ups.returns(question)
    goes_back = back is not None and back.away  # 算了，回到刚才那个奖励
    same = question.bare or of_shown or goes_back or use.acts.part(question) is not None  # 对了，找谁办
    return Narrow(replace(asked, question=question, conversation=conversation if same else left, left=not same))
