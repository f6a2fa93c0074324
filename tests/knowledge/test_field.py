"""The field: kinds of measure and of rule, what official texts call them, and how people ask."""

from __future__ import annotations

import re
from typing import Any

import yaml

from knowledge import ROOT

FIELD = ROOT / "field"
LEAST_TOPICS, LEAST_OFFICIAL, LEAST_PHRASINGS = 600, 4, 38


def topics() -> list[dict[str, Any]]:
    return [topic for path in sorted((FIELD / "topics").glob("*.yaml")) for topic in _read(path)["topics"]]


def phrasings() -> dict[str, list[str]]:
    """Of all writers, by topic."""
    asked: dict[str, list[str]] = {}
    for path in sorted((FIELD / "phrasings").glob("*.yaml")):
        for topic, lines in _read(path).items():
            asked.setdefault(topic, []).extend(lines)
    return asked


def _read(path: Any) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_every_topic_has_its_words_and_its_neighbours() -> None:
    known = {topic["id"]: topic for topic in topics()}
    assert len(known) == len(topics()) >= LEAST_TOPICS
    for topic in known.values():
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", topic["id"])
        assert len(set(topic["official"])) >= LEAST_OFFICIAL, topic["id"]
        assert all(len(words) > 1 for words in topic["official"]), topic["id"]
        assert set(topic["near"]) <= set(known) - {topic["id"]}, topic["id"]


def test_no_official_expression_means_two_topics() -> None:
    said = [words for topic in topics() for words in topic["official"]]
    assert sorted({words for words in said if said.count(words) > 1}) == []


def test_every_topic_is_asked_for_in_people_s_words() -> None:
    asked = phrasings()
    assert set(asked) == {topic["id"] for topic in topics()}
    assert [topic for topic, lines in asked.items() if len(set(lines)) < LEAST_PHRASINGS] == []
    lines = [line for lines in asked.values() for line in lines]
    assert len(set(lines)) == len(lines)
