"""Inline mode: @bot and a few words, in any chat, give cards whose message is a full answer."""

from __future__ import annotations

import itertools
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from telegram import InlineQueryResultArticle, InputTextMessageContent, Update
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import BaseHandler, InlineQueryHandler

from bot.channels.telegram import render
from bot.channels.telegram.context import TurnContext
from bot.channels.telegram.sender import NO_PREVIEW, Desk
from bot.days import BEIJING
from bot.engine.values.reply import Block, Reply
from bot.service.buttons import key_of
from bot.staff.question_record import record
from knowledge.base.document import Clause
from knowledge.text.fold import fold, fold_whole

log = logging.getLogger(__name__)

PAGE = 10
"""Cards at a time; Telegram allows 50."""
SEARCHED = 40
"""Clauses without phrasings that are looked through for what was typed."""
SHORTEST = 2
"""Characters from which a query is a question."""
BURST = 20.0
"""Seconds within which what is typed goes on from what was typed before."""
MOST_BURSTS = 256
CACHE = 300
"""Seconds for which Telegram may show a page again without asking."""


@dataclass(frozen=True)
class Card:
    """One result: what is listed, and what is sent when it is chosen."""

    key: str
    title: str
    make: Callable[[], tuple[str, tuple[Block, ...]]]
    """The description and the message; made for those that are shown."""


