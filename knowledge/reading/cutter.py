"""jieba, which cuts Chinese text into words, imported without setuptools.

jieba asks for pkg_resources to find its own files and gets on without it; where it is installed, importing it takes
longer than everything else that jieba does.
"""

from __future__ import annotations

import sys

_absent = "pkg_resources" not in sys.modules
if _absent:
    sys.modules["pkg_resources"] = None  # type: ignore[assignment]  # Python's way to say: there is no such module
try:
    import jieba
finally:
    if _absent:
        del sys.modules["pkg_resources"]

__all__ = ["jieba"]
