"""policybot check: every fault of the knowledge files at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.cli.arguments import WrongCallError

OK, FAULTS = 0, 1
SHOWN = 3
"""Open points of a document that are listed; the others are counted."""


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("folder", nargs="?", type=Path, metavar="文件夹", help="知识库文件夹（默认自带的）")
    parser.add_argument("--questions", type=Path, metavar="文件夹", help="测试问题的文件夹（默认 tests/questions）")


def run(options: argparse.Namespace) -> int:
    """List the faults, or what the base holds; the exit code is 1 when there are faults."""
    from bot.replies.texts import check_replies
    from bot.serving.base_files import questions_folder
    from bot.settings import base_files
    from knowledge.base.load import examine
    from knowledge.teaching import overlay as taught

    files = base_files()
    folder: Path = options.folder or files.root
    if not folder.is_dir():
        raise WrongCallError(f"没有文件夹 {folder}")
    questions = options.questions or (files.questions if folder == files.root else questions_folder(folder))
    if questions is not None and not questions.is_dir():
        raise WrongCallError(f"没有文件夹 {questions}")
    base, faults = examine(folder, questions)
    faults += check_replies()
    for fault in sorted(faults):
        print(fault)
    if faults:
        print(f"共 {len(faults)} 处错误", file=sys.stderr)
        return FAULTS
    assert base is not None
    if not base.policies:
        from bot.cli.new import NEXT_STEPS

        print(NEXT_STEPS.format(folder=folder))
        print("正在运行的机器人不会换成一个空的知识库，仍照原来的文件回答")
        return OK
    for policy in base.policies:
        figures = sum(len(clause.figures) for clause in policy.clauses)
        asked = base.phrasings[policy.id].clauses
        lines = sum(len(lines) for by_writer in asked.values() for lines in by_writer.values())
        print(
            f"{policy.id}：{len(policy.sections)} 部分 {len(policy.clauses)} 条 {figures} 个数字 {lines} 条问法，"
            f"与原文一字不差"
        )
    for line in _left(folder):
        print(line)
    if folder == files.root and files.overlay.exists():
        current = taught.read(files.overlay)
        for stale in taught.merged(base, current.taught)[1]:
            if stale.reason:
                print(f"教过的问法 {stale.taught.id}「{stale.taught.ask}」不起作用：{stale.reason}")
        print(f"教过的问法 {len(current.taught)} 条（{files.overlay}）")
    if questions is None:
        print("没有找到测试问题，未检查每条是否有测试（可用 --questions 指定）")
    if folder.resolve() == files.root.resolve():
        print("没有错误；正在用这个知识库的机器人会自己换上（工作人员也可以用 /reload）")
    else:
        print(f"没有错误。这里只查了 {folder}；放进知识库的 policies/ 以后，请再运行 policybot check")
    return OK


def _left(folder: Path) -> Iterator[str]:
    """What nobody has ticked yet in the documents' review.md."""
    from knowledge.base.load import policy_folders
    from knowledge.importing.open_points import open_points

    for place in policy_folders(folder):
        left = open_points(place)
        if left is None or not (left.points or left.cards):
            continue
        cards = f"，{len(left.cards)} 条的卡片没有核对" if left.cards else ""
        yield f"{place.name}：{place / 'review.md'} 里还有 {len(left.points)} 处没有打勾{cards}"
        yield from (f"  还没看：{point}" for point in left.points[:SHOWN])
        if len(left.points) > SHOWN:
            yield f"  另有 {len(left.points) - SHOWN} 处"
