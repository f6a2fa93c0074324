"""What a message does in a conversation, as writers put it of whom nothing was learned (unlearned_acts.yaml).

At first contact 80.7 % of the first 300 (all but steps) got the right kind of reply on five imported documents, 48.0 %
before acts were learned; 82 % with two more writers to learn from, and what keeps questions on subjects apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

import pytest
import yaml

from bot.engine.assistant import Assistant
from bot.engine.rules.by_act import OF_DOCUMENT
from bot.engine.values.conversation import Conversation
from bot.engine.values.thresholds import ACT, LED_IN
from knowledge.base.phrasings import InfoTopic
from knowledge.learned.dialogue_acts import QUESTION, DialogueActs

UNLEARNED: Mapping[str, Sequence[str]] = yaml.safe_load(
    Path(__file__).with_name("unlearned_acts.yaml").read_text(encoding="utf-8")
)["acts"]
ALONE = {act: texts for act, texts in UNLEARNED.items() if act not in ("leaves", "adds")}
FITTING = Path(__file__).parents[1] / "fitting" / "questions"
ASKED = [
    one["ask"]
    for path in sorted(FITTING.glob("*.yaml"))
    for one in yaml.safe_load(path.read_text(encoding="utf-8"))["questions"]
]
LEAST_READ, LEAST_RIGHT, MOST_TAKEN = 0.8, 0.95, 0.045
"""Shares: of messages whose act is read; of acts that are read, those that are right; of questions taken for an act."""


@pytest.fixture(scope="module")
def shown(assistant: Assistant) -> Conversation:
    """After an answer of the project's own document."""
    return assistant.reply("首次认定的高企补贴多少").conversation


def test_acts_are_read_in_words_that_were_not_learned(assistant: Assistant) -> None:
    read = [(act, _act(assistant, text)) for act, texts in ALONE.items() for text in texts]
    said = [(act, found) for act, found in read if found != QUESTION]
    right = [act for act, found in said if act == found]
    assert len(right) / len(read) >= LEAST_READ
    assert len(right) / len(said) >= LEAST_RIGHT


def test_what_leads_in_another_question_is_known(assistant: Assistant) -> None:
    texts = [*UNLEARNED["leaves"], *UNLEARNED["adds"]]
    understanding = assistant.understanding
    led = [text for text in texts if understanding.led_in(understanding.question(text), LED_IN) is not None]
    assert len(led) / len(texts) >= LEAST_READ


def test_questions_on_subjects_are_no_acts(assistant: Assistant) -> None:
    understanding = assistant.understanding
    taken = [text for text in ASKED if _act(assistant, text) not in (QUESTION, "mentioned")]
    of_nothing = [text for text in taken if not understanding.beside_act(understanding.question(text))]
    assert len(of_nothing) / len(ASKED) <= MOST_TAKEN


@pytest.mark.parametrize("act", OF_DOCUMENT)
def test_what_is_asked_of_the_document_is_answered_of_it(assistant: Assistant, shown: Conversation, act: str) -> None:
    """Whatever clause was shown. Who leads it may be asked of the clause as well, where the document doesn't say it."""
    read = [text for text in UNLEARNED[act] if _act(assistant, text) == act]
    answered = [text for text in read if assistant.reply(text, shown).status == "info"]
    assert len(answered) / len(read) >= (0.5 if act == "leads" else 0.9)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("里头有没有提到养蜂", "没有写到「养蜂」"),
        ("骆驼这块说到了没有", "没有写到「骆驼」"),
        ("有没有提到末位淘汰", "末位淘汰制"),
        ("干得好坏拿什么来评", "绩效考核"),
    ],
)
def test_what_is_told_is_what_the_document_has(
    assistant: Assistant, shown: Conversation, asked: str, says: str
) -> None:
    assert says in assistant.reply(asked, shown).text


def test_what_stands_only_before_the_clauses_is_not_denied(assistant: Assistant, shown: Conversation) -> None:
    assert all("双循环" not in clause.text for clause in assistant.policy.clauses)
    assert "没有写到" not in assistant.reply("里头有没有提到双循环", shown).text


@pytest.mark.parametrize("topic", get_args(InfoTopic))
def test_every_topic_has_a_name_for_the_staff(assistant: Assistant, topic: str) -> None:
    assert assistant.words(f"teach.info.{topic}")


@pytest.mark.parametrize("asked", ["字太多了，浓缩一下", "能不能几句话讲完"])
def test_less_is_less(assistant: Assistant, shown: Conversation, asked: str) -> None:
    whole = assistant.reply("原文", shown)
    assert len(assistant.reply(asked, shown).text) < len(whole.text)


def test_nothing_is_an_act_where_nothing_was_learned(assistant: Assistant) -> None:
    none = DialogueActs.learn({}, [], assistant.library.ready.reader.read)
    assert none.read(assistant.library.ready.reader.read("别概括了，把原话贴上来")) == (QUESTION, 0.0)


def test_what_was_learned_survives_storage(assistant: Assistant) -> None:
    acts = assistant.library.ready.acts
    plain, arrays = acts.to_json()
    reading = assistant.library.ready.reader.read("整个方案到底谁来抓总")
    assert DialogueActs.from_json(plain, arrays).read(reading) == acts.read(reading)
    assert DialogueActs.from_json(plain, arrays).words == acts.words


def _act(assistant: Assistant, text: str) -> str:
    return assistant.understanding.act(assistant.understanding.question(text), ACT)
