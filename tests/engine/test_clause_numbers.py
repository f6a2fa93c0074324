"""A clause's number means the same everywhere: asked, in `show`, `chat` and /clause; of one document and of many."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import cn2an
import pytest

from bot.cli.command import main
from bot.engine.assistant import Assistant
from bot.engine.understanding.places import bare_number, find_place
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.engine.values.why import Rule
from bot.staff.question_tests import DAY
from knowledge import compiled
from knowledge.importing.draft import build
from knowledge.text.numbers import ordinal

SEED = "wuhan-development-zones"
RULES, FLAT, RUNNING = "liuxishirenminzhengfuling-9", "liukegui-2025-3", "liuzhengfa-2025-7"
LAST = 106


def _article(number: int) -> str:
    return f"第{cn2an.an2cn(number).removeprefix('一') if 10 <= number < 20 else cn2an.an2cn(number)}条"


def _rules() -> str:
    """Articles that are counted through three chapters, with more than a hundred of them."""
    lines = ["柳溪市公园管理办法", "", "（2025年2月10日柳溪市人民政府令第9号公布）"]
    chapters = {1: "第一章　总则", 20: "第二章　管理", 100: "第三章　附则"}
    for number in range(1, LAST):
        lines += [chapters[number]] if number in chapters else []
        lines.append(f"{_article(number)}　公园的{number}号区域由市园林局负责管理。")
    return "\n\n".join([*lines, f"{_article(LAST)}　本办法自2025年3月1日起施行。"])


TEXTS = {
    RULES: _rules(),
    RUNNING: "柳溪市人民政府关于支持小微企业的若干措施\n\n柳政发〔2025〕7号\n\n一、降低成本\n\n"
    "（一）减免房租。减免1个月租金。\n\n（二）降低电价。电价下调5%。\n\n二、加强融资\n\n"
    "（三）补偿风险。设立2000万元资金。\n\n（四）贴息。按2%给予贴息。\n\n本措施自2025年3月1日起施行。\n\n"
    "柳溪市人民政府\n2025年2月10日\n",
    FLAT: "柳溪市科技局关于支持实验室的若干措施\n\n柳科规〔2025〕3号\n\n一、支持建设。补助30万元。\n\n"
    "二、支持开放。补助5万元。\n\n三、支持转化。奖励8万元。\n\n四、支持共享。奖励9万元。\n\n"
    "本措施自2025年3月1日起施行。\n\n柳溪市科技局\n2025年2月10日\n",
}


def _import(folder: Path, *ids: str) -> None:
    """Into the base at ``folder``, as a clerk does."""
    for policy_id in ids:
        source = folder / f"{policy_id}.txt"
        source.write_text(TEXTS[policy_id], encoding="utf-8")
        assert main(["import", str(source), "-o", str(folder / "policies")]) == 0
        source.unlink()
        assert (folder / "policies" / policy_id).is_dir()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base of three documents, none of them the project's."""
    folder = tmp_path_factory.mktemp("own") / "base"
    assert main(["new", str(folder)]) == 0
    _import(folder, RULES, RUNNING, FLAT)
    return folder


