"""HTML messages: whole, well-formed, never too long, never empty, whatever the text is."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram import render
from bot.channels.telegram.render import LIMIT, Paragraph, Run
from bot.engine.assistant import Assistant
from bot.engine.values.reply import Block, Quote, Say, quotes
from bot.service.pages import Style
from tests.botapi.entities import formatted
from tests.telegram.questions import mixed

STYLES: tuple[Style, ...] = ("", "b", "i", "blockquote")
ODD = [
    "<b>",
    "</b>",
    "&lt;",
    "&",
    "<",
    "😀",
    "𠮷",
    "\x00",
    "\n",
    "。",
    "\u202e",
    "\ud83d",
    " ",
    "\u200b",
    "\ufeff",
    "甲乙。",
]

texts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(ODD), max_size=12).map("".join))
runs = st.builds(Run, texts, st.sampled_from(STYLES))
paragraphs = st.lists(runs, max_size=4).map(tuple)
contents = st.lists(paragraphs, max_size=8)


class Reader(HTMLParser):
    """Visible text and tags of a page; fails on what is not balanced."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert (tag, attrs) in (("b", []), ("i", []), ("blockquote", []), ("blockquote", [("expandable", None)]))
        assert not self.open, "nothing is nested"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"read as a comment: {data!r}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"read as a declaration: {decl!r}")


def visible(page: str) -> str:
    """What is read, after the markup is parsed."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader.text


def written(content: list[Paragraph]) -> str:
    """The text that went in, cleaned."""
    return "\n".join(render.plain("".join(run.text for run in paragraph)) for paragraph in content)


def squeezed(text: str) -> str:
    """Without what shows nothing: pages end where the reader sees a gap anyway."""
    return "".join(re.sub("[\u180e\u200b-\u200f\u2028-\u202e\u2060\u2800\ufeff\ufffc]", "", text).split())


def holds(content: list[Paragraph], limit: int) -> list[str]:
    """The promises about pages; gives them."""
    pages = render.pages(content, limit)
    seen = [visible(page) for page in pages]
    for page, text in zip(pages, seen, strict=True):
        assert render.length(text) <= limit
        text.encode()  # nothing that UTF-8 can't say
        assert squeezed(text), "Telegram refuses a message that shows nothing"
        assert render.without_markup(page) == text
        assert formatted(page, "HTML", None)[0], "the stand-in server reads it, too"
    assert squeezed("".join(seen)) == squeezed(written(content))
    return seen


@given(contents, st.integers(2, 40))
@settings(max_examples=300, deadline=None)
def test_small_pages_hold_every_text(content: list[Paragraph], limit: int) -> None:
    holds(content, limit)


@given(st.lists(paragraphs, max_size=4), st.sampled_from([100, 400]))
@settings(max_examples=30, deadline=None)
def test_pages_hold_every_text(content: list[Paragraph], times: int) -> None:
    holds([tuple(Run(run.text * times, run.style) for run in paragraph) for paragraph in content], LIMIT)


@given(st.lists(st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=40), min_size=1, max_size=9))
def test_text_that_fits_is_one_page_with_a_line_for_each_paragraph(texts: list[str]) -> None:
    assert holds([(Run(text),) for text in texts], LIMIT) == ["\n".join(map(render.plain, texts))]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("text", ["长" * 20_000, "句子。" * 6_667, "😀" * 10_000, "a<&>" * 5_000])
def test_a_paragraph_of_twenty_thousand_characters(text: str, style: Style) -> None:
    pages = holds([(Run("前"),), (Run(text, style),), (Run("后"),)], LIMIT)
    assert "".join(pages).replace("\n", "") == f"前{text}后"
    assert len(pages) <= render.length(text) // (LIMIT - 2) + 2, "pages are full"


def test_a_long_text_is_cut_between_sentences() -> None:
    pages = holds([(Run(f"第{n}句话写到这里为止。" * 300),) for n in range(1, 4)], LIMIT)
    assert len(pages) > 1
    assert all(page.endswith("。") for page in pages)


def test_no_character_outside_the_basic_plane_is_cut_in_two() -> None:
    pages = holds([(Run("a" + "😀" * 5),)], 4)
    assert pages == ["a😀", "😀😀", "😀😀"]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\x00\x01", "\u202e", "\u200b", "\ud83d", " " * 5_000, "\u2800"])
def test_what_shows_nothing_is_no_message(text: str) -> None:
    assert render.pages([(Run(text, "b"),), ()]) == []


def test_a_gap_of_five_thousand_spaces_makes_no_empty_message() -> None:
    assert [page.strip() for page in holds([(Run("甲"),), (Run(" " * 5_000),), (Run("乙"),)], LIMIT)] == ["甲", "乙"]


def test_blocks_show_labels_quotes_and_the_notice() -> None:
    blocks = [
        Block("lead", (Say("答："), Quote("3 万元", bare=True), Say("，见"), Quote("原话"))),
        Block("original", (Quote("全文" * 200, bare=True),), "原文"),
        Block("notice", (Say("已过期"),)),
    ]
    (page,) = render.messages(blocks)
    assert page.split("\n") == [
        "答：<b>3 万元</b>，见<b>「原话」</b>",
        "<b>原文</b>",
        f"<blockquote expandable>{'全文' * 200}</blockquote>",
        "<i>已过期</i>",
    ]
    assert visible(render.messages(blocks[1:2])[0]) == "原文\n" + "全文" * 200


def test_replies_to_real_questions_keep_their_quotes_word_for_word(assistant: Assistant) -> None:
    quoted = 0
    for question in mixed(200, seed=3):
        reply = assistant.reply(question)
        pages = render.messages(reply.blocks)
        assert pages
        text = "".join(visible(page) for page in pages)
        assert all(render.length(visible(page)) <= LIMIT for page in pages)
        for quote in quotes(reply.blocks):
            quoted += 1
            assert quote in text, question
        assert squeezed(text) == squeezed(reply.text), question
    assert quoted > 200
