"""What the bot says of itself: commands, names, descriptions; and what it may ask about chats and files."""

from __future__ import annotations

import re
from typing import Any

from tests.botapi.arguments import Arguments
from tests.botapi.errors import ApiError, bad
from tests.botapi.world import World

MOST_COMMANDS = 100
_SCOPES: dict[str, tuple[str, ...]] = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
_MOST = {"name": 64, "description": 512, "short_description": 120}


class Profile:
    """setMyCommands and its kin."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get_me(self, a: Arguments) -> dict[str, Any]:
        """#getme: a User with the fields that only getMe gives."""
        return self._world.bot.user | {
            "can_join_groups": True,
            "can_read_all_group_messages": not self._world.privacy,
            "supports_inline_queries": True,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": False,
            "allows_users_to_create_topics": False,
            "can_manage_bots": False,
            "supports_guest_queries": False,
        }

    def log_out(self, a: Arguments) -> bool:
        """#logout."""
        return True

    def close(self, a: Arguments) -> bool:
        """#close."""
        return True

    def _key(self, a: Arguments) -> tuple[str, str]:
        scope = a.object("scope") or {"type": "default"}
        kind = scope.get("type")
        if kind not in _SCOPES:
            raise bad("can't parse BotCommandScope: Unsupported type specified")
        values = []
        for name in _SCOPES[kind]:
            if name not in scope:
                raise bad(f"can't parse BotCommandScope: Can't find field \"{name}\"")
            values.append(str(scope[name]))
        if "chat_id" in scope:
            self._world.chat(str(scope["chat_id"]))
        return " ".join([kind, *values]), self._language(a)

    def _language(self, a: Arguments) -> str:
        language = a.text("language_code")
        if language and not re.fullmatch(r"[a-z]{2}", language):
            raise bad("invalid language code specified")
        return language

    def set_my_commands(self, a: Arguments) -> bool:
        """#setmycommands, #botcommand: at most 100; names [a-z0-9_]{1,32}; descriptions 1-256 characters."""
        key = self._key(a)
        commands = a.array("commands")
        if commands is None:
            raise bad("can't find parameter commands")
        if len(commands) > MOST_COMMANDS:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        names = set()
        for command in commands:
            if not isinstance(command, dict):
                raise bad("can't parse BotCommand: expected an Object")
            name, description = command.get("command"), command.get("description")
            if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9_]{1,32}", name) or name in names:
                raise bad("BOT_COMMAND_INVALID")
            if not isinstance(description, str) or not 1 <= len(description.strip()) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
            names.add(name)
        self._world.commands[key] = commands
        return True

    def get_my_commands(self, a: Arguments) -> list[dict[str, Any]]:
        """#getmycommands."""
        return self._world.commands.get(self._key(a), [])

    def delete_my_commands(self, a: Arguments) -> bool:
        """#deletemycommands."""
        self._world.commands.pop(self._key(a), None)
        return True

    def _set(self, a: Arguments, what: str) -> bool:
        if len(a.text(what)) > _MOST[what]:
            raise bad(f"{what.replace('_', ' ')} is too long")
        self._world.names[what, self._language(a)] = a.text(what)
        return True

    def _get(self, a: Arguments, what: str) -> dict[str, str]:
        names = self._world.names
        return {what: names.get((what, self._language(a))) or names.get((what, ""), "")}

    def set_my_name(self, a: Arguments) -> bool:
        """#setmyname: 0-64 characters."""
        return self._set(a, "name")

    def get_my_name(self, a: Arguments) -> dict[str, str]:
        """#getmyname."""
        return self._get(a, "name")

    def set_my_description(self, a: Arguments) -> bool:
        """#setmydescription: 0-512 characters."""
        return self._set(a, "description")

    def get_my_description(self, a: Arguments) -> dict[str, str]:
        """#getmydescription."""
        return self._get(a, "description")

    def set_my_short_description(self, a: Arguments) -> bool:
        """#setmyshortdescription: 0-120 characters."""
        return self._set(a, "short_description")

    def get_my_short_description(self, a: Arguments) -> dict[str, str]:
        """#getmyshortdescription."""
        return self._get(a, "short_description")

    def set_chat_menu_button(self, a: Arguments) -> bool:
        """#setchatmenubutton."""
        button = a.object("menu_button") or {"type": "default"}
        if button.get("type") not in ("commands", "web_app", "default"):
            raise bad("can't parse menu button: unsupported type")
        return True

    def get_chat_menu_button(self, a: Arguments) -> dict[str, str]:
        """#getchatmenubutton."""
        return {"type": "commands"}

    def get_chat(self, a: Arguments) -> dict[str, Any]:
        """#getchat: ChatFullInfo, the fields that are always there."""
        chat = self._world.chat(a.text("chat_id"))
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        return chat.info | {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, False),
        }

    def get_chat_member(self, a: Arguments) -> dict[str, Any]:
        """#getchatmember: everybody is a plain member."""
        self._world.chat(a.text("chat_id"))
        user = self._world.bot.user if a.integer("user_id") == self._world.bot.id else None
        return {"status": "member", "user": user or {"id": a.integer("user_id"), "is_bot": False, "first_name": "?"}}

    def get_chat_member_count(self, a: Arguments) -> int:
        """#getchatmembercount."""
        return 2 if self._world.chat(a.text("chat_id")).type == "private" else 10

    def get_chat_administrators(self, a: Arguments) -> list[dict[str, Any]]:
        """#getchatadministrators: none."""
        if self._world.chat(a.text("chat_id")).type == "private":
            raise bad("there are no administrators in the private chat")
        return []

    def leave_chat(self, a: Arguments) -> bool:
        """#leavechat."""
        chat = self._world.writable(a.text("chat_id"))
        if chat.type == "private":
            raise bad("chat member status can't be changed in private chats")
        chat.barred = "bot is not a member of the group chat"
        return True

    def get_file(self, a: Arguments) -> dict[str, Any]:
        """#getfile: files that were sent here are one byte long."""
        name = a.text("file_id")
        if not name.startswith("file-"):
            raise ApiError(400, "Bad Request: invalid file_id")
        return {"file_id": name, "file_unique_id": f"u-{name[5:]}", "file_size": 1, "file_path": f"files/{name}"}
