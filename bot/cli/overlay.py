"""policybot overlay: what was taught, and as a patch to the YAML."""

from __future__ import annotations

import argparse
import sys


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("what", nargs="?", choices=["list", "patch"], default="list", help="list（默认）或 patch")


def run(options: argparse.Namespace) -> int:
    """List or print the patch; the patch alone goes to standard output."""
    from bot.replies.texts import Texts
    from bot.settings import base_files
    from bot.staff.teaching import listed
    from knowledge.base.load import load_base
    from knowledge.teaching import overlay
    from knowledge.teaching.patch import patch
    from knowledge.teaching.phrasing_insert import InsertError

    files = base_files()
    current = overlay.read(files.overlay)
    if options.what == "list":
        for line in listed(current, Texts.load()):
            print(line)
        print(f"{files.overlay}：在用 {len(current.taught)} 条", file=sys.stderr)
        return 0
    try:
        text = patch(files.root, current.taught)
    except InsertError as error:
        print(error, file=sys.stderr)
        return 1
    for stale in overlay.merged(load_base(files.root), current.taught)[1]:
        reason = stale.reason or "知识库里已经有了"
        print(f"没有放进补丁：{stale.taught.id}「{stale.taught.ask}」：{reason}", file=sys.stderr)
    sys.stdout.write(text)
    return 0
