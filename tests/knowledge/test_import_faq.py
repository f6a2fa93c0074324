"""A table of questions becomes phrasings: real files, the real base of small size, the command really run."""

from __future__ import annotations

import difflib
import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from knowledge.base.load import load_base
from knowledge.base.one_folder import open_policy
from knowledge.base.phrasings import Phrasings
from knowledge.files.faults import KnowledgeError
from knowledge.files.table import read_table
from knowledge.files.wholefile import write_whole
from knowledge.publishing import faq
from knowledge.teaching.faq_import import FIELDS, Outcome, _write_all, import_faq, writer_of
from knowledge.teaching.phrasing_insert import InsertError
from tests.cli.test_cli import out, run
from tests.smallbase import POLICY, small_base

pytestmark = pytest.mark.usefixtures("read_once")
NEW = "chengchuan-digital-2025"
DOCUMENT = Path(__file__).parents[1] / "documents" / NEW
QUOTE = "应预留一定预算份额用于创新产品应用示范"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = small_base(tmp_path_factory.mktemp("base"))
    shutil.copytree(DOCUMENT, root / "policies" / NEW)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "knowledge"
    shutil.copytree(made, copy)
    return copy


Table = Callable[..., Path]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    def write(text: str, encoding: str = "utf-8", name: str = "热线 2025.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def brief(outcomes: list[Outcome]) -> list[tuple[int, str, str]]:
    return [(o.line, o.status, o.target.rpartition("/")[2]) for o in outcomes]


def imported(path: Path, root: Path, policy: str | None = POLICY, write: bool = True) -> list[Outcome]:
    return import_faq(path, root, policy, writer_of(path), write)


def phrasings(root: Path, policy: str = POLICY) -> Path:
    return root / "policies" / policy / "phrasings.yaml"


def test_named_clauses_and_quoted_answers_find_their_place(root: Path, table: Table) -> None:
    path = table(
        "问题,条款,答案\n"
        "绿电直接买行不行呀老板问的,1.5,\n"
        "采购目录内新品要留钱吗求解答,,"
        + QUOTE
        + "\n"
        + '"带,逗号的问法也行吗：头一回认上高企",四(二),\n'
        + "园区盖房子的依据想找出处的,,请按照“实施外资准入前国民待遇加负面清单管理制度”办理吧这不是原文\n"
    )
    before = phrasings(root).read_text(encoding="utf-8")
    outcomes = imported(path, root)
    assert brief(outcomes) == [(2, "added", "1.5"), (3, "added", "4.4"), (4, "added", "4.2"), (5, "refused", "")]
    assert "不是哪一条的原文" in outcomes[-1].reason
    asked = load_base(root).phrasings[POLICY].clauses
    assert asked["1.5"]["faq-热线-2025"] == ("绿电直接买行不行呀老板问的",)
    assert asked["4.2"]["faq-热线-2025"] == ("带,逗号的问法也行吗：头一回认上高企",)
    after = phrasings(root).read_text(encoding="utf-8")
    changed = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "-+"]
    assert all(line.startswith("+") for line in changed)
    assert len(changed) == 6


def test_again_changes_nothing(root: Path, table: Table) -> None:
    path = table("question,clause\n绿电直接买行不行呀老板问的,1.5\n绿电直接买行不行呀老板问的,1.5\n")
    assert [o.status for o in imported(path, root)] == ["added", "known"]
    text = phrasings(root).read_bytes()
    assert [o.status for o in imported(path, root)] == ["known", "known"]
    assert phrasings(root).read_bytes() == text


