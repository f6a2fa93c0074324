"""What changed between two versions, by documents with known changes; and the command, really run."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import ROOT
from knowledge.base.document import Clause, Policy, Section, Validity
from knowledge.base.one_folder import open_policy
from knowledge.comparing.changes import Difference, difference
from knowledge.comparing.pairing import assigned, groups, likeness
from knowledge.comparing.wording import compared, words
from tests.cli.test_cli import out, run

DOCUMENTS = Path(__file__).parents[1] / "documents"
OLD, NEW = (open_policy(str(DOCUMENTS / f"chengchuan-digital-{year}"), ROOT) for year in (2022, 2025))
FOUND = difference(OLD, NEW)
POLICIES = [open_policy(str(path), ROOT) for path in sorted(DOCUMENTS.glob("chengchuan-*"))]


def ids(found: Difference) -> dict[tuple[str, str], set[str]]:
    def joined(clauses: tuple[Clause, ...]) -> str:
        return " ".join(clause.id for clause in clauses)

    return {(joined(c.old), joined(c.new)): set(c.kinds) for c in found.clauses}


def test_every_clause_is_traced() -> None:
    assert ids(FOUND) == {
        ("1.1", "1.1"): {"reworded"},
        ("", "1.2"): {"added"},
        ("1.2", "1.3"): {"renumbered", "reworded"},
        ("2.1", "2.1 2.2"): {"split"},
        ("2.3 2.4", "2.3"): {"merged"},
        ("2.5", ""): {"removed"},
        ("2.2", "3.1"): {"moved", "renumbered", "retitled"},
        ("3.1", "3.2"): {"renumbered"},
        ("3.2", "3.3"): {"renumbered"},
    }


def test_figures_are_set_apart_with_their_quotes() -> None:
    changed = [(f.old.text if f.old else None, f.new.text if f.new else None) for c in FOUND.clauses for f in c.figures]
    assert changed == [
        ("30%", "40%"),
        ("20万元", "30万元"),
        (None, "50万元"),
        ("不超过10家", "不超过15家"),
        ("3年", "2年"),
        ("5000万元", "8000万元"),
    ]
    for change in FOUND.clauses:
        for figure in change.figures:
            assert figure.old is None or any(figure.old.quote in clause.text for clause in change.old)
            assert figure.new is None or any(figure.new.quote in clause.text for clause in change.new)


def test_units_are_set_apart_with_their_roles() -> None:
    units = {(c.new[0].id, u.unit): (u.old, u.new) for c in FOUND.clauses if c.new for u in c.units}
    assert units == {
        ("1.1", "市科技局"): (None, ()),
        ("1.2", "市经济和信息化局"): (None, ("牵头单位",)),
        ("1.2", "市财政局"): (None, ("配合单位",)),
        ("1.3", "市经济和信息化局"): ((), ("牵头单位",)),
        ("1.3", "市科技局"): (None, ("配合单位",)),
    }


def test_facts_about_the_document() -> None:
    facts = {fact.name: (fact.old, fact.new) for fact in FOUND.facts}
    assert facts["number"] == ("澄政规〔2022〕3号", "澄政规〔2025〕6号")
    assert facts["validity.until"] == ("2025-04-30", "2030-05-31")
    assert facts["basis"] == (None, "《云州省促进中小企业发展条例》")
    assert {passage.name for passage in FOUND.passages} == {"masthead", "preamble", "closing", "signature", "heading"}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: p.id)
def test_a_document_does_not_differ_from_itself(policy: Policy) -> None:
    found = difference(policy, policy)
    assert not found
    assert found.unchanged == len(policy.clauses)


def test_the_other_way_round_everything_is_reversed() -> None:
    back = difference(NEW, OLD)
    turned = {"added": "removed", "removed": "added", "split": "merged", "merged": "split"}
    expected = {(new, old): {turned.get(kind, kind) for kind in kinds} for (old, new), kinds in ids(FOUND).items()}
    assert ids(back) == expected
    assert len(back.facts) == len(FOUND.facts)


SENTENCES = st.lists(
    st.text("一二三四五甲乙丙丁市区补贴企业奖励万元20，。（）责任单位", min_size=1, max_size=40), max_size=7
)


def of(texts: list[str]) -> Policy:
    clauses = tuple(
        Clause(id=f"1.{n}", number=None, title=text[:8], titled=False, text=text) for n, text in enumerate(texts, 1)
    )
    parts = (Section(id="1", number=None, heading=None, title="正文", clauses=clauses),) if clauses else ()
    return Policy(
        id="x", display_name="x", title=None, number=None, issuer=None, published=None, sections=parts,
        validity=Validity(),
    )  # fmt: skip


@given(SENTENCES, SENTENCES)
def test_nothing_is_lost_and_the_sides_are_exchangeable(one: list[str], other: list[str]) -> None:
    old, new = of(one), of(other)
    there, back = groups(old.clauses, new.clauses), groups(new.clauses, old.clauses)
    assert sorted(c.id for g in there for c in g.old) == sorted(c.id for c in old.clauses)
    assert sorted(c.id for g in there for c in g.new) == sorted(c.id for c in new.clauses)
    assert {(g.old, g.new) for g in there} == {(g.new, g.old) for g in back}
    assert bool(difference(old, new)) == (one != other)
    assert not difference(old, old)


@given(
    st.text("市区补贴企业20万元,，。30% \nabc〔〕∶1", max_size=60),
    st.text("市区补贴企业20万元,，。30% \nabc〔〕∶1", max_size=60),
)
def test_both_sides_of_a_wording_are_verbatim(one: str, other: str) -> None:
    runs = compared(one, other)
    assert "".join(r.text for r in runs if r.op != "added") == one
    assert "".join(r.text for r in runs if r.op != "cut") == other
    assert "".join(words(one)) == one


def test_a_number_changes_as_a_whole() -> None:
    runs = compared("每户补贴20万元，比例1∶1。", "每户补贴25万元，比例1∶2。")
    assert [r.text for r in runs if r.op == "cut"] == ["20万元", "1∶1"]


def test_pairs_are_the_best_in_all_not_the_first_found() -> None:
    """Greedy pairing gives 丙 its nearest and leaves the other two with strangers."""
    import numpy as np

    alike = np.array([[0.9, 0.85], [0.88, 0.0]])
    assert assigned(alike, 0.5) == [(0, 1), (1, 0)]
    assert assigned(np.array([[0.4]]), 0.5) == []


def test_likeness_is_that_of_the_wording() -> None:
    (same,) = likeness(OLD.clauses[:1], OLD.clauses[:1])
    (strange,) = likeness(OLD.clauses[:1], OLD.clauses[-1:])
    assert same[0] > 1 > 0.5 > strange[0]


def folder(policy: Policy) -> str:
    return str(DOCUMENTS / policy.id)


def test_command_in_a_pipe() -> None:
    done = run("diff", folder(OLD), folder(NEW))
    text = out(done)
    assert done.returncode == 1
    assert "最高不超过[-20万元-]{+30万元+}" in text
    assert "2.1 加强金融支持 → 2.1 加强风险补偿、2.2 推进质押贷款　拆分" in text
    assert "[-市经济和信息化局-] → {+市经济和信息化局（牵头单位）+}" in text
    assert "\x1b" not in text


def test_command_says_when_nothing_changed_and_takes_ids(tmp_path: Path) -> None:
    done = run("diff", "wuhan-development-zones", str(ROOT / "policies" / "wuhan-development-zones"))
    assert done.returncode == 0
    assert "没有变化（16 条）" in out(done)


def test_command_as_json() -> None:
    done = run("diff", folder(OLD), folder(NEW), "--json")
    data: dict[str, Any] = json.loads(out(done))
    assert done.returncode == 1
    assert (data["old"], data["new"], data["same"]) == (OLD.id, NEW.id, False)
    assert data["counts"]["split"] == 1
    for change in data["clauses"]:
        old = "".join(r["text"] for r in change["wording"] if r["op"] != "added")
        assert old == "\n".join(clause["text"] for clause in change["old"])


def test_command_names_what_it_cannot_read(tmp_path: Path) -> None:
    done = run("diff", folder(OLD), str(tmp_path))
    assert done.returncode == 2
    assert "不是一份文件" in done.stderr.decode()
    broken = tmp_path / OLD.id
    shutil.copytree(DOCUMENTS / OLD.id, broken)
    text = (broken / "source.txt").read_text(encoding="utf-8").replace("20万元", "21万元")
    (broken / "source.txt").write_text(text, encoding="utf-8")
    done = run("diff", folder(OLD), str(broken))
    assert done.returncode == 2
    assert "与原文不符" in done.stderr.decode()


def test_command_in_colour_on_a_terminal() -> None:
    parent, child = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm-256color"}
    command = [sys.executable, "-m", "bot.cli", "diff", folder(OLD), folder(NEW)]
    with subprocess.Popen(command, stdout=child, env=environment) as process:
        os.close(child)
        seen = b""
        try:
            while part := os.read(parent, 65536):
                seen += part
        except OSError:  # the other end is closed
            pass
    os.close(parent)
    assert process.returncode == 1
    assert b"\x1b[" in seen
    assert "30万元" in re.sub(r"\x1b\[[0-9;]*m|\r\n", "", seen.decode())
    assert b"{+" not in seen
