"""`policybot check`: every fault at once, each with its file, its line and how to mend it."""

from __future__ import annotations

import gc
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from bot.replies.texts import Texts, check_replies
from knowledge.base import verify
from knowledge.base.load import examine
from knowledge.compiled import ROOT
from tests.smallbase import thin_files

POLICY = "policies/wuhan-development-zones/policy.yaml"
PHRASINGS = "policies/wuhan-development-zones/phrasings/1.1.yaml"
FIGURES = "policies/wuhan-development-zones/phrasings/4.2-figures-a.yaml"
SOURCE = "policies/wuhan-development-zones/source.txt"
UNITS = "lexicon/units.yaml"
OWN = "policies/wuhan-development-zones/lexicon"
OWN_UNITS = f"{OWN}/units.yaml"
QUESTIONS = ROOT.parent / "tests" / "questions"
CODE = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT.parent / "bot").rglob("*.py"))


def swap(old: str, new: str, count: int = 1) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, count)

    return change


def line_away(start: str) -> Callable[[str], str]:
    """Without the first line that begins so."""

    def change(text: str) -> str:
        out, n = re.subn(rf"(?m)^\s*{re.escape(start)}.*\n", "", text, count=1)
        assert n, start
        return out

    return change


BROKEN: list[tuple[str, str, Callable[[str], str], str]] = [
    ("a word changed", POLICY, swap("text: '(一)优化开发区机构职能。按照", "text: '(一)优化开发区机构职能。依照"), "与原文不符"),
    ("a comma changed", POLICY, swap("规划,在开发区布局", "规划，在开发区布局"), "与原文不符"),
    ("a clause left out of the source", SOURCE, swap("(三)促进产城融合。", ""), "与原文不符"),
    ("something in the source that no piece holds", SOURCE, swap("\n三、构建", "\n另行规定。\n三、构建"), "漏了原文「另行规定。」"),
    ("something after the end", SOURCE, lambda t: t + "\n附件:清单", "末尾漏了原文"),
    ("a figure without a quote", POLICY, line_away("quote: '对首次认定的高新技术企业"), "缺少这个字段"),
    ("an invented figure", POLICY, swap("quote: 在23项主要营商环境指标上领先全国、打造样板", "quote: 在30项主要营商环境指标上领先全国"), "只能逐字引用"),
    ("a figure that is not in its quote", POLICY, swap("text: '20万元'", "text: '30万元'"), "不在它的 quote 里"),
    ("a wrong value", POLICY, swap("value: 200000", "value: 20000"), "应为 200000"),
    ("a value that is no number", POLICY, swap("value: 200000", "value: 二十万"), "应为数字"),
    ("an unknown kind", POLICY, swap("kind: amount", "kind: money"), "只能是"),
    ("a payer that the clause does not name", POLICY, swap("payer: 市级财政", "payer: 省级财政"), "只能逐字引用"),
    ("matching by a figure that is not there", POLICY, swap("matching: match", "matching: other"), "没有编号为 other 的数字"),
    ("a stated amount left out", POLICY, lambda t: re.sub(r"(?s)          - id: renew\n.*?(?=          - id: move)", "", t), "没有写成 figure"),
    ("a unit that the lexicon lacks", OWN_UNITS, swap("name: 武汉海关", "name: 江城海关"), "词库 units.yaml 里没有「武汉海关」"),
    ("a unit left out of a list", POLICY, line_away("- 市委编办"), "与列表不符"),
    ("units in another order", POLICY, swap("              - 市委组织部\n              - 市委编办\n", "              - 市委编办\n              - 市委组织部\n"), "与列表不符"),
    ("a list that is not the clause's", POLICY, swap("quote: '(责任单位:各区人民政府)'", "quote: '(责任单位:市商务局)'"), "责任单位列表"),
    ("a shared topic with a clause of some document", "lexicon/not_covered/finance.yaml", swap("    phrasings:", "    nearest: ['4.2']\n    phrasings:", 1), "请移到那份文件的文件夹"),
    ("a topic that is near a clause that is not there", f"{OWN}/not_covered/nearest.yaml", swap("['1.5']", "['9.5']"), "没有条款 9.5"),
    ("questions on a topic that is not there", f"{OWN}/not_covered/questions-people.yaml", swap("phrasings:\n", "phrasings:\n  no-such-topic: {near: [这是什么]}\n"), "没有编号为 no-such-topic 的事项"),
    ("a name of the place in the shared lexicon", "lexicon/domain_words.txt", lambda t: t + "光谷\n", "「光谷」是 wuhan-development-zones 那里的名称"),
    ("one alias for two units", UNITS, swap("      - 市编办\n", "      - 组织部\n"), "一个名称只能指一个单位"),
    ("a clause id twice", POLICY, swap('id: "1.2"', 'id: "1.1"'), "编号 1.1 重复"),
    ("a clause out of order", POLICY, swap('id: "2.3"', 'id: "2.4"'), "应为 2.3"),
    ("a clause id that is a number", POLICY, swap('id: "1.4"', "id: 1.4"), "请加引号"),
    ("a title that the text has not", POLICY, swap("title: 促进产城融合", "title: 推进产城融合"), "其后是 title"),
    ("a heading unlike its title", POLICY, swap("heading: '二、提升开放型经济水平'", "heading: '二、提高开放型经济水平'"), "序号、标题"),
    ("a misspelt field", POLICY, swap("display_name:", "displayname:"), "不认识的字段"),
    ("a missing field", POLICY, line_away("display_name:"), "缺少这个字段"),
    ("a title where the source has none", POLICY, swap("title: null", "title: 关于推进开发区创新提升的意见"), "只能逐字引用"),
    ("a wrong expiry", POLICY, swap("until: 2025-10-08", "until: 2026-10-08"), "与 until_quote 的日期不一致"),
    ("an expiry that is no date", POLICY, swap("until: 2025-10-08", "until: 明年"), "日期"),
    ("a basis that is not cited", POLICY, swap("quote: '《国务院关于", "quote: '《国务院办公厅关于"), "不在"),
    ("a definition at no clause", POLICY, swap('下同〉\n    clause: "1.1"', '下同〉\n    clause: "9.9"'), "没有条款 9.9"),
    ("no phrasings for a clause", "policies/wuhan-development-zones/phrasings/2.3.yaml", lambda t: "clauses:\n  '2.3': {}\n", "条款 2.3 没有问法"),
    ("phrasings of an unknown clause", PHRASINGS, lambda t: t.replace("clauses:\n", "clauses:\n  '7.7': {a: [什么]}\n", 1), "没有条款 7.7"),
    ("an unknown figure", FIGURES, swap("4.2/first:", "4.2/erste:"), "没有数字 4.2/erste"),
    ("one question for two clauses", PHRASINGS, lambda t: t.replace("clauses:\n", "clauses:\n  '1.2': {a: [大部制]}\n", 1), "请只留一处"),
    ("an empty phrasing", PHRASINGS, lambda t: re.sub(r"(?m)^(  '1\.1':\n    enterprise:\n)", r"\1      - ''\n", t), "不能为空"),
    ("a phrasing that YAML reads as no", PHRASINGS, lambda t: re.sub(r"(?m)^(  '1\.1':\n    enterprise:\n)", r"\1      - no\n", t), "请加引号"),
    ("a misreading without its quote", PHRASINGS, swap("quote: 剥离社会事务管理职能", "quote: 取消社会事务管理职能"), "原文里；只能逐字引用"),
    ("a confusable pair made synonyms", "lexicon/synonyms/confusable.yaml", swap("confusable:\n", "confusable:\n  - - 补贴\n    - 补助\n"), "易混而不同"),
    ("no YAML", POLICY, lambda t: t + "\n  - [", "不是合法的 YAML"),
    ("a tab", POLICY, lambda t: t.replace("city: 武汉", "\tcity: 武汉"), "不是合法的 YAML"),
    ("a key twice", POLICY, lambda t: "city: 武汉\n" + t, "出现了两次"),
    ("an alias", POLICY, swap("city: 武汉", "city: &a 武汉"), "锚点或别名"),
    ("nested too deep", POLICY, lambda t: t + "deep: " + "[" * 40 + "]" * 40, "嵌套太深"),
    ("an empty file", POLICY, lambda t: "", "文件是空的"),
]  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's files, but of phrasings that no test breaks only some: all are read and checked in every test."""
    root = tmp_path_factory.mktemp("template") / "knowledge"
    for folder in ("policies", "lexicon"):
        shutil.copytree(ROOT / folder, root / folder)
    thin_files((root / PHRASINGS).parent, {Path(PHRASINGS).name, Path(FIGURES).name})
    thin_files(root / "lexicon" / "unrelated", ())
    return root


