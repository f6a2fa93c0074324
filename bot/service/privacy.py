"""What people may know and decide about their own data: /privacy and /forget."""

from __future__ import annotations

from bot.service import handoff
from bot.service.commands import does
from bot.service.visit import Visit


@does("privacy")
async def privacy(visit: Visit, _: str) -> None:
    """What is kept, for how long, and who sees it."""
    days = visit.parts.keep_days
    text = visit.words("privacy.kept" if days else "privacy.kept_no_text", days=days)
    if visit.parts.room.there:
        text += "\n" + visit.words("privacy.handoff", days=days)
    await visit.say(text)


@does("forget")
async def forget(visit: Visit, _: str) -> None:
    """Delete the person's own at once, and say what it was."""
    for forgets in visit.parts.forgetting:
        forgets(visit.at.channel, visit.at.person)
    gone = await visit.turn.forget(visit.asker, visit.at.person)
    if not gone:
        await visit.say(visit.words("privacy.nothing"))
        return
    text = visit.words("privacy.forgotten", **vars(gone))
    if gone.aside:
        text += "\n" + visit.words("privacy.forgotten_aside", aside=gone.aside)
    if gone.tickets:
        text += "\n" + visit.words("privacy.forgotten_tickets", tickets=gone.tickets)
    await visit.say(text)
    await handoff.forgotten(visit, gone.waiting)
