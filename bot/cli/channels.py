"""policybot channels: what is configured of messengers, and whether it works."""

from __future__ import annotations

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("what", choices=["check"], metavar="check", help="检查每个设好的聊天工具的口令、时钟和地址")


def run(_: argparse.Namespace) -> int:
    """Check; 0 when all is well, 1 when something is not."""
    from bot.hosting import checking, serving

    return checking.check(*serving.settings_for())
