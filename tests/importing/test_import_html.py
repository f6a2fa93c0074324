"""Web pages: the document once and whole, without what is the site's; what the page says of it is used."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from knowledge.base.load import examine
from knowledge.importing.draft import build
from knowledge.importing.formats import detect, furniture
from knowledge.importing.formats.read import Read
from knowledge.importing.job import run

TITLE = "江城市停车管理办法"
TEXT = [
    "为规范停车，制定本办法。",
    "一、收费",
    "（一）标准。对甲类车位每月收费80元，由市城管局负责。",
    "（二）减免。对新能源车减免5元。",
]
BODY = "".join(f"<p>{line}</p>" for line in TEXT)
NUMBER = "<p>江政规〔2024〕16号</p>"


def read(page: str, tmp_path: Path) -> Read:
    path = tmp_path / "a.html"
    path.write_text(page, encoding="utf-8")
    return detect.read(path)


def shown(page: str, tmp_path: Path) -> list[str]:
    return [line.strip() for line in read(f"<html><body>{page}</body></html>", tmp_path).text.splitlines()]


# what is the site's

PATHS = [
    '<div class="pos">您当前所在的位置：<a>首页</a> > <a>政务公开</a> > <a>规范性文件</a></div>',
    "<div>当前位置：<a>首页</a>&gt;<a>公开</a></div>",
    "<p>你的位置是：网站首页 › 政策 › 正文</p>",
    "<ul><li><a>首页</a></li><li>/</li><li><a>政务公开</a></li><li>/</li><li>正文</li></ul>",
    "<table><tr><td>您现在的位置： 首页 → 政策法规 → 市政府文件</td></tr></table>",
    "<div>首页 » 法规文件 » 正文</div>",
    "<div>来源：江城市人民政府　发布时间：2024-03-05 10:21　浏览次数：123　字号：[大 中 小]　打印</div>",
    "<div>【字体：大 中 小】 打印本页 | 关闭窗口</div><div>分享到： 微信 微博</div>",
    "<div>索引号：000/2024-1</div><div>发文机关：江城市人民政府</div><div>成文日期：2024年3月5日</div>",
    "<span>A+</span> <span>A-</span> <a>收藏</a> <a>打印</a>",
]


@pytest.mark.parametrize("bar", PATHS)
def test_paths_and_bars_above_the_document(bar: str, tmp_path: Path) -> None:
    assert shown(f"{bar}<div><h1>{TITLE}</h1>{NUMBER}{BODY}</div>", tmp_path) == [TITLE, "江政规〔2024〕16号", *TEXT]


def test_a_place_that_a_document_speaks_of_is_no_path(tmp_path: Path) -> None:
    place = "位置：东至江城路，西至西山。"
    assert place in shown(f"<h1>{TITLE}</h1><p>{place}</p>{BODY}", tmp_path)


def test_a_long_row_of_signs_is_told_apart_in_no_time() -> None:
    begun = time.process_time()
    for words in ("大  " * 80 + "！", "首页" + "-" * 200, "首页" + "> a" * 70 + "。", "来源：" + "大" * 190 + "！"):
        assert not furniture.CRUMBS.fullmatch(words)
        assert not furniture.HEADS_LINE.fullmatch(words)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("around", ["form", "header", "div class='share'", "div class='toolbar'"])
def test_the_document_stays_whatever_it_stands_in(around: str, tmp_path: Path) -> None:
    page = f"<{around}><h1>{TITLE}</h1>{NUMBER}{BODY}</{around.split()[0]}>"
    assert shown(page, tmp_path)[-4:] == TEXT


# what is there twice, or not shown

ONE_LINE = TITLE + "　　".join(TEXT)
COPIES = [
    f'<div style="display:none;">{ONE_LINE}</div>',
    f'<div style="VISIBILITY : hidden">{ONE_LINE}</div>',
    f"<div hidden>{ONE_LINE}</div>",
    f'<div aria-hidden="true">{ONE_LINE}</div>',
    f'<style>.copy, .b {{ color: red; display: none }}</style><div class="copy">{ONE_LINE}</div>',
    f'<div class="mobile-only">{BODY}</div>',
    f"<textarea>{ONE_LINE}</textarea>",
]


@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize("first", [True, False])
def test_a_copy_is_not_read_again(copy: str, first: bool, tmp_path: Path) -> None:
    document = f'<div class="txt"><h1>{TITLE}</h1>{NUMBER}{BODY}</div>'
    got = read(f"<html><body>{copy if first else ''}{document}{'' if first else copy}</body></html>", tmp_path)
    assert [line.strip() for line in got.text.splitlines()] == [TITLE, "江政规〔2024〕16号", *TEXT]
    assert got.must == []


def test_what_is_hidden_and_nowhere_else_is_named_and_what_a_script_shows_is_read(tmp_path: Path) -> None:
    page = f"<html><body><div><h1>{TITLE}</h1>{BODY}</div><p style='display:none'>内部说明：本办法暂缓执行，另行通知。</p></body></html>"  # noqa: E501
    (must,) = read(page, tmp_path).must
    assert must.startswith("网页上隐藏的文字没有取：「内部说明")
    tab = f"<ul><li>正文</li></ul><div style='display:none'><h1>{TITLE}</h1>{BODY}</div>"
    assert shown(tab, tmp_path)[-4:] == TEXT
    style = "<style>@media print { .txt { display: none } }</style>"
    paper = f"{style}<div class='txt'>{BODY}</div><p>另有一段，不长。</p>"
    assert shown(paper, tmp_path)[:4] == TEXT


def test_parts_that_differ_in_a_figure_are_no_copies(tmp_path: Path) -> None:
    other = BODY.replace("80元", "90元")
    assert shown(f"<div>{BODY}</div><div>{other}</div>", tmp_path) == [
        *TEXT,
        *(t.replace("80元", "90元") for t in TEXT),
    ]


# tables

WHOLE = f"<h1>{TITLE}</h1>{NUMBER}<p>各区：</p><p>现将分工印发，请落实。</p><p>一、分工</p>"


def test_cells_over_rows_and_columns(tmp_path: Path) -> None:
    table = (
        "<table><thead><tr><th rowspan=2>类别<th rowspan=2>任务<th colspan=2>责任<th rowspan=2>时限</tr>"
        "<tr><th>牵头单位<th>配合单位</tr></thead><tbody>"
        "<tr><td rowspan='2'>路<td>修路<td rowspan='3'>市交通运输局<td>市财政局<td>6月</tr>"
        "<tr><td>架桥<td><p>市水务局</p><p>市城管局</p><td>7月</tr>"
        "<tr><td>港<td>清淤<td>市水务局<td>8月</tr></tbody></table>"
    )
    lines = shown(f"{WHOLE}{table}", tmp_path)
    assert lines[-5:] == [
        "类别\t任务\t责任\t\t时限",
        "类别\t任务\t牵头单位\t配合单位\t时限",
        "路\t修路\t市交通运输局\t市财政局\t6月",
        "路\t架桥\t市交通运输局\t市水务局 市城管局\t7月",
        "港\t清淤\t市交通运输局\t市水务局\t8月",
    ]
    (clause,) = build("\n".join(lines), "x", "x").policy.clauses
    assert [r.names for r in clause.responsible] == [
        *(("市交通运输局",), ("市财政局",)),
        *(("市交通运输局",), ("市水务局", "市城管局")),
        *(("市交通运输局",), ("市水务局",)),
    ]


def test_a_table_in_a_cell_comes_once(tmp_path: Path) -> None:
    inner = "<table><tr><td>甲级</td><td>8万元</td></tr><tr><td>乙级</td><td>5万元</td></tr></table>"
    table = f"<table><tr><th>类别</th><th>标准</th></tr><tr><td>评级</td><td>{inner}</td></tr></table>"
    assert shown(f"{WHOLE}{table}", tmp_path)[-3:] == ["类别\t标准", "评级\t甲级\t8万元", "评级\t乙级\t5万元"]


FRAMES = [
    "<table><tr><td class='t'>{title}</td></tr><tr><td id='UCAP-CONTENT'>{body}</td></tr></table>",
    "<table><tr><td colspan='2'>{title}</td></tr><tr><td width='20'>&nbsp;</td><td>{body}</td></tr></table>",
    "<table role='presentation'><tr><td>{title}</td></tr><tr><td>{body}</td></tr></table>",
    "<table><tr><td><table><tr><td>{title}</td></tr><tr><td>{body}</td></tr></table></td></tr></table>",
    "<table><tr><td>{title}</td></tr><tr><td>{broken}</td></tr></table>",
]


@pytest.mark.parametrize("frame", FRAMES)
def test_paragraphs_in_a_frame_stay_apart(frame: str, tmp_path: Path) -> None:
    broken = "江政函〔2024〕2号<br>" + "<br/>".join(TEXT)
    body = f"<p>江政函〔2024〕2号</p> {BODY}"
    assert shown(frame.format(title=TITLE, body=body, broken=broken), tmp_path) == [TITLE, "江政函〔2024〕2号", *TEXT]


def test_numbers_of_lists_powers_and_kept_lines(tmp_path: Path) -> None:
    listed = "<ol start='3'><li>修路。</li><li>架桥。</li></ol><ol type='a'><li>（一）清淤。</li></ol>"
    assert shown(f"{BODY}{listed}<pre>甲\n乙 100m<sup>2</sup></pre>", tmp_path)[4:] == [
        *("3. 修路。", "4. 架桥。", "（一）清淤。", "甲", "乙 100m²"),
    ]


def test_pictures_and_files_within_are_named(tmp_path: Path) -> None:
    page = f"<div>{BODY}<img src='a.png' width='600'><img src='icon_doc.gif'><p><a href='/f/b.DOCX'>附件1</a></p></div>"
    must = read(page, tmp_path).must
    assert must == ["正文里有 1 幅图片没有取，图里若有文字请补写", "链接的文件没有取：「附件1」"]


# what the page says of its document

TITLES = {
    f'<meta name="ArticleTitle" content="{TITLE}"><title>政务公开</title>': [TITLE],
    f'<META NAME="articletitle" CONTENT="{TITLE}">': [TITLE],
    f"<title>{TITLE} - 江城市人民政府</title>": [TITLE],
    f"<title>{TITLE}_规范性文件_江城市人民政府门户网站</title>": [TITLE],
    f"<title>{TITLE}（试行）|江城</title>": [f"{TITLE}（试行）"],
    "<title>政务公开 - 江城市人民政府</title>": [],
    "<title>正文</title>": [],
}


@pytest.mark.parametrize("head", TITLES)
def test_the_title_that_the_page_tells(head: str, tmp_path: Path) -> None:
    got = read(f"<html><head>{head}</head><body><div>{NUMBER}{BODY}</div></body></html>", tmp_path)
    assert got.text.splitlines()[: len(TITLES[head])] == TITLES[head]
    assert len(got.text.splitlines()) == 5 + len(TITLES[head])
    broken = f"<p>{TITLE[:4]}</p><p>{TITLE[4:]}</p>"
    if TITLES[head] == [TITLE]:
        again = read(f"<html><head>{head}</head><body><div>{broken}{NUMBER}{BODY}</div></body></html>", tmp_path)
        assert again.text.splitlines()[:3] == [TITLE[:4], TITLE[4:], "江政规〔2024〕16号"]


INFO = {
    "文号：江政规〔2024〕16号　实施日期：2024年3月1日　失效日期：2026年2月28日　文件状态：有效": (
        "2024-03-01",
        "2026-02-28",
    ),
    "<span>实施日期：2024-03-01</span> <span>失效日期：2026-02-28</span> <span>发文字号：江政规〔2024〕16号</span>": (
        "2024-03-01",
        "2026-02-28",
    ),
    "<table><tr><td>生效日期</td><td>2024年3月1日</td><td>废止日期：</td><td>2026/2/28</td></tr>"
    "<tr><td>文号</td><td>江政规〔2024〕16号</td><td>有效性</td><td>有效</td></tr></table>": (
        "2024-03-01",
        "2026-02-28",
    ),
    "文号：江政规〔2024〕16号 失效日期：2026年2月28日": (None, "2026-02-28"),
    "文号：江政规〔2024〕16号 申报截止日期：2026年2月28日": (None, None),
    "文号：江政规〔2024〕16号 实施时间：2024年3月1日至2024年9月1日": (None, None),
}


@pytest.mark.parametrize("info", INFO)
def test_the_days_that_the_page_tells(info: str, tmp_path: Path) -> None:
    page = f"<html><body><div class='i'>{info}</div><div><h1>{TITLE}</h1>{BODY}</div></body></html>"
    path = tmp_path / "a.html"
    path.write_text(page, encoding="utf-8")
    outcome = run(str(path), tmp_path / "out", set(), set(), force=False)
    assert outcome.error is None
    base, faults = examine(tmp_path / "out")
    assert (base is not None, faults) == (True, [])
    made = yaml.safe_load((tmp_path / "out" / str(outcome.policy) / "policy.yaml").read_text(encoding="utf-8"))
    validity = made.get("validity", {})
    days = tuple(None if day is None else str(day) for day in (validity.get("effective_from"), validity.get("until")))
    assert (made["number"][-12:], made["title"], days) == ("江政规〔2024〕16号", TITLE, INFO[info])


QUARRELS = {
    "实施日期：2024年3月1日 失效日期：2030年2月28日": "不一致",
    "失效日期：2026-03-28": "不一致",
    "失效日期：2026年2月30日": "没有这一天",
    "文件状态：失效": "repealed",
    "有效性：已废止": "repealed",
}


@pytest.mark.parametrize("info", QUARRELS)
def test_what_the_page_tells_and_the_text_does_not_bear_out(info: str, tmp_path: Path) -> None:
    ends = "<p>三、附则。本办法自2024年3月1日起施行，有效期2年。</p>"
    page = f"<html><body><div>{info}</div><div><h1>{TITLE}</h1>{NUMBER}{BODY}{ends}</div></body></html>"
    path = tmp_path / "a.html"
    path.write_text(page, encoding="utf-8")
    outcome = run(str(path), tmp_path / "out", set(), set(), force=False)
    assert sum(QUARRELS[info] in line for line in outcome.warnings) == 1


def test_a_last_day_in_a_form_that_the_check_cannot_prove(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<html><body><p>失效日期：2026-02-28</p><h1>{TITLE}</h1>{NUMBER}{BODY}</body></html>", "utf-8")
    outcome = run(str(path), tmp_path / "out", set(), set(), force=False)
    assert (outcome.error, outcome.sections, outcome.clauses) == (None, 1, 2)
    assert any("网页写「失效日期：2026-02-28」，正文没有写到期日" in line for line in outcome.warnings)
