"""Ids of policies: stable, from the document number, else the title, else the file's name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container

from knowledge.text.printed import half_width, without_blanks

MAX_ID = 60


def policy_id(number: str | None, title: str | None, stem: str, taken: Container[str]) -> str:
    """The id, with -2, -3, … where others of this run have it already.

    >>> policy_id("江政发〔2024〕3号", None, "a", ())
    'jiangzhengfa-2024-3'
    """
    base = ""
    plain = half_width(without_blanks(number or ""))
    if found := re.match(r"(.+?)[〔\[【(](\d{4})年?[〕\]】)]第?(\d+)号", plain):
        base = f"{_ascii(found[1], '')}-{found[2]}-{found[3]}"
    elif found := re.match(r"([^\d〔(].*?)\(?(?:(\d{4})年)?\(?第(\d+)号", plain):
        base = "-".join(filter(None, (_ascii(found[1], ""), found[2], found[3])))
    elif title:
        base = _ascii(title, "-")
    base = _cut(base) or _cut(_ascii(stem, "-")) or "policy-" + hashlib.sha256(stem.encode()).hexdigest()[:8]
    name, n = base, 1
    while name in taken:
        n += 1
        name = f"{_cut(base, MAX_ID - 4)}-{n}"
    return name


def _ascii(text: str, between: str) -> str:
    from pypinyin import lazy_pinyin  # a third of a second that every server would spend, and only an import needs

    words = lazy_pinyin(half_width(text), errors=lambda rest: f"-{rest}-")
    return re.sub(r"[^a-z0-9]+", "-" if between else "", between.join(words).lower()).strip("-")


def _cut(text: str, most: int = MAX_ID) -> str:
    return text if len(text) <= most else text[:most].rsplit("-", 1)[0].strip("-") or text[:most].strip("-")
