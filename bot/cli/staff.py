"""policybot staff: accounts of the console."""

from __future__ import annotations

import argparse
import getpass
import sys
import time

from bot.cli.offline import OK, UnusableError, opened, told
from bot.days import day_of

WHO = "命令行"
"""Who the log names: whoever has the server."""


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    commands = parser.add_subparsers(required=True, dest="what", metavar="做什么")
    new = commands.add_parser("add", help="开一个帐号，或给已有的换口令、换角色；口令在提示后输入")
    new.add_argument("name", metavar="名字")
    new.add_argument(
        "--role", default="viewer", metavar="角色", help="viewer、editor、reviewer、admin 或 auditor，默认 viewer"
    )
    new.add_argument("--password-stdin", action="store_true", help="口令从标准输入读一行，不提示")
    commands.add_parser("list", help="列出")
    gone = commands.add_parser("end", help="停用一个帐号；正在用的马上退出")
    gone.add_argument("name", metavar="名字")


@told
def run(options: argparse.Namespace) -> int:
    """Do it."""
    from bot.store import accounts

    if options.what == "add":
        _add(options)
    elif options.what == "list":
        with opened() as (_, connection):
            for one in accounts.everyone(connection):
                print(f"{one.name}  {one.role}  {day_of(one.made)}  {'已停用' if one.ended else '在用'}")
    else:
        with opened() as (_, connection):
            if not accounts.end(connection, options.name, time.time()):
                raise UnusableError(f"没有在用的帐号「{options.name}」；policybot staff list 列出全部")
            accounts.log(connection, WHO, "account ended", options.name, time.time())
        print("已停用")
    return OK


def _add(options: argparse.Namespace) -> None:
    from bot.staff import passwords
    from bot.store import accounts

    name = options.name.strip()
    if options.role not in accounts.ROLES:
        raise UnusableError(f"--role：没有「{options.role}」；可以是 {'、'.join(accounts.ROLES)}")
    if not name or len(name) > 60 or not name.isprintable():
        raise UnusableError("名字应是 1 到 60 个看得见的字")
    password = sys.stdin.readline().rstrip("\r\n") if options.password_stdin else getpass.getpass(f"{name} 的口令：")
    fault = passwords.fault(password)
    if fault:
        raise UnusableError(fault)
    now, kept = time.time(), passwords.hashed(password)
    with opened(new=True) as (_, connection):
        accounts.put(connection, accounts.Account(name, options.role, kept, now))
        accounts.log(connection, WHO, "account", f"{name} {options.role}", now)
    print(f"帐号 {name}（{options.role}）好了；在 /console 登录")