@pytest.fixture
def base(template: Path, tmp_path: Path, read_once: None) -> Path:
    return Path(shutil.copytree(template, tmp_path / "knowledge"))


@pytest.mark.parametrize(("file", "change", "message"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_a_broken_file_gives_its_clear_error(base: Path, file: str, change: Callable[[str], str], message: str) -> None:
    path = base / file
    text = path.read_text(encoding="utf-8")
    broken = change(text)
    assert broken != text
    path.write_text(broken, encoding="utf-8")
    _, faults = examine(base)
    said = [f for f in faults if message in str(f)]
    assert said, [str(f) for f in faults]
    for fault in said:
        assert fault.file.endswith(".yaml") or fault.file.endswith(".txt")
        if fault.file.endswith(".yaml"):
            assert fault.line > 0


def test_bytes_that_are_no_text(base: Path) -> None:
    (base / SOURCE).write_bytes("各区人民政府".encode("gb18030"))
    (base / UNITS).write_bytes(b"units: \xff\xfe")
    _, faults = examine(base)
    assert any("原文不是 UTF-8" in f.message for f in faults)
    assert any("不是 UTF-8 文本" in f.message for f in faults)


@pytest.mark.parametrize("file", [POLICY, SOURCE, UNITS, "lexicon/domain_words.txt"])
def test_a_missing_file(base: Path, file: str) -> None:
    (base / file).unlink()
    _, faults = examine(base)
    assert any(f.file.endswith(Path(file).name) and ("缺少" in f.message or "读不了" in f.message) for f in faults)


def test_what_was_read_is_let_go(template: Path) -> None:
    """A bot looks at its base again and again, for months."""
    before = nodes()
    examine(template)
    assert nodes() <= before


def nodes() -> int:
    """The pieces of YAML that somebody holds."""
    gc.collect()
    return sum(isinstance(o, yaml.Node) for o in gc.get_objects())


def test_a_huge_file_is_refused(base: Path) -> None:
    (base / UNITS).write_text("#" * 9_000_000, encoding="utf-8")
    assert any("超过上限" in f.message for f in examine(base)[1])


def test_a_day_that_there_is_not_ends_nothing(base: Path) -> None:
    for file in (POLICY, SOURCE):
        path = base / file
        path.write_text(
            path.read_text(encoding="utf-8").replace("至2025年10月8日", "至2025年2月30日"), encoding="utf-8"
        )
    path = base / POLICY
    told = [str(fault) for fault in examine(base)[1]]
    line = next(n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "until: 2025" in text)
    assert len(told) == 1
    assert f"policy.yaml:{line}" in told[0]
    assert "「2025年2月30日」算不出是哪一天；请改为 null" in told[0]
    path.write_text(swap("until: 2025-10-08", "until: null")(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert examine(base)[1] == []


def test_all_faults_at_once(base: Path) -> None:
    for file, change in (
        (POLICY, swap("value: 200000", "value: 1")),
        (OWN_UNITS, swap("name: 武汉东湖新技术开发区管委会", "name: 江城开发区管委会")),
    ):
        path = base / file
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert len(examine(base)[1]) >= 4


def test_every_clause_needs_a_test_question(base: Path, tmp_path: Path) -> None:
    questions = tmp_path / "questions"
    shutil.copytree(QUESTIONS, questions)
    (questions / "3.2.yaml").unlink()
    (questions / "3.3.yaml").write_text('clause: "3.3"\nquestions: []\n', encoding="utf-8")
    faults = examine(base, questions)[1]
    assert {Path(f.file).name for f in faults} == {"3.2.yaml", "3.3.yaml"}


def test_the_line_is_the_right_one(base: Path) -> None:
    path = base / POLICY
    lines = path.read_text(encoding="utf-8").split("\n")
    at = next(i for i, line in enumerate(lines) if "value: 200000" in line)
    lines[at] = lines[at].replace("200000", "7")
    path.write_text("\n".join(lines), encoding="utf-8")
    assert [f.line for f in examine(base)[1]] == [at + 1]


def test_the_base_that_comes_with_the_project_is_whole() -> None:
    base, faults = examine(ROOT, QUESTIONS)
    assert faults == []
    assert base is not None
    policy = base.policies[0]
    assert [len(s.clauses) for s in policy.sections] == [6, 3, 3, 4]
    source = (ROOT / SOURCE).read_text(encoding="utf-8")
    assert "\n".join(piece for _, piece in verify.pieces(policy)) == source


@pytest.mark.parametrize("text", ["signal: {}\nbias: {}\n", "signal: [", "signal: {clause: {linear: viel}}\n"])
def test_broken_weights_are_found(base: Path, text: str) -> None:
    (base / "weights.yaml").write_text(text, encoding="utf-8")
    assert any(f.file.endswith("weights.yaml") for f in examine(base)[1])


def test_a_function_word_is_no_cue(base: Path) -> None:
    path = base / "lexicon" / "cues" / "of-a-unit.yaml"
    path.write_text(swap("units:\n", "units:\n  - of\n")(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert any("不能单独作线索" in f.message for f in examine(base)[1])


def test_a_policy_may_come_without_phrasings_but_not_with_half_of_them(base: Path) -> None:
    shutil.rmtree((base / PHRASINGS).parent)
    found, faults = examine(base)
    assert faults == []
    assert found is not None
    assert found.phrasings["wuhan-development-zones"].clauses == {}


def test_a_second_document_has_an_id_of_its_own(base: Path) -> None:
    shutil.copytree(base / "policies" / "wuhan-development-zones", base / "policies" / "zweite")
    messages = [f.message for f in examine(base)[1]]
    assert any("已被另一个文件夹使用" in m for m in messages)
    assert any("编号应与文件夹同名：zweite" in m for m in messages)


def test_every_reply_that_the_code_names_is_there() -> None:
    assert check_replies() == []
    names = set(re.findall(r'"((?:labels|lead|info|notice|none|clarify|chat)\.[a-z_]+)"', CODE))
    assert len(names) > 30  # else this looks at nothing
    words = Texts.load("zh")
    for name in names:
        assert isinstance(words.get(name), str), name
