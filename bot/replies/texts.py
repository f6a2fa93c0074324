"""The bot's own sentences: replies/<language>.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.files.cachefolders import cache_folders
from knowledge.files.faults import Fault
from knowledge.files.storedyaml import stored_yaml

REPLIES = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Texts:
    """The bot's own sentences in one language."""

    data: Mapping[str, Any]

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
        return value

    def has(self, name: str) -> bool:
        """Whether there is a sentence with that dotted name."""
        try:
            self.get(name)
        except KeyError:
            return False
        return True


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
