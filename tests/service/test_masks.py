"""Numbers that name a person, and those that don't."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.service.masks import in_json, masked


@pytest.mark.parametrize(
    "number",
    [
        "420106199001011234",
        "42010619900101123X",
        "42010619900101123x",
        "420106900101123",
        "４２０１０６１９９００１０１１２３４",
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+86 13812345678",
        "8613812345678",
        "027-82826666",
        "（027）82826666",
        "6222020200112233445",
        "6222 0202 0011 2233 445",
        "4111111111111111",
    ],
)
def test_a_persons_number_is_masked(number: str) -> None:
    text = masked(f"我是{number}，请问补贴多少？")
    assert number not in text
    assert text == f"我是{'＊' * len(number)}，请问补贴多少？"


@pytest.mark.parametrize(
    "text",
    [
        "补贴20万元",
        "投资13800000000元的项目",
        "总投资 15000000000 元",
        "武政办〔2020〕106号",
        "2020年10月9日至2025年10月8日",
        "12345热线",
        "第4.2条、4.10.3",
        "GB/T 44191-2024",
        "电话110、119",
        "100000000000",
        "1∶1",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert masked(text) == text


@given(st.text(max_size=200))
def test_masking_keeps_length_and_is_done_once(text: str) -> None:
    once = masked(text)
    assert len(once) == len(text)
    assert masked(once) == once


@given(st.text(alphabet="补贴多少，。 ", max_size=30), st.text(alphabet="补贴多少，。", max_size=30))
def test_a_number_is_found_wherever_it_stands(before: str, after: str) -> None:
    assert "13812345678" not in masked(f"{before}13812345678{after}")


NUMBERS = st.one_of(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"0[0-9]{2}-[2-9][0-9]{7}", fullmatch=True),
    st.from_regex(r"[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]", fullmatch=True),
    st.from_regex(r"[1-9][0-9]{3}( [0-9]{4}){3}", fullmatch=True),
)
AROUND = st.text(alphabet='补贴多少，。\n"\\{} ', max_size=20)


@given(AROUND, NUMBERS, AROUND)
def test_in_a_delivery_what_was_written_is_masked_and_ids_stay(before: str, number: str, after: str) -> None:
    """Whatever the messenger calls it: some name people by their telephone numbers."""
    text = f"{before}{number}{after}"
    raw = {
        **{"MsgId": number, "FromUserName": number, "from": {"id": number, "n": 13812345678}},
        **{"Content": text, "message": {"text": text, "chat": {"id": number}}, "query": text},
        **{"frame": {"body": {"text": {"content": text}}}, "content": json.dumps({"text": text})},
    }
    found = json.loads(in_json(json.dumps(raw, ensure_ascii=False)))
    ids = (found["MsgId"], found["FromUserName"], found["from"]["id"], found["message"]["chat"]["id"])
    assert ids == (number,) * 4
    assert found["from"]["n"] == 13812345678
    body = found["frame"]["body"]["text"]["content"]
    inner = json.loads(found["content"])["text"]
    for one in (found["Content"], found["message"]["text"], found["query"], body, inner):
        assert number not in one
        assert len(one) == len(text)


@given(st.text(max_size=100), NUMBERS)
def test_what_is_no_json_stays(raw: str, number: str) -> None:
    assert in_json(f"x{raw}{number}") == f"x{raw}{number}"
