from __future__ import annotations

import pytest

from knowledge.compiled import Ready


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("登陵企业有补帖吗", "瞪羚企业有补贴吗"),  # homophones
        ("未位淘汰", "末位淘汰"),  # one wrong character
        ("新型发研机构", "新型研发机构"),  # swapped characters
        ("dui jie ping tai", "对接平台"),  # pinyin with blanks
        ("duijiepingtai", "对接平台"),  # and without
        ("duì jiē píng tái", "对接平台"),  # with its tones
        ("wo men xiang tou qian dao kai fa qu", "我们想投钱到开发区"),  # words of one syllable among them
        ("dui'jie'ping'tai", "对接平台"),  # kept apart by apostrophes
        ("gxjsqy", "高新技术企业"),  # initials
        ("外zi企业", "外资企业"),  # half in pinyin
        ("重新ren定", "重新认定"),  # the other half
        ("na个单位fu责", "哪个单位负责"),  # twice
        ("谁fuze", "谁负责"),  # a word typed whole
        ("往xia一条", "往下一条"),
        ("邊個負責", "谁负责"),  # Cantonese
        ("嗯那个啥高企补贴", "高企补贴"),  # fillers
    ],
)
def test_repairs(ready: Ready, typed: str, read: str) -> None:
    assert read in ready.reader.read(typed).plain


@pytest.mark.parametrize(
    "typed",
    [
        "是不是说开发区可以",
        "我是政数局新来的",
        "光谷管委会要干哪些事",
        "给新产品留一块",
        "关系到提高企业利润",
        "政府想买什么",
        "三十二项指标",
        "摆地摊罚不罚",
        "煎饼摊的尾气怎么治",
        "职校每学期的课时多长时间",
        "申报专家奖不",
        "五链统筹",
        "vr体验馆开在哪",
        "sun公司搬来",
        "pe基金",
        "m0用地",
    ],
)
def test_what_is_right_is_left_alone(ready: Ready, typed: str) -> None:
    reading = ready.reader.read(typed)
    assert reading.plain == typed, reading.repairs


def test_a_term_is_not_found_across_words(ready: Ready) -> None:
    assert "高新技术企业" not in ready.reader.read("提高企业利润").terms


def test_every_repair_is_noted(ready: Ready) -> None:
    repairs = ready.reader.read("登陵企业").repairs
    assert [(r.typed, r.read, r.how) for r in repairs] == [("登陵企业", "瞪羚企业", "sound")]


@pytest.mark.parametrize("text", ["顺便OTA升个级", "ota", "配个EDA工具"])
def test_an_abbreviation_is_no_pinyin(ready: Ready, text: str) -> None:
    assert not [repair for repair in ready.reader.read(text).repairs if repair.how == "pinyin"]


def test_apostrophes_of_english_are_no_pinyin(ready: Ready) -> None:
    assert not [repair for repair in ready.reader.read("what's the zone's plan").repairs if repair.how == "pinyin"]


def test_english_goes_through_the_glossary(ready: Ready) -> None:
    assert (
        "整体搬迁" in ready.reader.read("relocating the whole company").plain
        or "搬迁" in ready.reader.read("relocating the whole company").plain
    )


@pytest.mark.parametrize("typed", ["登陵企业有补帖吗", "邊個負責高企补贴", "duijiepingtai"])
def test_what_is_left_of_a_reading_is_read_as_it_stands(ready: Ready, typed: str) -> None:
    reading = ready.reader.read(typed)
    left = ready.reader.read_left(f" {reading.plain}  ")
    assert (left.plain, left.words, left.terms) == (reading.plain, reading.words, reading.terms)
    assert left.features == reading.features
    assert ready.reader.read_left("登陵企业").plain == "登陵企业"
