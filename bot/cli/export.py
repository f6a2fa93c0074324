"""policybot export: questions or verdicts as a table."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from bot.cli.arguments import add_days
from bot.cli.offline import OK, opened, told
from knowledge.files.wholefile import names_the_file


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("--what", choices=["questions", "feedback"], default="questions", help="导出什么（默认问题）")
    parser.add_argument("--format", choices=["csv", "jsonl"], default="csv", help="格式（默认 csv）")
    parser.add_argument("-o", "--output", type=Path, metavar="文件", help="写入文件（默认标准输出）")
    add_days(parser, None)


@told
def run(options: argparse.Namespace) -> int:
    """Write them to standard output or, whole, to a file."""
    from bot.days import today_in_beijing
    from bot.staff.export import export, since

    first = since(today_in_beijing(), options.days)
    with opened() as (_, connection):
        if options.output is None:
            with open(sys.stdout.fileno(), "w", encoding="utf-8", newline="", closefd=False) as out:
                export(connection, out, options.what, options.format, first)
            return OK
        with names_the_file(options.output), _whole_file(options.output) as out:
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
