"""What persons do: helpers with which a test plays users. Each makes the update that Telegram would make."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Any

from tests.botapi.entities import units
from tests.botapi.people import Chat, Person
from tests.botapi.updates import Updates
from tests.botapi.world import Query, Sent, World

FIRST_PERSON = 5_000_001
FIRST_GROUP = 4_001
INLINE_QUERY = 256
"""Characters of an inline query; the rest is cut (#inlinequery)."""
RIGHTS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
    *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users"),
    *("can_post_stories", "can_edit_stories", "can_delete_stories"),
)
"""What is always told of an administrator (#chatmemberadministrator)."""
_FOUND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?!\w)|(?<![\w@])@[A-Za-z0-9_]{4,32}(?!\w)")
FILES: dict[str, dict[str, Any]] = {
    "voice": {"duration": 3, "mime_type": "audio/ogg"},
    "audio": {"duration": 3},
    "video": {"duration": 3, "width": 1, "height": 1},
    "video_note": {"duration": 3, "length": 1},
    "document": {"file_name": "附件.pdf"},
    "sticker": {
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
        "emoji": "👍",
    },
}


def find_entities(text: str) -> list[dict[str, Any]]:
    """The entities that Telegram finds itself: commands and mentions."""
    return [
        {
            "type": "bot_command" if match[0].startswith("/") else "mention",
            "offset": units(text[: match.start()]),
            "length": len(match[0]),
        }
        for match in _FOUND.finditer(text)
    ]


