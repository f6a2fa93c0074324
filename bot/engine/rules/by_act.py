"""What is asked of what was shown, or of a document as a whole, in words that are known by what they are like.

上原文，别概括 is near what people say who want the original, and holds none of its expressions (lexicon/dialogue_acts).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot.engine.rules.asked import Asked, Narrow, Outcome
from bot.engine.rules.corrections import offers_next
from bot.engine.rules.follow_ups import more
from bot.engine.rules.parts import UNITS, responsible
from bot.engine.rules.places import mentions_place
from bot.engine.rules.resources import Resources
from bot.engine.understanding.acts import Part
from bot.engine.understanding.understanding import Question
from bot.engine.values.reply import Reply
from bot.engine.values.thresholds import ACT, ACT_POINTED, SURE_TOPIC
from bot.engine.values.why import By, Rule
from knowledge.base.document import Policy
from knowledge.base.phrasings import InfoTopic
from knowledge.base.target import Target
from knowledge.learned.dialogue_acts import QUESTION
from knowledge.text.fold import fold

OF_DOCUMENT: dict[str, InfoTopic] = {
    "term": "validity",
    "goals": "goals",
    "contents": "structure",
    "leads": "leads",
    "interprets": "interprets",
    "review": "review",
}
"""Acts that ask something of the document as a whole, and what."""
TOLD_APART: dict[str, frozenset[InfoTopic | None]] = {
    "term": frozenset({None, "validity"}),
    "goals": frozenset({None, "purpose"}),
    "contents": frozenset({None, "structure"}),
    "leads": frozenset({None, "units"}),
}
"""What else these may be taken for among the topics that are learned with the documents; any other topic is meant."""
MORE = "more"
"""An act, and the name of its cues."""
LEAST = 4
"""Letters of a message that is known by what it is like: fewer are a word, which clauses may hold."""
_LETTER = re.compile(r"\w")
_STOPS = re.compile(r"[,.;?!]+")
PARTS = {
    "payer": "payer",
    "deadline": "deadline",
    "materials": "materials",
    "procedure": "procedure",
    "contact": "phone",
}
"""Acts that ask one thing of the measure that is talked about, and its name in talk.yaml (acts.parts)."""


def by_act(asked: Asked, use: Resources) -> Outcome:
    """Once something was shown, or where one document is asked."""
    question, conversation = asked.question, asked.conversation
    meant = asked.scope.asked_of(conversation)
    if meant is None or not (asked.scope.single or conversation.policy or conversation.clause):
        return None  # among several documents, what is asked of none is asked of no default
    if conversation.empty and not _names(meant.title or meant.display_name, asked, use):
        return None  # as nearly all questions: so the act need not be read
    if (several := _several_parts(asked, use)) is not None:
        return several
    act = use.understanding.act(question, ACT_POINTED if use.acts.of_clause(question) else ACT)
    if act == QUESTION or _says_more(asked):
        return None
    if act in OF_DOCUMENT:
        return _of_document(act, meant, asked, use)
    if act == "complaint" and not conversation.empty:
        return None if use.follow_ups.disputes(question) else offers_next(asked, use)
    return _of_shown(act, meant, asked, use) if conversation.clause and not asked.left else None


def _several_parts(asked: Asked, use: Resources) -> Reply | None:
    """申报材料要几份,收件电话多少: each of them of the measure that is talked about; None where a piece is no such."""
    pieces = [
        use.understanding.question(piece) for piece in _STOPS.split(asked.question.reading.plain) if piece.strip()
    ]
    if len(pieces) < 2 or not asked.conversation.clause or asked.left or _says_more(asked):
        return None
    parts = [use.acts.part(piece) or _part_of_act(piece, use) for piece in pieces]
    named = [part for part in parts if part is not None and part.name != UNITS]
    if len(named) < len(parts):
        return None
    clause = use.library.clause(asked.conversation.clause)
    return use.answers(asked.conversation.clause).several_parts(clause, named, asked.question, asked.conversation)


def _part_of_act(piece: Question, use: Resources) -> Part | None:
    """The part for which a piece of a message asks, where it names nothing."""
    act = use.understanding.act(piece, ACT)
    return use.acts.part_named(PARTS[act]) if act in PARTS and not use.understanding.beside_act(piece) else None


def _says_more(asked: Asked) -> bool:
    """Whether it names a unit or a place, or is too short to be known by what it is like."""
    question = asked.question
    if asked.names_unit or asked.rejected or "documents" in question.asks or question.elsewhere:
        return True
    return len(_LETTER.findall(question.reading.plain)) < LEAST or mentions_place(question)


def _of_shown(act: str, meant: Policy, asked: Asked, use: Resources) -> Outcome:
    """What is asked of the clause that is talked about; None where something is named that isn't in it."""
    clause = use.library.clause(asked.conversation.clause)
    here = _names(f"{meant.title or meant.display_name}\n{clause.title}\n{clause.text}", asked, use)
    if act == "mentioned":
        return None if here else _mentioned(asked, use)
    if not here or _said_otherwise(act, asked, use):
        return None
    if act in PARTS:
        part = use.acts.part_named(PARTS[act])
        return use.answers(asked.talked_about).part(clause, part, asked.question, asked.conversation)
    of_clause = _OF_CLAUSE.get(act)
    return of_clause(asked, use) if of_clause is not None else None


