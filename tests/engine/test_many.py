"""Several documents: three small invented ones (tests/documents) beside the one that comes with the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.engine.assistant import Assistant
from bot.engine.documents.names import Names
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply, quotes
from bot.staff.question_tests import DAY, cases, run
from knowledge import compiled
from knowledge.compiled import ROOT, Ready
from knowledge.teaching import overlay
from tests.bases import DOCUMENTS, beside, beside_the_seed, shared
from tests.patience import PATIENCE
from tests.smallbase import small_base

NAMESAKES = "songzhou-data"
SEED, NEW, OLD, EXPIRED = "wuhan-development-zones", "jiangcheng-hightech", "jiangcheng-old", "jiangcheng-pilot"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return beside_the_seed(tmp_path_factory.mktemp("base"), (NEW, OLD, EXPIRED))


@pytest.fixture(scope="module")
def several(root: Path) -> Ready:
    return shared(root)


@pytest.fixture(scope="module")
def many(several: Ready) -> Assistant:
    return Assistant(several, today=lambda: DAY)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """The same with a tenth of the phrasings, and one more, whose units are called as the lexicon calls others."""
    root = small_base(tmp_path_factory.mktemp("namesakes"))
    for name in (NEW, OLD, EXPIRED, NAMESAKES):
        shutil.copytree(DOCUMENTS / name, root / "policies" / name)
    return shared(root)


@pytest.fixture(scope="module")
def namesakes(small: Ready) -> Assistant:
    return Assistant(small, today=lambda: DAY)


def talk(assistant: Assistant, turns: Sequence[str]) -> list[Reply]:
    conversation, out = Conversation(), []
    for turn in turns:
        out.append(assistant.reply(turn, conversation))
        conversation = out[-1].conversation
    return out


def first(reply: Reply) -> str:
    return f"{reply.clauses[0].policy}/{reply.clauses[0].clause}" if reply.clauses else ""


def test_a_clause_is_found_by_its_own_words_and_names_its_document(many: Assistant) -> None:
    reply = many.reply("中试平台最高补助多少钱")
    assert (reply.status, first(reply)) == ("answer", f"{NEW}/1.2")
    assert [f.text for f in reply.figures] == ["500万元"]
    assert (
        "出处　《江城市人民政府关于支持高新技术企业发展的若干措施》（江政规〔2024〕8号） 第一部分（二）" in reply.text
    )


@pytest.mark.parametrize(
    "name",
    [
        "江政规〔2024〕8号", "江政规[2024]8号", "江政规（2024）8号", "江政规【2024】8号", "江政规 2024 8号",
        "江政规2024年8号", "江政规［２０２４］８号", "江政规〔2024〕第8号", "江城高企措施",
        "《支持高新技术企业发展的若干措施》",
        "江城市人民政府关于支持高新技术企业发展的若干措施", "支持高新技术企业发展的措施",
    ],
)  # fmt: skip
def test_a_document_by_any_name(many: Assistant, name: str) -> None:
    reply = many.reply(f"{name}还有效吗")
    assert (reply.status, reply.info, reply.policy) == ("info", "validity", NEW)


def test_a_topic_is_no_name(several: Ready) -> None:
    names = Names(several.base.policies)
    for text in ("首次认定的高新技术企业补贴多少", "中试平台", "国发〔2019〕11号是什么", "《不存在的办法》"):
        assert names.find(text) is None, text


@pytest.mark.parametrize(
    ("asked", "typed"),
    [
        ("请问江政规[2023]99号还有效吗", "江政规〔2023〕99号"),
        ("鄂政发（2031）7号规定补多少", "鄂政发〔2031〕7号"),
        ("《低空飞行产业扶持暂行办法》补贴多少", "《低空飞行产业扶持暂行办法》"),
    ],
)
def test_a_document_that_is_not_held_is_no_other_one(
    many: Assistant, assistant: Assistant, asked: str, typed: str
) -> None:
    for one in (many, assistant):
        reply = one.reply(asked)
        assert (reply.status, reply.clauses) == ("none", ())
        assert f"没有收录「{typed}」" in reply.text


def test_a_document_that_is_cited_is_known(many: Assistant) -> None:
    assert first(many.reply("武政规〔2019〕6号由谁落实")) == f"{SEED}/2.1"


@pytest.mark.compile
def test_what_was_taught_leaves_the_rest_of_its_document_alone(small: Ready) -> None:
    act = overlay.Taught(id=1, ask="试生产线补不补", target=f"{NEW}/1.2", by="1", at=datetime.now(UTC))
    base, _ = overlay.merged(small.base, [act])
    taught = Assistant(compiled.compile_base(base, small.index.weights, small.evidence), today=lambda: DAY)
    assert first(taught.reply("试生产线补不补")) == f"{NEW}/1.2"
    assert [f.text for f in taught.reply("中试平台最高补助多少钱").figures] == ["500万元"]
    assert [f.text for f in taught.reply("江城高企措施重新认定奖励多少").figures] == ["10万元"]


def test_a_successor_is_named_from_its_day_on(several: Ready) -> None:
    for day, named in ((date(2022, 1, 1), False), (date(2025, 1, 1), True)):
        text = Assistant(several, today=lambda day=day: day).show(f"{OLD}/1.1").text  # type: ignore[misc]
        assert ("江政规〔2024〕8号" in text) is named


def test_follow_ups_stay_in_the_document(many: Assistant) -> None:
    replies = talk(many, ["江政规〔2024〕8号还有效吗", "它有哪些措施", "二(一)", "谁负责"])
    assert [r.policy for r in replies] == [NEW] * 4
    assert first(replies[2]) == f"{NEW}/2.1"
    assert replies[3].units == ("市住房局",)


def test_a_place_without_a_document_is_in_the_taught_one(many: Assistant) -> None:
    assert first(many.reply("4.2")) == f"{SEED}/4.2"
    assert first(many.reply("中试平台建设管理办法第三条")) == f"{EXPIRED}/2.3"


def test_figures_by_their_own_words(many: Assistant) -> None:
    def led(*turns: str) -> list[str]:
        return [f.text for f in talk(many, turns)[-1].figures]

    assert led("江城高企措施重新认定奖励多少") == ["10万元"]
    assert led("江城高企措施重新认定奖励多少", "首次认定呢") == ["30万元"]
    assert led("江城高企措施1.1奖励多少") == ["30万元", "10万元"]
    assert led("江城高企措施孵化用房补多少钱") == []
    assert led("人才公寓配租几年") == ["3年"]


def test_a_wrong_number_is_contradicted_by_the_figure(many: Assistant) -> None:
    reply = many.reply("江城高企措施中试平台最高补助800万对吗")
    assert "「800万」与原文不符" in reply.text
    assert "最高不超过500万元" in reply.text.split("\n")[0]


@pytest.mark.parametrize(
    ("day", "document", "words"),
    [
        (date(2024, 5, 31), NEW, "还没有施行"),
        (date(2024, 6, 1), NEW, "现仍在有效期内"),
        (date(2029, 5, 31), NEW, "现仍在有效期内"),
        (date(2029, 6, 1), NEW, "已过有效期"),
        (date(2022, 12, 31), EXPIRED, "现仍在有效期内"),
        (date(2023, 1, 1), EXPIRED, "已过有效期"),
        (date(2024, 6, 1), OLD, "已废止，依据是江政规〔2024〕8号"),
    ],
)
def test_notices_by_the_day(several: Ready, day: date, document: str, words: str) -> None:
    assistant = Assistant(several, today=lambda: day)
    clause = several.base.policies[[p.id for p in several.base.policies].index(document)].clauses[0]
    text = assistant.show(f"{document}/{clause.id}").text
    assert words in text
    assert ("废止" in text) == (document == OLD)


def test_a_repealed_document_answers_only_by_name(many: Assistant) -> None:
    for question in ("高新技术企业奖励每年几月集中受理申报", "江城首次认定的高企奖5万元吗"):
        assert not any(c.policy == OLD for c in many.reply(question).clauses), question
    reply = many.reply("《江城市高新技术企业奖励办法》首次认定奖多少")
    assert (reply.status, first(reply)) == ("answer", f"{OLD}/1.1")
    assert "已由《江城市人民政府关于支持高新技术企业发展的若干措施》（江政规〔2024〕8号）取代" in reply.text
    assert reply.documents == (NEW,)
    assert reply.to_json()["documents"] == [NEW]


def test_another_city_is_not_answered_from_this_ones(many: Assistant) -> None:
    for question in ("江城的高企首次认定给多少", "江城高新技术企业重新认定补贴"):
        assert not any(c.policy == SEED for c in many.reply(question).clauses), question
    assert first(many.reply("武汉首次认定的高企补多少")) == f"{SEED}/4.2"
    assert many.reply("深圳的高企补贴多少").status == "none"


def test_a_units_measures_by_document(many: Assistant) -> None:
    reply = many.reply("市科技局负责哪些")
    assert "3 份文件" in reply.text
    assert {c.policy for c in reply.clauses} == {SEED}
    assert reply.documents == (NEW, EXPIRED)  # those that hold come first
    picked = many.reply(str(len(reply.clauses) + 1), reply.conversation)
    assert [f"{c.policy}/{c.clause}" for c in picked.clauses] == [f"{NEW}/1.1", f"{NEW}/1.2"]
    assert [c.policy for c in many.reply("市住房局负责什么").clauses] == [NEW, NEW]


def measures(reply: Reply) -> list[str]:
    return [f"{c.policy}/{c.clause}" for c in reply.clauses]


@pytest.mark.parametrize(
    ("unit", "clauses"),
    [
        ("市工业和信息化局", ["1.1", "1.2"]),
        ("市大数据管理局", ["1.1", "1.2", "1.3"]),
        ("市人力资源和社会保障局", ["1.3"]),
    ],
)
def test_a_units_own_name_goes_before_anothers_alias(
    namesakes: Assistant, assistant: Assistant, unit: str, clauses: list[str]
) -> None:
    expected = [f"{NAMESAKES}/{clause}" for clause in clauses]
    for question in (f"{unit}负责哪些", f"松洲数据措施里{unit}负责哪些"):
        reply = namesakes.reply(question)
        assert (reply.units, measures(reply)) == ((unit,), expected), question
    alone = assistant.reply(f"{unit}负责哪些")  # there it is an alias still
    assert alone.units != (unit,)
    assert alone.clauses


def test_an_alias_is_the_unit_that_the_named_document_calls_so(namesakes: Assistant) -> None:
    within = namesakes.reply("松洲数据措施里人社局负责哪些")
    assert (within.units, measures(within)) == (("市人力资源和社会保障局",), [f"{NAMESAKES}/1.3"])
    everywhere = namesakes.reply("人社局负责哪些")
    assert (everywhere.units, {c.policy for c in everywhere.clauses}) == (("市人力资源社会保障局",), {SEED})
    asked = talk(namesakes, ["松洲数据措施1.3", "人社局管吗"])[-1]
    assert "「市人力资源和社会保障局」在这一条的责任单位里" in asked.text


def test_a_unit_that_the_named_document_does_not_name(namesakes: Assistant) -> None:
    reply = namesakes.reply("松洲数据措施里市财政局负责哪些")
    assert (reply.status, reply.clauses) == ("none", ())
    assert "责任单位里没有「市财政局」" in reply.text
    assert "0 条" not in reply.text


def test_what_a_unit_leads_comes_first(namesakes: Assistant, many: Assistant) -> None:
    reply = namesakes.reply("市工业和信息化局牵头哪些")
    assert measures(reply) == [f"{NAMESAKES}/1.2", f"{NAMESAKES}/1.1"]
    lines = reply.text.split("\n")
    led, other = (
        lines.index("「市工业和信息化局」牵头的是以下 1 条："),
        next(n for n, s in enumerate(lines) if "（配合单位）" in s),
    )
    assert lines[led + 1].startswith("1.2")
    assert lines[other].startswith("1.1")
    assert first(namesakes.reply("2", reply.conversation)) == f"{NAMESAKES}/1.1"  # in the order shown
    assert "牵头的是" not in many.reply("市住房局牵头哪些").text  # no document says who leads


def test_a_name_that_fits_two_documents_is_asked_back(many: Assistant) -> None:
    asked = many.reply("《江城市高新技术企业》首次认定奖多少")
    if asked.status == "choose":
        assert set(asked.documents) <= {NEW, OLD}
    choice = many._use.across.choose_document([OLD, EXPIRED, NEW], "有效期到什么时候", Conversation())
    assert choice.documents == (NEW, EXPIRED, OLD)
    assert "已过有效期" in choice.text
    picked = many.reply("1", choice.conversation)
    assert (picked.info, picked.policy) == ("validity", NEW)


def test_the_first_documents_own_questions_keep_their_answers(many: Assistant, assistant: Assistant) -> None:
    asked = [c for c in cases() if not c.dialog]
    alone = [(first(r), r.status) for _, r, _ in run(assistant, asked)]
    beside = [(first(r), r.status) for _, r, _ in run(many, asked)]
    assert sum(a != b for a, b in zip(alone, beside, strict=True)) <= 0.01 * len(asked)


def test_all_of_the_first_document_is_gone_through_beside_others(many: Assistant) -> None:
    reply = many.reply("我们这种十来个人的小微企业，全文有哪些地方照顾到")
    assert (reply.status, [clause.clause for clause in reply.clauses]) == ("answer", ["1.5", "2.2"])


def test_every_quote_is_verbatim(many: Assistant, several: Ready) -> None:
    sources = "\n".join(
        p.read_text(encoding="utf-8")
        for p in [*DOCUMENTS.glob("jiangcheng-*/source.txt"), *ROOT.glob("policies/*/source.txt")]
    )
    for policy in several.base.policies:
        for clause in policy.clauses:
            for question in (
                clause.title,
                f"{policy.display_name}{clause.title}多少钱",
                f"{policy.display_name} {clause.id}",
            ):
                reply = many.reply(question)
                assert reply.text
                for quote in quotes(reply.blocks):
                    assert quote in sources, (question, quote)
            shown = many.show(f"{policy.id}/{clause.id}")
            assert clause.body in shown.text
            for listed in clause.responsible:
                for name in listed.printed:
                    assert name in shown.text


@pytest.mark.process
def test_commands(root: Path, tmp_path: Path) -> None:
    beside(root)

    def policybot(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "POLICYBOT_KNOWLEDGE": str(root),
            "POLICYBOT_OVERLAY": str(tmp_path / "overlay.yaml"),
            "PYTHONIOENCODING": "utf-8",
        }
        command = [sys.executable, "-m", "bot.cli", *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=PATIENCE)

    listed = policybot("show", "policies", "--on", "2026-01-15").stdout.splitlines()
    assert [line.split("　")[0] for line in listed] == [NEW, SEED, EXPIRED, OLD]
    assert "中试平台" in policybot("show", f"{NEW}/1.2").stdout
    assert "支持人才和用房" in policybot("show", NEW).stdout
    wrong = policybot("show", f"{NEW}/9.9")
    assert wrong.returncode == 2
    assert "没有「9.9」" in wrong.stderr
    assert "30万元" in policybot("ask", "--policy", NEW, "首次认定奖励多少").stdout
    assert policybot("ask", "--policy", "gone", "首次认定奖励多少").returncode == 2
    assert "还没有施行" in policybot("ask", "--on", "2024-05-01", "--policy", NEW, "首次认定奖励多少").stdout
