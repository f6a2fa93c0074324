"""What people think of an answer: the two thumbs, and why it was no good."""

from __future__ import annotations

import time

from bot.service import buttons, handoff
from bot.service.buttons import NOTHING, REASONS
from bot.service.pressing import Press, verb
from bot.store.keys import Delivery, hashed_name
from bot.store.store import Verdict


@verb("g")
async def good(press: Press) -> bool:
    """Thumb up."""
    target = _judged(press)
    if target is None:
        return False
    _judge(press, target, "up", "", press.argument)
    await handoff.judged(press.visit, good=True)
    await press.visit.acknowledge(press.visit.words("judging.thanks_good"))
    return True


@verb("b")
async def bad(press: Press) -> bool:
    """Thumb down: noted at once; why is asked, and may be left unsaid."""
    visit, target = press.visit, _judged(press)
    if target is None:
        return False
    _judge(press, target, "down", "", press.argument)
    await visit.acknowledge(visit.words("judging.ask_reason"))
    further = await handoff.judged(visit, good=False)
    if not visit.channel.capabilities.buttons:  # thumbs of the messenger's own: there is nothing to ask with
        return True
    rows = buttons.reasons(press.key, visit.words, visit.incoming.under.rows, press.argument)
    await visit.change(None, buttons.with_row(rows, further))
    return True


@verb("k")
async def neither(press: Press) -> bool:
    """A thumb that was taken back, where the messenger lets people."""
    target = _judged(press)
    if target is not None:
        _judge(press, target, "none", "", press.argument)
    return target is not None


@verb("r")
async def reason(press: Press) -> bool:
    """Why it was no good."""
    letter, asked = press.argument[:1], press.argument[1:]
    visit, target = press.visit, _judged(press)
    if target is None or letter not in REASONS:
        return False
    _judge(press, target, "down", REASONS[letter], asked)
    await visit.acknowledge(visit.words("judging.thanks_bad"))
    await visit.change(None, buttons.judged(press.key, visit.incoming.under.rows, asked))
    return True


def _judge(press: Press, target: str, verdict: str, why: str, asked: str) -> None:
    """One verdict a person and answer: the last one holds. Who gave it is kept as a hash only."""
    visit, at = press.visit, press.visit.at
    key = visit.parts.askers.of(hashed_name(at.channel, f"{at.conversation}:{at.message}:{at.person}"))
    question = Delivery(at.channel, asked) if asked else None
    visit.turn.judge(Verdict(key, target, verdict, why, time.time(), visit.asker, question, at.channel))


def _judged(press: Press) -> str | None:
    """The clause that was judged; "" for an answer about no single clause; None for a key that names nothing."""
    return "" if press.key == NOTHING else press.visit.catalogue.target(press.key)
