"""Real questions, many and different: those of tests/questions."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[1] / "questions"


def _asked(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("ask"), str):
            yield node["ask"]
        for value in node.values():
            yield from _asked(value)
    elif isinstance(node, list):
        for value in node:
            yield from _asked(value)


@functools.cache
def pool() -> tuple[str, ...]:
    """All of them, each once."""
    found: dict[str, None] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        data = yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        found |= dict.fromkeys(_asked(data))
    return tuple(found)


def mixed(count: int, seed: int) -> list[str]:
    """So many, in a random order; all are used before one comes again."""
    chooser, questions = random.Random(seed), list(pool())
    result: list[str] = []
    while len(result) < count:
        chooser.shuffle(questions)
        result += questions
    return result[:count]
