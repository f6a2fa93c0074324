"""jieba, which cuts Chinese text into words, imported without setuptools.

jieba asks for pkg_resources to find its own files and gets on without it; where it is installed, importing it takes
longer than everything else that jieba does.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

_absent = "pkg_resources" not in sys.modules
if _absent:
    sys.modules["pkg_resources"] = None  # type: ignore[assignment]  # Python's way to say: there is no such module
try:
    import jieba
finally:
    if _absent:
        del sys.modules["pkg_resources"]

__all__ = ["counted", "jieba"]


@lru_cache(maxsize=1)
def counted() -> Mapping[str, int]:
    """jieba's words, all 349,000, with how often each stood in its corpus; kept until counted.cache_clear()."""
    fields = Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").split()
    return dict(zip(fields[::3], map(int, fields[1::3]), strict=True))
