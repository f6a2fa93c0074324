"""policybot undo: a taught phrasing taken back."""

from __future__ import annotations

import argparse
from datetime import datetime

from bot.cli.taught_by import add_by, by, tell


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("id", nargs="?", type=int, metavar="编号", help="policybot overlay 列出的编号")
    add_by(parser)


def run(options: argparse.Namespace) -> int:
    """Take it back; the exit code is 1 when there is no such one."""
    from bot.days import BEIJING
    from bot.replies.texts import Texts
    from bot.settings import base_files
    from bot.staff.teaching import undo

    outcome = undo(base_files(), options.id, by(options), datetime.now(BEIJING), Texts.load())
    tell(outcome.to_json() if options.json else outcome.says)
    return 1 if outcome.status == "refused" else 0
