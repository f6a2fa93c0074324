"""policybot web: the page, the API and the console in a browser's reach."""

from __future__ import annotations

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("--listen", metavar="主机:端口", help="监听的地址（POLICYBOT_WEB_LISTEN，默认 127.0.0.1:8000）")
    parser.add_argument("--status-listen", metavar="主机:端口", help="/healthz 和 /metrics（POLICYBOT_STATUS_LISTEN）")


def run(options: argparse.Namespace) -> int:
    """Read the settings and serve until told to stop."""
    from bot.hosting import serving

    said = {"POLICYBOT_WEB_LISTEN": options.listen, "POLICYBOT_STATUS_LISTEN": options.status_listen}
    return serving.run(*serving.settings_of_web(options=said))
