"""The guard before everything that is for the staff only: others are refused with a word, and counted."""

from __future__ import annotations

import logging

from telegram import Message
from telegram.constants import ChatType

from bot.channels.telegram.commands import Answering
from bot.channels.telegram.context import TurnContext
from bot.channels.telegram.sender import Desk, Place
from bot.service.parts import Office
from bot.staff.roles import Role

log = logging.getLogger(__name__)


class Guard:
    """Knows who may do what, and where."""

    def __init__(self, desk: Desk, office: Office) -> None:
        self._desk = desk
        self._office = office

    def command(self, name: str, least: Role, answer: Answering, private: bool = False) -> Answering:
        """The command, for those of at least that role, in private or in the staff's group.

        ``private``: not even in the staff's group, since it shows what belongs to nobody else's eyes.
        """

        async def run(message: Message, place: Place, arguments: str, context: TurnContext) -> None:
            if not self.may(place.person, least, name, context):
                text = self.refusal(place.person, least)
                if message.chat.type == ChatType.PRIVATE:  # so that a new member can tell it to whoever keeps the list
                    text += self._desk.words("staff.your_number", number=place.person)
                await self._desk.say(place, text, context)
            elif not self.fitting(message, private):
                word = "staff.private_only" if private else "staff.not_here"
                await self._desk.say(place, self._desk.words(word), context)
            else:
                await answer(message, place, arguments, context)

        return run

    def may(self, person: int, least: Role, name: str, context: TurnContext) -> bool:
        """Whether the person has at least that role; a try without it is counted under ``name``."""
        if self._office.staff.at_least(person, least):
            return True
        context.turn.outcome("denied")
        context.turn.count("refusal", name)
        self._office.metrics.refusals.labels(name).inc()
        log.warning("staff_refused", extra={"what": name, "person": self._office.askers.of(person)})
        return False

    def refusal(self, person: int, least: Role) -> str:
        """What somebody without the role is told."""
        role = self._office.staff.role(person)
        if role is None:
            return self._desk.words("staff.refused")
        names = self._desk.words.get("staff.role")
        return self._desk.words("staff.refused_role", needed=names[least.word], own=names[role.word])

    def fitting(self, message: Message, private: bool = False) -> bool:
        """Whether the staff's things may be shown in the chat of that message."""
        if message.chat.type == ChatType.PRIVATE:
            return True
        return not private and message.chat_id == self._office.staff_chat
