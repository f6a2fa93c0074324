"""policybot tune: weights.yaml and evidence.yaml fitted anew."""

from __future__ import annotations

import argparse
import sys

OK, TOO_FEW = 0, 1


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument(
        "what",
        nargs="?",
        choices=["weights", "evidence"],
        default="weights",
        metavar="weights|evidence",
        help="evidence：没有问法的条款凭自己的字词被找到，各种迹象值多少（evidence.yaml；要有许多这样的文件）",
    )
    parser.add_argument("--dry-run", action="store_true", help="只报告，不写文件")


def run(options: argparse.Namespace) -> int:
    """Fit, report and write."""
    from knowledge import ROOT, compiled
    from knowledge.base.load import load_base
    from knowledge.fitting import weights as tuning

    if options.what == "evidence":
        return _tune_evidence(options.dry_run)
    base = load_base()
    from knowledge.learned import index

    report, weights = tuning.tune(base, compiled.ready().reader)
    print(report)
    if not options.dry_run:
        tuning.save_weights(weights, ROOT, report)
        print(f"已写入 {ROOT.name}/{index.FILE}")
    return OK


def _tune_evidence(dry_run: bool) -> int:
    from bot.engine.understanding.understanding import Understanding
    from bot.settings import base_files
    from knowledge import compiled
    from knowledge.fitting import evidence as calibrate
    from knowledge.retrieval import evidence

    root = base_files().root
    made = compiled.ready(root)
    if len(made.clauses) < calibrate.LEAST:
        print(f"没有问法的条款只有 {len(made.clauses)} 条，至少要 {calibrate.LEAST} 条才能拟合", file=sys.stderr)
        return TOO_FEW
    understanding = Understanding(made)
    signs = evidence.Evidence(made.base, made.reader, made.clauses, evidence.START)
    rows = calibrate.rows(
        made.base, made.reader, signs, lambda text: understanding.question(text).rest_reading, understanding.generic
    )
    weights = calibrate.fit(rows)
    report = calibrate.report(rows, weights)
    print(report)
    if not dry_run:
        calibrate.save(weights, root, report)
        print(f"已写入 {root.name}/{evidence.FILE}")
    return OK