class Inline:
    """Answers inline queries."""

    def __init__(self, desk: Desk, most_asked: Callable[[], Sequence[str]], now: Callable[[], datetime]) -> None:
        self._desk = desk
        self._most_asked = most_asked
        self._now = now
        self._bursts: OrderedDict[int, tuple[int, str, float]] = OrderedDict()
        """Person -> update, text and monotonic time of what was typed last."""

    def handlers(self) -> list[BaseHandler[Update, TurnContext, None]]:
        """PTB's handler of inline queries."""
        return [InlineQueryHandler(self.query)]

    async def query(self, update: Update, context: TurnContext) -> None:
        """One query, or the next page of one."""
        query = update.inline_query
        if query is None:
            return
        context.turn.outcome("inline")
        text = render.plain(query.query).strip()
        start = int(query.offset) if query.offset.isascii() and query.offset.isdigit() and len(query.offset) < 6 else 0
        cards = list(itertools.islice(_once(self.cards(text)), start, start + PAGE + 1))
        page = cards[:PAGE]
        if not start and len(fold(text)) >= SHORTEST:
            self._record(query.from_user.id, text, context)
        following = str(start + PAGE) if len(cards) > PAGE else ""
        try:
            await query.answer(
                [self._article(card) for card in page],
                cache_time=self.cache_time(),
                is_personal=False,
                next_offset=following,
            )
        except TelegramError as error:  # too late, mostly: the person types on and asks again
            log.info("inline_not_answered", extra={"reason": str(error)})

    def _record(self, person: int, text: str, context: TurnContext) -> None:
        """One question a burst: Telegram asks while somebody types, and only the last form is what was meant.

        A form that goes on from the last one (or takes back part of it), soon after it, takes its place in the records.
        What Telegram answers from its cache doesn't come here, and isn't counted.
        """
        now = time.monotonic()
        update_id, before, at = self._bursts.pop(person, (0, "", 0.0))
        goes_on = now - at < BURST and (text.startswith(before) or before.startswith(text))
        instead = update_id if before and goes_on and update_id != context.turn.update_id else None
        self._bursts[person] = (context.turn.update_id, text, now)
        if len(self._bursts) > MOST_BURSTS:
            self._bursts.popitem(last=False)
        office = self._desk.office
        reply = self._desk.recent.reply(text)
        asker = office.askers.of(person)
        asked = record(text, reply, "inline", asker, context.turn.update_id, keep_text=office.keep_days > 0)
        context.turn.asked(asked, instead)

    def forget(self, person: int) -> None:
        """Forget what a person typed last."""
        self._bursts.pop(person, None)

    def cache_time(self) -> int:
        """Seconds: never past Beijing's midnight, when a validity notice may change."""
        now = self._now().astimezone(BEIJING)
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return max(0, min(CACHE, int((midnight - now).total_seconds())))

    def cards(self, text: str) -> Iterator[Card]:
        """What a query finds, best first: the answer, then units, figures and clauses that hold the words."""
        if not text:
            for question in self._most_asked():
                yield from itertools.islice(self._answer(question, question), 1)
            return
        found = False
        for card in itertools.chain(self._answer(text), self._holding(text)):
            found = True
            yield card
        if not found:
            words = self._desk.words
            reply = self._desk.recent.reply(text)
            hint = words("telegram.inline.none_hint")
            yield Card("none", words("telegram.inline.none"), lambda: (hint, reply.blocks))

    def _answer(self, text: str, title: str = "") -> Iterator[Card]:
        reply = self._desk.recent.reply(text)
        if reply.status in ("none", "clarify", "chat"):
            return
        if reply.status == "answer" and reply.conversation.clause and reply.clauses:
            first = reply.clauses[0]
            heading = "、".join(f.text for f in reply.figures) or first.title
            key = key_of(f"{text}/{first.policy}/{first.clause}")
            yield Card(f"a{key}", title or f"{first.clause} {heading}", lambda: _shown(reply))
            others = reply.clauses[1:]
        else:
            others = reply.clauses
            if reply.status != "choose":
                name = "、".join(reply.units) if len(reply.units) < 4 else ""
                yield Card(f"i{key_of(text)}", title or name or _first_line(reply), lambda: _shown(reply))
        for clause in others:
            yield self._clause(f"{clause.policy}/{clause.clause}")

    def _clause(self, target: str) -> Card:
        clause, assistant = self._desk.clauses()[target], self._desk.recent.assistant
        title = f"{clause.id} {clause.title}"
        return Card(f"c{key_of(target)}", title, lambda: (clause.body[:100], assistant.show(target).blocks))

    def _holding(self, text: str) -> Iterator[Card]:
        """Units whose name, figures whose words and clauses whose text hold what was typed."""
        folded = fold(text)
        if len(folded) < SHORTEST:
            return
        assistant, words = self._desk.recent.assistant, self._desk.words
        catalogue, library = self._desk.catalogue, assistant.library
        for name, unit in catalogue.unit_keys:
            if folded in name:
                count = library.unit_counts[unit]
                title = words("telegram.inline.unit", unit=unit, count=count)
                yield Card(f"u{key_of(unit)}", title, lambda unit=unit: _shown(assistant.of_unit(unit)))  # type: ignore[misc]
        near = self._near(text)
        for target, clause in near.items():
            for figure in clause.figures:
                if folded in fold(figure.quote):
                    key = key_of(f"{target}/{figure.id}")
                    yield Card(f"f{key}", f"{figure.text}（{clause.id}）", self._figure(target, figure.quote))
        for target, clause in near.items():
            if folded in fold_whole(clause.text):
                yield self._clause(target)

    def _figure(self, target: str, quote: str) -> Callable[[], tuple[str, tuple[Block, ...]]]:
        assistant = self._desk.recent.assistant
        return lambda: (quote[:100], assistant.show(target).blocks)

    def _near(self, text: str) -> dict[str, Clause]:
        """Clauses that may hold the words: all taught ones, and of the others those that a search finds."""
        library = self._desk.recent.assistant.library
        plain = library.ready.reader.read(text).plain
        found = [t for t, _ in library.ready.clauses.search(plain, SEARCHED)]
        taught = [f"{p.id}/{c.id}" for p in library.policies if p.id not in library.untaught for c in p.clauses]
        return {t: library.clause(t) for t in (*taught, *found)}

    def _article(self, card: Card) -> InlineQueryResultArticle:
        description, blocks = card.make()
        pages = render.messages(blocks)
        if len(pages) > 1:
            more = self._desk.words("telegram.inline.cut", bot=self._desk.me().username)
            room = render.LIMIT - render.length(more) - 1
            content = [paragraph for block in blocks for paragraph in render.paragraphs(block)]
            pages = [render.pages(content, room)[0] + "\n" + more]
        return InlineQueryResultArticle(
            id=card.key,
            title=card.title[:100],
            description=description,
            input_message_content=InputTextMessageContent(
                pages[0], parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW
            ),
        )


def _shown(reply: Reply) -> tuple[str, tuple[Block, ...]]:
    """A reply as a card: its first line describes it."""
    return _first_line(reply), reply.blocks


def _first_line(reply: Reply) -> str:
    return reply.text.split("\n")[0][:100]


def _once(cards: Iterator[Card]) -> Iterator[Card]:
    """Each card only once."""
    seen: set[str] = set()
    for card in cards:
        if card.key not in seen:
            seen.add(card.key)
            yield card
