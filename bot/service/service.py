"""The one door: something came in, and is answered. What it is decides which function of the service sees to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.engine.values.conversation import Conversation
from bot.service import (
    asking,
    browsing,  # noqa: F401  commands and verbs are known when their modules are
    commands,
    handoff,
    helping,
    judging,  # noqa: F401
    mending,  # noqa: F401
    pressing,
    privacy,  # noqa: F401
    tickets,
    upkeep,  # noqa: F401
)
from bot.service.guard import guarded
from bot.service.in_time import in_time
from bot.service.masks import unnumbered
from bot.service.notices import answers_notice
from bot.service.parts import Parts
from bot.service.port import Address, Incoming
from bot.service.turns import Turn, current_turn
from bot.service.visit import Visit


class Service:
    """Answers what channels hand in."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def spares(self, at: Address) -> bool:
        """Whether what is written there stays as it is: the staff may tell people a telephone number."""
        return self.parts.room.is_at(at)

    def kept(self, incoming: Incoming) -> Incoming:
        """What came in as it may be kept: no number that names a person in what people wrote."""
        return incoming if self.spares(incoming.at) else unnumbered(incoming)

    async def wants_person(self, text: str) -> bool:
        """Whether a text asks for a person to answer, for channels with people of their own."""
        typed = commands.typed(text)
        if typed is not None:
            return typed[0] == "human"
        reply = await self.parts.replies.reply_soon(text, Conversation())
        return reply.status == "chat" and reply.why.asks_for_person

    async def handle(self, incoming: Incoming, turn: Turn | None = None) -> None:
        """Answer within the turn at hand. Raises what the channel's calls raise: that is the turn's affair."""
        incoming = self.kept(incoming)
        turn = turn or current_turn.get()
        assert turn is not None, "what comes in is handled inside a turn (see journal.py)"
        visit = Visit(incoming, turn, self.parts)
        async with in_time(visit):
            await _OF_KIND[incoming.kind](visit)


async def _text(visit: Visit) -> None:
    typed = commands.typed(visit.incoming.text)
    command = commands.BY_NAME.get(typed[0]) if typed is not None else None
    if typed is not None and command is not None and not visit.incoming.caption:
        await _command(visit, command, typed[1])
    elif not await _of_a_ticket(visit):
        await _said(visit, typed[0] if typed is not None else "")


async def _command(visit: Visit, command: commands.Command, arguments: str) -> None:
    visit.turn.outcome("command")
    if await visit.admitted():
        if not commands.known(visit.parts, command):
            await helping.unknown(visit, command.name)
        else:
            await guarded(visit, command, commands.what_does(command.name), arguments)


async def _of_a_ticket(visit: Visit) -> bool:
    """Whether it is a reply to a message of ours that belongs to a ticket, asked for one's question, or told the staff.

    As well what says itself that it adds to a ticket: 补充：….
    """
    number = tickets.number_for_staff(visit)
    if number is not None:
        await tickets.answer(visit, number)
        return True
    if visit.incoming.kind == "text" and not visit.incoming.caption and handoff.prompted(visit):
        await handoff.open_prompted(visit)
        return True
    number = handoff.number_for_asker(visit)
    if number is not None:
        await handoff.add(visit, number)
        return True
    if answers_notice(handoff.quoted_of_ours(visit.incoming), visit.words):
        visit.turn.outcome("staff")
        await visit.say(visit.words("handoff.of_a_notice"))
        return True
    added = await handoff.addition(visit)
    if added is not None:
        await handoff.add(visit, *added)
    return added is not None


async def _said(visit: Visit, unknown: str) -> None:
    """What is no command: a question, or a number that stands for a button."""
    incoming = visit.incoming
    if await visit.more():
        return
    pressed = await pressing.chosen(visit, incoming.text)
    if pressed is not None:
        await pressing.press(pressed)
    elif incoming.at.place == "private":
        if unknown and not incoming.caption:
            await helping.unknown(visit, unknown)
        else:
            await asking.ask(visit, incoming.text.removeprefix("/"))
    elif incoming.addressed and not unknown:
        await asking.in_group(visit)


async def _other(visit: Visit) -> None:
    if not await _of_a_ticket(visit) and visit.at.place == "private" and not visit.incoming.edited:
        await asking.unreadable(visit)


_OF_KIND: dict[str, Callable[[Visit], Awaitable[None]]] = {
    "text": _text,
    "press": pressing.press,
    "other": _other,
    "came": asking.came,
    "moved": tickets.moved,
}
