"""policybot expiring: which documents end soon, or are over."""

from __future__ import annotations

import argparse
from datetime import date

from bot.cli.arguments import add_on, days
from bot.staff.expiry import state


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("--days", type=days, default=90, metavar="天数", help="几天以内到期的（默认 90）")
    add_on(parser)


def run(options: argparse.Namespace) -> int:
    """List them, a line each."""
    from bot.days import today_in_beijing
    from bot.replies.texts import Texts
    from bot.settings import base_files
    from bot.staff.expiry import endings
    from knowledge.base.load import load_base

    today: date = options.on or today_in_beijing()
    policies = load_base(base_files().root).policies
    words = Texts.load()
    found = [e for e in endings(policies, today) if e.days <= options.days]
    for ending in found:
        print(
            f"{ending.until}　{ending.policy}　{ending.name}　{words(f'expiry.{state(ending.days)}', days=ending.days)}"
        )
    if not found:
        print(words("expiry.none", days=options.days, count=sum(p.validity.until is not None for p in policies)))
    return 0
