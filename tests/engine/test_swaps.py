"""What turns round what a clause says: its sums aren't for that."""

from __future__ import annotations

import pytest

from bot.engine.matching.swaps import Swaps
from knowledge.base.document import Clause
from knowledge.compiled import Ready

LISTED = "对在新三板基础层挂牌的企业，市级财政每家奖励60万元。"
LEFT = "对首次认定的国家级、省级示范点，每家奖励30万元；被撤销称号的，收回奖励。"


@pytest.mark.parametrize(
    ("text", "asked", "turned"),
    [
        (LISTED, "新三板摘牌的企业奖多少", True),
        (LISTED, "新三板挂牌的企业奖多少", False),
        (LISTED, "挂牌的企业省级财政奖多少", True),
        (LISTED, "挂牌的企业董秘个人能拿多少", True),
        (LISTED, "挂牌的企业迁出本市奖多少", True),
        (LISTED, "挂牌的奖励取消了没", False),
        (LEFT, "示范点被撤销的奖多少", False),
        (LEFT, "县级示范点奖多少", True),
        (LEFT, "县里给示范点奖多少", False),
    ],
)
def test_what_a_clause_does_not_say_is_something_else(ready: Ready, text: str, asked: str, turned: bool) -> None:
    clause = Clause.model_construct(id="1.1", text=text)
    assert Swaps(ready.base.lexicon.swaps).turned(asked, clause) is turned
