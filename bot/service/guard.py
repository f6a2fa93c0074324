"""The guard before everything that is for the staff only: others are refused with a word, and counted."""

from __future__ import annotations

import logging

from bot.service.commands import Answering, Command
from bot.service.visit import Visit
from bot.staff.roles import Role

log = logging.getLogger(__name__)


async def guarded(visit: Visit, command: Command, answer: Answering, arguments: str) -> None:
    """The command, for those of at least its role, in private or in the staff's group."""
    least = command.least
    if least is None:
        await answer(visit, arguments)
    elif not may(visit, least, command.name):
        text = refusal(visit, least)
        if visit.at.place == "private":  # so that a new member can tell it to whoever keeps the list
            text += visit.words("staff.your_number", number=visit.at.person)
        await visit.say(text)
    elif not fitting(visit, command.alone):
        await visit.say(visit.words("staff.private_only" if command.alone else "staff.not_here"))
    else:
        await answer(visit, arguments)


def may(visit: Visit, least: Role, name: str) -> bool:
    """Whether the person has at least that role; a try without it is counted under ``name``."""
    role = role_of(visit)
    if role is not None and role >= least:
        return True
    visit.turn.outcome("denied")
    visit.turn.count("refusal", name)
    visit.parts.metrics.refusals.labels(name).inc()
    log.warning("staff_refused", extra={"what": name, "person": visit.asker})
    return False


def role_of(visit: Visit) -> Role | None:
    """The person's role."""
    return visit.parts.staff.of(visit.at.channel, visit.at.person)


def refusal(visit: Visit, least: Role) -> str:
    """What somebody without the role is told."""
    role = role_of(visit)
    if role is None:
        return visit.words("staff.refused")
    names = visit.words.get("staff.role")
    return visit.words("staff.refused_role", needed=names[least.word], own=names[role.word])


def fitting(visit: Visit, alone: bool = False) -> bool:
    """Whether the staff's things may be shown where the visit came from."""
    if visit.at.place == "private":
        return True
    return not alone and visit.parts.room.is_at(visit.at)
