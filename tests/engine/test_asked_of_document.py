"""What is asked of a document as such in a sentence of its own, and whom it says to ask."""

from __future__ import annotations

import shutil

import pytest

from bot.engine.assistant import Assistant
from bot.staff.question_tests import DAY
from knowledge.importing.job import run
from tests.bases import DOCUMENTS, shared
from tests.smallbase import POLICY, small_base


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """One document that nobody taught."""
    root = small_base(tmp_path_factory.mktemp("opening"))
    shutil.rmtree(root / "policies" / POLICY)
    assert run(str(DOCUMENTS / "opening.txt"), root / "policies", set(), set(), force=False).written
    return Assistant(shared(root), today=lambda: DAY)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("这个行动计划是为落实哪个规划制定的", "《渠州市现代流通体系建设规划（2024—2028年）》"),
        ("冷链物流数字化提升行动计划贯彻落实的是哪个规划和倡议？", "链物流质量提升倡议》"),
        ("这个行动计划是为了落实哪个规划？要名字", "《渠州市现代流通体系建设规划（2024—2028年）》"),
        ("依据什么文件出台的", "《渠州市现代流通体系建设规划（2024—2028年）》"),
        ("计划的实施期是哪年到哪年", "实施期为2025-2027年"),
        ("这个计划由哪家单位起草的", "局流通处会同市供应链研究中心起草"),
        ("通知哪天落的款", "二〇二五年三月六日"),
        ("行动计划是哪些部门编制的", "局流通处会同市供应链研究中心起草"),
    ],
)
def test_the_opening_is_quoted(alone: Assistant, question: str, said: str) -> None:
    reply = alone.reply(question)
    assert reply.status == "info"
    assert said in reply.text


@pytest.mark.parametrize("question", ["给冷藏车装什么补助", "按照什么条件给冷藏车补助", "冷库按哪个标准接入"])
def test_what_clauses_say_is_none_of_it(alone: Assistant, question: str) -> None:
    assert alone.reply(question).status != "info"


@pytest.mark.parametrize(
    ("question", "said", "not_said"),
    [
        ("商务局电话给我", "0777-3355781", "@"),
        ("技术支持找谁，电话多少", "0777-3355792", "@"),
        ("邮箱多少", "lenglian@quzhou.example", "3355781"),
    ],
)
def test_the_kind_that_is_asked_is_said(alone: Assistant, question: str, said: str, not_said: str) -> None:
    reply = alone.reply(question)
    assert said in reply.text
    assert not_said not in reply.text


def test_a_basis_of_no_known_level_is_listed_without_one(alone: Assistant) -> None:
    reply = alone.reply("依据是什么")
    assert "（市）「《渠州市现代流通体系建设规划（2024—2028年）》」" in reply.text
    assert "None" not in reply.text
