"""What the staff see of people's questions: /stats, /unanswered, /export."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from datetime import date, datetime

from telegram import InlineKeyboardMarkup, InputFile, Message, ReplyParameters, Update
from telegram.ext import BaseHandler, CommandHandler

from bot.channels.telegram import keyboards, menus, render
from bot.channels.telegram.commands import running
from bot.channels.telegram.context import TurnContext
from bot.channels.telegram.guard import Guard
from bot.channels.telegram.presses import Answering, number
from bot.channels.telegram.sender import Desk, Place
from bot.days import today_in_beijing
from bot.staff import chart, export, report, unanswered
from bot.staff.export import Format, What
from bot.staff.stats import DAYS, MOST_DAYS, Stats, collect

MOST_BYTES = 49 * 1024 * 1024
"""Telegram takes files of at most 50 MB from bots."""
VERB = "w"
"""Of the buttons that turn the pages of /unanswered."""


class StaffRoom:
    """The commands, each behind the guard."""

    def __init__(self, desk: Desk, guard: Guard) -> None:
        self._desk = desk
        self._words = desk.words
        self._office = desk.office
        self._guard = guard

    def handlers(self) -> list[BaseHandler[Update, TurnContext, None]]:
        """PTB's handlers of the commands."""
        guarded = (
            ("stats", self._guard.command("stats", menus.STAFF["stats"], self.stats)),
            ("unanswered", self._guard.command("unanswered", menus.STAFF["unanswered"], self.unanswered)),
            ("export", self._guard.command("export", menus.STAFF["export"], self.export, private=True)),
        )
        return [CommandHandler(name, running(self._desk, answer)) for name, answer in guarded]

    def verbs(self) -> dict[str, Answering]:
        """What the staff's buttons do."""
        return {VERB: self._page}

    async def stats(self, _: Message, place: Place, arguments: str, context: TurnContext) -> None:
        """The counts: a chart, and a table under it."""
        days = await self._days(place, arguments, DAYS, context)
        if days is None:
            return
        today = today_in_beijing()
        stats = await self._office.store.look(lambda connection: collect(connection, today, days))
        names = report.titles(self._desk.policies)
        lines = _lines(report.stats_tables(stats, self._words, names, by_day=False))
        if not stats.questions:
            lines.append(self._words("stats.none_yet"))
        else:
            picture = await asyncio.to_thread(chart.draw, stats, self._words, names)
            if picture is None:
                lines.append(self._words("stats.no_chart"))
            else:
                await self._photo(place, picture, stats, context)
        await self._desk.say(place, "\n".join(lines), context)

    async def _photo(self, place: Place, picture: bytes, stats: Stats, context: TurnContext) -> None:
        file = InputFile(picture, filename="stats.png")
        caption = report.stats_title(stats, self._words)
        answered = ReplyParameters(place.message, allow_sending_without_reply=True)
        await context.turn.step(
            lambda: context.bot.send_photo(place.chat, file, caption=caption, reply_parameters=answered)
        )

    async def unanswered(self, _: Message, place: Place, arguments: str, context: TurnContext) -> None:
        """Questions asked in vain, the most frequent first."""
        days = await self._days(place, arguments, unanswered.DAYS, context)
        if days is not None:
            page, keyboard = await self._clusters(days, 0)
            await self._desk.send(place, [page], context, keyboard)

    async def _page(
        self, update: Update, message: Message, place: Place, key: str, page: str, context: TurnContext
    ) -> bool:
        """Another page of it; the button may be pressed by anybody who sees it."""
        if not self._guard.may(place.person, menus.STAFF["unanswered"], "unanswered", context):
            await self._desk.acknowledge(update, self._guard.refusal(place.person, menus.STAFF["unanswered"]), True)
            return True
        days = number(key)
        if not 1 <= days <= MOST_DAYS or not self._guard.fitting(message):
            return False
        await self._desk.acknowledge(update)
        text, keyboard = await self._clusters(days, number(page))
        await self._desk.edit(message, text, context, keyboard)
        return True

    async def _clusters(self, days: int, page: int) -> tuple[str, InlineKeyboardMarkup | None]:
        today = today_in_beijing()
        found = await self._office.store.look(lambda connection: unanswered.clusters(connection, today, days))
        if not found:
            return render.pages([(render.Run(self._words("unanswered.nothing", days=days)),)])[0], None
        last = (len(found) - 1) // keyboards.PAGE
        page = min(max(page, 0), last)
        names = report.titles(self._desk.policies)
        title = self._words("unanswered.title", days=days, clusters=len(found), count=sum(c.count for c in found)) + (
            f"　{page + 1}/{last + 1}" if last else ""
        )
        content: list[render.Paragraph] = [(render.Run(title),)]
        start = page * keyboards.PAGE
        for n, cluster in enumerate(found[start : start + keyboards.PAGE], start + 1):
            head, about = report.cluster_lines(cluster, self._words, names)
            content += [(render.Run(f"{n}. "), render.Run(head, "b")), (render.Run(about),)]
        moves = []
        if page > 0:
            moves.append(keyboards.button(self._words("telegram.button.previous"), VERB, days, page - 1))
        if page < last:
            label = self._words("telegram.button.next", page=page + 2, pages=last + 1)
            moves.append(keyboards.button(label, VERB, days, page + 1))
        return render.pages(content)[0], InlineKeyboardMarkup([moves]) if moves else None

    async def export(self, _: Message, place: Place, arguments: str, context: TurnContext) -> None:
        """All questions and verdicts as files, in private only."""
        days = await self._days(place, arguments, 0, context)
        if days is None:
            return
        first = export.since(today_in_beijing(), days)
        now = datetime.now().astimezone().strftime("%Y%m%d-%H%M")
        for what in export.WHAT:
            for form in export.FORMATS:
                data, count = await self._exported(what, form, first)
                if len(data) > MOST_BYTES:
                    await self._desk.say(place, self._words("export.too_big", name=f"{what}.{form}"), context)
                    continue
                file = InputFile(data, filename=f"{what}-{now}.{form}")
                await self._document(place, file, self._words(f"export.{what}", count=count), context)

    async def _exported(self, what: What, form: Format, first: date | None) -> tuple[bytes, int]:
        out = io.StringIO(newline="")
        count = await self._office.store.look(lambda connection: export.export(connection, out, what, form, first))
        return out.getvalue().encode("utf-8") or b"\n", count  # Telegram takes no empty file

    async def _document(self, place: Place, file: InputFile, caption: str, context: TurnContext) -> None:
        answered = ReplyParameters(place.message, allow_sending_without_reply=True)
        await context.turn.step(
            lambda: context.bot.send_document(place.chat, file, caption=caption, reply_parameters=answered)
        )

    async def _days(self, place: Place, arguments: str, default: int, context: TurnContext) -> int | None:
        """The number behind the command; None when it is none, which is told."""
        if not arguments:
            return default
        typed = arguments.split()[0]
        if typed.isascii() and typed.isdigit() and 1 <= int(typed[:6]) <= MOST_DAYS:
            return int(typed)
        await self._desk.say(place, self._words("stats.badly"), context)
        return None


def _lines(tables: Sequence[report.Table]) -> list[str]:
    """Tables as lines of a message."""
    lines: list[str] = []
    for title, rows in tables:
        lines += ["", title] if lines else [title]
        lines += ["　".join(row) for row in rows]
    return lines
