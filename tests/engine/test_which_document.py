"""Which document a question means: by the level of government, by description; and whom an untaught sum is for."""

from __future__ import annotations

import pytest

from bot.engine.assistant import Assistant
from knowledge.base.lexicon import GovernmentLevel
from knowledge.retrieval.jurisdiction import Jurisdiction

DIGITAL, WORKS = "chengchuan-digital-2025", "chengchuan-night-works"


@pytest.mark.parametrize(
    "question",
    [
        "首次接入工业互联网平台的幼儿园补多少",
        "通过市级评定的绿色工厂奖多少",
        "评上市级智能车间的养老院奖多少",
        "每年遴选的旅行社每家奖多少",
        "医院接入工业互联网平台补助多少",
    ],
)
def test_a_sum_of_another_subject_is_not_given(cities: Assistant, question: str) -> None:
    reply = cities.reply(question, policy=DIGITAL)
    assert reply.figures == ()
    assert "万元" not in reply.text


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("首次接入工业互联网平台补多少", "30万元"),
        ("通过市级评定的智能工厂奖多少", "50万元"),
        ("数字化服务机构每家奖多少", "10万元"),
        ("我们是家做茶叶的老厂，今年头一回接入工业互联网平台，花了不少钱，市里到底补多少", "30万元"),
    ],
)
def test_the_clauses_own_subject_gets_its_sum(cities: Assistant, question: str, figure: str) -> None:
    """And who tells what he is in a story is not taken at that word."""
    reply = cities.reply(question, policy=DIGITAL)
    assert figure in {f.text for f in reply.figures}


def test_a_document_is_found_by_what_it_is_about_without_its_kind(cities: Assistant) -> None:
    reply = cities.reply("夜间施工从哪天起施行")
    assert reply.policy == WORKS
    assert reply.status == "info"


def test_all_that_is_asked_of_a_document_is_told(cities: Assistant) -> None:
    reply = cities.reply("2025年中小企业数字化转型的措施是谁发的、文号多少")
    assert reply.policy == DIGITAL
    assert "澄川市人民政府" in reply.text
    policy = cities.library.by_id[DIGITAL]
    assert policy.number is not None
    assert policy.number in reply.text


@pytest.mark.parametrize(
    ("question", "levels"),
    [
        ("省里对老设备改造有没有说法", {"province"}),
        ("市里有钱吗", {"city"}),
        ("国家对这个是啥态度", {"nation"}),
        ("省里发了奖，区里还跟不跟", {"province", "district"}),
        ("评上国家级孵化器奖多少", set()),
        ("省级重点实验室补多少", set()),
        ("市场怎么样", set()),
    ],
)
def test_the_level_of_government_that_a_question_names(cities: Assistant, question: str, levels: set[str]) -> None:
    """A title that a firm holds (国家级, 省级) is no level that is asked."""
    assert cities.evidence.jurisdiction.levels_asked(question) == levels


def test_a_document_of_the_level_that_is_asked_is_preferred(cities: Assistant) -> None:
    whose: Jurisdiction = cities.evidence.jurisdiction
    city: frozenset[GovernmentLevel] = frozenset({"city"})
    province: frozenset[GovernmentLevel] = frozenset({"province"})
    assert whose.odds("songzhou-parks", frozenset(), city) > whose.odds("songzhou-parks", frozenset(), province)
    assert whose.odds("songzhou-parks", frozenset(), frozenset()) == 0.0


def test_several_that_a_description_fits_answer_apart(cities: Assistant) -> None:
    """Two editions that begin alike: what each says of its validity, not a choice between their names."""
    editions = ("chengchuan-digital-2022", DIGITAL)
    reply = cities.reply("中小企业那份措施是谁发的")
    assert set(reply.documents) == set(editions)
    assert reply.text.count("澄川市人民政府") >= len(editions)
