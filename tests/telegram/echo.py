"""The echo bot of python-telegram-bot's documentation (examples/echobot), with its defaults: the ceiling for speed.

`python -m tests.telegram.echo` polls; with a URL, a port and a secret it runs PTB's own webhook. Addresses and token
come from the environment, as policybot's do.
"""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say it again."""
    if update.message is not None and update.message.text is not None:
        await update.message.reply_text(update.message.text)


def main() -> None:
    """Run until stopped."""
    url = os.environ["TELEGRAM_API_URL"]
    token = os.environ["TELEGRAM_BOT_TOKEN"]
    application = Application.builder().token(token).base_url(f"{url}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    if len(sys.argv) > 1:
        hook, port, secret = sys.argv[1:]
        application.run_webhook(
            listen="127.0.0.1",
            port=int(port),
            url_path=urlsplit(hook).path.lstrip("/"),
            secret_token=secret,
            webhook_url=hook,
            allowed_updates=Update.ALL_TYPES,
        )
    else:
        application.run_polling(allowed_updates=Update.ALL_TYPES)


if __name__ == "__main__":
    main()
