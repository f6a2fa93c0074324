"""The staff's side of the hand-off: replies in the staff's group, /close and /tickets."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import Connection

from bot.service import handoff
from bot.service.buttons import button
from bot.service.commands import does
from bot.service.guard import may
from bot.service.pages import lines
from bot.service.port import Address, Content, Line, RefusedError, Rows, Sent
from bot.service.visit import Visit
from bot.staff.roles import Role
from bot.store import tickets
from bot.store.tickets import Answer, Ticket

log = logging.getLogger(__name__)

LONGEST_ANSWER = 3_500
"""Characters of a human answer."""
LISTED = 20
"""Tickets that /tickets shows."""
CLOCKS = 3_600.0
"""Seconds by which this machine's clock may be ahead of the channel's."""


def number_for_staff(visit: Visit) -> int | None:
    """The ticket that a reply to one of our messages in the staff's group is about."""
    if not visit.parts.room.is_at(visit.at):
        return None
    return handoff.number_in(handoff.quoted_of_ours(visit.incoming), visit.words, ("handoff.header",))


def _older(visit: Visit, ticket: Ticket) -> bool:
    """Whether the message of ours that is replied to is older than the ticket: then it was another's.

    Numbers are given once, but a backup that is put back does not know those that were given after it was made.
    """
    quoted = visit.incoming.quoted
    return quoted is not None and quoted.at < ticket.opened - CLOCKS


async def answer(visit: Visit, number: int) -> None:
    """A reply to a ticket: pass it on, marked as a person's."""
    visit.turn.outcome("staff")
    if not await _admits(visit):
        return
    at = visit.at
    ticket = await visit.turn.transact(lambda c: tickets.by_number(c, number))
    before = await visit.turn.transact(lambda c: tickets.passed_on(c, at.channel, at.conversation, at.message))
    refused = _refused(visit, ticket, before, number)
    if refused or ticket is None:
        await visit.say(refused)
    elif visit.incoming.edited and before is not None:
        await _change(visit, ticket, before)
    else:
        await _pass_on(visit, ticket)


async def _admits(visit: Visit) -> bool:
    """Whether the staff wrote it; others, and those who hide who they are, are told."""
    if visit.incoming.anonymous:
        await visit.say(visit.words("handoff.anonymous"))
        return False
    if not may(visit, Role.VIEWER, "answer"):
        await visit.say(visit.words("handoff.not_staff"))
        return False
    return True


def _refused(visit: Visit, ticket: Ticket | None, before: Answer | None, number: int) -> str:
    """Why an answer is not passed on; empty when it is."""
    words, incoming = visit.words, visit.incoming
    if ticket is None:
        return words("handoff.unknown", number=number)
    if ticket.channel not in visit.parts.channels:
        return words("handoff.elsewhere", number=number, channel=ticket.channel)
    if _older(visit, ticket):
        return words("handoff.older", number=number)
    if incoming.kind != "text" or incoming.caption or incoming.forwarded:
        return words("handoff.staff_text_only")
    if len(incoming.text) > LONGEST_ANSWER:
        return words("handoff.answer_too_long", most=LONGEST_ANSWER)
    if ticket.closed_by == "asker" and before is None:
        return words("handoff.over_for_staff", number=number)
    return ""


def asker_of(visit: Visit, ticket: Ticket) -> Address:
    """Where a ticket's answers go."""
    place = visit.parts.channels[ticket.channel].private(ticket.person)
    private = place.conversation == ticket.conversation
    return Address(
        ticket.channel, ticket.conversation, ticket.person, ticket.message, "private" if private else "group"
    )


async def _pass_on(visit: Visit, ticket: Ticket) -> None:
    at, now, metrics = visit.at, visit.parts.room.stamp(), visit.parts.metrics

    def noted(sent: Sent) -> Callable[[Connection], object]:
        passed = Answer(at.channel, at.conversation, at.message, ticket.id, sent.message)
        return lambda c: tickets.answered(c, passed, now)

    if not await _reached(visit, ticket, noted):
        await visit.say(visit.words("handoff.not_delivered", number=ticket.id))
        return
    metrics.tickets.labels("answered").inc()
    if not ticket.answered:
        metrics.first_answer.observe(max(0.0, now - ticket.opened))
    await visit.say(visit.words("handoff.delivered", number=ticket.id))


