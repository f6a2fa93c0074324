"""policybot unanswered: the questions that were not answered well."""

from __future__ import annotations

import argparse
import json

from bot.cli.arguments import add_days
from bot.cli.offline import OK, opened, told
from bot.cli.tables import names, print_tables


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    add_days(parser, 30)


@told
def run(options: argparse.Namespace) -> int:
    """Print them, alike ones as one, the most first."""
    from bot.days import today_in_beijing
    from bot.staff.unanswered import clusters

    with opened() as (_, connection):
        found = clusters(connection, today_in_beijing(), options.days)
    if options.json:
        print(json.dumps([c.to_json() for c in found], ensure_ascii=False, indent=1))
        return OK
    words, titles = names()
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
            " ".join(titles.get(target, target).split()[0] for target in c.near),
        )
        for c in found
    ]
    title = words("unanswered.title", days=options.days, clusters=len(found), count=sum(c.count for c in found))
    print_tables([(title, [heading, *rows])], headed=True)
    return OK
