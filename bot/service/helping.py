"""/help, and what to say to a command that there is not."""

from __future__ import annotations

from bot.service import commands
from bot.service.commands import does
from bot.service.guard import role_of
from bot.service.visit import Visit


@does("help")
async def help_(visit: Visit, _: str) -> None:
    """How to ask, and the commands."""
    can, bot = visit.channel.capabilities, visit.channel.called
    told = [visit.words("commands.help")]
    told += [visit.words("commands.help_groups", bot=bot)] if can.groups else []
    told += [visit.words("commands.help_cards", bot=bot)] if can.cards else []
    text = "\n".join(told) + f"\n\n{_for_people(visit)}"
    role = role_of(visit)
    names = commands.for_staff(visit.parts, role) if role is not None else []
    if names:
        staffs = "\n".join(f"/{name} {visit.words(f'staff.menu.{name}')}" for name in names)
        text += "\n\n" + visit.words("staff.help", commands=staffs)
    await visit.say(text)


async def unknown(visit: Visit, name: str) -> None:
    """A command that there is not: which there are. Nothing is asked, so nothing is answered by chance."""
    visit.turn.outcome("command")
    if await visit.admitted():
        await visit.say(visit.words("commands.unknown", name=name, commands=_for_people(visit)))


def _for_people(visit: Visit) -> str:
    menu = visit.words.get("commands.menu")
    return "\n".join(f"/{name} {menu[name]}" for name in commands.for_people(visit.parts))
