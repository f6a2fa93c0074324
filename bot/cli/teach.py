"""policybot teach: a phrasing from the terminal."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime

from bot.cli.taught_by import add_by, by, tell


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("target", metavar="条款|事项", help="4.2、文件/4.2、没有规定的事项的编号或名称、info:validity")
    parser.add_argument("ask", nargs="+", metavar="问法", help="人们的问法")
    add_by(parser)


def run(options: argparse.Namespace) -> int:
    """Teach it, where no test question breaks; the exit code is 1 when it was refused."""
    from bot.days import BEIJING
    from bot.replies.texts import Texts
    from bot.settings import base_files
    from bot.staff.teach_targets import named
    from bot.staff.teaching import teach
    from knowledge import compiled

    files, words = base_files(), Texts.load()
    if not options.json:
        print("正在检查……", file=sys.stderr)
    outcome = teach(files, options.target, " ".join(options.ask), by(options), datetime.now(BEIJING), words)
    tell(outcome.to_json() if options.json else outcome.says)
    if outcome.proposals and not options.json:
        base = compiled.ready(files.root, files.overlay).base
        print("最接近的：")
        for target in outcome.proposals:
            print(f"  {target}　{named(base, target, words)}")
    return 1 if outcome.status == "refused" else 0
