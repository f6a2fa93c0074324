"""policybot web: the page and the API in a browser's reach."""

from __future__ import annotations

import argparse
import sys


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("--listen", metavar="主机:端口", help="监听的地址（POLICYBOT_WEB_LISTEN，默认 127.0.0.1:8000）")
    parser.add_argument("--status-listen", metavar="主机:端口", help="/healthz 和 /metrics（POLICYBOT_STATUS_LISTEN）")


def run(options: argparse.Namespace) -> int:
    """Read the settings and serve until told to stop."""
    from bot.channels.web.settings import read_web_settings
    from bot.settings import SettingsError, read_settings

    try:
        settings = read_settings(options={"POLICYBOT_STATUS_LISTEN": options.status_listen})
        web = read_web_settings(options={"POLICYBOT_WEB_LISTEN": options.listen})
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    from bot.channels.web import running

    return running.run(settings, web)
