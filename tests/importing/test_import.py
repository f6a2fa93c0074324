"""`policybot import`: documents in the official form to folders that hold every word and pass the check."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from bot.engine.assistant import Assistant
from bot.engine.documents.names import Names
from knowledge import ROOT
from knowledge.base.document import Clause, Figure
from knowledge.base.load import examine, load_base
from knowledge.importing import folder_files, sandbox
from knowledge.importing.draft import Draft, build
from knowledge.importing.formats import detect, limits
from knowledge.importing.formats.limits import UnreadableError
from knowledge.importing.formats.read import Read
from knowledge.importing.formats.running import bare
from knowledge.importing.job import prove, run
from knowledge.importing.policy_ids import policy_id
from knowledge.text.fold import fold
from tests.bases import shared
from tests.patience import PATIENCE
from tests.smallbase import small_base

DOCUMENTS = Path(__file__).parents[1] / "documents"
NOTICE = (DOCUMENTS / "notice.txt").read_text(encoding="utf-8")


def draft(name: str) -> Draft:
    return build((DOCUMENTS / f"{name}.txt").read_text(encoding="utf-8"), "x", name)


def read(data: bytes, path: Path) -> Read:
    path.write_bytes(data)
    return detect.read(path)


def names(clause: Clause) -> list[tuple[str | None, list[tuple[str, str | None]]]]:
    return [
        (r.point, [(u, None) if isinstance(u, str) else (u.unit, u.role) for u in r.units]) for r in clause.responsible
    ]


# the hand-made policy


def test_the_seed_imported_from_its_text_is_the_hand_made_policy() -> None:
    by_hand = load_base().policies[0]
    source = (ROOT / "policies" / by_hand.id / "source.txt").read_text(encoding="utf-8")
    made = build(source, by_hand.id, by_hand.display_name).policy
    frame = ("title", "number", "issuer", "published", "absent", "masthead", "addressees", "salutation", "preamble")
    for field in (*frame, "purpose", "basis", "definitions", "closing", "signature", "attachments", "validity"):
        assert getattr(made, field) == getattr(by_hand, field), field
    assert [(s.id, s.number, s.heading, s.title) for s in made.sections] == [
        (s.id, s.number, s.heading, s.title) for s in by_hand.sections
    ]
    assert len(made.clauses) == len(by_hand.clauses)
    for one, other in zip(made.clauses, by_hand.clauses, strict=True):
        for field in ("id", "number", "title", "titled", "text", "card"):
            assert getattr(one, field) == getattr(other, field), (one.id, field)
        lists = [[(r.quote, r.names, r.printed, r.point) for r in c.responsible] for c in (one, other)]
        assert lists[0] == lists[1]
        assert facts(one) == facts(other), one.id


def facts(clause: Clause) -> set[tuple[Any, ...]]:
    return {(f.text, f.quote, f.value, f.unit, f.bound, f.kind, f.per, f.payer, f.case) for f in clause.figures}


# documents in other official forms

COUNTS = {
    "notice": (3, 4, 1),
    "articles": (4, 8, 0),
    "flattened": (3, 4, 0),
    "wrapped": (2, 3, 0),
    "attachments": (5, 4, 2),
    "roles": (2, 5, 0),
    "plain": (0, 0, 0),
    "payments": (3, 8, 1),
    "cells": (0, 0, 0),
    "repeals": (3, 5, 2),
}
"""Numbered parts, items one level below, attachments: as a reader counts them."""


@pytest.mark.parametrize("name", COUNTS)
def test_a_document_is_held_whole_and_counted_right(name: str) -> None:
    made = draft(name)
    assert (made.sections, made.clauses, len(made.policy.attachments)) == COUNTS[name]
    assert made.coverage == 1.0
    text = (DOCUMENTS / f"{name}.txt").read_bytes()
    assert prove(made.policy, Read(text, "txt")) == []


def test_a_notice_with_the_measures_it_issues() -> None:
    made = draft("notice")
    policy = made.policy
    assert policy.title == "江城市人民政府关于印发江城市支持企业技术改造若干措施的通知"
    assert (policy.number, policy.issuer, policy.city) == ("江政规〔2024〕3号", "江城市人民政府", "江城")
    assert policy.addressees == "各区人民政府，市人民政府各部门"
    assert str(policy.published) == "2024-05-20"
    assert policy.attachments[0].title == "江城市支持企业技术改造若干措施"
    assert policy.purpose == "加快企业设备更新，推动制造业高端化发展"
    assert [b.number for b in policy.basis] == ["国发〔2024〕7号", "楚政发〔2024〕2号", "江政办〔2019〕8号"]
    assert policy.validity.effective_quote == "自2024年6月1日起施行"
    assert (str(policy.validity.effective_from), str(policy.validity.until)) == ("2024-06-01", "2027-05-31")
    assert policy.repealed is None
    assert [(one.number, one.place) for one in made.repealed] == [("江政办〔2019〕8号", "a1.3.0")]
    first = policy.clause("a1.1.1")
    assert names(first) == [
        (None, [("市经济和信息化局", "牵头单位"), ("市财政局", "配合单位"), ("市统计局", "配合单位")])
    ]
    assert first.responsible[0].printed[-1] == "市统计局等"
    assert names(policy.clause("a1.1.2"))[0][1][0] == ("市财政局", "牵头")
    assert [point for point, _ in names(policy.clause("a1.2.1"))] == ["1.", "2."]
    assert policy.clause("a1.2.2").responsible[0].quote == "由市政务服务和大数据管理局负责"
    loans = [f for f in policy.clause("a1.1.2").figures if f.payer]
    assert [(f.value, f.bound, f.per, f.payer) for f in loans] == [
        (100000, "at_least", "每户", "市级财政"),
        (500000, "at_most", "每户", "市级财政"),
    ]
    until = next(f for f in policy.clause("a1.2.1").figures if f.kind == "deadline")
    assert (until.text, until.quote, until.value) == ("到2026年底前", "到2026年底前，培育专精特新企业100家以上", 2026)


def test_articles_in_chapters_and_divisions() -> None:
    policy = draft("articles").policy
    assert [c.number for c in policy.clauses] == [f"第{n}条" for n in "一二三四五六七八"]
    assert policy.sections[1].sections[0].heading == "第一节　申请条件"
    assert policy.clause("2.2.5").figures[0].per == "每平方米每月"
    assert [f.bound for f in policy.clause("3.7").figures] == ["at_least", "at_most"]
    assert str(policy.validity.until) == "2025-04-30"
    assert policy.published is None  # the day on which it was passed is another thing


def test_what_looks_like_numbering_is_told_from_it() -> None:
    flat = draft("flattened").policy
    assert [s.number for s in flat.sections] == ["一", "二", "三"]  # 一、二、三产业 and 一是…二是 are none
    assert flat.closing == "本意见自印发之日起施行。"
    assert flat.validity.effective_from is None  # on which day it was printed, the text doesn't say
    attached = draft("attachments").policy
    assert [s.number for s in attached.sections] == ["一", "二", "三"]  # 1.5亿元 and 2025年 begin lines
    assert attached.signature[0] == "附件：1.消费券发放方案"
    assert [a.title for a in attached.attachments] == ["消费券发放方案", "资金分配表"]
    assert [s.id for s in attached.attachments[0].sections] == ["a1.1", "a1.2"]
    assert str(attached.published) == "2025-05-06"


def test_numbers_that_are_skipped_or_follow_a_blank() -> None:
    text = "关于做好保供的通告 一、凡囤积的，依法查处。 二、广大经营者要诚信。（一）守法。（二）守信 三、欢迎监督。"
    assert [s.number for s in build(text, "x", "x").policy.sections] == ["一", "二", "三"]
    text = "一、任务\n（一）修路。修三条\n（三）架桥。架两座。\n按照前款（一）、（二）项办理。"
    assert [c.id for c in build(text, "x", "x").policy.clauses] == ["1.1", "1.3"]


def test_units_in_other_brackets_bare_and_in_tables() -> None:
    roles = draft("roles").policy
    assert [c.id for c in roles.clauses] == ["1.1", "1.2", "1.3", "2.4", "2.5"]
    assert names(roles.clause("1.1")) == [(None, [("市交通运输局", None), ("江城海事局", None)])]
    assert names(roles.clause("1.3"))[0][1] == [("市口岸办", "牵头"), ("江城海关", "参加"), ("江城海事局", "参加")]
    assert names(roles.clause("2.4")) == [(None, [("市发展改革委", None), ("市交通运输局", None)])]
    rows = draft("attachments").policy.clauses[-1]
    assert [r.names for r in rows.responsible] == [("江城市商务局",), ("汉水市商务局",)]


def test_a_table_of_one_cell_a_line() -> None:
    made = draft("cells")
    (clause,) = made.policy.clauses
    assert names(clause) == [
        ("1", [("市自然资源和规划局", "牵头单位")]),
        ("1", [("市公安局", "配合单位"), ("市城管委", "配合单位")]),
        ("2", [("市城管委", "牵头单位")]),
        ("2", [("市大数据局", "配合单位")]),
        ("4", [("市发展改革委", "牵头单位")]),
        ("4", [("市统计局", "配合单位")]),
    ]
    assert any("第 3 行" in warning for warning in made.warnings)  # 落实用地 and 保障资金 may be one cell or two
    unnumbered = build("江城市分工表\n现将任务分工如下。\n任务\n责任单位\n修路\n市交通运输局\n", "x", "x")
    assert not any(c.responsible for c in unnumbered.policy.clauses)
    assert any("责任单位" in warning for warning in unnumbered.warnings)


NUMBERS = {
    "江政发[2023]5号\n江城市人民政府关于停车的通知": ("江政发[2023]5号", "江城市人民政府关于停车的通知"),
    "江政发［2023］5号\n江城市人民政府关于停车的通知": ("江政发［2023］5号", "江城市人民政府关于停车的通知"),
    "江政发（2023）第5号\n江城市人民政府关于停车的通知": ("江政发（2023）第5号", "江城市人民政府关于停车的通知"),
    "江城市人民政府令第123号\n江城市停车办法": ("江城市人民政府令第123号", "江城市停车办法"),
    "江城市人民政府令\n第 123 号\n江城市停车办法": ("江城市人民政府令第 123 号", "江城市停车办法"),
    "国令第722号\n停车条例": ("国令第722号", "停车条例"),
    "停车条例\n（2019年10月22日国务院令第722号公布）": ("国务院令第722号", "停车条例"),
    "江城市税务局关于停车的公告\n江城市税务局公告2023年第5号": (
        "江城市税务局公告2023年第5号",
        "江城市税务局关于停车的公告",
    ),
    "江城市税务局\n关于停车的公告\n2023年第5号": ("2023年第5号", "关于停车的公告"),
    "江城市商务局通告\n2023年第7号\n关于停车的通告": ("江城市商务局通告2023年第7号", "关于停车的通告"),
}


@pytest.mark.parametrize("head", NUMBERS)
def test_document_numbers_of_every_kind(head: str) -> None:
    text = f"{head}\n\n一、总则。为规范停车，制定本办法。\n二、附则。本办法自2023年5月1日起施行。\n"
    policy = build(text, "x", "x").policy
    assert (policy.number, policy.title) == NUMBERS[head]
    assert prove(policy, Read(text.encode(), "txt")) == []


def test_an_order_has_the_title_of_what_it_issues() -> None:
    text = (
        "江城市人民政府令\n第123号\n《江城市停车办法》已经2023年3月1日市人民政府常务会议通过，现予公布。\n市长 张三\n"
        "2023年3月5日\n\n江城市停车办法\n"
        "第一条 为规范停车，根据《停车条例》（国令第722号），制定本办法。\n第二条 停车收费。\n"
    )
    policy = build(text, "x", "x").policy
    assert (policy.number, policy.title, policy.issuer) == (
        "江城市人民政府令第123号",
        "江城市停车办法",
        "江城市人民政府",
    )
    assert [c.number for c in policy.clauses if c.number] == ["第一条", "第二条"]
    assert [(b.title, b.number, b.level) for b in policy.basis] == [("停车条例", "国令第722号", "国家")]
    assert policy_id(policy.number, policy.title, "a", ()) == "jiangchengshirenminzhengfuling-123"
    named = Names([policy]).find(fold("人民政府令第123号还有效吗"))
    assert named is not None
    assert named.policies == (policy.id,)


def test_a_notice_that_repeals_names_each_document() -> None:
    made = draft("repeals")
    assert [(one.title, one.number, one.place) for one in made.repealed] == [
        ("江城市出租汽车管理规定", "江政规〔2016〕4号", "0.0"),
        ("江城市人民政府关于加强户外广告管理的通知", "江政发〔2010〕31号", "a1.1.1"),
        ("江城市公共停车场管理暂行办法", "江城市人民政府令第123号", "a1.1.2"),
        ("江城市人民政府办公室关于印发《江城市企业技术改造补助办法》的通知", "江政办〔2019〕8号", "a1.1.3"),
        ("江城市人民政府关于2020年稳定就业的意见", "江政发〔2020〕6号", "a1.2.4"),
    ]  # neither its basis, nor what stays in force


SPOKEN = {
    "《甲办法》（江政规〔2019〕3号）、《乙细则》同时废止。": [
        ("甲办法", "江政规〔2019〕3号", False),
        ("乙细则", None, False),
    ],
    "江政办〔2019〕3号文件同时废止。": [("", "江政办〔2019〕3号", False)],
    "原《停车暂行办法》停止执行。": [("停车暂行办法", None, False)],
    "《停车条例》第五条同时废止。": [("停车条例", None, True)],
    "根据《立法法》，《停车条例》自2024年1月1日起废止。": [("停车条例", None, False)],
    "《停车办法》（2010年5月1日市人民政府令第12号公布）同时废止。": [("停车办法", "市人民政府令第12号", False)],
    "做好立改废释和废止工作，《甲办法》继续有效。": [],
    "《甲办法》继续有效，《乙细则》同时废止。": [("乙细则", None, False)],
    "此前有关规定同时废止。": [],
}


@pytest.mark.parametrize("sentence", SPOKEN)
def test_what_a_sentence_repeals(sentence: str) -> None:
    made = build(f"一、总则。为规范停车。\n二、附则。{sentence}", "x", "x")
    assert [(one.title, one.number, one.partly) for one in made.repealed] == SPOKEN[sentence]
    assert any("没有点名" in item for item in made.confirm) == sentence.startswith("此前")


@pytest.mark.parametrize("first", ["old", "new"])
def test_a_repeal_is_proposed_for_the_document_concerned_and_not_made(first: str, tmp_path: Path) -> None:
    old = tmp_path / "old.txt"
    old.write_text(
        "江城市人民政府办公室关于技术改造补助的通知\n江政办[2019]8号\n一、对象。面向企业。\n二、附则。试行。\n",
        encoding="utf-8",
    )
    new = DOCUMENTS / "repeals.txt"
    out = tmp_path / "out"
    for path in (old, new) if first == "old" else (new, old):
        assert run(str(path), out, set(), set(), force=False).error is None
    told = "jiangzhengfa-2025-2" if first == "old" else "jiangzhengban-2019-8"
    review = (out / told / "review.md").read_text(encoding="utf-8")
    assert "`jiangzhengban-2019-8/policy.yaml`" in review
    assert "by: 《江城市人民政府关于废止和宣布失效一批规范性文件的决定》（江政发〔2025〕2号）" in review
    assert "repealed" not in (out / "jiangzhengban-2019-8" / "policy.yaml").read_text(encoding="utf-8")


def test_twins_and_other_versions_are_named(tmp_path: Path) -> None:
    texts = {"a.txt": NOTICE, "b.txt": NOTICE.replace("\n", "\r\n"), "c.txt": NOTICE.replace("50万元", "60万元")}
    out, taken, warned = tmp_path / "out", set[str](), {}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
        outcome = run(str(tmp_path / name), out, set(), taken, force=False)
        taken.add(outcome.policy or "")
        warned[name] = " ".join(outcome.warnings)
    first = out / "jiangzhenggui-2024-3"
    assert "内容相同" not in warned["a.txt"]
    assert f"与 {first}（从 a.txt 导入） 的内容相同" in warned["b.txt"]
    assert "内容相同" not in warned["c.txt"]
    assert f"policybot diff {first} {out / 'jiangzhenggui-2024-3-3'}" in warned["c.txt"]
    assert "内容相同" in (out / "jiangzhenggui-2024-3-2" / "review.md").read_text(encoding="utf-8")


def test_short_names_that_the_text_defines(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "江城市支持企业上楼若干措施\n江政规〔2025〕7号\n各区：\n"
        "现将《江城市支持企业上楼若干措施》（以下简称《上楼措施》）印发，《江城市产业规划》（以下简称《规划》）另发。\n"
        "一、分工。由江城市经济和信息化局（以下简称“市经信局”）、江城高新区管理委员会（以下简称管委会）组织。\n"
        "二、落实。做好落实工作。（责任单位：市经信局、江城高新区管理委员会）\n",
        encoding="utf-8",
    )
    assert run(str(path), tmp_path / "out", set(), set(), force=False).error is None
    made = tmp_path / "out" / "jiangzhenggui-2025-7"
    base, faults = examine(tmp_path / "out")
    assert faults == []
    assert base is not None
    assert base.policies[0].short_names == ("上楼措施",)
    named = Names(base.policies).find(fold("上楼措施还有效吗"))
    assert named is not None
    units = (made / "units.yaml").read_text(encoding="utf-8")
    assert (
        "# 原文：「江城市经济和信息化局（以下简称“市经信局”）」\n- name: 市经信局\n  official: 江城市经济和信息化局"
        in units
    )
    assert "aliases" not in units  # 管委会 is what every zone calls its own
    review = (made / "review.md").read_text(encoding="utf-8")
    assert all(
        words in review for words in ("「管委会」没有采用", "「规划」没有采用", "「上楼措施」写进了 short_names")
    )


def test_a_bracket_inside_a_units_name_is_no_note(tmp_path: Path) -> None:
    listed = "（责任单位：市财政局（含分局、所），各县（市、区）人民政府，各区（县）政府）"
    made = build(f"一、总则\n（一）标题。内容。{listed}\n（二）标题。内容。", "x", "x")
    (responsible,) = made.policy.clause("1.1").responsible
    assert responsible.names == ("市财政局", "各县(市、区)人民政府", "各区(县)政府")
    assert responsible.printed == ("市财政局", "各县（市、区）人民政府", "各区（县）政府")
    source = f"一、总则\n（一）标题。内容。{listed}\n（二）标题。内容。"
    assert prove(made.policy, Read(source.encode(), "txt")) == []


def test_money_that_is_a_condition_is_not_what_is_paid() -> None:
    clauses = {
        "对总投资500万元以上的项目，按10%给予补助，另奖励200万元。": ["limit", "amount"],
        "对投资1000万元（含）以上5000万元以下的，给予50万元奖励。": ["limit", "limit", "amount"],
        "年营业收入首次突破2亿元的企业，一次性奖励20万元。": ["limit", "amount"],
        "对首次入库的企业给予50万元以内的补助。": ["amount"],
        "给予30万元以下的贷款支持。": ["amount"],
        "按总投资给予最高300万元支持。": ["amount"],
    }
    for words, kinds in clauses.items():
        source = f"一、总则\n（一）标题。{words}\n（二）标题。内容。"
        policy = build(source, "x", "x").policy
        assert [f.kind for f in policy.clause("1.1").figures if f.unit == "元"] == kinds, words
        assert prove(policy, Read(source.encode(), "txt")) == [], words


def payments() -> dict[str, list[Figure]]:
    return {c.id: list(c.figures) for c in draft("payments").policy.clauses}


def test_each_amount_carries_its_own_case() -> None:
    told = payments()
    paid = {k: [(f.text, f.case) for f in v if f.kind == "amount"] for k, v in told.items()}
    assert paid["a1.1.1"] == [("80元", "四层"), ("100元", "五层"), ("120元", "六层及以上")]
    assert paid["a1.1.3"] == [("3万元", "首次租用"), ("1万元", "重新租用")]
    assert paid["a1.2.4"] == [("3000元", "博士"), ("2000元", "硕士")]
    assert paid["a1.2.5"][:3] == [("150万元", "特等奖"), ("50万元", "一等奖"), ("30万元", "二等奖")]
    assert paid["a1.2.5"][3:] == [("50万元", "2000万元"), ("100万元", "5000万元")]
    assert paid["a1.2.7"][:2] == [("500万元", "注册资本1亿元以上"), ("200万元", "5000万元以上")]
    assert paid["a1.2.7"][2:] == [("30万元", "国家级"), ("10万元", "省级")]
    assert {f.subject for f in told["a1.1.3"]} == {"进园企业"}
    assert all(f.case in f.quote for v in told.values() for f in v if f.case)  # who reads the quote reads the case
    assert [f.text for f in told["a1.2.5"] if f.kind == "limit"] == ["2000万元", "5000万元"]


def test_cases_that_cannot_be_paired_are_told_as_the_whole_sentence() -> None:
    made = draft("payments")
    sentence = "对新认定的示范中心、协作中心、检测中心，分别给予40万元、20万元奖励"
    first, second = made.policy.clause("a1.2.6").figures[:2]
    assert (first.case, second.case) == (sentence, sentence)
    assert sum("对不上" in item for item in made.confirm) == 2
    assert not any("对不上" in (f.note or "") for c in made.policy.clauses if c.id != "a1.2.6" for f in c.figures)


def test_a_percentage_and_its_cap_are_one_figure() -> None:
    first, second = payments()["a1.1.2"]
    assert (first.kind, first.text, first.value, first.unit) == ("ratio", "10%给予补贴，最高不超过500万元", 10, "%")
    assert (first.cap, second.cap) == (5_000_000, 6_000_000)
    assert (first.case, second.case) == ("实施技术改造", "采购本市产品")
    spread = "一、总则\n（一）租金。第一年补贴100%、第二年补贴50%，每年最高20万元。\n（二）贷款。按3‰给予贴息。"
    figures = build(spread, "x", "x").policy.clause("1.1").figures
    assert [(f.text, f.cap) for f in figures] == [("100%", 200_000), ("50%", 200_000), ("20万元", None)]


def test_ranges_rates_payers_and_deadlines() -> None:
    told = payments()
    ranged, share = told["a1.2.6"][2:]
    assert (ranged.text, ranged.least, ranged.value, ranged.bound) == ("10-30万元", 100_000, 300_000, "at_most")
    assert (share.text, share.least, share.value) == ("10%至20%", 10, 20)
    assert {f.per for f in told["a1.1.1"] if f.kind == "amount"} == {"每平方米"}
    assert {f.per for f in told["a1.1.3"]} == {"每亩每年"}
    assert {f.payer for f in told["a1.1.1"]} == {"市、区财政"}
    assert {f.payer for f in told["a1.2.4"] if f.kind == "amount"} == {"区财政"}
    assert [(f.text, f.value) for f in told["a1.3.8"] if f.kind == "deadline"] == [("2026年12月31日", 2026)]


def test_what_was_imported_is_answered_case_by_case(tmp_path: Path) -> None:
    root = small_base(tmp_path)
    known = {unit.name for unit in load_base().lexicon.units.units}
    outcome = run(str(DOCUMENTS / "payments.txt"), root / "policies", known, set(), force=False)
    assert (outcome.error, outcome.warnings) == (None, [])
    assistant = Assistant(shared(root), today=lambda: date(2025, 6, 1))

    def led(question: str) -> list[str]:
        return [f.text for f in assistant.reply(f"江经信规〔2025〕6号 {question}").figures]

    assert led("新引进的硕士每月补多少") == ["2000元"]
    assert led("建设五层厂房每平方米补助多少") == ["100元"]
    assert led("四层的厂房每平方米补助多少") == ["80元"]
    assert led("企业年销售收入首次达到5000万元奖励多少") == ["100万元"]
    assert led("重新租用的每亩补助多少") == ["1万元"]
    assert led("科技奖一等奖奖励多少") == ["50万元"]
    assert led("技术改造设备投资给多少补贴") == ["10%给予补贴，最高不超过500万元"]
    lines = assistant.reply("江经信规〔2025〕6号 新引进的博士、硕士每月分别补贴多少").text.splitlines()
    assert [line.strip() for line in lines if line.strip() in ("博士：3000元", "硕士：2000元")] == [
        "博士：3000元",
        "硕士：2000元",
    ]


def test_the_last_paragraph_of_an_attachment_is_no_part_of_its_last_item() -> None:
    ends = "本措施自2024年6月1日起施行，有效期5年。"
    text = f"{NOTICE[: NOTICE.index('三、附则')].rstrip()}\n　　{ends}\n"
    made = build(text, "x", "x")
    before, last = made.policy.clauses[-2:]
    assert (last.id, last.number, last.text) == ("a1.2.0", None, ends)
    assert (before.id, before.text[-1]) == ("a1.2.2", "。")
    assert ends not in before.text
    assert (made.sections, made.clauses, made.coverage) == (2, 4, 1.0)
    assert str(made.policy.validity.until) == "2029-05-31"
    assert prove(made.policy, Read(text.encode(), "txt")) == []
    item = text.replace(f"\n　　{ends}", ends)  # in the item's own paragraph it stays there
    assert build(item, "x", "x").policy.clauses[-1].id == "a1.2.2"


def test_labels_that_only_a_blank_parts() -> None:
    listed = "（牵头单位：市科技局 配合单位：市财政局、市统计局按职责分工负责）"
    text = f"一、总则\n（一）标题。内容。{listed}\n（二）标题。内容。"
    clause = build(text, "x", "x").policy.clause("1.1")
    assert names(clause)[0][1] == [("市科技局", "牵头单位"), ("市财政局", "配合单位"), ("市统计局", "配合单位")]


def test_a_contents_list_and_hard_wraps() -> None:
    policy = draft("wrapped").policy
    assert [s.heading for s in policy.sections] == ["一、发展基础", "二、重点任务"]
    assert policy.definitions[0].includes == ("江城高新技术产业开发区管委会", "江城临港经济开发区管委会")
    assert {f.value for f in policy.clause("2.2").figures} == {20, 3, 5, 50000}


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("一、总则", "二、任务。做好。", "（一）标题。内容，补助5万元。", "1.事项（责任单位：市科技局）"),
                *("第一章 总则", "第一条 规定。", "附件1", "附件：", "2024年1月2日", "各区：", "责任单位：", "目录"),
                *("（", "》", "江政发〔2024〕1号", "对企业给予10万元", "-50万元", "每户", "\u3000", "\x0c", "a\tb"),
                *("自公布之日起施行", "由市财政局负责", "“三片”", "由中央财政给予1,000万美元", "责任单位\t内容"),
                *("对博士、硕士分别给予5万元、3万元，", "按10%-20%给予补贴，最高5万元", "（国家级）"),
                *("附件2", "序号", "责任单位", "1", "2", "市财政局", "《甲》同时废止", "（以下简称《乙》）", "第3号"),
            ]
        ),
        min_size=1,
        max_size=14,
    ),
    st.sampled_from(["\n", "\r\n", "", "\u3000", "\n\n"]),
)  # fmt: skip
def test_no_word_is_lost_whatever_the_document(lines: list[str], between: str) -> None:
    text = between.join(lines)
    if not text.strip():
        return
    made = build(text, "x", "x")
    assert made.coverage == 1.0
    assert prove(made.policy, Read(text.encode(), "txt")) == []


# kinds of files


def docx(lines: list[str]) -> bytes:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    table = document.add_table(rows=2, cols=2)
    for i, words in enumerate(("任务", "责任单位", "建设园区", "市商务局、市财政局")):
        table.cell(i // 2, i % 2).text = words
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(lines: list[str], password: str | None = None) -> bytes:
    """A pdf with the lines on one page, in a font that viewers bring along."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    names_of = {"/Type": "/Font", "/Subtype": "/Type0", "/BaseFont": "/STSong-Light", "/Encoding": "/UniGB-UCS2-H"}
    font = DictionaryObject({NameObject(k): NameObject(v) for k, v in names_of.items()})
    glyphs = {"/Type": "/Font", "/Subtype": "/CIDFontType0", "/BaseFont": "/STSong-Light"}
    below = DictionaryObject({NameObject(k): NameObject(v) for k, v in glyphs.items()})
    system = {
        "/Registry": TextStringObject("Adobe"),
        "/Ordering": TextStringObject("GB1"),
        "/Supplement": NumberObject(4),
    }
    below[NameObject("/CIDSystemInfo")] = DictionaryObject({NameObject(k): v for k, v in system.items()})
    font[NameObject("/DescendantFonts")] = ArrayObject([writer._add_object(below)])
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(font)})}
    )
    content = DecodedStreamObject()
    rows = (f"1 0 0 1 60 {780 - 20 * i} Tm <{line.encode('utf-16-be').hex()}> Tj" for i, line in enumerate(lines))
    content.set_data(("BT /F1 12 Tf " + " ".join(rows) + " ET").encode())
    page[NameObject("/Contents")] = writer._add_object(content)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def lines_of(name: str) -> list[str]:
    return [
        line.strip() for line in (DOCUMENTS / f"{name}.txt").read_text(encoding="utf-8").splitlines() if line.strip()
    ]