def test_comments_order_and_quoting_stay(root: Path, table: Table) -> None:
    path = phrasings(root)
    path.write_text("# 头一行的说明\n" + path.read_text(encoding="utf-8") + "# 末尾的说明\n", encoding="utf-8")
    imported(table("question,clause\n'=SUM(1) 是不是 # 公式: 问一下,4.1\n- 横线开头的问法怎么办,4.1\n"), root)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# 头一行的说明\n")
    assert text.endswith("# 末尾的说明\n")
    lines = load_base(root).phrasings[POLICY].clauses["4.1"]["faq-热线-2025"]
    assert lines == ("=SUM(1) 是不是 # 公式: 问一下", "- 横线开头的问法怎么办")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",4.2", "没有问题"),
        ("高企补多少啊啊啊我想了解,", "既没有条款，也没有答案"),
        ("高企补多少啊啊啊我想了解,9.9", "不是条款"),
        ("高企补多少啊啊啊我想了解,（二）", "不是条款"),
        ("字" * 201 + ",4.2", "最多 200 个"),
        ("管委会自己能不能决定设几个局,4.2", "相同或几乎相同"),
        ("管委会自己能不能决定设几个局呀,4.2", "相同或几乎相同"),
    ],
)
def test_refusals_say_why_and_where(root: Path, table: Table, row: str, reason: str) -> None:
    before = phrasings(root).read_bytes()
    (outcome,) = imported(table(f"问题,条款\n{row}\n"), root)
    assert (outcome.line, outcome.status) == (2, "refused")
    assert reason in outcome.reason
    assert phrasings(root).read_bytes() == before


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("对首次认定的高新技术企业，市级财政每户补贴 20 万元", "4.2"),  # width and blanks
        ("对首次认定的高新技术企业,市级财政每户补帖20万元;对超过有效期后重新认定的高新技术企业", "4.2"),  # a slip
        ("对首次认定的高新技术企业,市级财政每户补贴30万元;对超过有效期后重新认定的高新技术企业", "不是那一条的数"),
        ("责任单位:市商务局,各区人民政府", "不是哪一条|里都有|2.1"),
        ("市级财政", "不是哪一条的原文"),
        ("开发区内有哪些好吃的饭馆值得推荐给外地来的客人呢", "不是哪一条的原文"),
    ],
)
def test_an_answer_is_a_quote_or_nothing(root: Path, table: Table, answer: str, expected: str) -> None:
    (outcome,) = imported(table(f'问题;答案\n奇怪的问法甲乙丙丁;"{answer}"\n'), root, write=False)
    found = outcome.target.rpartition("/")[2] or outcome.reason
    assert any(part in found for part in expected.split("|")), found


def test_a_clause_and_an_answer_that_disagree(root: Path, table: Table) -> None:
    (outcome,) = imported(table(f"问题\t条款\t答案\n奇怪的问法甲乙丙丁\t4.2\t{QUOTE}\n"), root)
    assert outcome.status == "refused"
    assert "答案引的却是" in outcome.reason
    assert "4.4" in outcome.reason


