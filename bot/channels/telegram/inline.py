"""Inline mode: @bot and a few words, in any chat, give cards whose message is a full answer."""

from __future__ import annotations

import itertools
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from telegram import InlineQueryResultArticle, InputTextMessageContent, Update
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.channels.telegram import render
from bot.channels.telegram.channel import NAME, NO_PREVIEW
from bot.days import BEIJING
from bot.engine.assistant import Assistant
from bot.engine.values.reply import Block, Reply
from bot.service.buttons import key_of
from bot.service.masks import masked
from bot.service.pages import paragraphs
from bot.service.parts import Parts
from bot.service.turns import Turn, current_turn
from bot.staff.question_record import record
from bot.store.keys import Delivery
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


class Bursts:
    """What each person typed last: Telegram asks while somebody types, and only the last form is what was meant."""

    def __init__(self) -> None:
        self._typed: OrderedDict[str, tuple[Delivery, str, float]] = OrderedDict()
        """Person -> update, text and monotonic time."""

    def note(self, person: str, text: str, delivery: Delivery) -> Delivery | None:
        """The update whose place this one takes: it goes on from it, or takes back part of it, soon after it."""
        now = time.monotonic()
        before = self._typed.pop(person, None)
        self._typed[person] = (delivery, text, now)
        if len(self._typed) > MOST_BURSTS:
            self._typed.popitem(last=False)
        if before is None or before[0] == delivery or now - before[2] >= BURST:
            return None
        return before[0] if text.startswith(before[1]) or before[1].startswith(text) else None

    def forget(self, channel: str, person: str) -> None:
        """Forget what a person typed last."""
        if channel == NAME:
            self._typed.pop(person, None)


class Inline:
    """Answers inline queries."""

    def __init__(
        self, parts: Parts, called: Callable[[], str], bursts: Bursts, most_asked: Callable[[], Sequence[str]]
    ) -> None:
        """``called``: the bot's user name; ``most_asked``: questions that an empty query offers."""
        self._parts = parts
        self._called = called
        self._bursts = bursts
        self._most_asked = most_asked

    @property
    def _assistant(self) -> Assistant:
        return self._parts.replies.assistant

    async def query(self, update: Update) -> None:
        """One query, or the next page of one."""
        query, turn = update.inline_query, current_turn.get()
        if query is None or turn is None:
            return
        turn.outcome("inline")
        text = masked(render.plain(query.query).strip())
        start = int(query.offset) if query.offset.isascii() and query.offset.isdigit() and len(query.offset) < 6 else 0
        cards = list(itertools.islice(_once(self.cards(text)), start, start + PAGE + 1))
        page = cards[:PAGE]
        if not start and len(fold(text)) >= SHORTEST:
            self._record(str(query.from_user.id), text, turn)
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

    def _record(self, person: str, text: str, turn: Turn) -> None:
        """One question a burst. What Telegram answers from its cache doesn't come here, and isn't counted."""
        instead = self._bursts.note(person, text, turn.delivery)
        parts = self._parts
        reply = parts.replies.reply(text)
        asker = parts.askers.of(person)
        asked = record(text, reply, "inline", asker, turn.delivery, keep_text=parts.keep_days > 0)
        turn.asked(asked, instead)

    def cache_time(self) -> int:
        """Seconds: never past Beijing's midnight, when a validity notice may change."""
        now = self._parts.now().astimezone(BEIJING)
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
            words = self._parts.words
            reply = self._parts.replies.reply(text)
            hint = words("telegram.inline.none_hint")
            yield Card("none", words("telegram.inline.none"), lambda: (hint, reply.blocks))

    def _answer(self, text: str, title: str = "") -> Iterator[Card]:
        reply = self._parts.replies.reply(text)
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
        clause, assistant = self._assistant.library.clause(target), self._assistant
        title = f"{clause.id} {clause.title}"
        return Card(f"c{key_of(target)}", title, lambda: (clause.body[:100], assistant.show(target).blocks))

    def _holding(self, text: str) -> Iterator[Card]:
        """Units whose name, figures whose words and clauses whose text hold what was typed."""
        folded = fold(text)
        if len(folded) < SHORTEST:
            return
        assistant, words = self._assistant, self._parts.words
        library = assistant.library
        catalogue = self._parts.catalogues.of(library)
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
        assistant = self._assistant
        return lambda: (quote[:100], assistant.show(target).blocks)

    def _near(self, text: str) -> dict[str, Clause]:
        """Clauses that may hold the words: all taught ones, and of the others those that a search finds."""
        library = self._assistant.library
        plain = library.ready.reader.read(text).plain
        found = [t for t, _ in library.ready.clauses.search(plain, SEARCHED)]
        taught = [f"{p.id}/{c.id}" for p in library.policies if p.id not in library.untaught for c in p.clauses]
        return {t: library.clause(t) for t in (*taught, *found)}

    def _article(self, card: Card) -> InlineQueryResultArticle:
        description, blocks = card.make()
        pages = render.messages(blocks)
        if len(pages) > 1:
            more = self._parts.words("telegram.inline.cut", bot=self._called())
            room = render.LIMIT - render.length(more) - 1
            pages = [render.pages(paragraphs(blocks), room)[0] + "\n" + more]
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
