"""What to write where, for what review.md asks a person to look at: hints.yaml."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from knowledge.files.yamlfile import read_yaml


@cache
def _hints() -> tuple[tuple[re.Pattern[str], str], ...]:
    data = read_yaml(Path(__file__).parent / "hints.yaml").data
    return tuple((re.compile(hint["when"]), hint["write"]) for hint in data["hints"])


def hinted(item: str) -> str:
    """The item with what to write where; as it is where it says so itself."""
    if "policy.yaml 里找" in item:
        return item
    found = next((write for when, write in _hints() if when.search(item)), None)
    return f"{item.rstrip('。')}。怎样改：{found}" if found else item
