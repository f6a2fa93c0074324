"""What is typed carelessly, by kind of noise: a sample of what `python -m tests.accuracy.noise` asks, of the seed."""

from __future__ import annotations

import random

import pytest

from bot.engine.assistant import Assistant
from tests.accuracy.noise import KINDS, of_seed, typed

SAMPLE = 60
LEAST = {
    "拼音": 0.85,
    "拼音连写": 0.85,
    "拼音带声调": 0.85,
    "拼音加隔音号": 0.85,
    "半拼音": 0.88,
    "叠字": 0.88,
    "两字颠倒": 0.85,
    "形近字": 0.85,
    "同音字": 0.85,
    "夹英文": 0.88,
    "数字的写法": 0.75,
    "没有标点": 0.90,
    "字间空格": 0.92,
    "繁体": 0.92,
}
"""Share of the questions with an answer that stay right: what all of them reach, less what a sample may miss it by."""


def test_every_kind_has_its_floor() -> None:
    assert LEAST.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_noise(assistant: Assistant, kind: str) -> None:
    asked = typed([one for one in of_seed() if not one.outside], kind)
    chosen = random.Random(kind).sample(asked, min(SAMPLE, len(asked)))
    wrong = [f"{one.ask} | {text}" for one, text in chosen if not one.right(assistant, text)]
    assert 1 - len(wrong) / len(chosen) >= LEAST[kind], "\n".join(wrong)
