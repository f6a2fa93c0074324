"""policybot stats, unanswered, export and forget: the records, from the command line."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.cli.offline import OK, USAGE, UnusableError, opened, ready_store, told

if TYPE_CHECKING:
    from bot.engine.values.reply import Reply
    from bot.replies.texts import Texts
    from bot.staff.report import Table


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-parsers."""
    stats = commands.add_parser("stats", help="统计：问了多少，答得怎样，哪些条款和单位")
    stats.add_argument("--json", action="store_true", help="以 JSON 输出")
    stats.set_defaults(run=_stats)

    unanswered = commands.add_parser("unanswered", help="没答好的问题，相近的归在一起，最多的在前")
    unanswered.add_argument("--json", action="store_true", help="以 JSON 输出")
    unanswered.set_defaults(run=_unanswered)

    export = commands.add_parser("export", help="导出问题或评价")
    export.add_argument("--what", choices=["questions", "feedback"], default="questions", help="导出什么（默认问题）")
    export.add_argument("--format", choices=["csv", "jsonl"], default="csv", help="格式（默认 csv）")
    export.add_argument("-o", "--output", type=Path, metavar="文件", help="写入文件（默认标准输出）")
    export.set_defaults(run=_export)

    forget = commands.add_parser("forget", help="删掉一个人的记录，按他在 Telegram 的数字编号")
    forget.add_argument("person", type=int, metavar="编号")
    forget.set_defaults(run=_forget)

    for command, default in ((stats, 30), (unanswered, 30), (export, None)):
        shown = f"默认 {default}" if default else "默认全部"
        command.add_argument("--days", type=_days, default=default, metavar="N", help=f"最近几天（{shown}）")


def _days(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 3650:
        return int(text)
    raise argparse.ArgumentTypeError(f"「{text}」应为 1 到 3650 的整数")


@told
def _stats(options: argparse.Namespace) -> int:
    from bot.days import today_in_beijing
    from bot.staff.report import stats_tables, stats_title
    from bot.staff.stats import collect

    with opened() as (_, connection):
        stats = collect(connection, today_in_beijing(), options.days)
    if options.json:
        print(json.dumps(stats.to_json(), ensure_ascii=False, indent=1))
        return OK
    words, names = _names()
    if not stats.questions:
        print(f"{stats_title(stats, words)}\n{words('stats.none_yet')}")
        return OK
    _print(stats_tables(stats, words, names))
    return OK


@told
def _unanswered(options: argparse.Namespace) -> int:
    from bot.days import today_in_beijing
    from bot.staff.unanswered import clusters

    with opened() as (_, connection):
        found = clusters(connection, today_in_beijing(), options.days)
    if options.json:
        print(json.dumps([c.to_json() for c in found], ensure_ascii=False, indent=1))
        return OK
    words, names = _names()
    if not found:
        print(words("unanswered.nothing", days=options.days))
        return OK
    heading = tuple(words(f"unanswered.column.{name}") for name in ("id", "count", "text", "why", "last", "near"))
    rows = [
        (
            c.id,
            str(c.count),
            " ".join(c.example.split()),
            "、".join(f"{words(f'unanswered.why.{why}')} {n}" for why, n in sorted(c.why.items())),
            c.last.day,
            " ".join(names.get(target, target).split()[0] for target in c.near),
        )
        for c in found
    ]
    title = words("unanswered.title", days=options.days, clusters=len(found), count=sum(c.count for c in found))
    _print([(title, [heading, *rows])], headed=True)
    return OK


def _names() -> tuple[Texts, dict[str, str]]:
    """The bot's words, and short titles of the clauses."""
    from bot.replies.texts import Texts
    from bot.staff.report import titles
    from knowledge import compiled

    return Texts.load(), titles(compiled.ready().base.policies)


def _print(tables: Sequence[Table], headed: bool = False) -> None:
    """Tables with lines on a terminal; elsewhere tabs between cells. ``headed``: the first row of each is a heading."""
    if not sys.stdout.isatty():
        for title, rows in tables:
            print(title)
            for row in rows:
                print("\t".join(row))
            print()
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as RichTable

    console = Console(highlight=False, emoji=False)
    for title, rows in tables:
        head = headed or len(rows[0]) > 3
        table = RichTable(show_header=head)
        for n in range(max(map(len, rows))):
            name = rows[0][n] if head else ""
            table.add_column(
                escape(name), justify="right" if n and rows[-1][n : n + 1] and _numeric(rows[-1][n]) else "left"
            )
        for row in rows[1:] if head else rows:
            table.add_row(*map(escape, row))
        console.print(escape(title), style="bold")
        console.print(table)


def _numeric(cell: str) -> bool:
    return cell.replace(".", "").replace("%", "").isdigit()


@told
def _export(options: argparse.Namespace) -> int:
    from bot.days import today_in_beijing
    from bot.staff.export import export, since

    first = since(today_in_beijing(), options.days)
    with opened() as (_, connection):
        if options.output is None:
            with open(sys.stdout.fileno(), "w", encoding="utf-8", newline="", closefd=False) as out:
                export(connection, out, options.what, options.format, first)
            return OK
        with _whole_file(options.output) as out:
            count = export(connection, out, options.what, options.format, first)
    print(f"已写入 {options.output}：{count} 条", file=sys.stderr)
    return OK


@contextlib.contextmanager
def _whole_file(path: Path) -> Iterator[TextIO]:
    """A file, for its owner only, that appears under its name when all of it is written, or not at all."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.absolute().parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


@told
def _forget(options: argparse.Namespace) -> int:
    from bot.staff.asker_hash import KEY_FILE, KeyFileError, open_askers
    from bot.store.questions import forget

    with opened() as (settings, connection):
        if not settings.hash_key and not (settings.data_dir / KEY_FILE).exists():
            raise UnusableError(
                f"没有密钥 {settings.data_dir / KEY_FILE}，认不出谁问了什么；"
                "请用机器人的 POLICYBOT_DATA_DIR，或它的 POLICYBOT_HASH_KEY"
            )
        try:
            askers = open_askers(settings.hash_key, settings.data_dir)
        except KeyFileError as error:
            raise UnusableError(str(error)) from error
        gone = forget(connection, askers.of(options.person), options.person)
    print(
        f"已删掉：{gone.questions} 个问题、{gone.verdicts} 个评价、{gone.conversations} 段对话、"
        f"{gone.aside} 条放到一边的消息"
    )
    if gone.waiting:
        print(f"还没有结束的工单 {'、'.join(f'#{number}' for number in gone.waiting)} 也没有了，请告诉工作群")
    return OK


def recorder() -> Callable[[str, Reply, float], None]:
    """For `ask` and `chat` with --record: writes a question, its reply and the seconds that it took.

    Raises SystemExit when the store can't be used.
    """
    from bot.staff.question_record import record
    from bot.store.questions import write_questions

    try:
        settings, store = ready_store(new=True)
    except UnusableError as error:
        print(error, file=sys.stderr)
        raise SystemExit(USAGE) from None

    def write(text: str, reply: Reply, seconds: float) -> None:
        asked = record(text, reply, "terminal", keep_text=settings.keep_days > 0, seconds=round(seconds, 4))
        with store.engine.begin() as connection:
            write_questions(connection, [asked], ())

    return write