@pytest.fixture(scope="module")
def three(small_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The project's document, which is meant where none is named, and two others."""
    folder = tmp_path_factory.mktemp("three") / "base"
    shutil.copytree(small_template, folder, ignore=shutil.ignore_patterns(compiled.BESIDE))
    _import(folder, RULES, RUNNING)
    return Assistant(compiled.make(folder), today=lambda: DAY)


@pytest.fixture(scope="module")
def without_seed(own: Path) -> Assistant:
    return Assistant(compiled.make(own), today=lambda: DAY)


def clauses(reply: Reply) -> list[str]:
    return [ref.target for ref in reply.clauses]


@pytest.mark.parametrize(
    ("policy", "typed", "ids", "counted"),
    [
        (RULES, "第24条", ["2.24"], False),
        (RULES, "第 24 条", ["2.24"], False),
        (RULES, "第一百零三条", ["3.103"], False),
        (RULES, "第103条", ["3.103"], False),
        (RULES, "第二章第24条", ["2.24"], False),
        (RULES, "第二章第一条", [], False),
        (RULES, "第107条", [], False),
        (RUNNING, "第3条", ["2.3"], False),
        (RUNNING, "二(三)", ["2.3"], False),
        (RUNNING, "第二部分第一条", ["2.3"], True),
        (RUNNING, "2.3", ["2.3"], False),
        (FLAT, "第三条", ["3.0"], False),
        (FLAT, "第5条", [], True),
    ],
)
def test_a_place_is_what_bears_the_number(policy: str, typed: str, ids: list[str], counted: bool) -> None:
    place = find_place(typed, build(TEXTS[policy], policy, "x").policy)
    assert place is not None
    assert (list(place.clauses), place.counted) == (ids, counted)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("24", 24),
        ("24条", 24),
        ("第24个", 24),
        ("二十四", 24),
        ("24.", 24),
        ("第24条", None),
        ("2.4", None),
        ("24万", None),
    ],
)
def test_a_bare_number_says_not_what_it_counts(typed: str, number: int | None) -> None:
    assert bare_number(typed) == number


def test_ordinals_to_some_hundreds() -> None:
    assert [ordinal(t) for t in ("一百", "一百零三", "一百二十四", "二百一十", "九百九十九")] == [
        100,
        103,
        124,
        210,
        999,
    ]
    assert [ordinal(t) for t in ("百三千", "甲百", "一百甲")] == [None] * 3


# -- the project's document alone ------------------------------------------------------------------------------------


def test_of_one_document_a_position_is_said_to_be_one(assistant: Assistant) -> None:
    reply = assistant.reply("第12条")
    assert clauses(reply) == [f"{SEED}/3.3"]
    assert reply.text.startswith("文件里没有编号为「第12条」的；按先后数")
    for typed in ("三(三)", "第三部分第三条", "3.3", "最后一条"):
        assert "按先后数" not in assistant.reply(typed).text, typed


def test_of_one_document_what_is_not_there_is_said_so(assistant: Assistant) -> None:
    for typed in ("第24条", "第一百零三条", "第 24 条讲什么"):
        reply = assistant.reply(typed)
        assert (reply.status, reply.why.rule) == ("none", Rule.NO_SUCH_PLACE), typed
        assert "没有「第" in reply.text


def test_a_bare_number_is_asked_back(assistant: Assistant) -> None:
    reply = assistant.reply("3")
    assert (reply.status, reply.why.rule) == ("clarify", Rule.BARE_NUMBER)
    assert reply.text == "「3」是哪里的编号？请写全，例如：第3部分。"
    unknown = assistant.reply("24")
    assert "没有第24条、第24部分。" in unknown.text
    assert "16 条" in unknown.text


def test_a_bare_number_after_a_list_chooses(assistant: Assistant) -> None:
    listed = assistant.reply("市科技局负责哪些")
    assert clauses(assistant.reply("2", listed.conversation)) == [clauses(listed)[1]]
    assert assistant.reply("24", listed.conversation).why.rule is Rule.NO_SUCH_CHOICE


# -- three documents, one of which is meant where none is named ------------------------------------------------------


def test_the_document_that_bears_the_number_goes_before_the_default(three: Assistant) -> None:
    assert three.library.default is not None
    assert clauses(three.reply("第24条")) == [f"{RULES}/2.24"], "the default has no such clause"
    assert clauses(three.reply("第12条")) == [f"{RULES}/1.12"], "in the default it is a position only"
    assert clauses(three.reply("三(三)")) == [f"{SEED}/3.3"], "the default bears it"
    assert three.reply("第107条").text.startswith("收录的文件里都没有「第107条」")


