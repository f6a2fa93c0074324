"""answerCallbackQuery and answerInlineQuery."""

from __future__ import annotations

import re
from typing import Any

from tests.botapi.arguments import Arguments
from tests.botapi.entities import MOST_TEXT, formatted, units
from tests.botapi.errors import bad
from tests.botapi.markup import check_markup
from tests.botapi.world import World

MOST_RESULTS = 50
MOST_ID = 64
"""Bytes of a result's id and of next_offset."""
MOST_ALERT = 200
"""Characters of answerCallbackQuery's text."""
_ARTICLE = frozenset(
    [
        "type",
        "id",
        "title",
        "input_message_content",
        "reply_markup",
        "url",
        "description",
        "thumbnail_url",
        "thumbnail_width",
        "thumbnail_height",
    ]
)
_CONTENT = frozenset(["message_text", "parse_mode", "entities", "link_preview_options"])


class Queries:
    """Answers to presses and to inline queries."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer_callback_query(self, a: Arguments) -> bool:
        """#answercallbackquery: once, and only for a query that is known and not too old."""
        query = self._world.take_query(a.text("callback_query_id"), "callback_query")
        if len(a.text("text")) > MOST_ALERT:
            raise bad("MESSAGE_TOO_LONG")
        query.answer = {"text": a.text("text"), "show_alert": a.flag("show_alert"), "url": a.text("url")}
        return True

    def answer_inline_query(self, a: Arguments) -> bool:
        """#answerinlinequery: at most 50 results, next_offset at most 64 bytes."""
        query = self._world.take_query(a.text("inline_query_id"), "inline_query")
        results = a.array("results")
        if results is None:
            raise bad("can't find parameter results")
        if len(results) > MOST_RESULTS:
            raise bad("RESULTS_TOO_MUCH")
        if len(a.text("next_offset").encode()) > MOST_ID:
            raise bad("NEXT_OFFSET_INVALID")
        if a.integer("cache_time", 300) < 0:
            raise bad("cache_time must be non-negative")
        seen: set[str] = set()
        checked = []
        for result in results:
            checked.append(self._result(result))
            if result["id"] in seen:
                raise bad("RESULT_ID_DUPLICATE")
            seen.add(result["id"])
        button = a.object("button")
        if button is not None:
            if not button.get("text") or len(button.keys() & {"web_app", "start_parameter"}) != 1:
                raise bad("can't parse inline query results button")
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", button.get("start_parameter", "x")):
                raise bad("START_PARAM_INVALID")
        query.answer = {
            "results": checked,
            "cache_time": a.integer("cache_time", 300),
            "is_personal": a.flag("is_personal"),
            "next_offset": a.text("next_offset"),
            "button": button,
        }
        return True

    def _result(self, result: Any) -> dict[str, Any]:
        """#inlinequeryresultarticle with #inputtextmessagecontent; other kinds are only looked at for their id."""
        if not isinstance(result, dict):
            raise bad("can't parse inline query result: object expected")
        if not isinstance(result.get("id"), str) or not 1 <= len(result["id"].encode()) <= MOST_ID:
            raise bad("RESULT_ID_INVALID")
        markup = check_markup(result.get("reply_markup"))
        if result.get("type") != "article":
            return result
        if not isinstance(result.get("title"), str) or not result["title"].strip():
            raise bad("ARTICLE_TITLE_EMPTY")
        content = result.get("input_message_content")
        if not isinstance(content, dict) or "message_text" not in content:
            raise bad("can't parse inline query result: input message content is not specified")
        if self._world.strict and (result.keys() - _ARTICLE or content.keys() - _CONTENT):
            raise bad(f"unknown fields: {sorted(result.keys() - _ARTICLE) + sorted(content.keys() - _CONTENT)}")
        text, entities = formatted(content["message_text"], content.get("parse_mode") or "", content.get("entities"))
        if not text:
            raise bad("message text is empty")
        if units(text) > MOST_TEXT:
            raise bad("MESSAGE_TOO_LONG")
        preview = content.get("link_preview_options")
        parsed = {"text": text} | ({"entities": entities} if entities else {})
        parsed |= {"link_preview_options": preview} if preview is not None else {}
        return result | {"parsed": parsed} | ({"reply_markup": markup} if markup else {})
