"""The order of the rules: a loop that ends, rules that are told apart, words that are data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.engine.assistant import Assistant
from bot.engine.documents.scope import Scope
from bot.engine.rules import order
from bot.engine.rules.asked import Asked, Narrow, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.values.conversation import Conversation
from bot.engine.values.why import Rule, Why
from bot.store.tables import questions
from knowledge.base.parse import parse
from knowledge.base.talk import Talk
from knowledge.files.faults import Fault
from knowledge.files.yamlfile import read_yaml
from knowledge.learned.index import Match

TALK = Path(__file__).resolve().parents[2] / "knowledge" / "lexicon" / "talk.yaml"


def asked(assistant: Assistant, text: str) -> Asked:
    return Asked(assistant.understanding.question(text), Conversation(), Scope(assistant.library))


def test_the_last_rule_always_answers_and_no_name_is_there_twice() -> None:
    names = [rule.__name__ for rule in order.RULES]
    assert len(set(names)) == len(names)
    assert names[-1] == "best_match"


def test_a_rule_narrows_a_question_once(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def always(question: Asked, _: Resources) -> Outcome:
        calls.append("always")
        return Narrow(question)

    def again(question: Asked, _: Resources) -> Outcome:
        calls.append("again")
        return Narrow(question)

    monkeypatch.setattr(order, "RULES", (always, again, *order.RULES))
    reply = order.answer(asked(assistant, "4.2"), Resources(assistant.library, assistant.understanding))
    assert calls == ["always", "again"]
    assert reply.why.rule is Rule.PLACE


def test_every_rule_fits_its_column() -> None:
    longest = questions.c.rule.type.length  # type: ignore[attr-defined]
    assert max(len(rule) for rule in Rule) <= longest


def test_the_only_document_needs_no_naming(assistant: Assistant) -> None:
    everywhere = Scope(assistant.library)
    assert everywhere.within(assistant.policy.id) == everywhere
    assert everywhere.asks(assistant.policy.id)
    assert everywhere.home(Conversation()) == assistant.policy


def test_why_tells_what_there_is_and_nothing_else() -> None:
    talk = Why(Rule.SMALL_TALK, "human")
    assert talk.to_json() == {"rule": "small talk: human"}
    assert talk.asks_for_person
    assert talk.not_covered == ""
    match = Match("near", 0.87654, {"linear": -0.1}, "房价多少", "housing")
    declined = Why(Rule.NOT_COVERED, "housing", matches=(match,), costs={"none": 0.1})
    assert declined.not_covered == "housing"
    data = declined.to_json()
    assert (data["rule"], data["topic"], data["costs"]) == ("not covered", "housing", {"none": 0.1})
    assert data["matches"][0]["probability"] == 0.8765


@pytest.mark.parametrize(
    ("expression", "said"),
    [("'(没写完'", "不是正则表达式"), ("'(?:那)?'", "什么都不写也合得上"), ("''", "不能为空")],
)
def test_an_expression_that_says_nothing_is_a_fault_with_its_line(tmp_path: Path, expression: str, said: str) -> None:
    path = tmp_path / "talk.yaml"
    path.write_text(TALK.read_text(encoding="utf-8").replace("- ^另外", f"- {expression}"), encoding="utf-8")
    faults: list[Fault] = []
    assert parse(read_yaml(path), Talk, faults) is None
    assert [said in str(fault) for fault in faults] == [True]
    line = next(n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if expression in text)
    assert re.search(rf"talk\.yaml:{line}\b", str(faults[0]))
