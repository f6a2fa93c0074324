"""Questions that put a thing into a document's own sentence of which it nowhere speaks (lexicon/things.txt)."""

from __future__ import annotations

import pytest

from bot.engine.assistant import Assistant
from bot.engine.values.reply import Reply
from tests.engine.test_other_subjects import declined


@pytest.mark.parametrize(
    "text",
    [
        "出租车司机竞争上岗，责任单位是谁",  # asked for the unit,
        "乡村医生没空岗，能不能用特设岗位聘",  # for leave
        "校服的推荐目录由谁制定",
        "居民集体跟自来水厂直接交易，水价能降多少",  # or for a number
        "充电桩3年要建成多少个以上",
        "编制公厕地图归哪个部门",
    ],
)
def test_what_is_put_in_another_s_place_is_declined(assistant: Assistant, text: str) -> None:
    reply = assistant.reply(text)
    assert declined(reply)
    assert not reply.figures


def test_so_it_is_once_something_else_was_talked_about(assistant: Assistant) -> None:
    talked = assistant.reply("首次认定的高企补贴多少").conversation
    assert declined(assistant.reply("出租车司机竞争上岗，谁负责", talked))


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("开个小面馆亏惨了，有没有专门救急的贷款", "1.5"),  # the asker's own, in his own words
        ("车间电表转得吓人，听说可以几家抱团，直接跟电厂谈价，有这回事没", "1.5"),
        ("企业跟电厂直接买电，管事的单位", "1.5"),  # the document speaks of it by another name
        ("园区缺高层次人才，特设岗位怎么用", "1.5"),
    ],
)
def test_what_the_document_speaks_of_is_answered(assistant: Assistant, text: str, clause: str) -> None:
    assert [ref.clause for ref in assistant.reply(text).clauses][:1] == [clause]


def test_documents_without_phrasings(langu: tuple[Assistant, str]) -> None:
    assistant, policy = langu

    def ask(text: str) -> Reply:
        return assistant.reply(text, policy=policy)

    assert ask("夜间集市最高补多少").figures
    assert declined(ask("驾校连续营业满一年，最高补多少"))
    assert ask("申请夜间集市补助要什么材料").status == "answer"
    assert declined(ask("申请中医馆投资补助要什么材料"))  # one thing asked of a measure
