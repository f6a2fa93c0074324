"""policybot teach and undo: phrasings from the terminal."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from datetime import datetime


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-parsers."""
    parser = commands.add_parser("teach", help="教一句问法：先检查，再试全部测试问题，没有问题才记下，立即生效")
    parser.add_argument("target", metavar="条款|事项", help="4.2、文件/4.2、没有规定的事项的编号或名称、info:validity")
    parser.add_argument("ask", nargs="+", metavar="问法")
    parser.set_defaults(run=_teach)
    undo = commands.add_parser("undo", help="撤回教过的一句问法，默认最近一句")
    undo.add_argument("id", nargs="?", type=int, metavar="编号", help="policybot overlay 列出的编号")
    undo.set_defaults(run=_undo)
    for command in (parser, undo):
        command.add_argument("--by", metavar="谁", help="记作谁做的（默认 terminal:登录名）")
        command.add_argument("--json", action="store_true", help="以 JSON 输出结果")


def _teach(options: argparse.Namespace) -> int:
    from bot.days import BEIJING
    from bot.replies.texts import Texts
    from bot.settings import base_files
    from bot.staff.teach_targets import named
    from bot.staff.teaching import teach
    from knowledge import compiled

    files, words = base_files(), Texts.load()
    if not options.json:
        print("正在检查……", file=sys.stderr)
    outcome = teach(files, options.target, " ".join(options.ask), _by(options), datetime.now(BEIJING), words)
    _print(outcome.to_json() if options.json else outcome.says)
    if outcome.proposals and not options.json:
        base = compiled.ready(files.root, files.overlay).base
        print("最接近的：")
        for target in outcome.proposals:
            print(f"  {target}　{named(base, target, words)}")
    return 1 if outcome.status == "refused" else 0


def _undo(options: argparse.Namespace) -> int:
    from bot.days import BEIJING
    from bot.replies.texts import Texts
    from bot.settings import base_files
    from bot.staff.teaching import undo

    outcome = undo(base_files(), options.id, _by(options), datetime.now(BEIJING), Texts.load())
    _print(outcome.to_json() if options.json else outcome.says)
    return 1 if outcome.status == "refused" else 0


def _by(options: argparse.Namespace) -> str:
    if options.by:
        return str(options.by)
    try:
        return f"terminal:{getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, as in a container
        return "terminal"


def _print(what: object) -> None:
    print(json.dumps(what, ensure_ascii=False) if isinstance(what, dict) else "\n".join(what))  # type: ignore[arg-type]
