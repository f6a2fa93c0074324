"""The field: kinds of measure and of rule, what official texts call them, and how people ask (knowledge/field)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from knowledge import ROOT
from knowledge.files.faults import KnowledgeError

FOLDER = "field"


@dataclass(frozen=True)
class FieldTopic:
    """A kind of measure or of rule."""

    id: str
    name: str
    gist: str
    """One plain sentence."""
    official: tuple[str, ...]
    """What official texts call it; each expression belongs to one topic."""
    asked: tuple[str, ...]
    """How people ask for it."""


def folder(root: Path) -> Path:
    """The field of a base; the project's own where the base has none."""
    own = root / FOLDER
    return own if own.is_dir() else ROOT / FOLDER


def own_field(root: Path) -> tuple[FieldTopic, ...] | None:
    """The topics that a base brings itself; None where it uses the project's. Raises KnowledgeError as read_field()."""
    at = folder(root)
    return None if at == ROOT / FOLDER else read_field(root)


def to_bytes(field: Sequence[FieldTopic] | None) -> bytes:
    """The topics for a compiled form."""
    return json.dumps(field and [asdict(topic) for topic in field], ensure_ascii=False).encode()


def from_bytes(stored: bytes) -> tuple[FieldTopic, ...] | None:
    """The reverse of to_bytes()."""
    topics = json.loads(stored)
    lists = ("official", "asked")
    return topics and tuple(FieldTopic(**topic | {name: tuple(topic[name]) for name in lists}) for topic in topics)


def read_field(root: Path = ROOT) -> tuple[FieldTopic, ...]:
    """All topics, in the order of the files. Raises KnowledgeError, with the line, where a file is no YAML."""
    at = folder(root)
    asked: dict[str, list[str]] = {}
    for path in sorted((at / "phrasings").glob("*.yaml")):
        for topic, lines in _data(path).items():
            asked.setdefault(topic, []).extend(map(str, lines))
    return tuple(
        FieldTopic(
            topic["id"],
            str(topic["name"]),
            str(topic.get("gist", "")),
            tuple(map(str, topic["official"])),
            tuple(asked.get(topic["id"], ())),
        )
        for path in sorted((at / "topics").glob("*.yaml"))
        for topic in _data(path)["topics"]
    )


def _data(path: Path) -> Any:
    from knowledge.files.yamlfile import read_yaml

    file = read_yaml(path)
    if file.faults:
        raise KnowledgeError(file.faults)
    return file.data
