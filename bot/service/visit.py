"""One thing that came in, being answered: what all functions of the service get, and how they answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from sqlalchemy import Connection

from bot.engine.assistant import Assistant
from bot.engine.documents.library import Library
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.replies.texts import Texts
from bot.service import buttons
from bot.service.catalogue import Catalogue
from bot.service.pages import LENGTHS, lines
from bot.service.parts import Parts
from bot.service.port import (
    Address,
    Button,
    Channel,
    Content,
    File,
    GoneError,
    Incoming,
    Line,
    Row,
    Rows,
    Sent,
    UnwelcomeError,
)
from bot.service.turns import Turn
from bot.staff.question_record import Place, record
from bot.store.keys import hashed_name

log = logging.getLogger(__name__)

MORE = "0"
"""What is typed to have the rest of an answer, where not all of it may be sent at once."""


class Visit:
    """What came in, the turn in which it is answered, and ways to answer."""

    def __init__(self, incoming: Incoming, turn: Turn, parts: Parts, by_number: bool = False) -> None:
        """``by_number``: the press is a number that was typed."""
        self.incoming = incoming
        self.by_number = by_number
        self.turn = turn
        self.parts = parts

    @property
    def at(self) -> Address:
        """Where it came from, and where answers go."""
        return self.incoming.at

    @property
    def channel(self) -> Channel:
        """By which it came."""
        return self.parts.channels[self.at.channel]

    @property
    def words(self) -> Texts:
        """The bot's own sentences."""
        return self.parts.words

    @property
    def assistant(self) -> Assistant:
        """The one that this turn began with."""
        return self.parts.replies.assistant

    @property
    def library(self) -> Library:
        """Its documents."""
        return self.assistant.library

    @property
    def catalogue(self) -> Catalogue:
        """What buttons name."""
        return self.parts.catalogues.of(self.library)

    def title(self, target: str) -> str:
        """A clause on a button: number and title."""
        clause = self.catalogue.clauses[target]
        return f"{clause.id} {clause.title}"

    # -- who -----------------------------------------------------------------------------------------------------------

    @property
    def asker(self) -> str:
        """The hash that stands for the person."""
        return self.parts.askers.of(hashed_name(self.at.channel, self.at.person))

    async def admitted(self) -> bool:
        """Whether the person may ask once more this minute; tells it once if not, and later how many were left out."""
        limit, who = self.parts.limit, (self.at.channel, self.at.person)
        verdict = await limit.ask(who, self.turn.delivery)
        if verdict == "ok":
            missed = limit.left_out(who)
            if missed:
                limit.told_left_out(who)
                await self.say(self.words("asking.left_out", count=missed))
            return True
        self.turn.outcome("limited")
        if verdict == "notice":
            await self.say(self.words("asking.limited", most=limit.per_minute, seconds=limit.seconds(who)))
        else:
            self.parts.left_out.later(self)
        return False

    # -- what is remembered --------------------------------------------------------------------------------------------

    async def conversation(self) -> Conversation:
        """What the person talks about here."""
        return await self.turn.conversation(self.at.talk)

    def keep(self, conversation: Conversation) -> None:
        """Store it together with the tick-off."""
        self.turn.keep(self.at.talk, conversation)

    def record(self, text: str, reply: Reply) -> None:
        """Have the question recorded with the tick-off."""
        place: Place = self.at.place
        kept = self.parts.keep_days > 0
        self.turn.asked(record(text, reply, place, self.asker, self.turn.delivery, keep_text=kept))

    # -- answering -----------------------------------------------------------------------------------------------------

    def entries(self, reply: Reply) -> list[Button]:
        """A reply's clauses and documents as buttons, in its order."""
        titles = {f"{c.policy}/{c.clause}": f"{c.clause} {c.title}" for c in (*reply.clauses, *reply.suggestions)}
        titles |= {p: self.library.by_id[p].display_name for p in reply.documents}
        return buttons.entries(reply, titles)

    async def reply(self, reply: Reply, echo: str = "", further: Row | None = None) -> None:
        """Send a reply with its buttons, and a ``further`` row of them. ``echo``: what was asked, repeated before."""
        self.turn.outcome(reply.status)
        asked = [Line(f"❓ {echo}", "faint")] if echo else []
        pages = self.channel.render([*asked, *reply.blocks]) if echo else self.parts.rendered.of(self.channel, reply)
        rows = buttons.under(reply, self.words, self.entries(reply))
        rows = buttons.with_row(buttons.asked_by(rows, self.turn.delivery.id), further)
        listed = reply.status == "choose"  # the text numbers them already
        await self._send(pages, rows, [] if listed else buttons.lead_on(rows))

    async def say(self, text: str, rows: Rows = ()) -> None:
        """Send a sentence of the bot's own."""
        await self.send(lines(text), rows)

    async def send(self, content: Content, rows: Rows = ()) -> None:
        """Send content with the buttons under its last message."""
        await self._send(self.channel.render(content), rows, buttons.lead_on(rows))

    async def _send(self, pages: list[str], rows: Rows, choices: list[Button]) -> None:
        if not self._fit(rows):
            thumbs = buttons.judging(rows) if self.channel.capabilities.thumbs else ()
            pages, rows = await self._numbered(pages, choices), thumbs
        elif (await self.turn.memory(self.at.talk)).offered:
            self.turn.keep_offered(self.at.talk, ())
        await self._some(pages, rows)

    async def _some(self, pages: list[str], rows: Rows) -> None:
        """As many as may be sent at once; the rest is kept, and the last one says how to have it."""
        most = self.channel.capabilities.most
        if most and (len(pages) > most or (await self.turn.memory(self.at.talk)).rest):
            self.turn.keep_rest(self.at.talk, pages[most:])
        if most and len(pages) > most:
            pages, rows = [*pages[: most - 1], f"{pages[most - 1]}\n{self.words('messenger.more', n=MORE)}"], ()
        for page in pages[:-1]:
            await self.deliver(self.at, page)
        if pages:
            await self.deliver(self.at, pages[-1], rows)

    async def more(self) -> bool:
        """Whether the number was typed that brings the rest of the last answer; it is sent."""
        rest = (await self.turn.memory(self.at.talk)).rest
        if not rest or self.incoming.kind != "text" or self.incoming.text.strip() != MORE:
            return False
        self.turn.outcome("callback")
        await self._some(list(rest), ())
        return True

    def _fit(self, rows: Rows) -> bool:
        can = self.channel.capabilities
        return sum(map(len, rows)) <= can.buttons and all(len(row) <= can.columns for row in rows)

    async def _numbered(self, pages: list[str], choices: list[Button]) -> list[str]:
        """The buttons as numbered lines, and what each number stands for from here on."""
        self.turn.keep_offered(self.at.talk, tuple((b.label, b.data) for b in choices))
        if not choices:
            return pages
        listed = [Line(self.words("buttons.line", n=n, label=b.label)) for n, b in enumerate(choices, 1)]
        further = self.channel.render([*listed, Line(self.words("buttons.choose"))])
        both = "\n".join([*pages, *further])
        can = self.channel.capabilities
        together = len(pages) == len(further) == 1 and LENGTHS[can.unit](both) <= can.longest
        return [both] if together else [*pages, *further]

    async def deliver(
        self,
        to: Address,
        page: str,
        rows: Rows = (),
        also: Callable[[Sent], Callable[[Connection], object]] | None = None,
    ) -> bool:
        """One message, as a step; False when nobody is there, or any more, to get it. ``also`` as of Turn.step."""
        if self.turn.over:
            return False
        channel = self.parts.channels[to.channel]
        try:
            await self.turn.step(lambda: channel.send(to, page, rows), also)
        except UnwelcomeError as error:  # blocked, or thrown out of the group: nobody is there to be told
            log.info("not_welcome", extra={"chat": to.conversation, "reason": str(error)})
            return False
        return True

    async def send_file(self, file: File, caption: str) -> None:
        """Send a picture or a document."""
        await self.turn.step(lambda: self.channel.send_file(self.at, file, caption))

    async def change(self, content: Content | None, rows: Rows) -> None:
        """Change the message whose button was pressed, or only its buttons; where none can be changed, say it anew."""
        if self.by_number or not self.channel.capabilities.edits or not self._fit(rows):
            await self.send(content or lines(self.words("buttons.choose")), rows)
            return
        pages = self.channel.render(content) if content is not None else [None]
        if len(pages) > 1:  # a longer text than one message holds can't stand in its place
            await self.send(content or (), rows)
            return
        page = pages[0]
        with contextlib.suppress(GoneError):
            await self.turn.step(lambda: self.channel.edit(self.at, page, rows))

    async def acknowledge(self, text: str = "", alert: bool = False) -> None:
        """Tell a pressed button that it was heard; a number that stood for one is answered as any message."""
        if not self.by_number:
            await self.channel.acknowledge(self.incoming, text, alert)
        elif text:
            await self.say(text)

    @contextlib.asynccontextmanager
    async def typing(self) -> AsyncIterator[None]:
        """Show that an answer is on its way. It is over before the answer goes out, or it would be shown after it."""
        shown: list[asyncio.Task[None]] = []

        def show() -> None:
            shown.append(asyncio.create_task(self.channel.typing(self.at)))

        after = self.channel.capabilities.typing_after
        late = asyncio.get_running_loop().call_later(after, show) if after else None
        if late is None:
            show()
        try:
            yield
        finally:
            if late is not None:
                late.cancel()
            for action in shown:
                await action

    def answering(self, to: Address) -> Visit:
        """The same turn, for somebody else: what is said goes there."""
        return Visit(replace(self.incoming, at=to), self.turn, self.parts)
