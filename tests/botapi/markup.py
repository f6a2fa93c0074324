"""reply_markup (core.telegram.org/bots/api#inlinekeyboardmarkup, #inlinekeyboardbutton, #replykeyboardmarkup)."""

from __future__ import annotations

from typing import Any

from tests.botapi.errors import bad

MOST_BUTTONS = 100
"""Buttons of an inline keyboard; more are REPLY_MARKUP_TOO_LONG. Not on the page; what the server is seen to do."""
MOST_IN_ROW = 8
"""Buttons in a row; further ones are shown in other rows, so strict mode refuses them."""
MOST_DATA = 64
"""Bytes of callback_data (#inlinekeyboardbutton: 1-64 bytes)."""
_ACTIONS = {
    "url": str,
    "callback_data": str,
    "web_app": dict,
    "login_url": dict,
    "switch_inline_query": str,
    "switch_inline_query_current_chat": str,
    "switch_inline_query_chosen_chat": dict,
    "copy_text": dict,
    "callback_game": dict,
    "pay": bool,
}
_SHOWN = ("text", "icon_custom_emoji_id", "style")


def check_markup(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """The inline keyboard as it is stored with the message; None for the other markups and for none."""
    if markup is None or not markup:
        return None
    if "inline_keyboard" not in markup:
        if {"keyboard", "remove_keyboard", "force_reply"} & markup.keys():
            return None
        raise bad("object expected as reply markup")
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup should be an Array of Arrays')
    count = 0
    for row in rows:
        if not isinstance(row, list):
            raise bad('field "inline_keyboard" of the InlineKeyboardMarkup should be an Array of Arrays')
        if len(row) > MOST_IN_ROW:
            raise bad(f"inline keyboard row has {len(row)} buttons, at most {MOST_IN_ROW} are shown in a row")
        for button in row:
            _check_button(button)
        count += len(row)
    if count > MOST_BUTTONS:
        raise bad("REPLY_MARKUP_TOO_LONG")
    kept = [row for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _check_button(button: Any) -> None:
    def fail(why: str) -> Exception:
        return bad(f"can't parse inline keyboard button: {why}")

    if not isinstance(button, dict):
        raise fail("InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise fail('Can\'t find field "text"')
    if not isinstance(button["text"], str):
        raise fail('Field "text" must be of type String')
    if not button["text"].strip():
        raise bad("inline keyboard button text is empty")
    unknown = button.keys() - _ACTIONS.keys() - set(_SHOWN)
    if unknown:
        raise fail(f"unknown fields {sorted(unknown)}")
    actions = button.keys() & _ACTIONS.keys()
    if not actions:
        raise fail("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise fail("exactly one of the optional fields must be used")
    (action,) = actions
    value: Any = button[action]
    kind: Any = _ACTIONS[action]
    if not isinstance(value, kind):
        raise fail(f'Field "{action}" is of a wrong type')
    if action == "callback_data":
        if value == "":
            raise fail("Text buttons are unallowed in the inline keyboard")
        if len(value.encode()) > MOST_DATA:
            raise bad("BUTTON_DATA_INVALID")
    if action == "url" and not value.startswith(("http://", "https://", "tg://")):
        raise bad(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")
    if action == "copy_text" and not 1 <= len(value.get("text", "")) <= 256:
        raise bad("BUTTON_COPY_TEXT_INVALID")
