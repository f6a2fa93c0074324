"""Which places and units a question names: another city's document isn't asked, a city is no unit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.engine.assistant import Assistant
from bot.engine.documents.place_names import PlaceNames
from bot.engine.documents.scope import Scope
from bot.engine.understanding.understanding import Understanding
from knowledge.base.lexicon import Unit
from knowledge.compiled import Ready
from tests.engine.test_across import DIGITAL

SEED = "wuhan-development-zones"


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("深圳市给多少钱", {"深圳"}),
        ("武汉和深圳哪里补得多", {"武汉", "深圳"}),
        ("从深圳搬过来的补多少", set()),
        ("从深圳搬到武汉补多少", {"武汉"}),
        ("我准备把厂搬来武汉", {"武汉"}),
        ("补多少", set()),
    ],
)
def test_the_places_that_a_question_asks_for(ready: Ready, question: str, places: set[str]) -> None:
    assert PlaceNames(ready.base).asked_for(question) == places


def test_a_city_s_document_is_not_asked_for_another_city(cities: Assistant) -> None:
    everywhere = Scope(cities.library)
    assert everywhere.asks(SEED, "深圳市高企给多少钱") is False
    assert everywhere.asks(SEED, "武汉市高企给多少钱") is True
    assert everywhere.asks(SEED, "高企给多少钱") is True
    assert everywhere.within(DIGITAL).asks(DIGITAL, "深圳市高企给多少钱") is True


def test_the_only_document_is_asked_whatever_place_is_named(assistant: Assistant) -> None:
    assert Scope(assistant.library).asks(SEED, "上海做地产的能入股吗") is True


def test_two_characters_in_a_document_s_list_of_units_name_none(ready: Ready) -> None:
    units = ready.base.lexicon.units
    brought = (*units.brought, Unit(name="济南"), Unit(name="数据局"))
    lexicon = ready.base.lexicon.model_copy(update={"units": units.model_copy(update={"brought": brought})})
    understanding = Understanding(replace(ready, base=ready.base.model_copy(update={"lexicon": lexicon})))
    assert understanding.question("济南负责哪些").units == ()
    assert understanding.question("数据局负责哪些").units == ("数据局",)
