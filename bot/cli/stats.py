"""policybot stats: how much was asked, and how it was answered."""

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
    """Print the counts."""
    from bot.days import today_in_beijing
    from bot.staff.report import stats_tables, stats_title
    from bot.staff.stats import collect

    with opened() as (_, connection):
        stats = collect(connection, today_in_beijing(), options.days)
    if options.json:
        print(json.dumps(stats.to_json(), ensure_ascii=False, indent=1))
        return OK
    words, titles = names()
    if not stats.questions:
        print(f"{stats_title(stats, words)}\n{words('stats.none_yet')}")
        return OK
    print_tables(stats_tables(stats, words, titles))
    return OK
