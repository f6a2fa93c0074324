"""Hand-off: a question that the bot can't answer goes to a person, and the person's answer comes back.

This module is the asker's side; tickets.py is that of the staff. A message of ours that belongs to a ticket begins with
the ticket's number, so that a reply to it finds its ticket even when a crash came between sending and recording.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.engine.values.reply import Reply
from bot.replies.texts import Texts
from bot.service import exchanges as history
from bot.service.buttons import NOTHING, button
from bot.service.commands import does
from bot.service.exchanges import Exchange, Exchanges
from bot.service.limits import LONGEST
from bot.service.port import Incoming, Row, Rows
from bot.service.pressing import Press, verb
from bot.service.visit import Visit
from bot.store import tickets
from bot.store.tickets import Ticket

MOST_ADDITIONS = 10
"""Additions to one ticket."""
SHOWN = 120
"""Characters of an earlier question that the staff sees."""
_COLON = re.compile("[:：,，]")
WEEKDAYS = "一二三四五六日"
OURS = ("handoff.human", "handoff.opened", "handoff.one_open")
"""What our messages to an asker about a ticket begin with."""


def number_for_asker(visit: Visit) -> int | None:
    """The ticket that a reply to one of our messages to the asker is about."""
    if visit.parts.room.is_at(visit.at):
        return None
    return number_in(quoted_of_ours(visit.incoming), visit.words, OURS)


def quoted_of_ours(incoming: Incoming) -> str:
    """The text of the message of ours that is replied to: what others wrote names no ticket."""
    quoted = incoming.quoted
    return quoted.text if quoted is not None and quoted.ours else ""


def number_in(text: str, words: Texts, names: Iterable[str]) -> int | None:
    """The number of a ticket in the first line of a text that was made from one of the templates."""
    for name in names if text else ():
        first = re.escape(words.get(name).split("\n")[0])
        match = re.match(first.replace(re.escape("{number}"), r"(\d{1,12})"), text)
        if match is not None:
            return int(match[1])
    return None


def prompted(visit: Visit) -> bool:
    """Whether the question was asked for."""
    return visit.parts.room.there and quoted_of_ours(visit.incoming) == visit.words("handoff.ask_question")


# -- what comes of a question ----------------------------------------------------------------------------------------


async def instead(visit: Visit, reply: Reply) -> bool:
    """Whether a person is asked for; then the ticket is opened and the reply is not needed."""
    if not visit.parts.room.there or reply.status != "chat" or not reply.why.asks_for_person:
        return False
    await _open_last(visit)
    return True


async def note(visit: Visit, text: str, reply: Reply) -> Row | None:
    """Remember the question; the button that leads to a person, after two misses in a row."""
    if not visit.parts.room.there:
        return None
    noted = history.note(await visit.turn.exchanges(visit.at.talk), visit.at.message, text, reply)
    visit.turn.keep_exchanges(visit.at.talk, noted)
    return _button(visit) if reply.status != "chat" and history.missed(noted) else None


async def judged(visit: Visit, good: bool) -> Row | None:
    """Remember a verdict on an answer; the button after two misses in a row."""
    if not visit.parts.room.there:
        return None
    talk = visit.at.talk
    noted = history.judged(await visit.turn.exchanges(talk), visit.incoming.under.answers, not good)
    visit.turn.keep_exchanges(talk, noted)
    return _button(visit) if history.missed(noted) else None


def _button(visit: Visit) -> Row:
    """The row of buttons that leads to a person."""
    return (button(visit.words("handoff.button"), "h", NOTHING),)


# -- opening ---------------------------------------------------------------------------------------------------------


@does("human")
async def human(visit: Visit, arguments: str) -> None:
    """/human, with a question or after one."""
    visit.turn.outcome("handoff")
    if not visit.parts.room.there:
        reply = await visit.parts.replies.reply_soon(visit.words("handoff.button"), await visit.conversation())
        await visit.reply(reply)
    elif arguments:
        await _open(visit, arguments, await visit.turn.exchanges(visit.at.talk))
    else:
        await _open_last(visit)


@verb("h")
async def person(press: Press) -> bool:
    """The button that leads to a person."""
    if not press.visit.parts.room.there:
        return False
    await press.visit.acknowledge()
    press.visit.turn.outcome("handoff")
    await _open_last(press.visit)
    return True


async def open_prompted(visit: Visit) -> None:
    """The question that was asked for."""
    visit.turn.outcome("handoff")
    if await visit.admitted():
        await _open(visit, visit.incoming.text, await visit.turn.exchanges(visit.at.talk))


async def _open_last(visit: Visit) -> None:
    """Hand on the last question; where there is none, ask for it."""
    exchanges = await visit.turn.exchanges(visit.at.talk)
    if exchanges:
        last = exchanges[-1]
        asked = visit.answering(replace(visit.at, message=last.message))
        await _open(asked, last.asked, exchanges[:-1], last)
        return
    visit.turn.outcome("handoff")
    await visit.say(visit.words("handoff.ask_question"))


async def _open(visit: Visit, question: str, before: Exchanges, last: Exchange | None = None) -> None:
    visit.turn.outcome("handoff")
    words, at, room = visit.words, visit.at, visit.parts.room
    if room.is_at(at):
        await visit.say(words("handoff.here"))
        return
    if len(question) > LONGEST:
        await visit.say(words("asking.too_long", most=LONGEST))
        return
    place, told, now = (at.conversation, at.person, at.message), _told(visit, before, last), room.stamp()
    delivery, asker = visit.turn.delivery, visit.asker
    made = await visit.turn.transact(lambda c: tickets.open_one(c, delivery, place, question, told, now, asker=asker))
    if made == "too many":
        await visit.say(words("handoff.too_many", most=tickets.MOST_A_DAY))
    elif made == "one open":
        known = await _open_of(visit)
        number = known.id if known is not None else 0
        await visit.say(words("handoff.one_open", number=number), _cancel_row(words, number))
    else:
        await room.post(made, visit.turn)
        visit.parts.metrics.tickets.labels("opened").inc()
        later = "" if room.attended() else "\n" + _later(visit)
        await visit.say(words("handoff.opened", number=made.id) + later, _cancel_row(words, made.id))


def _told(visit: Visit, before: Exchanges, last: Exchange | None) -> str:
    """What was asked before and what came of it, as the staff reads it."""
    words = visit.words
    told = [words("handoff.came", came=_came(visit, last))] if last is not None else []
    told += [words("handoff.before")] if before else []
    told += [words("handoff.exchange", asked=e.asked[:SHOWN], came=_came(visit, e)) for e in before]
    return "\n".join(told)


def _came(visit: Visit, exchange: Exchange) -> str:
    """What came of a question, in a few words."""
    if exchange.target:
        known = exchange.target in visit.catalogue.clauses
        told = visit.title(exchange.target) if known else exchange.target
        return told + (visit.words("handoff.no_good") if exchange.missed else "")
    return str(visit.words.get("handoff.status").get(exchange.status, exchange.status))


def _later(visit: Visit) -> str:
    """When somebody will look at it."""
    opening = visit.parts.room.hours.next_opening(visit.parts.room.now())
    if opening is None:
        return visit.words("handoff.closed_now")
    when = visit.words(
        "handoff.when",
        month=opening.month,
        day=opening.day,
        weekday=WEEKDAYS[opening.weekday()],
        time=f"{opening:%H:%M}",
    )
    return visit.words("handoff.off_hours", when=when)


def _cancel_row(words: Texts, number: int) -> Rows:
    return ((button(words("handoff.cancel_button"), "x", number),),)


async def _open_of(visit: Visit) -> Ticket | None:
    channel, who = visit.at.channel, visit.at.person
    return await visit.turn.transact(lambda c: tickets.open_of(c, channel, who))


# -- adding and closing ----------------------------------------------------------------------------------------------


async def addition(visit: Visit) -> tuple[int, str] | None:
    """The open ticket that 补充：… is for, without a reply to any message of ours, and what is added; None: no such."""
    opening, rest = _opened(visit.incoming.text)
    if (
        not rest
        or opening not in visit.words.get("handoff.adds")
        or not visit.parts.room.there
        or visit.incoming.kind != "text"
        or visit.incoming.caption
    ):
        return None
    ticket = await _open_of(visit)
    if ticket is None or ticket.conversation != visit.at.conversation:
        return None
    return ticket.id, rest


def _opened(text: str) -> tuple[str, str]:
    """What stands before the first colon or comma, and what stands behind it."""
    found = _COLON.search(text)
    return (text[: found.start()].strip(), text[found.end() :].strip()) if found else ("", "")


async def add(visit: Visit, number: int, said: str = "") -> None:
    """A reply to a human answer, or to the word that the question was handed on: it goes to the staff.

    ``said``: what is added, where that isn't all of the text.
    """
    visit.turn.outcome("handoff")
    ticket = await visit.turn.transact(lambda c: tickets.by_number(c, number))
    if not await visit.admitted():
        return
    refused = _refused(visit, ticket, number)
    if refused:
        await visit.say(refused)
        return
    name = "handoff.changed_addition" if visit.incoming.edited else "handoff.addition"
    text = f"{visit.words(name)}\n{said or visit.incoming.text}"
    passed = await visit.parts.room.tell(number, text, visit.turn, lambda c: tickets.added(c, number))
    await visit.say(visit.words("handoff.added" if passed else "handoff.not_passed_on"))


def _refused(visit: Visit, ticket: Ticket | None, number: int) -> str:
    """Why nothing can be added; empty when it can."""
    words, incoming = visit.words, visit.incoming
    if ticket is None or not _theirs(visit, ticket) or ticket.conversation != visit.at.conversation:
        return words("handoff.not_yours")
    if not ticket.open:
        return words("handoff.over", number=number)
    if incoming.kind != "text" or incoming.caption:
        return words("handoff.text_only")
    if len(incoming.text) > LONGEST:
        return words("asking.too_long", most=LONGEST)
    return words("handoff.too_many_additions") if ticket.additions >= MOST_ADDITIONS else ""


def _theirs(visit: Visit, ticket: Ticket) -> bool:
    return (ticket.channel, ticket.person) == (visit.at.channel, visit.at.person)


@does("cancel")
async def cancel(visit: Visit, _: str) -> None:
    """/cancel: the asker needs no answer any more."""
    visit.turn.outcome("handoff")
    await _cancel(visit, await _open_of(visit) if visit.parts.keeps else None)


@verb("x")
async def cancelled(press: Press) -> bool:
    """No answer is needed any more; only the asker's own press counts."""
    visit, key = press.visit, press.key
    if not (key.isascii() and key.isdigit()) or len(key) > 12:
        return False
    visit.turn.outcome("handoff")
    ticket = await visit.turn.transact(lambda c: tickets.by_number(c, int(key)))
    if ticket is None or not _theirs(visit, ticket):
        await visit.acknowledge(visit.words("handoff.not_yours"), alert=True)
        return True
    await _cancel(visit, ticket)
    await visit.acknowledge()
    return True


async def _cancel(visit: Visit, ticket: Ticket | None) -> None:
    if ticket is None or not ticket.open:
        await visit.say(visit.words("handoff.nothing_open"))
        return
    if visit.parts.room.there:
        await visit.parts.room.tell(ticket.id, visit.words("handoff.cancelled_for_staff"), visit.turn)
    await visit.say(visit.words("handoff.cancelled", number=ticket.id))
    close(visit, ticket, "asker")


async def forgotten(visit: Visit, numbers: Iterable[int]) -> None:
    """Tell the staff which tickets are gone because the asker had everything forgotten."""
    for number in numbers if visit.parts.room.there else ():
        await visit.parts.room.tell(number, visit.words("handoff.forgotten_for_staff"), visit.turn)


def close(visit: Visit, ticket: Ticket, by: tickets.Closer) -> None:
    """Close it, together with the tick-off."""
    now = visit.parts.room.stamp()
    visit.turn.at_end(lambda c: tickets.close(c, ticket.id, by, now))
    visit.parts.metrics.tickets.labels("closed").inc()