class Acts:
    """Persons' side of the server."""

    world: World
    updates: Updates

    def __init__(self) -> None:
        self._next_person = FIRST_PERSON
        self._next_group = FIRST_GROUP
        self._next_query = 0

    # -- who and where -------------------------------------------------------------------------------------------------

    def person(self, name: str, username: str = "", language_code: str = "zh-hans") -> Person:
        """Somebody new."""
        self._next_person += 1
        return Person(self._next_person, name, username, language_code)

    def private(self, person: Person) -> Chat:
        """The private chat with the bot; it has the person's id."""
        chat = self.world.chats.get(person.id)
        if chat is None:
            chat = self.world.chats[person.id] = Chat(person.id, "private", person.first_name, person.username)
            if person.username:
                self.world.usernames[person.username.lower()] = chat
        return chat

    def group(self, title: str, supergroup: bool = True, username: str = "") -> Chat:
        """A group with the bot in it."""
        self._next_group += 1
        number = -(10**12) - self._next_group if supergroup else -self._next_group
        chat = Chat(number, "supergroup" if supergroup else "group", title, username)
        self.world.chats[number] = chat
        if username:
            self.world.usernames[username.lower()] = chat
        return chat

    # -- messages ------------------------------------------------------------------------------------------------------

    def say(
        self,
        chat: Chat,
        person: Person,
        text: str,
        *,
        reply_to: dict[str, Any] | Sent | None = None,
        entities: Sequence[dict[str, Any]] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """A text message; gives the Message. ``more`` are further fields, as message_thread_id or sender_chat."""
        found = find_entities(text) if entities is None else list(entities)
        content: dict[str, Any] = {"text": text} | ({"entities": found} if found else {})
        return self.post(chat, person, content | more, reply_to)

    def post(
        self, chat: Chat, person: Person, content: dict[str, Any], reply_to: dict[str, Any] | Sent | None = None
    ) -> dict[str, Any]:
        """Any message, by its content fields (#message)."""
        message: dict[str, Any] = {
            "message_id": self.world.message_id(chat),
            "from": person.user,
            "chat": chat.info,
            "date": int(time.time()),
        } | content
        if reply_to is not None:
            replied = reply_to.message if isinstance(reply_to, Sent) else reply_to
            message["reply_to_message"] = {k: v for k, v in replied.items() if k != "reply_to_message"}
        chat.messages[message["message_id"]] = message
        if self._arrives(chat, message):
            self.updates.add("channel_post" if chat.type == "channel" else "message", message, chat.id)
        return message

    def _arrives(self, chat: Chat, message: dict[str, Any]) -> bool:
        """Privacy mode (core.telegram.org/bots/features#privacy-mode)."""
        if not self.world.privacy or not chat.is_group or not {"text", "caption"} & message.keys():
            return True
        replied: bool = message.get("reply_to_message", {}).get("from", {}).get("id") == self.world.bot.id
        name = f"@{self.world.bot.username}".lower()
        text = message.get("text", message.get("caption", ""))
        for entity in message.get("entities", []):
            part = text.encode("utf-16-le")[entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2]
            word = part.decode("utf-16-le").lower()
            if entity["type"] == "bot_command" and ("@" not in word or word.endswith(name)):
                return True
        return replied

    def edit(self, chat: Chat, message: dict[str, Any], text: str) -> dict[str, Any]:
        """A person changes a message (edited_message)."""
        found = find_entities(text)
        fresh = {k: v for k, v in message.items() if k != "entities"} | {"text": text, "edit_date": int(time.time())}
        if found:
            fresh["entities"] = found
        chat.messages[message["message_id"]] = fresh
        self.updates.add("edited_message", fresh, chat.id)
        return fresh

    def send_file(self, chat: Chat, person: Person, kind: str, caption: str = "", **more: Any) -> dict[str, Any]:
        """A photo, voice, audio, video, video_note, document or sticker."""
        entry: dict[str, Any] = {"file_id": f"file-{kind}", "file_unique_id": f"u-{kind}", "file_size": 1}
        content: dict[str, Any]
        content = {"photo": [entry | {"width": 90, "height": 90}]} if kind == "photo" else {kind: entry | FILES[kind]}
        return self.post(chat, person, content | ({"caption": caption} if caption else {}) | more)

    # -- buttons and inline mode ---------------------------------------------------------------------------------------

    def _query(self, kind: str, person: Person) -> Query:
        self._next_query += 1
        query = Query(f"{self._next_query:018d}", kind, person, time.monotonic())
        self.world.queries[query.id] = query
        return query

    def press(self, sent: Sent | dict[str, Any], person: Person, button: str | int = 0, *, forged: str = "") -> Query:
        """Press the button with this text or number on a message of the bot; ``forged`` sends other data.

        The message is taken as it is now: a button that an edit took away can't be pressed.
        """
        old = sent.message if isinstance(sent, Sent) else sent
        chat = self.world.chats[old["chat"]["id"]]
        message = chat.messages[old["message_id"]]
        data = forged
        if not data:
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            buttons = [b for row in rows for b in row if "callback_data" in b]
            chosen = buttons[button] if isinstance(button, int) else next(b for b in buttons if button in b["text"])
            data = chosen["callback_data"]
        query = self._query("callback_query", person)
        value = {
            "id": query.id,
            "from": person.user,
            "message": message,
            "chat_instance": str(chat.id * 7),
            "data": data,
        }
        self.updates.add("callback_query", value, person.id + (3 << 33))
        return query

    def ask_inline(self, person: Person, text: str, offset: str = "", chat_type: str = "sender") -> Query:
        """Type `@bot text` in any chat."""
        query = self._query("inline_query", person)
        value = {
            "id": query.id,
            "from": person.user,
            "query": text[:INLINE_QUERY],
            "offset": offset,
            "chat_type": chat_type,
        }
        self.updates.add("inline_query", value, person.id + (1 << 33))
        return query

    def choose(self, query: Query, number: int = 0) -> str:
        """Choose a result of an answered inline query; gives the inline_message_id."""
        assert query.answer is not None, "the query was not answered"
        result = query.answer["results"][number]
        identifier = f"inline-{query.id}-{number}"
        message = dict(result.get("parsed", {}))
        if result.get("reply_markup"):
            message["reply_markup"] = result["reply_markup"]
        self.world.inline_messages[identifier] = message
        value = {"result_id": result["id"], "from": query.person.user, "query": "", "inline_message_id": identifier}
        self.updates.add("chosen_inline_result", value, query.person.id + (2 << 33))
        return identifier

    # -- members -------------------------------------------------------------------------------------------------------

    def bot_member(self, chat: Chat, person: Person, old: str = "left", new: str = "member") -> None:
        """The bot's own membership changes: added, removed, blocked (my_chat_member)."""
        bot = self.world.bot.user

        def member(status: str) -> dict[str, Any]:
            more: dict[str, Any] = {"until_date": 0} if status == "kicked" else {}
            if status == "administrator":
                more = dict.fromkeys(RIGHTS, False) | {"can_manage_chat": True}
            return {"status": status, "user": bot} | more

        if new in ("left", "kicked"):
            chat.barred = (
                "bot was blocked by the user" if chat.type == "private" else "bot was kicked from the group chat"
            )
        else:
            chat.barred = ""
        value = {
            "chat": chat.info,
            "from": person.user,
            "date": int(time.time()),
            "old_chat_member": member(old),
            "new_chat_member": member(new),
        }
        self.updates.add("my_chat_member", value, chat.id)
        if new == "member" and chat.is_group:
            self.post(chat, person, {"new_chat_members": [bot]})

    def join(self, chat: Chat, person: Person) -> dict[str, Any]:
        """A person joins a group (a service message)."""
        return self.post(chat, person, {"new_chat_members": [person.user]})

    def migrate(self, chat: Chat) -> Chat:
        """The group becomes a supergroup: the old id is refused with migrate_to_chat_id."""
        fresh = self.group(chat.title)
        chat.migrated_to = fresh.id
        return fresh
