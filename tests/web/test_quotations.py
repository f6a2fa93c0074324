"""Whether a quotation is true."""

from __future__ import annotations

import random

import pytest

from bot.channels.web.quotations import Quotations
from bot.engine.assistant import Assistant


@pytest.fixture(scope="module")
def quotations(assistant: Assistant) -> Quotations:
    return Quotations(assistant.library)


def test_every_piece_of_every_clause_is_exact(assistant: Assistant, quotations: Quotations) -> None:
    chance = random.Random(1)
    for policy in assistant.library.policies:
        for clause in policy.clauses:
            start = chance.randrange(max(1, len(clause.text) - 60))
            piece = clause.text[start : start + 60].strip()
            found = quotations.verify(piece)
            assert found.result == "exact"
            assert found.text is not None
            assert found.text in assistant.library.clause(f"{found.policy}/{found.clause}").text
            spaced = quotations.verify("「" + " \n".join(piece) + "」")
            assert (spaced.result, spaced.clause) == ("exact", found.clause)


def test_one_changed_character_is_found_and_shown(assistant: Assistant, quotations: Quotations) -> None:
    chance, seen = random.Random(2), 0
    for policy in assistant.library.policies:
        for clause in policy.clauses:
            for sentence in clause.body.split("。"):
                if not 20 <= len(sentence) <= 120:
                    continue
                at = chance.randrange(5, len(sentence) - 5)
                found = quotations.verify(f"{sentence[:at]}囧{sentence[at + 1 :]}")
                assert (found.result, found.clause) == ("nearest", clause.id)
                assert found.text is not None
                assert found.text in clause.text, "the nearest text is verbatim, too"
                assert any("囧" in one["quoted"] for one in found.difference)
                seen += 1
    assert seen > 20


def test_figures_that_were_changed_are_shown(quotations: Quotations) -> None:
    found = quotations.verify("对超过有效期后重新认定的高新技术企业,市级财政每户补贴8万元")
    assert found.result == "nearest"
    assert found.text == "对超过有效期后重新认定的高新技术企业,市级财政每户补贴5万元;"
    assert found.difference[0] == {"quoted": "8", "original": "5"}


def test_what_stands_nowhere_is_none(quotations: Quotations) -> None:
    for text in ("今天天气不错，我们去吃火锅吧", "abcdefg", "企业首次认定可以获得一千万元奖励并且免费送房", "？！"):
        assert quotations.verify(text).to_json() == {
            **{"result": "none", "policy": None, "clause": None, "text": None},
            **{"difference": []},
        }


def test_the_text_around_the_clauses_counts(assistant: Assistant, quotations: Quotations) -> None:
    preamble = assistant.library.policies[0].preamble
    assert preamble is not None
    found = quotations.verify(preamble[:40])
    assert (found.result, found.clause) == ("exact", None)
