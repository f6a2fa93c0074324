"""The commands, in one list: who may use each, and when there is any use in it. Menus and help are made of it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.staff.roles import Role

if TYPE_CHECKING:
    from bot.service.parts import Parts
    from bot.service.visit import Visit

Needs = Literal["", "kept", "room", "base"]
"""What must be there: nothing, something that is kept, a group of the staff, files of the base that can be changed."""
Answering = Callable[["Visit", str], Awaitable[None]]
"""What a command does; the text is what stands behind it."""


@dataclass(frozen=True)
class Command:
    """One command. What it says of itself in menus is in replies/*.yaml, by its name."""

    name: str
    least: Role | None = None
    """The least role that may use it; None: everybody."""
    needs: Needs = ""
    in_groups: bool = False
    """Whether it stands in the menu of groups."""
    alone: bool = False
    """Not even in the staff's group: what it shows belongs to nobody else's eyes."""


COMMANDS = (
    Command("start"),
    Command("help", in_groups=True),
    Command("about"),
    Command("list"),
    Command("units"),
    Command("subsidies"),
    Command("clause", in_groups=True),
    Command("ask", in_groups=True),
    Command("human", needs="room", in_groups=True),
    Command("cancel", needs="room"),
    Command("privacy", needs="kept"),
    Command("forget", needs="kept"),
    Command("stats", Role.VIEWER),
    Command("unanswered", Role.VIEWER),
    Command("export", Role.EDITOR, alone=True),
    Command("tickets", Role.VIEWER, needs="room"),
    Command("close", Role.VIEWER, needs="room"),
    Command("teach", Role.EDITOR, needs="base"),
    Command("undo", Role.EDITOR, needs="base"),
    Command("reload", Role.EDITOR, needs="base"),
)
BY_NAME = {command.name: command for command in COMMANDS}
_TYPED = re.compile(r"/([A-Za-z][A-Za-z0-9_]{0,31})(?:\s+(.*))?\s*", re.DOTALL)
_DOES: dict[str, Answering] = {}


def does(name: str) -> Callable[[Answering], Answering]:
    """Marks the function as what a command does."""
    assert name in BY_NAME, name

    def mark(answer: Answering) -> Answering:
        _DOES[name] = answer
        return answer

    return mark


def what_does(name: str) -> Answering:
    """What a command does."""
    return _DOES[name]


def typed(text: str) -> tuple[str, str] | None:
    """(name, what stands behind it) of a text that is a command, known or not; /4.2 and /补贴 are none."""
    match = _TYPED.fullmatch(text)
    return (match[1].lower(), (match[2] or "").strip()) if match is not None else None


def available(parts: Parts, command: Command) -> bool:
    """Whether there is any use in it."""
    there = {"": True, "kept": parts.keeps, "room": parts.room.there, "base": parts.reloader is not None}
    return there[command.needs] and (command.least is None or parts.keeps)


def known(parts: Parts, command: Command) -> bool:
    """Whether it is answered as a command: also when it only lacks the staff's group, which it says itself."""
    return available(parts, command) or (command.needs == "room" and (command.least is None or parts.keeps))


def for_people(parts: Parts, in_groups: bool = False) -> list[str]:
    """Names of the commands for everybody, in order."""
    found = [c for c in COMMANDS if c.least is None and available(parts, c)]
    return [c.name for c in found if c.in_groups or not in_groups]


def for_staff(parts: Parts, role: Role) -> list[str]:
    """Names of the staff's commands that a role may use, in order."""
    return [c.name for c in COMMANDS if c.least is not None and role >= c.least and available(parts, c)]
