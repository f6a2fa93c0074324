"""The topics of the field: a question in people's words and a clause in official ones meet there."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge import compiled
from knowledge.base.field import FieldTopic, read_field
from knowledge.files.faults import KnowledgeError
from knowledge.reading.reader import Reader
from knowledge.retrieval.topics import Topics, tokens

FIELD = (
    FieldTopic(
        "rent", "房租补贴", "租房子的钱政府补一部分", ("租金补贴", "房租补贴"), ("房租能报多少", "租厂房给补吗")
    ),
    FieldTopic(
        "fair", "境外展会", "到国外参展的补助", ("境外参展", "展位费"), ("去国外摆摊能报吗", "出国参加展览补多少")
    ),
)
ENTRIES = (
    ("支持企业开拓市场", "对企业境外参展的展位费给予补助。"),
    ("给予租金补贴", "入驻企业按面积给予补贴。"),
    ("附则", "本办法自印发之日起施行。"),
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return compiled.ready().reader


@pytest.fixture(scope="module")
def topics(reader: Reader) -> Topics:
    return Topics.build(FIELD, reader, ENTRIES)


def nearest(topics: Topics, reader: Reader, question: str) -> str | None:
    found = topics.of_question(tokens(reader.read(question).words))
    return topics.ids[next(iter(found))] if found else None


@pytest.mark.parametrize(("question", "topic"), [("出国摆摊给钱吗", "fair"), ("厂房租金补不补", "rent")])
def test_people_s_words_name_a_topic(topics: Topics, reader: Reader, question: str, topic: str) -> None:
    assert nearest(topics, reader, question) == topic


def test_what_shares_no_word_with_a_topic_names_none(topics: Topics, reader: Reader) -> None:
    assert nearest(topics, reader, "鸵鸟") is None
    assert topics.of_question([]) == {}


def test_official_words_say_what_a_clause_is_about_and_those_of_its_title_say_it_louder(topics: Topics) -> None:
    named = [{topics.ids[n]: strength for n, strength in topics.of_entry(entry).items()} for entry in range(3)]
    assert [set(one) for one in named] == [{"fair"}, {"rent"}, set()]
    assert 0 < named[0]["fair"] < 1
    once, titled = Topics.build(FIELD, compiled.ready().reader, [("", "展位费"), ("展位费", "")]), None
    titled = once.of_entry(1)[1]
    assert titled > once.of_entry(0)[1]


def test_the_project_s_field_is_read_whole() -> None:
    field = read_field().topics
    assert len({topic.id for topic in field}) == len(field) >= 600
    assert all(topic.official and topic.asked for topic in field)


def test_a_field_that_is_no_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "field" / "topics").mkdir(parents=True)
    (tmp_path / "field" / "topics" / "some.yaml").write_text("topics:\n  - {id: a\n  - b\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"some\.yaml"):
        read_field(tmp_path)