async def _reached(visit: Visit, ticket: Ticket, noted: Callable[[Sent], Callable[[Connection], object]]) -> bool:
    """Send the answer to the asker; the last of its messages is the one that a change of it finds."""
    pages = visit.parts.channels[ticket.channel].render(_content(visit, ticket))
    to = asker_of(visit, ticket)
    try:
        for page in pages[:-1]:
            if not await visit.deliver(to, page):
                return False
        return await visit.deliver(to, pages[-1], _done_row(visit, ticket), noted)
    except RefusedError as error:
        log.info("not_welcome", extra={"chat": ticket.conversation, "reason": str(error)})
        return False


async def _change(visit: Visit, ticket: Ticket, before: Answer) -> None:
    """The staff changed an answer that was passed on: the asker's copy is changed."""
    channel = visit.parts.channels[ticket.channel]
    pages = channel.render(_content(visit, ticket, changed=True))
    if not channel.capabilities.edits or len(pages) > 1:
        await _pass_on(visit, ticket)
        return
    at = Address(ticket.channel, ticket.conversation, ticket.person, before.passed)
    try:
        await visit.turn.step(lambda: channel.edit(at, pages[0], _done_row(visit, ticket)))
    except RefusedError as error:
        log.info("not_welcome", extra={"chat": ticket.conversation, "reason": str(error)})
        await visit.say(visit.words("handoff.not_changed", number=ticket.id))
        return
    await visit.say(visit.words("handoff.changed", number=ticket.id))


def _content(visit: Visit, ticket: Ticket, changed: bool = False) -> Content:
    """The answer as the asker reads it: a person's words, never a quotation."""
    words = visit.words
    notes = ["handoff.human_changed"] if changed else []
    notes += ["handoff.human_note"] if ticket.open else ["handoff.human_note_closed"]
    head = Line(words("handoff.human", number=ticket.id), "strong")
    return [head, *lines(visit.incoming.text), *(Line(words(name), "faint") for name in notes)]


def _done_row(visit: Visit, ticket: Ticket) -> Rows:
    can = visit.parts.channels[ticket.channel].capabilities
    if not ticket.open or not can.buttons:
        return ()
    return ((button(visit.words("handoff.done_button"), "x", ticket.id),),)


@does("close")
async def close(visit: Visit, arguments: str) -> None:
    """/close as a reply to a ticket, or with its number."""
    typed = arguments.removeprefix("#")
    number = number_for_staff(visit) or 0
    named = typed.isascii() and typed.isdigit() and len(typed) <= 12
    if named:
        number = int(typed)
    ticket = await visit.turn.transact(lambda c: tickets.by_number(c, number))
    words = visit.words
    if ticket is None:
        await visit.say(words("handoff.close_how"))
    elif ticket.channel not in visit.parts.channels:
        await visit.say(words("handoff.elsewhere", number=number, channel=ticket.channel))
    elif not named and _older(visit, ticket):
        await visit.say(words("handoff.older", number=number))
    elif not ticket.open:
        await visit.say(words("handoff.closed_before", number=number))
    else:
        asker = visit.answering(asker_of(visit, ticket))
        await asker.say(words("handoff.closed_for_asker", number=number))
        await visit.say(words("handoff.closed", number=number))
        handoff.close(visit, ticket, "staff")


@does("tickets")
async def waiting(visit: Visit, _: str) -> None:
    """/tickets: what is open, the oldest first."""
    found = list(reversed(await visit.turn.transact(lambda c: tickets.listed(c, only_open=True))))
    if not found:
        await visit.say(visit.words("handoff.none_open"))
        return
    told = [visit.words("handoff.list", count=len(found))]
    told += [_line(visit, ticket) for ticket in found[:LISTED]]
    await visit.say("\n".join(told))


def _line(visit: Visit, ticket: Ticket) -> str:
    return visit.words(
        "handoff.list_line",
        number=ticket.id,
        hours=int((visit.parts.room.stamp() - ticket.opened) / 3600),
        answers=ticket.answers,
        question=" ".join(ticket.question.split())[:40],
    )


async def moved(visit: Visit) -> None:
    """A group goes on under another name."""
    visit.turn.outcome("command")
    channel, was, now = visit.at.channel, visit.at.conversation, visit.incoming.text
    if visit.parts.room.is_at(visit.at):
        visit.parts.room.moved(now)
    visit.turn.at_end(lambda c: tickets.moved(c, channel, was, now))
