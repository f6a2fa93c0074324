"""Sure, likely, a choice, or declined: what is done with a clause that was found by its own words."""

from __future__ import annotations

import pytest

from bot.engine.assistant import Assistant
from bot.engine.matching.decide import decide
from bot.engine.matching.merge import contest, in_crowd
from bot.engine.values.reply import quotes
from bot.engine.values.thresholds import BESIDE_FLOOR, LIKELY_FLOOR, LIKELY_FLOOR_NAMED
from knowledge.learned.index import Match
from knowledge.retrieval.evidence import Found
from tests.engine.test_across import DIGITAL

FOUND = {"cover": 0.5, "run": 0.3}


def match(target: str, probability: float, found: bool = True) -> Match:
    return Match(target, probability, FOUND if found else {}, "")


@pytest.mark.parametrize(
    ("clauses", "outside", "act"),
    [
        ((0.9,), 0.1, "answer"),
        ((0.5, 0.25, 0.1), 0.15, "likely"),
        ((0.4, 0.05), 0.55, "none"),
        ((0.1, 0.1), 0.8, "none"),
        ((LIKELY_FLOOR - 0.08, LIKELY_FLOOR - 0.09, LIKELY_FLOOR - 0.1), 0.1, "none"),
    ],
)
def test_the_act_follows_from_the_costs(clauses: tuple[float, ...], outside: float, act: str) -> None:
    matches = [match(f"p/{n}", p) for n, p in enumerate(clauses)]
    assert decide([*matches, match("far", outside, found=False)]).act == act


def test_who_names_the_document_is_told_the_likeliest_sooner_but_no_sum() -> None:
    matches = [match("p/1", LIKELY_FLOOR_NAMED), match("p/2", 0.1), match("far", 0.5, found=False)]
    assert decide(matches, named=True).act == "likely"
    assert decide(matches, named=True, sum_asked=True).act == "none"
    assert decide(matches).act == "none"


def test_only_what_was_found_by_its_own_words_is_merely_likely() -> None:
    taught = [match("p/1", 0.5, found=False), match("p/2", 0.25, found=False), match("far", 0.25, found=False)]
    assert decide(taught).act == "choose"


def test_those_offered_below_are_worth_a_line() -> None:
    decision = decide([match("p/1", 0.5), match("p/2", 0.3), match("p/3", BESIDE_FLOOR / 2), match("far", 0.1, False)])
    assert decision.act == "likely"
    assert [m.target for m in decision.matches] == ["p/1", "p/2"]


def test_a_likely_answer_says_so_and_the_others_can_be_picked(cities: Assistant) -> None:
    reply = cities.reply("中小企业上平台", policy=DIGITAL)
    assert reply.text.startswith(cities.words("likely"))
    assert reply.status == "answer"
    assert quotes(reply.blocks)
    others = reply.conversation.choices
    assert 1 <= len(others) <= 2
    assert [f"{c.policy}/{c.clause}" for c in reply.clauses[1:]] == list(others)
    picked = cities.reply("第一个", reply.conversation)
    assert f"{picked.clauses[0].policy}/{picked.clauses[0].clause}" == others[0]


@pytest.mark.parametrize("silent", [True, False])
def test_a_clause_takes_nothing_of_a_topic_that_it_is_silent_on(silent: bool) -> None:
    near = Match("near", 0.8, {}, "", topic="listing-award")
    found = Found("p/1", 0.5, {"cover": 0.5, "run": 0.3, "much": 0.2})
    aside = frozenset({"p/1"}) if silent else frozenset()
    matches = {m.target: m.probability for m in contest([near], [found], lambda _: 0, silent_on=lambda *_: aside)}
    assert matches == pytest.approx({"near": 0.8, "p/1": 0.1} if silent else {"near": 0.4, "p/1": 0.5})


def test_in_a_crowd_a_taught_clause_is_meant_less_often() -> None:
    learned = [match("p/1", 0.6, found=False), match("far", 0.4, found=False)]
    assert in_crowd(learned, 0.0) == learned
    beside = {m.target: m.probability for m in in_crowd(learned, 1.0)}
    assert beside["p/1"] < 0.4 < beside["far"]
    assert sum(beside.values()) == pytest.approx(1.0)
    sure = in_crowd([match("p/1", 0.98, found=False), match("far", 0.02, found=False)], 1.0)
    assert sure[0].probability > 0.9
