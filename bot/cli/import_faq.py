"""policybot import-faq: questions of a table as phrasings."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

DONE, REFUSED, TROUBLE = 0, 1, 2
"""Exit codes: every row found its place; some were refused; nothing could be read or written."""


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("file", type=Path, metavar="FILE.csv", help="列：问题，和条款或答案（原文）；可有文件")
    parser.add_argument("--policy", metavar="编号", help="没有「文件」列时，是哪一份文件")
    parser.add_argument("--writer", metavar="名称", help="记在哪位写作者名下（默认 faq-文件名）")
    parser.add_argument("--dry-run", action="store_true", help="只检查，不写")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出每一行的结果")


def run(options: argparse.Namespace) -> int:
    """Import; the reasons of refusals go to standard error, by line."""
    from bot.settings import base_files
    from knowledge.files.faults import KnowledgeError
    from knowledge.teaching.faq_import import import_faq, writer_of
    from knowledge.teaching.phrasing_insert import InsertError

    writer = options.writer or writer_of(options.file)
    try:
        outcomes = import_faq(options.file, base_files().root, options.policy, writer, write=not options.dry_run)
    except (KnowledgeError, InsertError) as error:
        print(f"没有写入任何内容：\n{error}", file=sys.stderr)
        return TROUBLE
    counts = Counter(outcome.status for outcome in outcomes)
    if options.json:
        rows = [asdict(outcome) for outcome in outcomes]
        print(
            json.dumps({"writer": writer, "written": not options.dry_run, "rows": rows}, ensure_ascii=False, indent=1)
        )
    else:
        for outcome in outcomes:
            if outcome.status == "refused":
                print(f"{options.file}:{outcome.line}: 「{outcome.question}」：{outcome.reason}", file=sys.stderr)
        done = "可以收进" if options.dry_run else "收进"
        print(f"{done} {counts['added']} 句（写作者 {writer}），已有 {counts['known']} 句，未收 {counts['refused']} 句")
        if counts["added"] and not options.dry_run:
            print("请再跑 policybot check；问法多了，也请 make tune 看留出的准确率")
    return REFUSED if counts["refused"] else DONE
