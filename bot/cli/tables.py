"""Tables on a terminal, tabs in a pipe; and the names that stand in them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.replies.texts import Texts
    from bot.staff.report import Table


def names() -> tuple[Texts, dict[str, str]]:
    """The bot's words, and short titles of the clauses."""
    from bot.replies.texts import Texts
    from bot.staff.report import titles
    from knowledge import compiled

    return Texts.load(), titles(compiled.ready().base.policies)


def print_tables(tables: Sequence[Table], headed: bool = False) -> None:
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
