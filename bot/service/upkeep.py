"""What the staff see of people's questions: /stats, /unanswered, /export."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from datetime import date, datetime

from bot.days import today_in_beijing
from bot.service import buttons
from bot.service.buttons import button, number
from bot.service.commands import BY_NAME, does
from bot.service.guard import fitting, may, refusal
from bot.service.pages import lines
from bot.service.port import Content, File, Line, Rows
from bot.service.pressing import Press, verb
from bot.service.visit import Visit
from bot.staff import chart, export, report, unanswered
from bot.staff.export import Format, What
from bot.staff.roles import Role
from bot.staff.stats import DAYS, MOST_DAYS, Stats, collect

VERB = "w"
"""Of the buttons that turn the pages of /unanswered."""


@does("stats")
async def stats(visit: Visit, arguments: str) -> None:
    """The counts: a chart, and a table under it."""
    days = await _days(visit, arguments, DAYS)
    if days is None:
        return
    today = today_in_beijing()
    found = await visit.parts.store.look(lambda connection: collect(connection, today, days))
    names = report.titles(visit.library.policies)
    told = _lines(report.stats_tables(found, visit.words, names, by_day=False))
    if not found.questions:
        told.append(visit.words("stats.none_yet"))
    elif visit.channel.capabilities.files and not await _drawn(visit, found, names):
        told.append(visit.words("stats.no_chart"))
    await visit.say("\n".join(told))


async def _drawn(visit: Visit, found: Stats, names: dict[str, str]) -> bool:
    """Whether the chart could be drawn; it is sent."""
    picture = await asyncio.to_thread(chart.draw, found, visit.words, names)
    if picture is None:
        return False
    await visit.send_file(File("stats.png", picture, picture=True), report.stats_title(found, visit.words))
    return True


@does("unanswered")
async def in_vain(visit: Visit, arguments: str) -> None:
    """Questions asked in vain, the most frequent first."""
    days = await _days(visit, arguments, unanswered.DAYS)
    if days is not None:
        content, rows = await _clusters(visit, days, 0)
        await visit.send(content, rows)


@verb(VERB)
async def in_vain_page(press: Press) -> bool:
    """Another page of it; the button may be pressed by anybody who sees it."""
    visit, least = press.visit, BY_NAME["unanswered"].least or Role.VIEWER
    if not may(visit, least, "unanswered"):
        await visit.acknowledge(refusal(visit, least), alert=True)
        return True
    days = number(press.key)
    if not 1 <= days <= MOST_DAYS or not fitting(visit):
        return False
    await visit.acknowledge()
    content, rows = await _clusters(visit, days, number(press.argument))
    await visit.change(content, rows)
    return True


async def _clusters(visit: Visit, days: int, page: int) -> tuple[Content, Rows]:
    today, words = today_in_beijing(), visit.words
    found = await visit.parts.store.look(lambda connection: unanswered.clusters(connection, today, days))
    if not found:
        return lines(words("unanswered.nothing", days=days)), ()
    last = (len(found) - 1) // buttons.PAGE
    page = min(max(page, 0), last)
    names = report.titles(visit.library.policies)
    title = words("unanswered.title", days=days, clusters=len(found), count=sum(c.count for c in found))
    content = [Line(title + (f"　{page + 1}/{last + 1}" if last else ""))]
    start = page * buttons.PAGE
    for n, cluster in enumerate(found[start : start + buttons.PAGE], start + 1):
        head, about = report.cluster_lines(cluster, words, names)
        content += [Line(f"{n}. {head}", "strong"), Line(about)]
    return content, _moves(visit, days, page, last)


def _moves(visit: Visit, days: int, page: int, last: int) -> Rows:
    moves = []
    if page > 0:
        moves.append(button(visit.words("buttons.previous"), VERB, days, page - 1))
    if page < last:
        label = visit.words("buttons.next", page=page + 2, pages=last + 1)
        moves.append(button(label, VERB, days, page + 1))
    return (tuple(moves),) if moves else ()


@does("export")
async def exported(visit: Visit, arguments: str) -> None:
    """All questions and verdicts as files, in private only."""
    days = await _days(visit, arguments, 0)
    if days is None:
        return
    if not visit.channel.capabilities.files:
        await visit.say(visit.words("export.no_files"))
        return
    first = export.since(today_in_beijing(), days)
    now = datetime.now().astimezone().strftime("%Y%m%d-%H%M")
    for what in export.WHAT:
        for form in export.FORMATS:
            data, count = await _exported(visit, what, form, first)
            if len(data) > visit.channel.capabilities.most_bytes:
                await visit.say(visit.words("export.too_big", name=f"{what}.{form}"))
            else:
                await visit.send_file(File(f"{what}-{now}.{form}", data), visit.words(f"export.{what}", count=count))


async def _exported(visit: Visit, what: What, form: Format, first: date | None) -> tuple[bytes, int]:
    out = io.StringIO(newline="")
    count = await visit.parts.store.look(lambda connection: export.export(connection, out, what, form, first))
    return out.getvalue().encode("utf-8") or b"\n", count  # messengers take no empty file


async def _days(visit: Visit, arguments: str, default: int) -> int | None:
    """The number behind the command; None when it is none, which is told."""
    if not arguments:
        return default
    typed = arguments.split()[0]
    if typed.isascii() and typed.isdigit() and 1 <= int(typed[:6]) <= MOST_DAYS:
        return int(typed)
    await visit.say(visit.words("stats.badly"))
    return None


def _lines(tables: Sequence[report.Table]) -> list[str]:
    """Tables as lines of a message."""
    told: list[str] = []
    for title, rows in tables:
        told += ["", title] if told else [title]
        told += ["　".join(row) for row in rows]
    return told