def test_several_that_bear_it_are_a_choice(three: Assistant) -> None:
    reply = three.reply("第3条")
    assert (reply.status, set(reply.documents)) == ("choose", {RULES, RUNNING})
    assert "有几份文件都有「第3条」" in reply.text
    picked = {three.reply(str(n), reply.conversation).clauses[0].target for n in (1, 2)}
    assert picked == {f"{RULES}/1.3", f"{RUNNING}/2.3"}


def test_the_document_that_is_talked_about_goes_first_with_a_word(three: Assistant) -> None:
    talked = three.reply("柳溪市人民政府关于支持小微企业的若干措施还有效吗").conversation
    assert clauses(three.reply("第3条", talked)) == [f"{RUNNING}/2.3"]
    elsewhere = three.reply("第24条", talked)
    assert (elsewhere.status, elsewhere.documents) == ("choose", (RULES,))
    assert "柳政发〔2025〕7号）里没有「第24条」；下面的文件里有" in elsewhere.text
    assert clauses(three.reply("1", elsewhere.conversation)) == [f"{RULES}/2.24"]
    seed = Conversation(policy=SEED)
    counted = three.reply("第12条", seed)
    assert clauses(counted) == [f"{SEED}/3.3"]
    assert counted.text.splitlines()[0].endswith("里没有编号为「第12条」的；按先后数，是这里：")


def test_a_bare_number_among_several_says_what_bears_it(three: Assistant) -> None:
    assert three.reply("24").text == "「24」是哪里的编号？请写全，最好带上文件的名称，例如：第24条。"
    assert "例如：第3条、第3部分" in three.reply("3").text
    assert three.reply("999").text.startswith("「999」是哪里的编号？收录的文件里没有第999条")


# -- documents without the project's ---------------------------------------------------------------------------------


def test_where_no_document_is_meant_all_are_looked_at(without_seed: Assistant) -> None:
    assert without_seed.library.default is None
    assert clauses(without_seed.reply("第24条")) == [f"{RULES}/2.24"]
    assert set(without_seed.reply("第三条").documents) == {RULES, RUNNING, FLAT}
    for typed in ("第107条", "第999条讲什么", "九(九)"):
        reply = without_seed.reply(typed)
        assert (reply.status, reply.why.rule) == ("none", Rule.NO_SUCH_PLACE), typed
        assert reply.text.startswith("收录的文件里都没有「")
    assert without_seed.reply("24").why.rule is Rule.BARE_NUMBER


def test_a_position_where_none_bears_the_number(without_seed: Assistant) -> None:
    reply = without_seed.reply("第二部分第二条")
    assert clauses(reply) == [f"{RUNNING}/2.4"]
    assert "里没有编号为「第二部分第二条」的；按先后数，是这里：" in reply.text


# -- the same by other doors -----------------------------------------------------------------------------------------


@pytest.fixture
def here(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYBOT_KNOWLEDGE", str(own))
    monkeypatch.setenv("POLICYBOT_DATA_DIR", str(tmp_path))


@pytest.mark.usefixtures("here")
def test_show_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    def shown(what: str) -> tuple[int, str, str]:
        code = main(["show", what])
        return (code, *capsys.readouterr())

    code, out, _ = shown("第24条")
    assert (code, "24号区域" in out) == (0, True)
    code, out, err = shown("第三条")
    assert (code, out) == (2, "")
    assert f"policybot show {FLAT}/第三条" in err
    code, out, err = shown("24")
    assert (code, out) == (2, "")
    assert err.startswith("「24」是哪里的编号？请写全")
    assert shown("第107条")[0] == 2


@pytest.mark.usefixtures("here")
def test_chat_and_clause_say_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lines = "24\n/clause 24\n第24条\n/clause 第24条\n第107条\n/clause 第107条\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
    assert main(["chat"]) == 0
    told = [part for part in capsys.readouterr().out.split("\n\n") if part.strip()]
    bare, article, none = (
        [part for part in told if words in part] for words in ("哪里的编号", "24号区域", "没有「第107条」")
    )
    assert [len(bare), len(article), len(none)] == [2, 2, 2]
