"""policybot telegram: the bot in Telegram."""

from __future__ import annotations

import argparse
import sys


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("--webhook-url", metavar="URL", help="Telegram 来访的 https 地址（TELEGRAM_WEBHOOK_URL）")
    parser.add_argument("--listen", metavar="地址", help="webhook 监听的本机地址（TELEGRAM_WEBHOOK_LISTEN）")
    parser.add_argument("--port", metavar="端口", help="webhook 监听的端口（TELEGRAM_WEBHOOK_PORT）")
    parser.add_argument("--secret", metavar="口令", help="webhook 的口令（TELEGRAM_WEBHOOK_SECRET）")
    parser.add_argument("--status-listen", metavar="主机:端口", help="/healthz 和 /metrics（POLICYBOT_STATUS_LISTEN）")


def run(options: argparse.Namespace) -> int:
    """Read the settings and run the bot until it is told to stop."""
    from bot.channels.telegram.settings import read_settings
    from bot.settings import SettingsError

    try:
        settings = read_settings(
            options={
                "TELEGRAM_WEBHOOK_URL": options.webhook_url,
                "TELEGRAM_WEBHOOK_LISTEN": options.listen,
                "TELEGRAM_WEBHOOK_PORT": options.port,
                "TELEGRAM_WEBHOOK_SECRET": options.secret,
                "POLICYBOT_STATUS_LISTEN": options.status_listen,
            }
        )
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    from bot.channels.telegram import app

    return app.run(settings)
