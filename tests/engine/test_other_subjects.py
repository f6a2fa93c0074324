"""Questions that put another subject into a document's own words, and cases that are easily confused.

Of the seed and of the documents of tests/fitting, each asked of its own document. The floors are what is reached.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.cli.tune import beside_ours
from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from knowledge.files.yamlfile import read_yaml
from knowledge.fitting.evidence import tight

TESTS = Path(__file__).parents[1]
SUMS = frozenset({"元", "美元", "%"})
Asked = Callable[[str, bool], Sequence[tuple[dict[str, Any], Reply]]]


@pytest.fixture(scope="module")
def asked(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """A file's questions with their replies, of the seed or of the other documents; each asked once."""
    imported, ids = beside_ours(TESTS / "fitting" / "documents", tmp_path_factory.mktemp("subjects"))

    def reply(question: dict[str, Any]) -> Reply:
        document = question.get("document")
        asked, policy = (imported, ids[document]) if document else (assistant, "")
        talk = asked.reply(question["before"], policy=policy).conversation if "before" in question else Conversation()
        return asked.reply(question["ask"], talk, policy=policy)

    @cache
    def replies(name: str, seed: bool) -> Sequence[tuple[dict[str, Any], Reply]]:
        questions = read_yaml(TESTS / "subjects" / f"{name}.yaml").data["questions"]
        return [(question, reply(question)) for question in questions if ("document" not in question) is seed]

    return replies


def declined(reply: Reply) -> bool:
    """Whether it gives no answer, or says that there is no such number."""
    return reply.status in ("none", "clarify", "chat") or (bool(reply.why.unstated) and not reply.figures)


def right(question: dict[str, Any], reply: Reply) -> bool:
    """Whether the answer shows the passage, and puts its figures forward."""
    led = tight(" ".join(f"{figure.text} {figure.quote}" for figure in reply.figures))
    shown = tight(question["quote"]) in tight(reply.text) and reply.status in ("answer", "info")
    return shown and all(tight(figure) in led for figure in question["figures"])


@pytest.mark.parametrize(
    ("name", "seed", "least", "sums"),
    [
        ("foreign", True, 37, 5),
        ("foreign", False, 56, 14),
        ("swapped", True, 52, 4),
        ("swapped", False, 44, 9),
        ("things", True, 51, 1),
    ],
)
def test_another_subject_is_declined(asked: Asked, name: str, seed: bool, least: int, sums: int) -> None:
    """``least``: so many are; ``sums``: at most so many get a sum of money, the gravest of all."""
    of_others = [(question, reply) for question, reply in asked(name, seed) if "figures" not in question]
    told = [question["ask"] for question, reply in of_others if not declined(reply)]
    paid = [reply for _, reply in of_others if not declined(reply) and any(f.unit in SUMS for f in reply.figures)]
    assert len(of_others) - len(told) >= least, "\n".join(told)
    assert len(paid) <= sums


@pytest.mark.parametrize(
    ("name", "seed", "least"),
    [
        ("foreign", True, 8),
        ("foreign", False, 18),
        ("swapped", True, 10),
        ("swapped", False, 17),
        ("confusable", False, 37),
    ],
)
def test_the_case_that_is_asked_for_is_put_forward(asked: Asked, name: str, seed: bool, least: int) -> None:
    of_it = [(question, reply) for question, reply in asked(name, seed) if "figures" in question]
    wrong = [question["ask"] for question, reply in of_it if not right(question, reply)]
    assert len(of_it) - len(wrong) >= least, "\n".join(wrong)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("外地人整家搬到武汉落户，一户补多少", []),
        ("夫妻俩从合肥整体搬迁来武汉，市里给多少钱", []),
        ("老小区整体搬迁，每户补多少钱", []),
        ("我们夫妻开的高企从长沙整体搬来补多少", ["50万元"]),
    ],
)
def test_a_family_gets_no_sum_of_a_firms(assistant: Assistant, typed: str, told: list[str]) -> None:
    assert [figure.text for figure in assistant.reply(typed).figures] == told


def test_a_sum_is_told_for_no_foreign_thing_in_whatever_words(assistant: Assistant) -> None:
    assert assistant.reply("搬家公司搬一车几多钱").status == "none"


def test_nor_in_talk_of_that_sum(assistant: Assistant) -> None:
    talked = assistant.reply("首次认定的高企补多少").conversation
    assert not assistant.reply("外地人整家搬到武汉补多少", talked).figures
    moving = assistant.reply("那外地企业整体搬来呢", talked)
    assert [figure.text for figure in moving.figures] == ["50万元"]
