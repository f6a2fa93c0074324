"""policybot keys: keys of the API for others' systems."""

from __future__ import annotations

import argparse
import time

from bot.cli.offline import OK, UnusableError, opened, told
from bot.days import day_of


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    commands = parser.add_subparsers(required=True, dest="what", metavar="做什么")
    new = commands.add_parser("add", help="发一把钥匙；只显示这一次，数据库里只存它的散列")
    new.add_argument("name", metavar="名称", help="给谁用，如 政务服务网")
    new.add_argument(
        "--scopes", default="ask,read,feedback", metavar="范围", help="ask、read、feedback，逗号隔开；默认全部"
    )
    new.add_argument("--per-minute", type=int, default=600, metavar="N", help="每分钟最多几次，默认 600；0 是不限")
    commands.add_parser("list", help="列出")
    gone = commands.add_parser("revoke", help="收回，几秒钟后就不能用")
    gone.add_argument("id", metavar="编号")


@told
def run(options: argparse.Namespace) -> int:
    """Do it."""
    from bot.store import web

    if options.what == "add":
        _add(options)
    elif options.what == "list":
        with opened() as (_, connection):
            for key in web.keys(connection):
                state = "已收回" if key.revoked else "可用"
                often = f"每分钟 {key.per_minute or '不限'}"
                print("  ".join((key.id, key.name, key.scopes, often, day_of(key.made), state)))
    else:
        with opened() as (_, connection):
            if not web.revoke_key(connection, options.id, time.time()):
                raise UnusableError(f"没有编号为「{options.id}」、还可用的钥匙；policybot keys list 列出全部")
        print("已收回")
    return OK


def _add(options: argparse.Namespace) -> None:
    from bot.channels.web.access import SCOPES, new_key
    from bot.store import web

    scopes = [one.strip() for one in options.scopes.split(",") if one.strip()]
    odd = [one for one in scopes if one not in SCOPES]
    if odd or not scopes:
        raise UnusableError(f"--scopes：「{options.scopes}」里有不认识的；可以是 {'、'.join(SCOPES)}")
    if options.per_minute < 0:
        raise UnusableError("--per-minute：应是 0（不限）或更大的整数")
    text, key = new_key(options.name[:128], " ".join(scopes), options.per_minute, time.time())
    with opened(new=True) as (_, connection):
        web.add_key(connection, key)
    print(f"编号 {key.id}，钥匙（只显示这一次）：\n{text}")
