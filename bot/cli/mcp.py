"""policybot mcp: the documents as tools for programs that speak the Model Context Protocol, over standard input."""

from __future__ import annotations

import argparse
import sys


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("--url", default="", metavar="网址", help="网页的地址，写进结果里的链接")


def run(options: argparse.Namespace) -> int:
    """Answer line by line until the input ends."""
    from bot.channels.web.tools import Tools, answered
    from bot.engine.assistant import Assistant
    from bot.settings import base_files
    from knowledge import compiled

    files = base_files()
    tools = Tools(Assistant(compiled.ready(files.root, files.overlay)), options.url.rstrip("/"))
    for line in answered(tools, sys.stdin.buffer):
        sys.stdout.buffer.write(line.encode() + b"\n")
        sys.stdout.buffer.flush()
    return 0
