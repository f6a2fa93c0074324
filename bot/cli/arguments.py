"""Arguments of the command line: a parser that speaks Chinese, and what several commands take alike."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from datetime import date
from typing import Any, NoReturn

USAGE = 2
"""Exit code: called wrongly."""
MOST_DAYS = 3650
_TITLES = {"positional arguments": "参数", "options": "选项"}
_FAULTS: Sequence[tuple[str, str]] = (
    (r"the following arguments are required: (.*)", r"缺少：\1"),
    (r"unrecognized arguments: (.*)", r"不认识：\1"),
    (r"argument (.*?): expected one argument", r"\1 后面要写一个值"),
    (r"argument (.*?): expected at least one argument", r"\1 后面至少要写一个值"),
    (r"argument (.*?): invalid choice: '(.*)' \(choose from (.*)\)", r"\1 没有「\2」；可以是 \3"),
    (r"argument (.*?): invalid int value: '(.*)'", r"\1 应为整数，不是「\2」"),
    (r"argument (.*?): ignored explicit argument (.*)", r"\1 后面不写值（写了 \2）"),
    (r"ambiguous option: (.*?) could match (.*)", r"\1 可以是 \2，请写全"),
    (r"argument (.*?): (.*)", r"\1：\2"),
)
"""What argparse says of a wrong call, and how it is said to people."""


_CHOICES = re.compile(r"(?<=\(choose from ).*")


class WrongCallError(Exception):
    """The command was called wrongly; says how."""


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """argparse's parser, in Chinese."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs = {"formatter_class": _Formatter, "add_help": False, "allow_abbrev": False, **kwargs}
        super().__init__(*args, **kwargs)
        self.add_argument("-h", "--help", action="help", help="显示这些说明")

    def add_argument_group(self, title: str | None = None, *args: Any, **kwargs: Any) -> argparse._ArgumentGroup:
        """As argparse's, its own titles in Chinese."""
        return super().add_argument_group(_TITLES.get(title or "", title), *args, **kwargs)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse's, but what a command doesn't know is told with that command's usage."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how it is called; ends the process with USAGE."""
        message = _CHOICES.sub(lambda found: found[0].replace("'", "").replace(", ", "、"), message)
        for pattern, text in _FAULTS:
            if found := re.fullmatch(pattern, message, re.DOTALL):
                message = found.expand(text)
                break
        self.exit(USAGE, f"{message}\n{self.format_usage()}")


def day(text: str) -> date:
    """A day, as 2025-10-08."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"「{text}」不是日期；写作 2025-10-08") from None


def days(text: str) -> int:
    """A number of days, from 1 on."""
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_DAYS:
        return int(text)
    raise argparse.ArgumentTypeError(f"「{text}」应为 1 到 {MOST_DAYS} 的整数")


def add_on(parser: argparse.ArgumentParser) -> None:
    """--on: the day for which it is answered."""
    parser.add_argument("--on", type=day, metavar="YYYY-MM-DD", help="当作这一天来答（默认今天，北京时间）")


def add_days(parser: argparse.ArgumentParser, default: int | None) -> None:
    """--days: of how many days."""
    shown = f"默认 {default}" if default else "默认全部"
    parser.add_argument("--days", type=days, default=default, metavar="N", help=f"最近几天（{shown}）")


def add_asking(parser: argparse.ArgumentParser) -> None:
    """What `ask` and `chat` take alike."""
    add_on(parser)
    parser.add_argument("--policy", default="", metavar="编号", help="只在这份文件里找（编号见 show policies）")
    parser.add_argument("--explain", action="store_true", help="说明为什么这样答")
    parser.add_argument("--record", action="store_true", help="把问题记入数据库，供统计（默认不记）")
