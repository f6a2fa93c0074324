"""What people may know and decide about their own data: /privacy and /forget."""

from __future__ import annotations

from collections.abc import Callable

from telegram import Message, Update
from telegram.ext import BaseHandler, CommandHandler

from bot.channels.telegram.commands import running
from bot.channels.telegram.context import TurnContext
from bot.channels.telegram.sender import Desk, Place


class Privacy:
    """Says what is kept, and deletes it."""

    def __init__(self, desk: Desk, *forgetting: Callable[[int], None]) -> None:
        """``forgetting``: what else remembers a person, to be told the number."""
        self._desk = desk
        self._forgetting = forgetting

    def handlers(self) -> list[BaseHandler[Update, TurnContext, None]]:
        """PTB's handlers of the commands."""
        return [
            CommandHandler("privacy", running(self._desk, self.privacy)),
            CommandHandler("forget", running(self._desk, self.forget)),
        ]

    async def privacy(self, _: Message, place: Place, __: str, context: TurnContext) -> None:
        """What is kept, for how long, and who sees it."""
        days = self._desk.office.keep_days
        text = self._desk.words("privacy.kept" if days else "privacy.kept_no_text", days=days)
        if self._desk.handoff is not None and self._desk.handoff.enabled:
            text += "\n" + self._desk.words("privacy.handoff", days=days)
        await self._desk.say(place, text, context)

    async def forget(self, _: Message, place: Place, __: str, context: TurnContext) -> None:
        """Delete the person's own at once, and say what it was."""
        for forget in self._forgetting:
            forget(place.person)
        gone = await context.turn.forget(self._desk.office.askers.of(place.person), place.person)
        if not gone:
            await self._desk.say(place, self._desk.words("privacy.nothing"), context)
            return
        text = self._desk.words("privacy.forgotten", **vars(gone))
        if gone.aside:
            text += "\n" + self._desk.words("privacy.forgotten_aside", aside=gone.aside)
        if gone.tickets:
            text += "\n" + self._desk.words("privacy.forgotten_tickets", tickets=gone.tickets)
        await self._desk.say(place, text, context)
        if self._desk.handoff is not None:
            await self._desk.handoff.forgotten(gone.waiting, context)
