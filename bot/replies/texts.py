"""The bot's own sentences: replies/<language>.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from knowledge.files.cachefolders import cache_folders
from knowledge.files.faults import Fault
from knowledge.files.storedyaml import stored_yaml

REPLIES = Path(__file__).resolve().parent
NUMBERS = frozenset({"one", "several"})
"""Forms of a sentence that is said otherwise where there are several documents."""


@dataclass(frozen=True)
class Texts:
    """The bot's own sentences in one language."""

    data: Mapping[str, Any]
    number: Literal["one", "several"] = "one"
    """How many documents the bot speaks of: chooses between the two forms of a sentence that has them."""

    def spoken_of(self, documents: int) -> Texts:
        """The sentences for that many documents."""
        return replace(self, number="several" if documents > 1 else "one")

    @classmethod
    def load(cls, language: str = "zh") -> Texts:
        """Read replies/<language>.yaml. Raises KnowledgeError with its faults."""
        return cls(stored_yaml(REPLIES / f"{language}.yaml", cache_folders()))

    def __call__(self, name: str, /, **slots: object) -> str:
        """The sentence with that dotted name, its slots filled."""
        return str(self.get(name)).format(**slots)

    def get(self, name: str) -> Any:
        """The sentence with that dotted name as written; KeyError if there is none."""
        value: Any = self.data
        for step in name.split("."):
            value = value[step]
        return value[self.number] if isinstance(value, dict) and set(value) == NUMBERS else value


def check_replies() -> list[Fault]:
    """Faults of the bot's own sentences: unreadable files, names in another language that Chinese doesn't have."""
    from knowledge.files.yamlfile import read_yaml

    files = [read_yaml(path) for path in sorted(REPLIES.glob("*.yaml"))]
    faults = [fault for file in files for fault in file.faults]
    names = {file.path.name: set(_names(file.data)) for file in files if file.data is not None}
    known = names.get("zh.yaml", set())
    for file in files:
        odd = sorted(names.get(file.path.name, set()) - known)
        faults += [file.fault((), f"「{name}」在 zh.yaml 里没有；请检查拼写") for name in odd]
    return faults


def _names(data: Any, before: str = "") -> Iterator[str]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _names(value, f"{before}{key}.")
        else:
            yield f"{before}{key}"
