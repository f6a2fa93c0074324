"""Channels that let a message be answered for some seconds only: an answer that takes longer is announced in time.

Where the bot may write unasked the answer follows when it is ready. Elsewhere nothing more can be said: the person is
asked to send the question once more, and is answered at once then, since the answer was worked out and is remembered.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator

from bot.service.pages import lines
from bot.service.port import DisturbedError, RefusedError
from bot.service.visit import Visit

log = logging.getLogger(__name__)

SHARE = 0.8
"""Of the time that a channel gives, after which it is announced: the rest is for the way there."""


@contextlib.asynccontextmanager
async def in_time(visit: Visit) -> AsyncIterator[None]:
    """What is done inside answers in time, or is announced."""
    within = visit.channel.capabilities.reply_within
    if within is None or not visit.incoming.addressed or visit.turn.announced:
        yield
        return
    announcing = asyncio.create_task(_announce(visit, visit.incoming.came + within * SHARE - time.time()))
    try:
        yield
    finally:
        if not visit.turn.announced:
            announcing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await announcing
    if visit.turn.over:
        visit.turn.again()  # nothing of it was seen: the conversation is where it was, and the question is asked anew


async def _announce(visit: Visit, wait: float) -> None:
    """Unless something was said by then."""
    await asyncio.sleep(wait)
    if visit.turn.begun:
        return
    push = visit.channel.capabilities.push
    visit.turn.announced, visit.turn.over = True, not push
    try:
        for page in visit.channel.render(lines(visit.words("asking.coming" if push else "asking.once_more"))):
            await visit.channel.send(visit.at, page)
    except (RefusedError, DisturbedError) as error:
        log.warning("not_announced", extra={"chat": visit.at.conversation, "reason": str(error)})
