"""The field (knowledge/field): kinds of measure and of rule, what official texts call them, how people ask for them;
and what people say in words that official texts don't use.
"""

from __future__ import annotations

from dataclasses import dataclass
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


def read_sayings(root: Path = ROOT) -> dict[str, tuple[str, ...]]:
    """What people say -> what official texts call it, the most exact first; one said in several files has all of it.

    Raises KnowledgeError, with the line, where a file is no YAML.
    """
    said: dict[str, tuple[str, ...]] = {}
    for path in sorted((folder(root) / "sayings").glob("*.yaml")):
        for word, called in _data(path)["words"].items():
            said[str(word)] = tuple(dict.fromkeys((*said.get(str(word), ()), *map(str, called))))
    return said


def _data(path: Path) -> Any:
    from knowledge.files.yamlfile import read_yaml

    file = read_yaml(path)
    if file.faults:
        raise KnowledgeError(file.faults)
    return file.data
