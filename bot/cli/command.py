"""The command `policybot`: which commands there are. A command's module is imported when it is run."""

from __future__ import annotations

import argparse
import gc
import importlib
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.cli.arguments import USAGE, Parser, WrongCallError

OK, NOT_ANSWERED = 0, 1
"""Exit codes: answered; not answered, or faults found."""
INTERRUPTED = 130


@dataclass(frozen=True)
class Command:
    """One command: its module, which has add(parser) and run(options), and what it is for."""

    module: str
    help: str
    brief: bool = False
    """Whether it is over after one answer, so that nothing need be collected; one that goes on enables collecting."""


COMMANDS = {
    "chat": Command("chat", "在终端里聊天；也逐行回答管道送来的问题"),
    "ask": Command("ask", "问一个问题，或用 --jsonl 逐行问", brief=True),
    "show": Command("show", "看一条（4.2）、一部分（4）、units、figures、policies，或一份文件（编号、编号/4.2）"),
    "check": Command("check", "检查知识库的每个文件，列出全部错误"),
    "new": Command("new", "建一个空的知识库，放自己的文件"),
    "import": Command("import_", "把公文（txt、docx、html、pdf）变成待核对的文件夹"),
    "index": Command("index", "把条款放进搜索集群（OpenSearch），或退回前一版索引"),
    "build": Command("build", "预先编译知识库，使启动更快"),
    "telegram": Command("telegram", "在 Telegram 里回答：默认轮询，给出 --webhook-url 则用 webhook"),
    "web": Command("web", "开网页和接口：浏览器里提问、浏览文件；默认 http://127.0.0.1:8000"),
    "mcp": Command("mcp", "以 MCP 工具的形式供别的程序查：标准输入输出，一行一个 JSON"),
    "staff": Command("staff", "控制台的帐号：add 开一个，list 列出，end 停用"),
    "keys": Command("keys", "接口的钥匙：add 发一把，list 列出，revoke 收回"),
    "serve": Command("serve", "在设好的所有聊天工具里回答：企业微信、钉钉、飞书、公众号、Telegram"),
    "channels": Command("channels", "聊天工具：check 检查每一个的口令、时钟和地址，并说怎样改"),
    "diff": Command("diff", "两个版本逐条比较：改了哪些字、数字、单位和有效期"),
    "publish": Command("publish", "导出：schema.org JSON-LD、Akoma Ntoso 1.0 或问答表 CSV"),
    "import-faq": Command("import_faq", "把问答表（CSV）里的问题收为问法；对不上条款的逐行列出"),
    "teach": Command("teach", "教一句问法：先检查，再试全部测试问题，没有问题才记下，立即生效"),
    "undo": Command("undo", "撤回教过的一句问法，默认最近一句"),
    "overlay": Command("overlay", "列出教过的问法；patch 打印成 git apply 能用的补丁"),
    "expiring": Command("expiring", "列出快到期和已过期的文件"),
    "stats": Command("stats", "统计：问了多少，答得怎样，哪些条款和单位"),
    "unanswered": Command("unanswered", "没答好的问题，相近的归在一起，最多的在前"),
    "export": Command("export", "导出问题或评价"),
    "forget": Command("forget", "删掉一个人的记录，按他在 Telegram 的数字编号"),
    "tickets": Command("tickets", "转给人工的问题：等着的和答过的"),
    "backup": Command("backup", "备份数据库、散列的密钥和教过的问法；机器人可以开着"),
    "restore": Command("restore", "恢复备份；先停下机器人。SQLite 和 PostgreSQL 可以互换"),
    "phrasings": Command("phrasings", "查看问法：lint 找出重复、拉错条款和太少的"),
    "tune": Command("tune", "按留出写作者的交叉检验重新拟合 weights.yaml"),
}


def program() -> int:
    """The command as a process of its own; returns the exit code.

    No collection looks at what is imported, which stays, nor at anything when the process ends.
    """
    gc.disable()
    options = _options(sys.argv[1:])
    gc.freeze()
    if not options.brief:
        gc.enable()
    try:
        return _run(options)
    finally:
        gc.freeze()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    return _run(_options(sys.argv[1:] if arguments is None else arguments))


def _options(given: Sequence[str]) -> argparse.Namespace:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that can't show a character shows a question mark
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # to look for some costs a start 20 ms
    return parser(next((word for word in given if not word.startswith("-")), "")).parse_args(list(given))


def parser(command: str | None = None) -> Parser:
    """The command line. ``command``: the only one whose options are read from its module; None: all of them."""
    made = Parser(prog="policybot", description="照原文回答政策问题：不用语言模型，不编造。")
    made.add_argument("--version", action=_Version, nargs=0, help="显示版本")
    commands = made.add_subparsers(required=True, metavar="命令", title="命令", parser_class=Parser)
    for name, one in COMMANDS.items():
        below = commands.add_parser(name, help=one.help, description=one.help)
        if command in (None, name):
            module: Any = importlib.import_module(f"bot.cli.{one.module}")
            module.add(below)
            below.set_defaults(run=module.run, brief=one.brief)
    return made


class _Version(argparse.Action):
    """Looked up when it is asked for: reading it takes longer than an answer."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"policybot {version('policybot')}")
        parser.exit()


def _run(options: argparse.Namespace) -> int:
    from bot.settings import SettingsError
    from knowledge.files.faults import KnowledgeError

    try:
        return int(options.run(options))
    except KnowledgeError as error:
        print(f"知识库有 {len(error.faults)} 处错误，用不了：\n{error}", file=sys.stderr)
        return NOT_ANSWERED
    except (SettingsError, WrongCallError) as error:
        print(error, file=sys.stderr)
        return USAGE
    except BrokenPipeError:  # the reader went away, as head does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        from knowledge.files.oserrors import which

        print(f"读写出错：{which(error)}", file=sys.stderr)
        return NOT_ANSWERED
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
