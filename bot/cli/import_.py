"""policybot import: official documents to policy folders ready for review."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge.importing.outcome import Outcome


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("files", nargs="+", metavar="文件")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("imported"), metavar="DIR", help="放在哪里（默认 imported）"
    )
    parser.add_argument("--force", action="store_true", help="覆盖已有而不同的文件夹（保留其中的 phrasings.yaml 等）")
    parser.add_argument("--json", action="store_true", help="每个文件输出一行 JSON")


def run(options: argparse.Namespace) -> int:
    """Import all files; the exit code is 1 when one failed."""
    from knowledge import ROOT
    from knowledge.base.lexicon_files import shared_units
    from knowledge.importing.sandbox import import_files

    if options.output.exists() and not options.output.is_dir():
        print(f"{options.output} 不是文件夹", file=sys.stderr)
        return 2
    files = list(dict.fromkeys(options.files))
    outcomes = import_files(files, options.output, shared_units(ROOT), force=options.force)
    done: list[Outcome] = []
    for outcome in _with_progress(outcomes, len(files)):
        done.append(outcome)
        if options.json:
            sys.stdout.write(json.dumps(outcome.to_json(), ensure_ascii=False) + "\n")
            sys.stdout.flush()
    if not options.json:
        _table(done, options.output)
    return 1 if any(outcome.error for outcome in done) else 0


def _with_progress(outcomes: Iterator[Outcome], total: int) -> Iterator[Outcome]:
    """The outcomes, with a bar on a terminal."""
    if total < 2 or not sys.stderr.isatty():
        yield from outcomes
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("导入"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[file]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total, file="")
        for outcome in outcomes:
            progress.update(task, advance=1, file=Path(outcome.file).name[:30])
            yield outcome


def _table(done: list[Outcome], out: Path) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("文件", overflow="fold")
    table.add_column("编号", overflow="fold")
    for name in ("部分", "条", "段落", "单位", "数字", "覆盖"):
        table.add_column(name, justify="right")
    table.add_column("说明", overflow="fold")
    for one in done:
        numbers = (one.sections, one.clauses, one.passages, one.units, one.figures)
        shown = [str(n) for n in numbers] if one.error is None else [""] * 5
        covered = f"{one.coverage:.3f}".rstrip("0").rstrip(".") if one.error is None else ""
        said = (
            f"失败：{one.error}"
            if one.error
            else ("" if one.written else "已有，相同；") + f"{len(one.warnings)} 处要看"
        )
        table.add_row(escape(Path(one.file).name), escape(one.policy or ""), *shown, covered, escape(said))
    console = Console() if sys.stdout.isatty() else Console(width=200)
    console.print(table)
    failed = sum(one.error is not None for one in done)
    console.print(
        f"{len(done) - failed} 份在 {escape(str(out))}，各有 review.md 待核对；{failed} 份失败", highlight=False
    )
