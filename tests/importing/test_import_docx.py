"""docx: what Word shows is what is taken; what isn't taken is named for a person, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from knowledge.importing.draft import build
from knowledge.importing.formats import detect
from knowledge.importing.formats.read import Read
from knowledge.importing.formats.word.counting import written
from knowledge.importing.job import run
from tests.importing.wordfile import cell, document, level, lists, p, t, table


def read(body: str, tmp_path: Path, **parts: Any) -> Read:
    path = tmp_path / "a.docx"
    path.write_bytes(document(body, **parts))
    return detect.read(path)


def shown(body: str, tmp_path: Path, **parts: Any) -> list[str]:
    return read(body, tmp_path, **parts).text.splitlines()


# numbers

CHAPTERS = level(0, "chineseCountingThousand", "第%1章") + level(
    1, "chineseCountingThousand", "第%2条", '<w:lvlRestart w:val="0"/>'
)


def style(name: str, number: str = "", based: str = "", kind: str = "paragraph", usual: str = "") -> str:
    told = f"<w:pPr><w:numPr>{number}</w:numPr></w:pPr>" if number else ""
    based = f'<w:basedOn w:val="{based}"/>' if based else ""
    return f'<w:style w:type="{kind}"{usual} w:styleId="{name}"><w:name w:val="{name}"/>{based}{told}</w:style>'


NUMBERED_STYLES = (
    style("a", usual=' w:default="1"')
    + style("zhang", '<w:numId w:val="5"/>', "a")
    + style("tiao", '<w:ilvl w:val="1"/>', "zhang")
    + style("tiao2", "", "tiao")
    + style("plain", '<w:numId w:val="0"/>', "tiao")
)


def test_numbers_that_styles_give_and_take_away(tmp_path: Path) -> None:
    body = "".join(
        p(words, style=named)
        for words, named in (
            ("总则", "zhang"),
            ("为了停车。", "tiao"),
            ("本办法适用于江城。", "tiao2"),
            ("说明。", "plain"),
            ("停车", "zhang"),
            ("停车收费。", "tiao2"),
        )
    )
    numbering = lists({"7": CHAPTERS}, {"5": ("7", "")})
    assert shown(body, tmp_path, styles=NUMBERED_STYLES, numbering=numbering) == [
        "第一章 总则",
        "第一条 为了停车。",
        "第二条 本办法适用于江城。",
        "说明。",
        "第二章 停车",
        "第三条 停车收费。",
    ]


def test_the_level_that_names_a_style_is_that_styles_level(tmp_path: Path) -> None:
    named = level(0, "chineseCounting", "%1、") + level(1, "chineseCounting", "（%2）", '<w:pStyle w:val="item"/>')
    styles = style("item", '<w:numId w:val="1"/>')
    body = p("任务", number=("1", 0)) + p("修路。", style="item") + p("架桥。", style="item")
    assert shown(body, tmp_path, styles=styles, numbering=lists({"1": named}, {"1": ("1", "")})) == [
        "一、任务",
        "（一）修路。",
        "（二）架桥。",
    ]


ITEM = level(0, "chineseCountingThousand", "第%1条") + level(1, "decimal", "%2.")
START = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{}"/></w:lvlOverride>'


@pytest.mark.parametrize(
    ("overrides", "numbers"),
    [
        ("", ["第一条", "第二条", "第三条", "第四条", "第五条"]),  # two lists of one definition count on
        (START.format(1), ["第一条", "第二条", "第一条", "第二条", "第三条"]),
        (START.format(9), ["第一条", "第二条", "第九条", "第十条", "第十一条"]),
    ],
)
def test_lists_that_share_a_definition(overrides: str, numbers: list[str], tmp_path: Path) -> None:
    numbering = lists({"1": ITEM}, {"1": ("1", ""), "2": ("1", overrides)})
    body = "".join(p("内容。", number=(of, 0)) for of in ("1", "1", "2", "2", "1"))
    assert shown(body, tmp_path, numbering=numbering) == [f"{number} 内容。" for number in numbers]


def test_levels_begin_anew_below_a_higher_one(tmp_path: Path) -> None:
    three = (
        level(0, "chineseCounting", "%1、", start=3)
        + level(1, "decimal", "%1.%2", "<w:isLgl/>")
        + level(2, "decimalEnclosedCircleChinese", "%3", '<w:lvlRestart w:val="1"/><w:suff w:val="nothing"/>')
    )
    body = "".join(p("2024年起。", number=("1", depth)) for depth in (0, 1, 2, 1, 2, 0, 1, 2))
    assert shown(body, tmp_path, numbering=lists({"1": three}, {"1": ("1", "")})) == [
        "三、2024年起。",
        "3.1 2024年起。",
        "①2024年起。",
        "3.2 2024年起。",
        "②2024年起。",
        "四、2024年起。",
        "4.1 2024年起。",
        "①2024年起。",
    ]


def test_a_level_that_was_passed_over_counts(tmp_path: Path) -> None:
    three = "".join(level(n, "decimal", "".join(f".%{i + 1}" for i in range(n + 1))[1:]) for n in range(3))
    body = "".join(p("内容。", number=("1", depth)) for depth in (1, 1, 0, 2, 1, 0))
    assert [line.split(" ")[0] for line in shown(body, tmp_path, numbering=lists({"1": three}, {"1": ("1", "")}))] == [
        *("1.1", "1.2", "2", "2.1.1", "2.2", "3"),
    ]


def test_a_list_style_stands_for_its_list(tmp_path: Path) -> None:
    numbering = lists(
        {"1": '<w:numStyleLink w:val="L"/>', "2": '<w:styleLink w:val="L"/>' + level(0, "upperRoman", "%1.")},
        {"1": ("1", ""), "2": ("2", "")},
    )
    styles = style("L", '<w:numId w:val="2"/>', kind="numbering")
    body = p("甲。", number=("1", 0)) + p("乙。", number=("2", 0))
    assert shown(body, tmp_path, styles=styles, numbering=numbering) == ["I.甲。", "II.乙。"]


def test_paragraphs_that_are_empty_count_and_those_that_are_gone_do_not(tmp_path: Path) -> None:
    gone = '<w:del w:id="1"><w:r><w:delText>旧</w:delText></w:r></w:del>'
    body = (
        p("甲。", number=("1", 1))
        + p(gone, number=("1", 1), mark='<w:del w:id="2"/>')
        + p("乙。", number=("1", 1))
        + table(cell(p("", number=("1", 1))) + cell("修路"), cell(p("", number=("1", 1))) + cell("架桥"))
    )
    assert shown(body, tmp_path, numbering=lists({"1": ITEM}, {"1": ("1", "")})) == [
        "1.甲。",
        "2.乙。",
        "3.\t修路",
        "4.\t架桥",
    ]


WRITTEN = {
    "decimalEnclosedCircle": "①⑩⑪㉑㊱㊿51",
    "chineseCounting": "一十十一二十一三十六五十五十一",
    "japaneseCounting": "一十十一二十一三十六五十五十一",
    "chineseCountingThousand": "一十十一二十一三十六五十五十一",
    "ideographDigital": "一一〇一一二一三六五〇五一",
    "ideographTraditional": "甲癸1121365051",
    "ideographZodiac": "子酉戌21365051",
    "chineseLegalSimplified": "壹壹拾壹拾壹贰拾壹叁拾陆伍拾伍拾壹",
    "decimalEnclosedParen": "⑴⑽⑾21365051",
    "decimalFullWidth": "１１０１１２１３６５０５１",
    "decimalZero": "01101121365051",
    "upperLetter": "AJKUJJXXYY",
    "lowerRoman": "ixxixxixxxvilli",
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_formats_of_numbers(kind: str) -> None:
    assert "".join(str(written(n, kind)) for n in (1, 10, 11, 21, 36, 50, 51)) == WRITTEN[kind]


def test_hundreds_and_what_is_not_known(tmp_path: Path) -> None:
    assert [written(n, "chineseCountingThousand") for n in (100, 101, 110, 1234)] == [
        *("一百", "一百零一", "一百一十", "一千二百三十四"),
    ]
    assert [written(n, "chineseCounting") for n in (100, 205)] == ["一〇〇", "二〇五"]
    assert written(7, "custom", "001, 002, 003, ...") == "007"
    got = read(
        p("甲", number=("1", 0)), tmp_path, numbering=lists({"1": level(0, "hebrew1", "%1、")}, {"1": ("1", "")})
    )
    assert (got.text, len(got.must)) == ("1、甲", 1)
    assert "hebrew1" in got.must[0]


# tables


def test_a_merged_cell_gives_its_units_to_every_row(tmp_path: Path) -> None:
    rows = [
        cell("序号") + cell("任务") + cell("牵头单位") + cell("配合单位"),
        cell("1") + cell("修路") + cell("市交通运输局", merge="restart") + cell("市财政局"),
        cell("2") + cell("架桥") + cell("", merge="continue") + cell("市水务局", merge="restart"),
        cell("3") + cell("清淤") + cell("市城管局") + cell("", merge="continue"),
    ]
    text = "江城市分工表\n一、任务\n" + read(table(*rows), tmp_path).text
    units = [(r.point, r.names) for c in build(text, "x", "x").policy.clauses for r in c.responsible]
    assert units == [
        ("1", ("市交通运输局",)),
        ("1", ("市财政局",)),
        ("2", ("市交通运输局",)),
        ("2", ("市水务局",)),
        ("3", ("市城管局",)),
        ("3", ("市水务局",)),
    ]


def test_cells_over_rows_and_columns_and_rows_that_begin_late(tmp_path: Path) -> None:
    late = '<w:trPr><w:gridBefore w:val="1"/></w:trPr>'
    rows = [
        cell("等级", merge="restart") + cell("奖励", span=2),
        cell("", merge="continue") + cell("首次") + cell("复评"),
        cell("甲级") + cell("8万元", span=2),
        late + cell("5万元") + cell("2万元"),
    ]
    assert shown(table(*rows), tmp_path) == ["等级\t奖励\t", "等级\t首次\t复评", "甲级\t8万元\t", "\t5万元\t2万元"]


def test_a_nested_table_comes_once_and_parts_its_row(tmp_path: Path) -> None:
    inner = table(cell("甲级") + cell("8万元"), cell("乙级") + cell("5万元"))
    rows = [cell("类别") + cell("标准") + cell("依据"), cell("评级") + cell(inner + p("")) + cell("第三条")]
    assert shown(table(*rows), tmp_path) == [
        "类别\t标准\t\t依据",
        "评级\t甲级\t8万元\t第三条",
        "评级\t乙级\t5万元\t第三条",
    ]


def test_a_frame_of_one_cell_is_no_table(tmp_path: Path) -> None:
    inner = p("江城市人民政府文件") + p("江政发〔2024〕3号") + table(cell("任务") + cell("责任单位"))
    assert shown(table(cell(inner)), tmp_path) == ["江城市人民政府文件", "江政发〔2024〕3号", "任务\t责任单位"]


# what is in the file and how it is taken

HELD = {
    "run": p(f"{t('奖励')}<w:sdt><w:sdtContent>{t('8万元')}</w:sdtContent></w:sdt>{t('。')}"),
    "block": f"<w:sdt><w:sdtContent>{p('奖励8万元。')}</w:sdtContent></w:sdt>",
    "custom": f'<w:customXml w:element="x"><w:customXml w:element="y">{p("奖励8万元。")}</w:customXml></w:customXml>',
    "inner custom": p(f'{t("奖励")}<w:customXml w:element="x">{t("8万元")}</w:customXml>{t("。")}'),
    "tag": p(f'<w:smartTag w:element="x">{t("奖励8")}</w:smartTag><w:hyperlink>{t("万元。")}</w:hyperlink>'),
    "field": p(f'{t("奖励")}<w:fldSimple w:instr=" REF a ">{t("8")}</w:fldSimple>{t("万元。")}'),
    "formula": p(f"{t('奖励')}<m:oMath><m:r><m:t>8万元</m:t></m:r></m:oMath>{t('。')}"),
    "choice": p(
        f"{t('奖励')}<mc:AlternateContent><mc:Choice Requires='w14'>{t('8')}</mc:Choice>"
        f"<mc:Fallback>{t('8')}</mc:Fallback></mc:AlternateContent>{t('万元。')}"
    ),
    "code": p(
        f"{t('奖励')}<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>= 4*2</w:instrText></w:r>"
        f"{t('藏')}<w:r><w:fldChar w:fldCharType='separate'/></w:r>{t('8')}<w:r><w:fldChar w:fldCharType='end'/></w:r>"
        f"{t('万元。')}"
    ),
}


@pytest.mark.parametrize("kind", HELD)
def test_words_that_something_holds(kind: str, tmp_path: Path) -> None:
    got = read(HELD[kind], tmp_path)
    assert (got.text, got.must) == ("奖励8万元。", [])


def test_rows_and_cells_that_something_holds(tmp_path: Path) -> None:
    row = f"<w:tr>{cell('甲')}<w:customXml w:element='x'>{cell('8万元')}</w:customXml></w:tr>"
    held = f"<w:sdt><w:sdtContent><w:tr><w:sdt><w:sdtContent>{cell('乙')}</w:sdtContent></w:sdt>{cell('5万元')}</w:tr></w:sdtContent></w:sdt>"  # noqa: E501
    gone = f"<w:tr><w:trPr><w:del w:id='1'/></w:trPr>{cell('丙')}{cell('3万元')}</w:tr>"
    assert shown(f"<w:tbl>{row}{held}{gone}</w:tbl>", tmp_path) == ["甲\t8万元", "乙\t5万元"]


def test_changes_that_nobody_has_settled(tmp_path: Path) -> None:
    moved = "按利息的50%贴息。"
    deleted = '<w:del w:id="3"><w:r><w:delText>5</w:delText></w:r></w:del>'
    body = (
        p(f'<w:moveFrom w:id="1">{t(moved)}</w:moveFrom>', mark='<w:moveFrom w:id="2"/>')
        + p(f'{t("奖励")}{deleted}<w:ins w:id="4">{t("8")}</w:ins>{t("万元。")}')
        + p("续", mark='<w:del w:id="5"/>')
        + p("期一年。")
        + p(f'<w:moveTo w:id="6">{t(moved)}</w:moveTo>')
    )  # fmt: skip
    got = read(body, tmp_path)
    assert got.text.splitlines() == ["奖励8万元。", "续期一年。", moved]
    assert all(any(word in line for line in got.must) for word in ("删去", "添上", "移走", "移来"))


BOX = f"<w:txbxContent>{p('盒中：续评减半。')}</w:txbxContent>"
NOT_TAKEN = {
    "脚注没有取：「续评的减半。」": t("奖励") + '<w:r><w:footnoteReference w:id="2"/></w:r>',
    "尾注没有取：「见附件。」": t("奖励") + '<w:r><w:endnoteReference w:id="2"/></w:r>',
    "批注没有取：「对吗？」": t("奖励") + '<w:r><w:commentReference w:id="0"/></w:r>',
    "文本框没有取：「盒中：续评减半。」": t("奖励")
    + "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>"
    f"{BOX}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{BOX}</v:textbox></w:pict></mc:Fallback>"
    "</mc:AlternateContent></w:r>",
    "图片没有取": t("奖励") + '<w:r><w:drawing><a:blip r:embed="r9"/></w:drawing></w:r>',
    "隐藏的文字没有取：「内部掌握」": t("奖励") + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>内部掌握</w:t></w:r>",
    "符号没有对应的文字": t("奖励") + '<w:r><w:sym w:font="Webdings" w:char="F099"/></w:r>',
    "填写处还空着，提示语没有取：「点这里」": t("奖励")
    + f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{t('点这里')}</w:sdtContent></w:sdt>",
}  # fmt: skip


@pytest.mark.parametrize("named", NOT_TAKEN)
def test_what_is_not_taken_is_named(named: str, tmp_path: Path) -> None:
    separator = '<w:footnote w:type="separator" w:id="0">' + p("线") + "</w:footnote>"
    got = read(
        p(NOT_TAKEN[named]),
        tmp_path,
        footnotes=f'{separator}<w:footnote w:id="2">{p("续评的减半。")}</w:footnote>',
        endnotes=f'<w:endnote w:id="2">{p("见附件。")}</w:endnote>',
        comments=f'<w:comment w:id="0">{p("对吗？")}</w:comment>',
    )
    assert got.text == "奖励"
    assert len(got.must) == 1
    assert got.must[0].startswith(named)
    assert "在「奖励」之后" in got.must[0]


def test_what_is_not_taken_stands_before_a_person(tmp_path: Path) -> None:
    lines = ("江城市停车办法", "江政规〔2024〕3号", "一、奖励。奖励8万元。")
    body = "".join(map(p, lines)) + p(NOT_TAKEN["隐藏的文字没有取：「内部掌握」"])
    path = tmp_path / "a.docx"
    path.write_bytes(document(body, header1=p("内部资料"), footer1=p("— 1 —")))
    assert run(str(path), tmp_path / "out", set(), set(), force=False).error is None
    review = (tmp_path / "out" / "jiangzhenggui-2024-3" / "review.md").read_text(encoding="utf-8")
    must = review.split("## 必须有人看")[1].split("##")[0]
    assert "- [ ] 隐藏的文字没有取：「内部掌握」" in must
    assert "- [ ] 页眉没有取：「内部资料」" in must
    assert "页脚" not in must


def test_formulas_signs_and_powers(tmp_path: Path) -> None:
    fraction = "<m:f><m:num><m:r><m:t>投资+租金</m:t></m:r></m:num><m:den><m:r><m:t>3</m:t></m:r></m:den></m:f>"
    got = read(p(f"{t('补贴=')}<m:oMathPara><m:oMath>{fraction}</m:oMath></m:oMathPara>"), tmp_path)
    assert got.text == "补贴=(投资+租金)/3"
    assert [line.split("：")[0] for line in got.must] == ["公式写成了一行，请对照原件"]
    circled = (
        "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> eq \\o\\ac(○,3)</w:instrText></w:r>"
        "<w:r><w:fldChar w:fldCharType='end'/></w:r>"
    )
    signs = (
        '<w:r><w:sym w:font="Wingdings" w:char="F082"/></w:r><w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>'
        f'{t("5×10")}<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>4</w:t></w:r>{circled}'
    )
    assert read(p(signs), tmp_path).text == "②≥5×10⁴③"


@pytest.mark.parametrize("main", ["document", "document2"])
def test_strict_ooxml_and_a_document_of_another_name(main: str, tmp_path: Path) -> None:
    body = p("甲。", number=("1", 0)) + table(cell("任务") + cell("责任单位"))
    path = tmp_path / "a.docx"
    path.write_bytes(document(body, main=main, strict=True, numbering=lists({"1": ITEM}, {"1": ("1", "")})))
    got = detect.read(path)
    assert (got.text.splitlines(), got.must) == (["第一条 甲。", "任务\t责任单位"], [])
