"""How documents speak of the parts of a card: words.yaml as patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.base.card import PARTS, Part
from knowledge.files.yamlfile import read_yaml

_HERE = Path(__file__).parent
Pattern = re.Pattern[str]


@dataclass(frozen=True)
class Words:
    """Patterns for text in half width and without blanks."""

    headings: Mapping[Part, Pattern]
    """Of a heading: all below it is of that part."""
    leads: Mapping[Part, Pattern]
    """Of the sentence before items."""
    tells: Mapping[Part, Pattern]
    """Of a sentence that says by itself of which part it is."""
    one: Mapping[str, Pattern]
    """Those that have a name of their own in words.yaml."""

    def heading(self, words: str) -> Part | None:
        """The part that a heading names."""
        return _first(self.headings, words)

    def lead(self, words: str) -> Part | None:
        """The part of the items that such a sentence leads."""
        return _first(self.leads, words)


def _first(patterns: Mapping[Part, Pattern], words: str) -> Part | None:
    return next((part for part, pattern in patterns.items() if pattern.search(words)), None)


@cache
def words() -> Words:
    """The patterns, read once."""
    data: dict[str, Any] = read_yaml(_HERE / "words.yaml").data
    headings, leads, tells = (_table(data[name]) for name in _TABLES)
    one = {name: re.compile(pattern) for name, pattern in data.items() if name not in _TABLES}
    return Words(headings, leads, tells, one)


_TABLES = ("headings", "leads", "tells")


def _table(data: Mapping[str, list[str]]) -> dict[Part, Pattern]:
    return {part: _any(data[part]) for part in PARTS if part in data}


def _any(patterns: list[str]) -> Pattern:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
