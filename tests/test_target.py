"""Targets are taken apart and put together in one place."""

from __future__ import annotations

import pytest

from knowledge.base.target import Target, kind_of, policy_of


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("songzhou-data/4.2", Target("clause", "songzhou-data", "4.2")),
        ("songzhou-data/a1.0.3", Target("clause", "songzhou-data", "a1.0.3")),
        ("songzhou-data", Target("document", "songzhou-data")),
        ("info:validity", Target("info", topic="validity")),
        ("songzhou-data/info:validity", Target("info", "songzhou-data", topic="validity")),
        ("chat:human", Target("chat", topic="human")),
        ("near", Target("near")),
        ("near:housing", Target("near", topic="housing")),
        ("far", Target("far")),
        ("", Target("document")),
    ],
)
def test_a_string_and_its_target_are_the_same_thing(text: str, target: Target) -> None:
    assert Target.parse(text) == target
    assert str(target) == text
    assert (kind_of(text), policy_of(text)) == (target.kind, target.policy)


def test_a_topic_of_whichever_document_becomes_one_documents() -> None:
    assert str(Target.parse("info:units").within("songzhou-data")) == "songzhou-data/info:units"
