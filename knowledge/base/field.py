"""The field (knowledge/field): kinds of measure and of rule, what official texts call them, how people ask for them;
and what people say in words that official texts don't use.

Parsing its YAML and folding it takes three seconds of any compiling in a new process, so what was read is kept where
compiled forms are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge import ROOT
from knowledge.files.cachefolders import cache_folders
from knowledge.files.faults import KnowledgeError
from knowledge.files.storedyaml import stored_data
from knowledge.text.fold import __file__ as fold_module
from knowledge.text.fold import fold

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


@dataclass(frozen=True)
class Field:
    """All that is known of the field."""

    topics: tuple[FieldTopic, ...]
    sayings: Mapping[str, tuple[str, ...]]
    """What people say -> what official texts call it, the most exact first; folded."""

    @property
    def words(self) -> Iterator[str]:
        """What the topics are called, and what people say, folded."""
        yield from (fold(word) for topic in self.topics for word in (topic.name, *topic.official))
        yield from self.sayings


def folder(root: Path) -> Path:
    """The field of a base; the project's own where the base has none."""
    own = root / FOLDER
    return own if own.is_dir() else ROOT / FOLDER


def own_field(root: Path) -> Field | None:
    """The field that a base brings itself; None where it uses the project's. Raises KnowledgeError as read_field()."""
    at = folder(root)
    return None if at == ROOT / FOLDER else read_field(root)


def to_bytes(field: Field | None) -> bytes:
    """The field for a compiled form."""
    return json.dumps(field and asdict(field), ensure_ascii=False).encode()


def from_bytes(stored: bytes) -> Field | None:
    """The reverse of to_bytes()."""
    field = json.loads(stored)
    return None if field is None else _of_data(field)


def _of_data(field: Mapping[str, Any]) -> Field:
    """The reverse of asdict(), once JSON has made lists of its tuples."""
    lists = ("official", "asked")
    topics = (FieldTopic(**topic | {name: tuple(topic[name]) for name in lists}) for topic in field["topics"])
    return Field(tuple(topics), {said: tuple(called) for said, called in field["sayings"].items()})


def read_field(root: Path = ROOT) -> Field:
    """The field of a base, kept until one of its files changes: several are compiled with the same one.

    Raises KnowledgeError, with the line, where a file is no YAML.
    """
    at = folder(root)
    states = ((path, path.stat()) for path in sorted(at.glob("*/*.yaml")))
    return _read(at, tuple((path, state.st_mtime_ns, state.st_size) for path, state in states))


@lru_cache(maxsize=1)
def _read(at: Path, _files: tuple[tuple[Path, int, int], ...]) -> Field:
    """``_files``: each with when it was changed, and its size in bytes, by which what is kept is known to be stale."""
    files = [Path(__file__), Path(fold_module), *(path for path, *_ in _files)]
    return _of_data(stored_data(files, cache_folders(at.parent), lambda: asdict(Field(_topics(at), _sayings(at)))))


def _topics(at: Path) -> tuple[FieldTopic, ...]:
    """All topics, in the order of the files."""
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


def _sayings(at: Path) -> dict[str, tuple[str, ...]]:
    """What is said in several files has the words of all of them."""
    said: dict[str, tuple[str, ...]] = {}
    for path in sorted((at / "sayings").glob("*.yaml")):
        for word, called in _data(path)["words"].items():
            plain = fold(str(word))
            said[plain] = tuple(dict.fromkeys((*said.get(plain, ()), *map(fold, map(str, called)))))
    return said


def _data(path: Path) -> Any:
    from knowledge.files.yamlfile import read_yaml

    file = read_yaml(path)
    if file.faults:
        raise KnowledgeError(file.faults)
    return file.data