def test_near_copies_within_the_table_name_the_other_line(root: Path, table: Table) -> None:
    outcomes = imported(
        table("问题,条款\n奇怪的问法甲乙丙丁戊己庚辛壬癸,4.2\n奇怪的问法甲乙丙丁戊己庚辛壬癸呢,4.4\n"), root
    )
    assert [o.status for o in outcomes] == ["added", "refused"]
    assert "第 2 行" in outcomes[1].reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "，"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "t.csv"
    text = "\r\n".join(delimiter.join(row) for row in (("序号", "问题", "条款"), ("1", "怎么补贴", "4.2")))
    path.write_bytes(text.encode(encoding))
    (row,) = read_table(path, FIELDS)
    assert (row.line, row.cells) == (2, {"question": "怎么补贴", "clause": "4.2"})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "第一行应是列名"),
        (b"\x00\x01\x02", "不是文本"),
        (b"PK\x03\x04\xff\xfe\x81", "不是文本"),
        ("姓名,电话\n甲,1\n".encode(), "第一行应是列名"),
        ("问题,条款,问法\n甲,1,乙\n".encode(), "出现了两次"),
        ('问题,条款\n"没有收口,4.2\n'.encode(), "不是合法的 CSV"),
        ("问题,备注\n甲,乙\n".encode(), "要有「问题」列"),
        (("问题,条款\n" + "甲,4.2\n" * 20_001).encode(), "超过 20000 行"),
    ],
)
def test_files_that_are_no_table(root: Path, tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    with pytest.raises(KnowledgeError, match=message):
        imported(path, root)


def test_lines_are_the_files_own(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('\n问题,条款\n\n"两行\n的",4.2\n下一,4.4\n', encoding="utf-8")
    assert [row.line for row in read_table(path, FIELDS)] == [4, 6]


def test_a_policy_without_phrasings_gets_its_first_ones(root: Path, table: Table) -> None:
    path = table(
        "问题,条款,文件\n设备上云补多少,1.1,\n智能工厂有没有奖励,chengchuan-digital-2025/1.2,\n专利能抵押贷钱吗,2.2,\n"
    )
    outcomes = imported(path, root, NEW)
    assert [o.status for o in outcomes] == ["added"] * 3
    assert set(load_base(root).phrasings[NEW].clauses) == {"1.1", "1.2", "2.2"}


def test_under_a_writers_own_name_half_a_policy_is_refused_whole(root: Path, table: Table) -> None:
    with pytest.raises(KnowledgeError, match="没有问法"):
        import_faq(table("问题,条款\n设备上云补多少,1.1\n"), root, NEW, "office", True)
    assert not phrasings(root, NEW).exists()


def test_a_layout_that_lines_cannot_go_into_is_left_alone(root: Path, table: Table) -> None:
    phrasings(root, NEW).write_text("clauses: {'1.1': {faq-a: [设备上云补多少]}}\n", encoding="utf-8")
    before = phrasings(root, NEW).read_bytes()
    with pytest.raises(InsertError, match="逐行"):
        imported(table("问题,条款\n智能工厂有没有奖励,1.2\n"), root, NEW)
    assert phrasings(root, NEW).read_bytes() == before


def test_without_a_policy_the_answer_finds_it_among_all(root: Path, table: Table) -> None:
    (outcome,) = imported(table("问题,答案\n专利能抵押贷钱吗,鼓励银行开展知识产权质押贷款\n"), root, None)
    assert outcome.target == f"{NEW}/2.2"
    (outcome,) = imported(table("问题,条款\n怪问法天地玄黄,1.1\n"), root, None)
    assert "不止一条" in outcome.reason


def test_what_was_exported_comes_back(root: Path, tmp_path: Path) -> None:
    policy = open_policy(str(DOCUMENT), root)
    path = tmp_path / "faq.csv"
    path.write_bytes(faq.to_csv([(policy, Phrasings())], date(2026, 1, 1)))
    outcomes = imported(path, root, None)
    assert [(o.status, o.target) for o in outcomes] == [("added", f"{NEW}/{c.id}") for c in policy.clauses]
    asked = load_base(root).phrasings[NEW].clauses
    assert {c: lines["faq-faq"] for c, lines in asked.items()} == {c.id: (c.title,) for c in policy.clauses}


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    write_whole(path, b"old")
    path.chmod(0o640)
    write_whole(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    with pytest.raises(OSError, match="x"):
        write_whole(tmp_path / "x.yaml" / "below", b"")
    path.unlink()
    path.mkdir()
    with pytest.raises(OSError, match="x"):
        write_whole(path, b"never")
    assert [p.name for p in tmp_path.iterdir()] == ["x.yaml"]


def command(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return run("import-faq", *arguments, POLICYBOT_KNOWLEDGE=str(root), POLICYBOT_DATA_DIR=str(root.parent / "data"))


def test_command(root: Path, table: Table) -> None:
    path = str(table("问题,条款\n绿电直接买行不行呀老板问的,1.5\n看不懂的,9.9\n"))
    before = phrasings(root).read_bytes()
    done = command(root, path, "--policy", POLICY, "--dry-run")
    assert done.returncode == 1
    assert "可以收进 1 句（写作者 faq-热线-2025），已有 0 句，未收 1 句" in out(done)
    assert f"{path}:3: 「看不懂的」" in done.stderr.decode()
    assert phrasings(root).read_bytes() == before
    done = command(root, path, "--policy", POLICY, "--writer", "office", "--json")
    data = json.loads(out(done))
    assert (data["writer"], data["written"]) == ("office", True)
    assert [row["status"] for row in data["rows"]] == ["added", "refused"]
    assert load_base(root).phrasings[POLICY].clauses["1.5"]["office"][-1] == "绿电直接买行不行呀老板问的"


def test_command_on_what_is_not_there(root: Path, tmp_path: Path) -> None:
    assert command(root, str(tmp_path / "none.csv")).returncode == 2
    done = command(root, str(tmp_path / "none.csv"), "--policy", "nope")
    assert done.returncode == 2
    assert POLICY in done.stderr.decode()


def test_of_two_files_both_change_or_none(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "missing" / "b.yaml"
    first.write_text("old", encoding="utf-8")
    with pytest.raises(OSError, match=r"b\.yaml"):
        _write_all({first: "new", second: "new"})
    assert first.read_text(encoding="utf-8") == "old"


def test_line_endings_stay(root: Path, table: Table) -> None:
    path = phrasings(root)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    imported(table("问题,条款\n绿电直接买行不行呀老板问的,1.5\n"), root)
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")
