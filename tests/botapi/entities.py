"""Message text: UTF-16 lengths, the HTML parse mode, and what Telegram cleans away.

Follows core.telegram.org/bots/api#html-style and #messageentity ("offset and length in UTF-16 code units"), with the
order of checks and the error texts of tdlib/td, td/telegram/MessageEntity.cpp (parse_html).
"""

from __future__ import annotations

import re
from typing import Any

from tests.botapi.errors import ApiError, bad

MOST_TEXT, MOST_CAPTION = 4096, 1024
"""UTF-16 units after entity parsing (sendMessage, text; sendPhoto, caption)."""
_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![a-zA-Z]));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_NAME = re.compile(r"[A-Za-z0-9.-]*")
_SPACE = " \t\r\n\v\f"
_CLEAN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DROPPED = re.compile("[\r\u2028-\u202e]")
ENTITY_TYPES = frozenset(
    [
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    ]
)


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _decode(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        hexadecimal, decimal, name = match.groups()
        if name:
            return _NAMED[name]
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        return chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF else match[0]

    return _ENTITY.sub(character, text) if "&" in text else text


def parse_html(text: str) -> tuple[str, list[dict[str, Any]]]:
    """(visible text, entities). Raises ApiError 400 "can't parse entities: ..." with the real one's words."""
    parts: list[str] = []
    entities: list[dict[str, Any]] = []
    stack: list[tuple[str, str, int, int]] = []  # tag, argument, offset in units, index in parts
    length = 0
    at = 0

    def fail(why: str) -> ApiError:
        return bad(f"can't parse entities: {why}")

    def byte(index: int) -> int:
        return len(text[:index].encode())

    while True:
        begin = text.find("<", at)
        plain = _decode(text[at:] if begin < 0 else text[at:begin])
        if plain:
            parts.append(plain)
            length += units(plain)
        if begin < 0:
            break
        i = begin + 1
        if text[i : i + 1] != "/":
            tag, argument, i = _start_tag(text, begin, fail, byte)
            stack.append((tag, argument, length, len(parts)))
        else:
            if not stack:
                raise fail(f"Unexpected end tag at byte offset {byte(begin)}")
            while i < len(text) and text[i] not in _SPACE + ">":
                i += 1
            found = text[begin + 2 : i].lower()
            while i < len(text) and text[i] in _SPACE:
                i += 1
            if text[i : i + 1] != ">":
                raise fail(f"Unclosed end tag at byte offset {byte(begin)}")
            tag, argument, offset, first = stack.pop()
            if found and found != tag:
                raise fail(f'Unmatched end tag at byte offset {byte(begin)}, expected "</{tag}>", found "</{found}>"')
            if length > offset:
                entities += _entity(tag, argument, offset, length - offset, "".join(parts[first:]), fail)
        at = i + 1
    if stack:
        raise fail(f'Can\'t find end tag corresponding to start tag "{stack[-1][0]}"')
    entities.sort(key=lambda e: (e["offset"], -e["length"]))
    return "".join(parts), entities


def _start_tag(text: str, begin: int, fail: Any, byte: Any) -> tuple[str, str, int]:
    i, end = begin + 1, len(text)
    while i < end and text[i] not in _SPACE + ">":
        i += 1
    if i == end:
        raise fail(f"Unclosed start tag at byte offset {byte(begin)}")
    tag = text[begin + 1 : i].lower()
    if tag not in _TYPES:
        raise fail(f'Unsupported start tag "{tag}" at byte offset {byte(begin)}')
    argument = ""
    while True:
        while i < end and text[i] in _SPACE:
            i += 1
        if i == end:
            raise fail(f"Unclosed start tag at byte offset {byte(begin)}")
        if text[i] == ">":
            break
        first = i
        while i < end and text[i] not in _SPACE + "=>":
            i += 1
        name = text[first:i]
        if not name:
            raise fail(f'Empty attribute name in the tag "{tag}" at byte offset {byte(begin)}')
        while i < end and text[i] in _SPACE:
            i += 1
        if text[i : i + 1] != "=":
            if tag == "blockquote" and name == "expandable":
                argument = "1"
                continue
            raise fail(
                f'Expected equal sign in declaration of an attribute of the tag "{tag}" at byte offset {byte(begin)}'
            )
        i += 1
        while i < end and text[i] in _SPACE:
            i += 1
        if i == end:
            raise fail(f'Unclosed start tag "{tag}" at byte offset {byte(begin)}')
        if text[i] in "'\"":
            close = text.find(text[i], i + 1)
            if close < 0:
                raise fail(f"Unclosed start tag at byte offset {byte(begin)}")
            value, i = _decode(text[i + 1 : close]), close + 1
        else:
            token = _NAME.match(text, i)
            assert token is not None
            value, i = token[0].lower(), token.end()
            if i < end and text[i] not in _SPACE + ">":
                raise fail(f"Unexpected end of name token at byte offset {byte(token.start())}")
        if (tag, name) in (("a", "href"), ("tg-emoji", "emoji-id")):
            argument = value
        elif (tag, name) == ("code", "class") and value.startswith("language-"):
            argument = value[9:]
        elif (tag, name) == ("span", "class") and value.startswith("tg-"):
            argument = value[3:]
        elif (tag, name) == ("blockquote", "expandable"):
            argument = "1"
    if tag == "span" and argument != "spoiler":
        raise fail(f'Tag "span" must have class "tg-spoiler" at byte offset {byte(begin)}')
    return tag, argument, i


def _entity(tag: str, argument: str, offset: int, length: int, inner: str, fail: Any) -> list[dict[str, Any]]:
    entity: dict[str, Any] = {"type": _TYPES[tag], "offset": offset, "length": length}
    if tag == "a":
        url = argument or inner
        user = re.fullmatch(r"tg://user\?id=([0-9]+)", url)
        if user:
            entity |= {"type": "text_mention", "user": {"id": int(user[1]), "is_bot": False, "first_name": "?"}}
        elif re.fullmatch(r"(?:https?://|tg://)?[^\s/]+\.?[^\s]*", url) and ("." in url or url.startswith("tg:")):
            entity["url"] = url if "://" in url else f"http://{url}/"
        else:
            return []  # a link without a usable address is dropped, its text stays (LinkManager::get_checked_link)
    elif tag == "tg-emoji":
        if not argument.isdigit() or int(argument) == 0:
            raise fail("Invalid custom emoji identifier specified")
        entity["custom_emoji_id"] = argument
    elif tag == "blockquote" and argument:
        entity["type"] = "expandable_blockquote"
    elif tag == "code" and argument:
        entity["language"] = argument
    return [entity]


def check_entities(text: str, entities: list[Any]) -> list[dict[str, Any]]:
    """The `entities` parameter (core.telegram.org/bots/api#messageentity): known types, inside the text."""
    whole = units(text)
    for entity in entities:
        if not isinstance(entity, dict) or entity.get("type") not in ENTITY_TYPES:
            raise bad("can't parse MessageEntity: type is unknown")
        offset, length = entity.get("offset"), entity.get("length")
        if type(offset) is not int or type(length) is not int or offset < 0 or length < 0:
            raise bad("can't parse MessageEntity: offset and length must be integers, not negative")
        if offset > whole:
            raise bad(f"entity begins after the end of the message text at UTF-16 offset {offset}")
        if offset + length > whole:
            raise bad(f"entity ends after the end of the message text at UTF-16 offset {offset + length}")
    return entities


def formatted(text: str, parse_mode: str, entities: list[Any] | None) -> tuple[str, list[dict[str, Any]]]:
    """Parsed and cleaned: (text, entities); both ends trimmed as td's fix_formatted_text does.

    Only HTML is offered: "Markdown" and "MarkdownV2" are a 400 here, for no message of this project uses them.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    mode = parse_mode.lower()
    if mode == "html":
        text, found = parse_html(text)
    elif mode in ("", "none"):
        found = check_entities(text, entities or [])
    else:
        raise bad("unsupported parse_mode")
    if _DROPPED.search(text) and not found:
        text = _DROPPED.sub("", text)
    text = _CLEAN.sub(" ", text)
    trimmed = text.lstrip(" \n\t")
    shift = units(text) - units(trimmed)
    trimmed = trimmed.rstrip(" \n\t")
    whole = units(trimmed)
    moved = []
    for entity in found:
        first, last = max(0, entity["offset"] - shift), min(whole, entity["offset"] + entity["length"] - shift)
        if last > first:
            moved.append(entity | {"offset": first, "length": last - first})
    return trimmed, moved[:100]  # "at most 100 entities a message": further ones are ignored
