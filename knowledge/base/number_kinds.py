"""Kinds of number, as people ask for them: money, a share, a time or a count."""

from __future__ import annotations

from typing import Literal

from knowledge.base.document import Figure

NumberKind = Literal["money", "share", "time", "count", "any"]
FIRST_YEAR = 1900
"""From which a number of 年 is a date."""
PERCENT = frozenset({"%", "‰", "个百分点", "百分点", "成", "折"})
TIMES = frozenset(
    {"年", "月", "日", "天", "个月", "工作日", "个工作日", "个自然日", "小时", "个小时", "分钟", "周", "秒", "课时"}
)


def kinds_of(figure: Figure) -> tuple[NumberKind, ...]:
    """What a figure is; a percentage with a cap is money, too."""
    if figure.unit in PERCENT or figure.kind in ("ratio", "share"):
        return ("share", "money") if figure.cap is not None else ("share",)
    if figure.kind == "amount" or figure.unit.endswith("元"):
        return ("money",)
    if figure.text.startswith("每") and figure.kind != "deadline":  # 每两年一次: how often, and how many times
        return ("count", "time")
    return ("time",) if figure.kind in ("duration", "deadline") or figure.unit in TIMES else ("count",)