def _said_otherwise(act: str, asked: Asked, use: Resources) -> bool:
    """Whether a cue in the message asks something else, or knows it better than likeness does."""
    question, asks = asked.question, asked.question.asks
    if act in ("payer", "materials") and asks & {"amount", "count"}:  # 那笔专项资金一共多少, 资料要留几年
        return True
    if act == "procedure":  # 具体怎么说的, =1+1怎么申请
        return question.bare or any(word.isdigit() for word in question.left)
    return act == MORE and (MORE in asks or use.understanding.unknown_to_acts(question))  # 其他级别的呢, 还有救吗


def _mentioned(asked: Asked, use: Resources) -> Outcome:
    """有没有说到停车: the clauses that speak of all it names, or that none speaks of any of it; else a question."""
    conversation, talked, words = asked.conversation, asked.talked_about, use.understanding.beside_act(asked.question)
    policy = use.library.by_id[talked]
    if not words:
        return None
    found = use.mentions.all_of(policy, words)
    if len(found) > 1:
        return use.mentioned.reply(found, talked, asked.question.reading.plain, conversation, "、".join(words))
    if found:
        target = str(Target.of_clause(talked, found[0].clause.id))
        by = By(Rule.MENTIONED, 1.0)
        return use.answers(target).answer(found[0].clause, asked.question, replace(conversation, clause=""), by)
    if not any(use.mentions.all_of(policy, [word]) or word in _around(policy) for word in words):
        said = "、".join(words)
        return use.answers(talked).note("none", "none.not_mentioned", conversation, Rule.MENTIONED, subject=said)
    return Narrow(replace(asked, conversation=conversation.left, scope=asked.scope.within(talked), left=True))


def _around(policy: Policy) -> str:
    """What stands in a document outside its clauses."""
    attached = (text for one in policy.attachments for text in (one.heading, one.title, one.preamble))
    headings = (section.name for section in policy.all_sections)
    texts = (policy.title, *policy.masthead, policy.addressees, policy.preamble, policy.closing, *policy.signature)
    return fold("\n".join(filter(None, (*texts, *headings, *attached))))


def _of_document(act: str, meant: Policy, asked: Asked, use: Resources) -> Outcome:
    """What the document says of itself, or that it doesn't say it; with nothing shown yet, what other rules find."""
    topic, conversation, answers = OF_DOCUMENT[act], asked.conversation, use.answers(meant.id)
    of_clause = use.acts.of_clause(asked.question) or use.acts.lapses(asked.question)
    if of_clause or _of_talked_about(act, asked, use) or not _names(meant.title or meant.display_name, asked, use):
        return None
    if act in TOLD_APART and use.topic(asked.question, asked.scope, SURE_TOPIC) not in TOLD_APART[act]:
        return None
    if answers.says_of_itself(topic) or topic in ("structure", "interprets"):
        return answers.info(topic, conversation)
    if topic == "leads" and conversation.clause:
        return answers.info("units", conversation) if _of_whole(asked, use) else _units(asked, use)
    return answers.info(topic, conversation) if conversation.clause else None


def _of_talked_about(act: str, asked: Asked, use: Resources) -> bool:
    """Whether the clause that is talked about has what is named, 绩效跟什么挂钩, or the goal that is asked for."""
    question, target = asked.question, asked.conversation.clause
    if not target or _of_whole(asked, use):
        return False
    clause, words = use.library.clause(target), question.telling
    text = fold(clause.text)
    if words and all(word in text for word in words):
        return True
    wanted = use.understanding.numbers.asked_for(question) if act == "goals" else None
    return wanted is not None and any(map(wanted.fit, clause.figures))


def _of_whole(asked: Asked, use: Resources) -> bool:
    """Whether a message says that it is on the whole document: 整个方案, 这份文件总的."""
    return use.follow_ups.says_whole(asked.question) or use.described.pointed(asked.question.reading.plain)


def _names(text: str, asked: Asked, use: Resources) -> bool:
    """Whether all that a message names stands in this."""
    words = use.understanding.beside_act(asked.question)
    folded = fold(text) if words else ""
    return all(word in folded for word in words)


def _asking(cue: str) -> Callable[[Asked, Resources], Reply]:
    """What answers as if a cue had been said."""

    def answer(asked: Asked, use: Resources) -> Reply:
        question = replace(asked.question, asks=asked.question.asks | {cue})
        return use.of_talked_about(question, asked.conversation)

    return answer


def _amount(asked: Asked, use: Resources) -> Outcome:
    return None if use.understanding.numbers.asked_for(asked.question) else _asking("amount")(asked, use)  # 百分之几


def _units(asked: Asked, use: Resources) -> Outcome:
    return responsible(asked, use) or _asking("units")(asked, use)


def _shorter(asked: Asked, use: Resources) -> Outcome:
    conversation = asked.conversation
    return use.answers(conversation.clause).shorter(use.library.clause(conversation.clause), conversation)


_OF_CLAUSE: dict[str, Callable[[Asked, Resources], Outcome]] = {
    "original": _asking("original"),
    "amount": _amount,
    "units": _units,
    "shorter": _shorter,
    MORE: more,
}
