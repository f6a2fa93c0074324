"""The search engine over many clauses: same answers from disk, nothing odd upsets it, time stays bounded."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import compiled
from knowledge.base.field import read_field
from knowledge.retrieval import Entry, LocalRetriever, Retriever, SpoiltError
from knowledge.retrieval.clause_finder import ClauseFinder
from knowledge.retrieval.local.engine import Texts
from knowledge.retrieval.local.likeness import pairs
from knowledge.retrieval.local.rerank import FEATURES, _near
from knowledge.retrieval.local.terms import asking, grams, plain_text
from tests.smallbase import FEWEST, small_base

WORDS = [
    "企业", "补贴", "申请", "园区", "土地", "厂房", "租金", "人才",
    "住房", "贷款", "利息", "设备", "技术", "改造", "出口", "物流",
    "食品", "安全", "检查", "消防", "登记", "变更",
]  # fmt: skip
CLAUSES = [
    Entry("夫妻双方自愿离婚的，应当签订书面离婚协议，并亲自到婚姻登记机关申请离婚登记。", "marriage"),
    Entry("出租人应当按照约定将租赁物交付承租人。", "contracts"),
    Entry("用人单位拖欠劳动报酬的，劳动者可以依法向当地人民法院申请支付令。", "labour"),
    Entry("饲养的动物造成他人损害的，动物饲养人或者管理人应当承担侵权责任。", "torts"),
    Entry("对首次认定的高新技术企业，市级财政每户补贴20万元。", "zones"),
    Entry("对重新认定的高新技术企业，市级财政每户补贴5万元。", "zones-2"),
]


MANY = 3_000
"""Clauses of a large collection."""


def build(entries: Sequence[Entry], kind: Texts | None = None) -> LocalRetriever:
    """An engine that knows no sayings: to cut those of the field takes longer than all else of so few clauses."""
    return LocalRetriever.build(entries, {}, kind)


@pytest.fixture(scope="module")
def engine() -> LocalRetriever:
    return LocalRetriever.build(CLAUSES)


@pytest.fixture(scope="module")
def many() -> LocalRetriever:
    return build(generated(MANY))


@pytest.fixture(scope="module")
def long_texts() -> LocalRetriever:
    """Two of some five hundred characters that differ in where they are about."""
    middle = "小微企业租金减免由各区办理。" + "本办法所称企业，是指依法登记的企业。" * 25
    engine = build(
        [Entry(f"汉阳区减免办法。{middle}武昌区参照执行。"), Entry(f"武昌区减免办法。{middle}汉阳区参照执行。")]
    )
    assert engine.texts == "passages"
    return engine


def generated(count: int) -> list[Entry]:
    """Clauses of known words in a random order, the same each time."""
    chance = random.Random(6)
    return [Entry("，".join("".join(chance.choices(WORDS, k=4)) for _ in range(4)), f"p{i % 40}") for i in range(count)]


def numbers(engine: Retriever, question: str, k: int = 10, within: Sequence[int] | None = None) -> list[int]:
    return [found.number for found in engine.search(question, k, within)]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("怎样办理离婚登记", 0),
        ("房东不把房子给租客怎么办", 1),  # in the law's words: 出租人, 承租人
        ("老板欠薪怎么办", 2),
        ("被狗咬了找谁", 3),  # 狗咬 stands in the table, not in the text
        ("首次认定的高企补贴多少", 4),
        ("重新认定的高新技术企业补贴多少", 5),
        ("補貼五萬還是5万", 5),  # numbers count, and traditional characters are read
    ],
)
def test_finds_the_clause(engine: LocalRetriever, question: str, first: int) -> None:
    assert numbers(engine, question)[0] == first


def test_only_of_laws_the_broad_ones_come_first() -> None:
    """A code of many articles is likelier meant than a by-law; of policies no long one."""
    text = "企业申请补贴的，向园区提出申请。"
    entries = [Entry(text, "short"), Entry(text, "long"), *(Entry(f"鸵鸟养殖{n}。", "long") for n in range(30))]
    assert numbers(build(entries, kind="clauses"), "企业申请补贴") == [0, 1]
    assert numbers(build(entries, kind="articles"), "企业申请补贴") == [1, 0]


def test_says_why(engine: LocalRetriever) -> None:
    found = engine.search("首次认定的补贴")[0]
    assert set(found.why) <= set(FEATURES)
    assert found.why["first"] > 0
    assert found.score == pytest.approx(
        sum(engine.settings.second.get(name, 0) * value for name, value in found.why.items()), abs=0.02
    )


def test_of_long_texts_the_one_about_the_subject(long_texts: LocalRetriever) -> None:
    """The same words stand in both; only one begins with what the question begins with."""
    found = long_texts.search("武昌区小微企业租金怎样减免", 2)
    assert [f.number for f in found] == [1, 0]
    assert found[0].why["opening"] > found[1].why["opening"]


def test_long_texts_that_are_alike_speak_for_one_another() -> None:
    same, other = "企业申请补贴的，向园区提出。" * 9, "食品安全检查和消防登记一并办理。" * 9
    values = pairs([same, other, same]).alike([0, 1, 2], np.array([1.0, 1.0, 1.0]))
    assert values[0] == pytest.approx(values[2])
    assert 0 < values[1] < values[0] <= 1


def test_odd_texts_are_alike_to_nothing() -> None:
    made = pairs(["", "补", "\ud83d补"])
    assert made.alike([0, 1, 2], np.array([1.0, 0.5, 0.1]))[:2] == [0.0, 0.0]
    assert made.holding([0, 1, 2], "\ud83d补贴").tolist() == [[False, False], [False, False], [True, False]]


def test_what_stands_in_a_text_may_stand_there() -> None:
    """Of a word whose pairs don't stand there, it is known that it doesn't either; of one character it is not."""
    texts = ["企业申请补贴", "食品安全检查", "补"]
    made, words = pairs(texts), ["补贴", "申", "安全检查", "鸵鸟养殖场", "补"]
    may = made.may_stand([2, 0, 1], words).tolist()
    assert may[0] == [False, True, False]
    assert may[2] == [False, False, True]
    assert may[3] == [False] * 3
    assert may[1] == may[4] == [True] * 3


def test_rare_words_make_texts_more_alike_than_common_ones() -> None:
    """The first two share what stands everywhere, the first and the third what stands nowhere else."""
    common = "企业申请补贴。"
    texts = [common + "鸵鸟养殖场", common + "旧船拆解厂", "食品安全检查鸵鸟养殖场", *[common + "消防"] * 20]
    values = pairs(texts).alike([0, 1, 2], np.array([1.0, 0.1, 0.1]))
    assert values[2] > values[1]


@pytest.mark.parametrize("seed", range(20))
def test_near_is_what_looking_from_every_place_finds(seed: int) -> None:
    """Words that overlap themselves aside."""
    chance = random.Random(seed)
    text = "".join(chance.choices("甲乙丙丁戊己庚辛", k=60))
    a, b, near = "甲乙", chance.choice("丙丁"), chance.randrange(12)
    places = [i + 2 for i in range(60) if text.startswith(a, i)]
    assert _near(a, b, text, near) == any(b in text[i : i + near + 1] for i in places)


def test_a_name_in_one_piece_says_more_than_its_parts() -> None:
    """The same words in the same order stand in both; in one of them unbroken."""
    filling = "本办法所称企业，是指依法登记的企业。" * 25
    whole, parts = "小微企业房屋租金减免专项资金", "小微企业、房屋的租金，减免；专项、资金"
    engine = build([Entry(f"{parts}。{filling}"), Entry(f"{whole}。{filling}")])
    found = engine.search(whole, 2)
    assert [f.number for f in found] == [1, 0]
    assert found[0].why["longest"] == 1.4
    assert found[0].why["longest"] > found[1].why["longest"]


@pytest.mark.parametrize("question", ["企业补贴申请", "消防检查要多久", "鸵鸟养殖场的登记"])
@pytest.mark.parametrize("most", [1, 50, 9_000])
def test_the_best_are_the_first_of_all(many: LocalRetriever, question: str, most: int) -> None:
    """Of equal ones the earlier; and each with the score that it has when it is looked at alone."""
    asked = many.question(question)
    everything = np.arange(len(many))
    scores = many.scores_of(asked, everything)
    order = np.lexsort((everything, -scores))[:most]
    numbers, of_best = many.best(asked, most)
    assert numbers.tolist() == [n for n in order.tolist() if scores[n] > 0]
    assert np.array_equal(of_best, scores[numbers])


def test_same_from_the_compiled_form(many: LocalRetriever, tmp_path: Path) -> None:
    many.store(tmp_path / "a.arrays")
    loaded = LocalRetriever.load(tmp_path / "a.arrays")
    assert len(loaded) == len(many) == MANY
    for question in ("企业补贴申请", "消防检查要多久", "人才住房贷款", "", "abc"):
        assert loaded.search(question) == many.search(question)
    assert [p.name for p in tmp_path.iterdir()] == ["a.arrays"]


def test_same_in_another_process(engine: LocalRetriever, tmp_path: Path) -> None:
    """Hash seeds change between processes; the ranking does not."""
    engine.store(tmp_path / "a.arrays")
    code = (
        "import sys; from pathlib import Path; from knowledge.retrieval import LocalRetriever\n"
        "print([(f.number, f.score) for f in LocalRetriever.load(Path(sys.argv[1])).search('高企认定补贴')])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "a.arrays")],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert outputs == {str([(f.number, f.score) for f in engine.search("高企认定补贴")])}


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=60) | st.lists(st.sampled_from([*WORDS, "怎么", "吗", "2", " ", "。"]), max_size=9).map("".join)
)
def test_any_question(many: LocalRetriever, question: str) -> None:
    found = many.search(question, 5)
    assert len({f.number for f in found}) == len(found) <= 5
    assert [f.score for f in found] == sorted((f.score for f in found), reverse=True)
    assert many.search(question, 5) == found


@pytest.mark.parametrize(
    "question", ["", " ", "？！", "怎么办", "\x00", "\ud83d", "💥💥", "a" * 100_000, "补贴" * 50_000, "㐀㐁", "ﬁ"]
)
def test_odd_questions(engine: LocalRetriever, question: str) -> None:
    engine.search(question)
    assert numbers(engine, question, k=0) == []


def test_words_that_stand_nowhere(engine: LocalRetriever) -> None:
    assert numbers(engine, "鸵鸟") == []


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, MANY - 1), max_size=80), st.sampled_from(["企业补贴", "消防登记变更", "住房租金"]))
def test_a_subset_alone(many: LocalRetriever, subset: set[int], question: str) -> None:
    found = numbers(many, question, 10, sorted(subset))
    assert set(found) <= subset
    assert found == numbers(many, question, 10, sorted(subset, reverse=True))


def test_a_subset_finds_what_the_whole_list_hides(many: LocalRetriever) -> None:
    whole = numbers(many, "企业补贴", 10)
    others = [i for i in range(200) if i not in whole]
    assert numbers(many, "企业补贴", 10, others)


def test_equal_texts_come_in_their_order() -> None:
    twice = build([Entry("别的规定"), *[Entry("企业可以申请补贴")] * 5])
    assert numbers(twice, "企业补贴") == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("entries", [[], [Entry("")], [Entry("？"), Entry("abc 123")]])
def test_next_to_nothing_to_find(entries: list[Entry], tmp_path: Path) -> None:
    engine = build(entries)
    engine.store(tmp_path / "a")
    for one in (engine, LocalRetriever.load(tmp_path / "a")):
        assert numbers(one, "企业补贴") == []
        assert numbers(one, "123") == ([1] if len(entries) == 2 else [])


@pytest.mark.parametrize("spoil", ["cut", "flip", "swap", "head", "empty", "foreign", "absent"])
def test_a_spoilt_file_is_not_believed(engine: LocalRetriever, tmp_path: Path, spoil: str) -> None:
    path = tmp_path / "a.arrays"
    engine.store(path)
    content = bytearray(path.read_bytes())
    if spoil == "cut":
        content = content[: len(content) // 2]
    elif spoil == "flip":
        content[len(content) // 3] ^= 1
    elif spoil == "swap":  # two pages of the disk
        content[4096:12288] = content[8192:12288] + content[4096:8192]
    elif spoil == "head":
        content[-30] ^= 1
    elif spoil == "empty":
        content = bytearray()
    elif spoil == "foreign":
        content = bytearray(b"PK\x03\x04" + b"x" * 200)
    path.write_bytes(content)
    if spoil == "absent":
        path.unlink()
    with pytest.raises((SpoiltError, FileNotFoundError)):
        LocalRetriever.load(path)


def test_nothing_half_written(engine: LocalRetriever, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x", encoding="utf-8")
    with pytest.raises(OSError, match="file"):
        engine.store(blocked / "a.arrays")
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        engine.store(tmp_path / "taken")  # a folder can't be replaced by a file
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "taken"]


def test_time_stays_bounded(many: LocalRetriever) -> None:
    """10,000 clauses in which every word is common: the postings are as long as they get."""
    times = []
    for i in range(60):
        start = time.process_time()  # what others do on the machine doesn't count
        many.search(WORDS[i % 20] + WORDS[(i + 3) % 20] + "的条件是什么")
        times.append(time.process_time() - start)
    assert np.median(times) < 0.03


def test_long_texts_are_cut_into_no_less(tmp_path: Path) -> None:
    """Texts beyond what fold() takes at once are found by their last words."""
    long = build([Entry("企业申请补贴。" * 400 + "最后一句说鸵鸟养殖。"), Entry("企业登记。" * 400)])
    assert long.texts == "passages"
    assert numbers(long, "鸵鸟养殖") == [0]


def test_pairs_do_not_cross_what_is_no_character() -> None:
    assert len(grams("补贴、企业 2 万", 2)) == 2
    assert len(grams(plain_text("補貼"), 2)) == 1
    assert grams("补贴", 2).tolist() == grams(plain_text("補貼"), 2).tolist()


def test_sayings_are_sound() -> None:
    words = read_field().sayings
    assert len(words) > 300
    assert all(len(said) > 1 and called for said, called in words.items())
    assert not set(words) & set(asking())


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = small_base(tmp_path_factory.mktemp("retrieval"), each=FEWEST)
    folder = root / "policies" / "pets"
    folder.mkdir()
    texts = ["一、养犬人应当为犬只办理登记。", "二、携带犬只出户的，应当使用牵引带。"]
    (folder / "source.txt").write_text("\n".join(texts), encoding="utf-8")
    clauses = [
        {"id": f"0.{i}", "number": text[0], "title": text[2:-1], "titled": False, "text": text}
        for i, text in enumerate(texts, start=1)
    ]
    section = {"id": "0", "number": None, "heading": None, "title": "正文", "clauses": clauses}
    policy: dict[str, Any] = {"id": "pets", "display_name": "养犬规定", "sections": [section]}
    policy |= dict.fromkeys(("title", "number", "issuer", "published"))
    (folder / "policy.yaml").write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")
    return root


def test_found_fresh_and_from_disk(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(compiled.CACHE_VARIABLE, str(tmp_path))
    made = compiled.ready(root)
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".arrays", ".form", ".json"]  # the last is the field's
    again = compiled.ready(root)
    for one in (made, again):
        assert isinstance(one.clauses, ClauseFinder)
        assert one.clauses.search("出门遛狗要用牵引带吗", 1)[0][0] == "pets/0.2"
        assert one.clauses.search("出门遛狗要用牵引带吗", 10, "other") == []
        assert one.clauses.search("养犬登记", 10, "pets")[0][0] == "pets/0.1"
    stored = next(tmp_path.glob("*.arrays"))
    stored.write_bytes(stored.read_bytes()[:-40])
    assert compiled.load(made.fingerprint, [tmp_path]) is None
    assert compiled.store(replace(made), [tmp_path])
    assert compiled.load(made.fingerprint, [tmp_path]) is not None


def test_a_base_with_phrasings_throughout_has_nothing_to_find(ready: compiled.Ready) -> None:
    assert len(ready.clauses) == 0
    assert ready.clauses.search("补贴多少", 10) == []
