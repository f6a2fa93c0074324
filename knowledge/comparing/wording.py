"""What changed in a wording, word by word; both sides stay verbatim."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any, Literal

from knowledge.reading.cutter import counted, jieba
from knowledge.reading.vocabulary import frequencies

COMMON = 100
"""jieba words counted less often in its corpus are left out: where a rare word is cut matters little here, and the
table is ready in a tenth of the time."""
_WHOLE = re.compile(
    r"\d+(?:\.\d+)?[∶:：]\d+(?:\.\d+)?|\d+(?:\.\d+)?\s*(?:万|亿)?(?:%|％|‰|元|人次|个工作日|个月|家|户|项|个|年|月|日|人|吨|亩|倍)?"
    r"|[a-zA-Z]+|\s+|[^\w\s]"
)
"""What is never cut apart: numbers with what they count, so that 20万元 gives way to 30万元 and not 2 to 3."""


@dataclass(frozen=True)
class Run:
    """A stretch of text that both versions have, or only one."""

    op: Literal["same", "cut", "added"]
    """cut: only in the old version; added: only in the new one."""
    text: str


def compared(old: str, new: str) -> tuple[Run, ...]:
    """The runs of which same and cut, joined, are ``old``; same and added, joined, ``new``."""
    one, other = words(old), words(new)
    out: list[Run] = []
    cut = added = ""

    def close() -> None:
        nonlocal cut, added
        out.extend(Run(op, text) for op, text in (("cut", cut), ("added", added)) if text)  # type: ignore[arg-type]
        cut = added = ""

    opcodes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    for n, (op, i1, i2, j1, j2) in enumerate(opcodes):
        if op == "equal":
            same = "".join(one[i1:i2])
            if len(same.strip()) <= 1 and 0 < n < len(opcodes) - 1:  # a comma between two changes is not worth a gap
                cut, added = cut + same, added + same
                continue
            close()
            out.append(Run("same", same))
        else:
            cut, added = cut + "".join(one[i1:i2]), added + "".join(other[j1:j2])
    close()
    return tuple(out)


def words(text: str) -> list[str]:
    """The text cut into words; joined they are the text."""
    out: list[str] = []
    at = 0
    for found in _WHOLE.finditer(text):
        out += _cutter().cut(text[at : found.start()], HMM=False)
        out.append(found.group())
        at = found.end()
    out += _cutter().cut(text[at:], HMM=False)
    return [word for word in out if word]


@cache
def _cutter() -> Any:
    tokenizer = jieba.Tokenizer()
    counts = {word: count for word, count in counted().items() if count >= COMMON}
    counted.cache_clear()
    tokenizer.FREQ, tokenizer.total, tokenizer.initialized = frequencies(counts), sum(counts.values()), True
    return tokenizer
