"""The bot in Telegram."""

import os

os.environ.setdefault("PTB_TIMEDELTA", "1")  # python-telegram-bot gives durations as timedelta, its form from 23 on
