"""Has the stories happen: the bot as a process, the stand-in server, people that do what stories.yaml says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.botapi import BotApi, Chat, Person, Sent
from tests.pictures.bubbles import Drawing
from tests.telegram.process import Bot

STORIES = Path(__file__).with_name("stories.yaml")
PATIENCE = 300.0
"""Seconds for what is waited for: a lesson tries all test questions."""
QUIET = 0.6
"""Seconds without a further message after which an answer is whole."""


@dataclass
class Played:
    """What happened, in order, by chat."""

    chats: dict[int, Chat]
    seen: list[tuple[int, int | str]] = field(default_factory=list)
    """(chat, message id or a remark)."""

    def drawing(self, title: str, chat: Chat, people: Mapping[int, str]) -> Drawing:
        """The chat."""
        drawing = Drawing(title, "机器人" if chat.type == "private" else "群")
        before = 0
        for where, what in self.seen:
            if where != chat.id:
                continue
            if isinstance(what, str):
                drawing.note(what)
                continue
            message = chat.messages[what]
            ours = bool(message["from"]["is_bot"])
            replied = message.get("reply_to_message")
            other = replied is not None and replied["message_id"] != before
            name = "" if ours or chat.type == "private" else people[message["from"]["id"]]
            drawing.message(message, ours, name, str(replied.get("text", "")) if other and replied else "")
            before = what
        return drawing


class Play:
    """The people and the bot."""

    def __init__(self, server: BotApi, bot: Bot, stories: Mapping[str, Any]) -> None:
        self.server = server
        self.bot = bot
        self.people: dict[str, Person] = {key: server.person(name) for key, name in stories["people"].items()}
        self.group = server.group("工作群")
        self.played = Played(server.world.chats)
        self.names = {person.id: stories["people"][key] for key, person in self.people.items()}
        server.world.on_sent.append(self._sent)
        for person in self.people.values():
            server.private(person)

    def _sent(self, sent: Sent) -> None:
        if not sent.edited:
            self.played.seen.append((sent.chat_id, sent.message_id))

    def chat(self, person: str, where: str) -> Chat:
        """The private chat of that person, or the group."""
        return self.group if where == "group" else self.server.private(self.people[person])

    async def act(self, act: Mapping[str, str]) -> None:
        """One thing that somebody does, and what the bot does then."""
        person, chat = self.people[act["by"]], self.chat(act["by"], act["in"])
        since = len(self.server.sent)
        mine = [s for s in self.server.sent if s.chat_id == chat.id]
        if "press" in act:
            self.server.press(mine[-1], person, act["press"])
            self.played.seen.append((chat.id, f"点了「{act['press']}」"))
        else:
            to = next(s for s in reversed(mine) if act["reply"] in s.text) if "reply" in act else None
            message = self.server.say(chat, person, act["say"], reply_to=to)
            self.played.seen.append((chat.id, message["message_id"]))
        wanted = act.get("until", "")
        await self.server.until(
            lambda: any(wanted in s.text for s in self.server.sent[since:]), f"{act}\n{self.bot.tail()}"
        )
        while time.monotonic() - self.server.sent[-1].at < QUIET:
            await asyncio.sleep(0.1)


def environment(play: Play, folder: Path) -> dict[str, str]:
    """Settings of the bot and of the commands."""
    return {
        "POLICYBOT_STAFF": f"{play.people['staff'].id}:editor",
        "POLICYBOT_STAFF_CHAT": str(play.group.id),
        "POLICYBOT_DATA_DIR": str(folder),
        "POLICYBOT_DATABASE": f"sqlite:///{folder / 'policybot.db'}",
    }


async def run(folder: Path) -> tuple[Play, dict[str, Any]]:
    """Play all of it in ``folder``; the bot has ended then."""
    stories = yaml.safe_load(STORIES.read_text(encoding="utf-8"))
    async with BotApi() as server:
        bot = Bot(server, folder)
        play = Play(server, bot, stories)
        bot.environment |= environment(play, folder)
        bot.start()
        try:
            await server.until(lambda: server.counts["getUpdates"] > 0, bot.tail())
            for act in stories["acts"]:
                await play.act(act)
        finally:
            await asyncio.to_thread(bot.stop)
        if server.refusals:
            raise RuntimeError(f"refused by the server: {server.refusals[:3]}")
    return play, stories
