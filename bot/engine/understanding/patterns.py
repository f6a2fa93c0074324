"""Regular expressions of the lexicon, ready to use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


def pattern(expressions: Iterable[str]) -> re.Pattern[str]:
    """One that finds any of them, the first that fits where several do."""
    return _compiled("|".join(expressions) or "(?!)")


@lru_cache(256)
def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(text)
