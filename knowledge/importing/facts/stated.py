"""A figure as a document states it, and the words that bound one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["amount", "ratio", "share", "count", "limit", "duration", "deadline"]
Bound = Literal["exact", "at_least", "at_most"]

NUMBER = r"(?<![\d.A-Za-z〔\[-])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)"
LESS = "(?<!不)(?:低于|小于|少于)|不超过|不高于|不多于|最高|最多|至多|上限为?|不得超过|不能超过|控制在|[≤<＜]"
MORE = "不低于|不少于|不得低于|不得少于|至少|超过|突破|达到?|高于|力争达到?|[≥>＞]"
AFTER_MORE = "以上|及以上"
AFTER_LESS = "以下|以内|及以下|之内"


@dataclass
class Stated:
    """One figure; the strings are verbatim."""

    kind: Kind
    text: str
    quote: str
    value: float
    unit: str
    bound: Bound = "exact"
    least: float | None = None
    cap: float | None = None
    subject: str | None = None
    case: str | None = None
    per: str | None = None
    payer: str | None = None
    note: str | None = None
    matching: int | None = None
    """Place in the clause's list of the figure by which others match this amount."""
    at: int = 0


def bounds(match: re.Match[str]) -> Bound:
    """Of a match with the groups before and after."""
    before, after = match["before"] or "", match["after"] or ""
    if re.fullmatch(LESS, before) or re.search(AFTER_LESS, after):
        return "at_most"
    if (re.fullmatch(MORE, before) and before not in ("达", "达到")) or re.search(AFTER_MORE, after):
        return "at_least"
    return "exact"


def number(text: str, scale: str | None = None) -> float:
    """1,500 with 万 as 15000000.0."""
    value = float(text.replace(",", ""))
    return round(value * {"万": 1e4, "亿": 1e8, "千": 1e3, "百": 1e2}.get(scale or "", 1), 6)
