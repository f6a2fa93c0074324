"""Promises that hold for every question: verbatim or nothing, and never a crash."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply, Say, quotes
from bot.staff.question_tests import cases
from knowledge.compiled import ROOT, Ready
from knowledge.learned.examples import examples
from knowledge.text.fold import fold
from tests.bench import odd_strings

SOURCE = next((ROOT / "policies").glob("*/source.txt")).read_text(encoding="utf-8")
MONEY = re.compile(r"\d+(?:\.\d+)?\s*(?:万|亿)?元|\d+(?:\.\d+)?\s*[万亿]")
PERCENT = re.compile(r"\d+(?:\.\d+)?\s*%")


def assert_honest(question: str, reply: Reply) -> None:
    """Every quote is in the source; no amount in the text is neither in the source nor in the question."""
    for quote in quotes(reply.blocks):
        assert quote in SOURCE, (question, quote)
    for said in (piece.text for block in reply.blocks for piece in block.pieces if isinstance(piece, Say)):
        for amount in MONEY.findall(said) + PERCENT.findall(said):
            assert fold(amount) in fold(question), (question, said)
    for figure in reply.figures:
        assert figure.quote in SOURCE
        assert figure.text in figure.quote
    json.dumps(reply.to_json(), ensure_ascii=False)


LEAST, PARTS = 16_000, 8
"""Of all questions: the fast lane asks every eighth, the other lane the rest."""


@pytest.mark.parametrize("part", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, PARTS))])
def test_thousands_of_questions_get_verbatim_answers(assistant: Assistant, ready: Ready, part: int) -> None:
    asked = ([e.text for e in examples(ready.base)] + [c.ask for c in cases()])[part::PARTS]
    assert len(asked) > LEAST // PARTS
    conversation = Conversation()
    for n, question in enumerate(asked):
        reply = assistant.reply(question, conversation if n % 3 else None)
        assert_honest(question, reply)
        conversation = reply.conversation


def test_an_answer_is_complete(assistant: Assistant, ready: Ready) -> None:
    """Units and figures whole, place and notice there, for every clause and way of asking."""
    policy = ready.base.policies[0]
    for clause in policy.clauses:
        for question in (clause.title, f"{clause.id}", f"{clause.title}谁负责", f"{clause.title}给多少钱"):
            reply = assistant.reply(question)
            assert reply.status == "answer", question
            assert reply.clauses[0].clause == clause.id, question
            assert clause.responsible
            text = reply.text
            for name in clause.responsible[0].printed:
                assert name in text
            assert clause.body in text
            assert assistant.composer(policy.id).place(clause) in text
            assert "有效期至2025年10月8日" in text


ODD = st.text() | st.text(
    alphabet="高企补贴多少第三部分(二).?!，。 \u200b\u202e4213abc<>{}[]\"'\\/&;\n\t不是我问的那呢", max_size=60
)


@given(ODD, ODD)
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_it_never_raises(assistant: Assistant, first: str, second: str) -> None:
    reply = assistant.reply(first)
    assert reply.text
    assert_honest(first, reply)
    again = assistant.reply(second, reply.conversation)
    assert_honest(second, again)


@given(st.dictionaries(st.text(), st.recursive(st.text() | st.integers(), st.lists, max_leaves=5), max_size=3))
@settings(max_examples=100, deadline=None)
def test_wrapped_questions(assistant: Assistant, data: dict[str, object]) -> None:
    assert assistant.reply(json.dumps(data)).text


@pytest.mark.slow
def test_a_hundred_thousand_odd_strings(assistant: Assistant) -> None:
    assert odd_strings(assistant) < 1.0


def test_nothing_a_policy_says_is_written_in_python() -> None:
    """That knowledge/ never imports bot/ is a contract in pyproject.toml, which `make lint` holds."""
    code = sorted((ROOT.parent / "bot").rglob("*.py"))
    assert len(code) > 120  # else this looks at nothing
    for path in code:
        assert not MONEY.search(re.sub(r"#.*|\"\"\".*?\"\"\"", "", path.read_text(encoding="utf-8"), flags=re.S)), path