def test_docx_with_a_table(tmp_path: Path) -> None:
    got = read(docx(lines_of("roles")), tmp_path / "a.docx")
    made = build(got.text, "x", "x")
    assert (got.kind, made.sections, made.clauses, made.coverage) == ("docx", 2, 5, 1.0)
    assert ("市商务局", "市财政局") in [r.names for c in made.policy.clauses for r in c.responsible]


def test_docx_with_two_attached_tables(tmp_path: Path) -> None:
    document = Document()
    lines = [
        "江城市办公室关于分工的通知",
        "各区：",
        "一、目标。到2027年，全市改造规模以上企业1000家。",
        "二、组织。各区负责。",
        "附件：1.分工表",
    ]
    for line in [*lines, "2.申报表", "江城市人民政府办公室", "2025年6月1日", "附件1", "分工表"]:
        document.add_paragraph(line)
    table = document.add_table(rows=3, cols=3)
    cells = ("序号", "任务", "责任单位", "1", "编指南", "市科技局、市商务局", "2", "筹资金", "")
    for i, words in enumerate(cells):
        table.cell(i // 3, i % 3).text = words
    table.cell(2, 2).text = "市财政局"
    table.cell(2, 2).add_paragraph("市税务局")
    document.add_paragraph("附件2")
    document.add_paragraph("申报表")
    form = document.add_table(rows=1, cols=2)
    form.cell(0, 0).text = "企业名称"
    out = io.BytesIO()
    document.save(out)
    policy = build(read(out.getvalue(), tmp_path / "a.docx").text, "x", "x").policy
    assert [(a.id, a.title) for a in policy.attachments] == [("a1", "分工表"), ("a2", "申报表")]
    (tasks, _) = (c for c in policy.clauses if c.id.startswith("a"))
    assert [(r.point, r.names) for r in tasks.responsible] == [
        ("1", ("市科技局", "市商务局")),
        ("2", ("市财政局", "市税务局")),
    ]


def test_html_without_its_menus(tmp_path: Path) -> None:
    body = "".join(f"<p>{line}</p>" for line in lines_of("notice"))
    page = f"<html><head><title>站</title><script>x='一、'</script></head><body><nav>首页</nav><div>{body}</div><footer>版权所有</footer></body></html>"  # noqa: E501
    got = read(page.encode("gb18030"), tmp_path / "a.html")
    made = build(got.text, "x", "x")
    assert (got.kind, made.sections, made.clauses) == ("html", 3, 4)
    assert made.policy.number == "江政规〔2024〕3号"
    assert not any(word in got.text for word in ("首页", "版权", "x="))


@pytest.mark.parametrize("holder", ['class="TRS_Editor"', 'id="zoom"', 'class="plain"'])
def test_html_without_furniture_that_only_its_class_names(holder: str, tmp_path: Path) -> None:
    links = "".join(f'<a href="#">栏目{n}</a>' for n in range(300))
    body = "".join(f"<p>{line}</p>" for line in lines_of("notice"))
    page = (
        f'<html><body><div class="top_Nav">{links}</div><div class="position">当前位置：首页</div>'
        f'<div class="page-header content"><div {holder}>{body}</div><div class="share-box">分享到</div>'
        "<p>【字体：大 中 小】 【打印本页】 【关闭窗口】</p><p>扫一扫在手机打开当前页</p>"
        "<p>版权所有：江城市人民政府</p></div>"
        '<div id="footerWrap">主办单位</div></body></html>'
    )
    got = read(page.encode(), tmp_path / "a.html")
    assert [line for line in got.text.splitlines() if line.strip()] == lines_of("notice")
    said = "".join(got.notes)
    assert all(words in said for words in ("栏目0", "当前位置", "分享到", "主办单位"))


def test_the_sites_lines_below_a_document_are_left_out_and_named(tmp_path: Path) -> None:
    body = "".join(f"<p>{line}</p>" for line in lines_of("notice"))
    ends = (
        "<p>【字体：大 中 小】 【打印本页】【关闭窗口】</p><p>扫一扫在手机打开当前页</p><p>版权所有：江城市人民政府</p>"
    )
    got = read(f"<html><body><div>{body}{ends}</div></body></html>".encode(), tmp_path / "a.html")
    assert [line for line in got.text.splitlines() if line.strip()] == lines_of("notice")
    assert "扫一扫在手机打开当前页" in "".join(got.notes)


def test_pdf_with_a_text_layer(tmp_path: Path) -> None:
    got = read(pdf([*lines_of("roles"), "- 1 -"]), tmp_path / "a.pdf")
    made = build(got.text, "x", "x")
    assert (got.kind, made.sections, made.clauses) == ("pdf", 2, 5)
    assert "- 1 -" not in got.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    got = read(NOTICE.encode(encoding), tmp_path / "a.txt")
    assert got.text == NOTICE
    assert bool(got.notes) == (encoding != "utf-8")


def test_what_a_file_is_its_content_tells(tmp_path: Path) -> None:
    got = read(docx(["一、总则"]), tmp_path / "a.txt")
    assert got.kind == "docx"
    assert any("扩展名" in note for note in got.notes)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\x20" * 60_000_000)
    return out.getvalue()


def entities() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        evil = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
        archive.writestr("word/document.xml", evil)
    return out.getvalue()


def scanned() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


HOSTILE: list[tuple[str, bytes, str]] = [
    ("a.docx", bomb(), "压缩炸弹"),
    ("a.docx", entities(), "实体定义"),
    ("a.docx", docx(["一"])[:2000], "docx 坏了"),
    ("a.docx", b"PK\x03\x04" + b"x" * 100, "docx 坏了"),
    ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".docx"),
    ("a.pdf", scanned(), "OCR"),
    ("a.pdf", pdf(["一、总则"], "secret"), "密码"),
    ("a.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 20, "pdf"),
    ("a.txt", b"", "空"),
    ("a.txt", b" \n\n ", "空"),
    ("a.txt", bytes(range(256)) * 40, "二进制"),
    ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(100), "图片"),
    ("a.xml", b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "b">]><l>&a;</l>', "XML"),
    ("a.html", b"<html><body><script>1</script></body></html>", "没有正文"),
    ("a.txt", b"\xff\xfe\x00", "UTF-16"),
    ("a.txt", "né, ".encode("latin-1") * 400, "UTF-8"),
]


