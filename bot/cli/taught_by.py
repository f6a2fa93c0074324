"""What `teach` and `undo` share: by whom it is done, and how the outcome is printed."""

from __future__ import annotations

import argparse
import getpass
import json


def add_by(parser: argparse.ArgumentParser) -> None:
    """--by and --json."""
    parser.add_argument("--by", metavar="谁", help="记作谁做的（默认 terminal:登录名）")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")


def by(options: argparse.Namespace) -> str:
    """Who does it."""
    if options.by:
        return str(options.by)
    try:
        return f"terminal:{getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, as in a container
        return "terminal"


def tell(what: object) -> None:
    """Print an outcome: plain data as JSON, lines as they are."""
    print(json.dumps(what, ensure_ascii=False) if isinstance(what, dict) else "\n".join(what))  # type: ignore[arg-type]
