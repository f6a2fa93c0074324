"""Passages that say nothing by themselves and only introduce the clauses behind them: 城市应具备以下条件。"""

from __future__ import annotations

import re
from itertools import takewhile

from knowledge.base.document import Clause, Policy

_INTRODUCES = re.compile(
    r"(?:(?<![\d元人间吨岁年米万亿%％个家名户次倍级月日])以下|下列|如下)[^。；;]{0,16}[。:：]?\s*\Z"
)
"""The end of such a passage; 10万元以下的贷款 introduces nothing."""


def introduced(policy: Policy, clause: Clause) -> list[Clause]:
    """The numbered clauses that an unnumbered passage introduces, in order; none for any other clause."""
    if clause.number is not None or not _INTRODUCES.search(clause.text):
        return []
    beside = policy.section_of(clause).clauses
    return list(takewhile(lambda one: one.number is not None, beside[beside.index(clause) + 1 :]))