@pytest.mark.parametrize(("name", "data", "said"), HOSTILE, ids=[f"{n}-{s}" for n, _, s in HOSTILE])
def test_a_hostile_or_broken_file_is_refused_with_a_reason(name: str, data: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=said):
        read(data, tmp_path / name)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(limits.MAX_FILE + 1)
    with pytest.raises(UnreadableError, match="上限"):
        detect.read(path)


def test_pages_and_running_heads_are_left_out() -> None:
    pages = [["江城市人民政府公报", f"第{n}条正文。", f"— {n} —"] for n in range(1, 5)]
    left = bare(pages)
    assert left.pages == [[f"第{n}条正文。"] for n in range(1, 5)]
    assert (left.dropped, left.heads) == (8, ["江城市人民政府公报"])


# the command


def policybot(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT.parent), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "bot.cli", *arguments]
    return subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE, check=False
    )


def test_many_files_one_bad(tmp_path: Path) -> None:
    (tmp_path / "坏.pdf").write_bytes(scanned())
    files = [str(DOCUMENTS / "notice.txt"), "坏.pdf", "没有.txt", str(DOCUMENTS / "articles.txt")]
    done = policybot("import", *files, "-o", "out", "--json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["file"] for row in rows] == files
    assert {"file", "policy", "sections", "clauses", "units", "figures", "coverage", "warnings", "error"} <= set(
        rows[0]
    )
    assert [bool(row["error"]) for row in rows] == [False, True, True, False]
    assert (rows[0]["policy"], rows[0]["coverage"]) == ("jiangzhenggui-2024-3", 1.0)
    assert "OCR" in rows[1]["error"]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(r["policy"] for r in rows if r["policy"])
    made = tmp_path / "out" / "jiangzhenggui-2024-3"
    assert sorted(p.name for p in made.iterdir()) == ["policy.yaml", "review.md", "source.txt", "units.yaml"]
    assert (made / "source.txt").read_bytes() == (DOCUMENTS / "notice.txt").read_bytes()
    assert "必须有人看" in (made / "review.md").read_text(encoding="utf-8")
    for place in ("out", "out/jiangzhenggui-2024-3"):
        checked = policybot("check", place, cwd=tmp_path)
        assert checked.returncode == 0, checked.stdout
        assert "一字不差" in checked.stdout


def test_a_folder_that_was_edited_is_kept(tmp_path: Path) -> None:
    file = str(DOCUMENTS / "notice.txt")
    out = tmp_path / "out"
    assert run(file, out, set(), set(), force=False).written
    again = run(file, out, set(), set(), force=False)
    assert (again.written, again.error) == (False, None)
    made = out / "jiangzhenggui-2024-3"
    edited = (made / "policy.yaml").read_text(encoding="utf-8") + "# 改过\n"
    (made / "policy.yaml").write_text(edited, encoding="utf-8")
    (made / "phrasings.yaml").write_text("clauses: {}\n", encoding="utf-8")
    assert "--force" in (run(file, out, set(), set(), force=False).error or "")
    assert (made / "policy.yaml").read_text(encoding="utf-8") == edited
    assert run(file, out, set(), set(), force=True).written
    assert "改过" not in (made / "policy.yaml").read_text(encoding="utf-8")
    assert (made / "phrasings.yaml").exists()
    assert not list(out.glob(f"{folder_files.TEMPORARY}*"))


def test_a_day_that_is_stated_twice_is_written_twice(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    end = "本办法自印发之日起施行。\n江城市科技局\n2024年5月20日\n"
    path.write_text("江城市奖励办法\n一、对象\n面向企业。\n二、附则\n" + end, encoding="utf-8")
    outcome = run(str(path), tmp_path / "out", set(), set(), force=False)
    assert outcome.clauses == 0
    assert not any("没有通过检查" in warning for warning in outcome.warnings)
    written = (tmp_path / "out" / (outcome.policy or "") / "policy.yaml").read_text(encoding="utf-8")
    assert written.count("2024-05-20") == 2


def test_two_documents_of_one_number_have_two_ids(tmp_path: Path) -> None:
    one, other = tmp_path / "a.txt", tmp_path / "b.txt"
    one.write_text(NOTICE, encoding="utf-8")
    other.write_text(NOTICE + "补充。\n", encoding="utf-8")
    taken: set[str] = set()
    for path in (one, other):
        outcome = run(str(path), tmp_path / "out", set(), taken, force=False)
        assert outcome.error is None
        taken.add(outcome.policy or "")
    assert taken == {"jiangzhenggui-2024-3", "jiangzhenggui-2024-3-2"}
    base, faults = examine(tmp_path / "out")
    assert faults == []
    assert base is not None


def test_a_file_that_takes_too_long_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, good = tmp_path / "slow.txt", tmp_path / "good.txt"
    slow.write_text("对" * 200_000 + "，每" * 100_000, encoding="utf-8")
    good.write_text("一、对象\n面向企业。\n二、附则\n试行。\n", encoding="utf-8")
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 15)
    outcomes = list(sandbox.import_files([str(slow), str(good)], tmp_path / "out", set(), force=False))
    assert "15 秒" in (outcomes[0].error or "")
    assert (outcomes[1].error, outcomes[1].sections) == (None, 2)
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["good"]


def test_the_summary_for_people(tmp_path: Path) -> None:
    done = policybot("import", str(DOCUMENTS / "roles.txt"), "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "review.md" in done.stdout
    assert "0 份失败" in done.stdout


def test_a_pdf_made_here_can_be_read_by_others() -> None:
    assert "建设自动化码头" in PdfReader(io.BytesIO(pdf(lines_of("roles")))).pages[0].extract_text()
