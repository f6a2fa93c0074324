"""Methods that send and change messages."""

from __future__ import annotations

import struct
import time
from typing import Any

from tests.botapi.arguments import Arguments
from tests.botapi.entities import MOST_CAPTION, MOST_TEXT, formatted, units
from tests.botapi.errors import bad
from tests.botapi.markup import check_markup
from tests.botapi.people import Chat
from tests.botapi.world import World

ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
MOST_FILE = {"photo": 10 * 1024 * 1024, "document": 50 * 1024 * 1024}
"""Bytes ("Sending files")."""
_REPLY = frozenset(
    [
        "message_id",
        "chat_id",
        "checklist_task_id",
        "poll_option_id",
        "allow_sending_without_reply",
        "quote",
        "quote_parse_mode",
        "quote_entities",
        "quote_position",
    ]
)
_TEXT = ("text", "entities", "link_preview_options")
"""What belongs to a message's text."""
_PREVIEW = frozenset(["is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"])


def _png_size(content: bytes) -> dict[str, int]:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[-8:-4] != b"IEND":
        raise bad("IMAGE_PROCESS_FAILED")
    width, height = struct.unpack("!II", content[16:24])
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return {"width": width, "height": height}


class Messages:
    """sendMessage and its kin."""

    def __init__(self, world: World) -> None:
        self._world = world

    def send_message(self, a: Arguments) -> dict[str, Any]:
        """#sendmessage: 1-4096 units after entity parsing."""
        chat = self._world.writable(a.text("chat_id"))
        content = self._content(a, "text", "entities", MOST_TEXT)
        return self._send(chat, a, content)

    def send_photo(self, a: Arguments) -> dict[str, Any]:
        """#sendphoto: at most 10 MB; width and height together at most 10000, their ratio at most 20.

        Only PNG can be told apart from what is no picture here; it is kept as a photo of one size.
        """
        return self._file(a, "photo")

    def send_document(self, a: Arguments) -> dict[str, Any]:
        """#senddocument: at most 50 MB; kept with its name."""
        return self._file(a, "document")

    def _file(self, a: Arguments, kind: str) -> dict[str, Any]:
        chat = self._world.writable(a.text("chat_id"))
        upload = a.files.get(kind)
        if upload is None and not a.text(kind):
            raise bad(f"there is no {kind} in the request")
        entry: dict[str, Any] = {"file_id": f"file-{kind}", "file_unique_id": f"u-{kind}", "file_size": 1}
        size = {"width": 1, "height": 1}
        if upload is not None:
            if not upload.content:
                raise bad("file must be non-empty")
            if len(upload.content) > MOST_FILE[kind]:
                raise bad(f"file is too big: {len(upload.content)} bytes")
            name = f"file-upload-{len(self._world.uploads)}"
            self._world.uploads[name] = upload
            entry = {"file_id": name, "file_unique_id": f"u-{name}", "file_size": len(upload.content)}
            if kind == "photo":
                size = _png_size(upload.content)
            else:
                entry["file_name"] = upload.filename
        content: dict[str, Any] = {kind: [entry | size] if kind == "photo" else entry}
        if a.text("caption"):
            content |= self._content(a, "caption", "caption_entities", MOST_CAPTION)
        return self._send(chat, a, content)

    def _content(self, a: Arguments, name: str, entities_name: str, most: int) -> dict[str, Any]:
        if not a.text(name):
            raise bad("message text is empty")
        text, entities = formatted(a.text(name), a.text("parse_mode"), a.array(entities_name))
        if not text:
            raise bad("message text is empty")
        if units(text) > most:
            raise bad("message is too long" if name == "text" else "message caption is too long")
        preview = a.object("link_preview_options")
        if self._world.strict and preview is not None and preview.keys() - _PREVIEW:
            raise bad(f"unknown fields of link_preview_options: {sorted(preview.keys() - _PREVIEW)}")
        shown = {"link_preview_options": preview} if preview is not None else {}
        return {name: text} | ({entities_name: entities} if entities else {}) | shown

    def _send(self, chat: Chat, a: Arguments, content: dict[str, Any]) -> dict[str, Any]:
        markup = check_markup(a.object("reply_markup"))
        reply = self._replied(chat, a)
        message: dict[str, Any] = {
            "message_id": self._world.message_id(chat),
            "from": self._world.bot.user,
            "chat": chat.info,
            "date": int(time.time()),
        }
        thread = a.integer("message_thread_id")
        if reply is not None:
            message["reply_to_message"] = {k: v for k, v in reply.items() if k != "reply_to_message"}
            thread = thread or reply.get("message_thread_id", 0)
        if thread:
            message["message_thread_id"] = thread
        message |= content
        if markup is not None:
            message["reply_markup"] = markup
        chat.messages[message["message_id"]] = message
        self._world.note(chat, message)
        return message

    def _replied(self, chat: Chat, a: Arguments) -> dict[str, Any] | None:
        """#replyparameters. The wording changed over the years; this is the present one."""
        reply = a.object("reply_parameters")
        if reply is None:
            return None
        if self._world.strict and reply.keys() - _REPLY:
            raise bad(f"unknown fields of reply_parameters: {sorted(reply.keys() - _REPLY)}")
        if type(reply.get("message_id")) is not int:
            raise bad("can't parse reply parameters: message_id must be an Integer")
        if str(reply.get("chat_id", chat.id)) != str(chat.id):
            raise bad("replies to other chats are not supported here")
        message = chat.messages.get(reply["message_id"])
        if message is None:
            if reply.get("allow_sending_without_reply"):
                return None
            raise bad("message to be replied not found")
        quote = reply.get("quote")
        if quote and quote not in message.get("text", message.get("caption", "")):
            raise bad("message quote not found")  # QUOTE_TEXT_INVALID
        return message

    def send_chat_action(self, a: Arguments) -> bool:
        """#sendchataction."""
        chat = self._world.writable(a.text("chat_id"))
        if a.text("action") not in ACTIONS:
            raise bad("wrong parameter action in request")
        self._world.actions.append((time.monotonic(), chat.id, a.text("action")))
        return True

    def edit_message_text(self, a: Arguments) -> dict[str, Any] | bool:
        """#editmessagetext: without reply_markup the keyboard goes away."""
        if a.text("inline_message_id"):
            return self._edit_inline(a, self._content(a, "text", "entities", MOST_TEXT))
        chat, message = self._own(a, "edit")
        content = self._content(a, "text", "entities", MOST_TEXT)
        return self._edit(chat, message, content, check_markup(a.object("reply_markup")))

    def edit_message_reply_markup(self, a: Arguments) -> dict[str, Any] | bool:
        """#editmessagereplymarkup."""
        if a.text("inline_message_id"):
            return self._edit_inline(a, {})
        chat, message = self._own(a, "edit")
        content: dict[str, Any] = {key: message[key] for key in _TEXT if key in message}
        return self._edit(chat, message, content, check_markup(a.object("reply_markup")))

    def _edit(
        self, chat: Chat, message: dict[str, Any], content: dict[str, Any], markup: dict[str, Any] | None
    ) -> dict[str, Any]:
        same = all(message.get(key) == content.get(key) for key in ("text", "entities"))
        if same and message.get("reply_markup") == markup:
            raise bad(NOT_MODIFIED)
        if "text" in content and "text" not in message:
            raise bad("there is no text in the message to edit")
        fresh = {k: v for k, v in message.items() if k not in (*_TEXT, "reply_markup")} | content
        fresh["edit_date"] = int(time.time())
        if markup is not None:
            fresh["reply_markup"] = markup
        chat.messages[message["message_id"]] = fresh
        self._world.note(chat, fresh, edited=True)
        return fresh

    def _edit_inline(self, a: Arguments, content: dict[str, Any]) -> bool:
        message = self._world.inline_messages.get(a.text("inline_message_id"))
        if message is None:
            raise bad("MESSAGE_ID_INVALID")
        markup = check_markup(a.object("reply_markup"))
        fresh = {k: v for k, v in message.items() if k != "reply_markup"} | content
        if markup is not None:
            fresh["reply_markup"] = markup
        if fresh == message:
            raise bad(NOT_MODIFIED)
        message.clear()
        message.update(fresh)
        return True

    def _own(self, a: Arguments, verb: str) -> tuple[Chat, dict[str, Any]]:
        chat = self._world.writable(a.text("chat_id"))
        if not a.text("message_id"):
            raise bad("message identifier is not specified")
        message = chat.messages.get(a.integer("message_id"))
        if message is None:
            raise bad(f"message to {verb} not found")
        if message.get("from", {}).get("id") != self._world.bot.id:
            raise bad(f"message can't be {verb}ed")
        return chat, message

    def delete_message(self, a: Arguments) -> bool:
        """#deletemessage: its own, and any incoming one in a private chat."""
        chat = self._world.writable(a.text("chat_id"))
        message = chat.messages.get(a.integer("message_id"))
        if message is None:
            raise bad("message to delete not found")
        if chat.type != "private" and message["from"]["id"] != self._world.bot.id:
            raise bad("message can't be deleted")
        del chat.messages[message["message_id"]]
        return True

    def delete_messages(self, a: Arguments) -> bool:
        """#deletemessages: 1-100 ids; those not found are skipped."""
        chat = self._world.writable(a.text("chat_id"))
        ids = a.array("message_ids") or []
        if not 1 <= len(ids) <= 100:
            raise bad("message identifiers are not specified")
        for number in ids:
            chat.messages.pop(number, None)
        return True
