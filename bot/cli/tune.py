"""policybot tune: weights.yaml and evidence.yaml fitted anew."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.engine.assistant import Assistant

OK, TOO_FEW = 0, 1


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument(
        "what",
        nargs="?",
        choices=["weights", "evidence"],
        default="weights",
        metavar="weights|evidence",
        help="evidence：没有问法的条款凭自己的字词被找到，各种迹象值多少（evidence.yaml）",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        help="evidence 用的文件和问题所在的文件夹（documents/ 和 questions/）；不写是 tests/fitting",
    )
    parser.add_argument("--dry-run", action="store_true", help="只报告，不写文件")


def run(options: argparse.Namespace) -> int:
    """Fit, report and write."""
    from knowledge import ROOT, compiled
    from knowledge.base.load import load_base
    from knowledge.fitting import weights as tuning

    if options.what == "evidence":
        return _tune_evidence(options.folder or ROOT.parent / "tests" / "fitting", options.dry_run)
    base = load_base()
    from knowledge.learned import index

    report, weights = tuning.tune(base, compiled.ready().reader)
    print(report)
    if not options.dry_run:
        tuning.save_weights(weights, ROOT, report)
        print(f"已写入 {ROOT.name}/{index.FILE}")
    return OK


def _tune_evidence(folder: Path, dry_run: bool) -> int:
    import tempfile

    from knowledge import ROOT
    from knowledge.fitting import evidence as fitting
    from knowledge.retrieval import evidence

    if not (folder / "documents").is_dir() or not (folder / "questions").is_dir():
        print(f"{folder} 里没有 documents/ 和 questions/：拟合要有文件，和只看过文件的人写的问题", file=sys.stderr)
        return TOO_FEW
    questions = fitting.read_questions(folder / "questions")
    with tempfile.TemporaryDirectory() as scratch:
        assistant, ids = beside_ours(folder / "documents", Path(scratch))
        made = fitting.derived(ids, assistant.ready.base, lambda text: assistant.ready.reader.read(text).words)
        rows = fitting.rows([*questions, *made], ids, assistant.ready.base, assistant.evidence, assistant.looked_for)
        asked = [*((q.ask, False) for q in questions if q.quote), *_of_taught(ROOT.parent / "tests" / "questions")]
        trust = fitting.fit_trust(fitting.trusted(asked, assistant.taught_and_found))
    report = fitting.report(rows)
    print(report)
    if not dry_run:
        fitting.save(replace(fitting.fit(rows), taught=trust), ROOT, report)
        print(f"已写入 {ROOT.name}/{evidence.FILE}")
    return OK


def beside_ours(documents: Path, scratch: Path) -> tuple[Assistant, dict[str, str]]:
    """A base of these documents beside the project's own, and their ids by the names of their files."""
    import shutil

    from bot.engine.assistant import Assistant
    from knowledge import ROOT, compiled
    from knowledge.base.lexicon_files import shared_units
    from knowledge.importing.sandbox import import_files

    policies = shutil.copytree(ROOT / "policies", scratch / "policies")
    outcomes = list(import_files(sorted(map(str, documents.iterdir())), policies, shared_units(ROOT), force=False))
    ids = {Path(outcome.file).name: outcome.policy for outcome in outcomes if outcome.policy}
    return Assistant(compiled.make(scratch)), ids


def _of_taught(folder: Path) -> list[tuple[str, bool]]:
    """The test questions on clauses with phrasings."""
    from knowledge.files.yamlfile import read_yaml

    files = [read_yaml(path).data for path in sorted(folder.glob("*.yaml"))]
    return [(str(q["ask"]), True) for data in files if "clause" in data for q in data["questions"]]
