"""What a document means by a term: 什么是粮食应急状态, where a clause without phrasings says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.understanding.patterns import pattern
from bot.engine.values.reply import Block, Quote, Reply
from bot.engine.values.why import By, Rule
from knowledge.base.target import policy_of
from knowledge.text.fold import fold_whole

TERM = "{term}"
"""Where the term stands in an expression of lexicon/talk.yaml (definitions.says)."""
LEAST = 2
"""Characters of a term."""
_HAN = re.compile(r"[一-鿿]{2}")
_SENTENCE = re.compile(r"[^。！？!?\n;；]+[。！？!?;；]?")


def definitions(asked: Asked, use: Resources) -> Outcome:
    """The clause that defines it, with the sentence that does; a choice where several documents define it."""
    term = None if asked.names_unit else _term(asked, use)
    if term is None:
        return None
    found = dict(_defining(term, asked, use))
    if not found:
        return None
    talked = [t for t in found if policy_of(t) == asked.talked_about]
    if len(found) > 1 and not talked:
        return use.across.choose(list(found), (), asked.question, Rule.DEFINED)
    target = (talked or list(found))[0]
    answers, clause = use.answers(target), use.library.clause(target)
    reply = answers.answer(clause, asked.question, asked.conversation, By(Rule.DEFINED))
    return _led_by(found[target], reply, use)


def _term(asked: Asked, use: Resources) -> str | None:
    """What is to be explained, folded; None where the question asks for something else."""
    for expression in use.understanding.talk.definitions.asks:
        match = pattern([expression]).search(asked.question.reading.folded)
        if match:
            term = match["term"].strip(" \"'“”‘’「」《》")
            return term if len(term) >= LEAST else None
    return None


def _defining(term: str, asked: Asked, use: Resources) -> Iterator[tuple[str, str]]:
    """(target, sentence) of the clauses that say what is meant by the term, the first of each document."""
    says = re.compile("|".join(e.replace(TERM, re.escape(term)) for e in use.understanding.talk.definitions.says))
    pairs = [pair for pair in (term[i : i + 2] for i in range(len(term) - 1)) if _HAN.fullmatch(pair)]
    done = set()
    for target in use.library.ready.clauses.holding_all(pairs or [term]):
        policy_id = policy_of(target)
        if policy_id in done or policy_id not in use.library.untaught or not asked.scope.asks(policy_id):
            continue
        sentences = _SENTENCE.findall(use.library.clause(target).body)
        sentence = next((s for s in sentences if says.search(fold_whole(s))), None)
        if sentence is not None:
            done.add(policy_id)
            yield target, sentence.strip()


def _led_by(sentence: str, reply: Reply, use: Resources) -> Reply:
    lead = Block("lead", (Quote(sentence),), use.library.words("labels.measure"))
    return replace(reply, blocks=(lead, *(b for b in reply.blocks if b.role not in ("lead", "list"))), figures=())
