"""A bot as a process of its own: policybot itself, or the echo bot that python-telegram-bot's documentation shows."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.botapi import BotApi
from tests.patience import PATIENCE
from tests.ports import free_port
from tests.started import Started

SECRET = "s3cret-of-the-webhook_for-tests"
Mode = Literal["polling", "webhook"]
Kind = Literal["policybot", "echo"]


@dataclass
class Bot(Started):
    """Starts it against the stand-in server."""

    server: BotApi
    folder: Path
    mode: Mode = "polling"
    kind: Kind = "policybot"
    database: str = ""
    """SQLAlchemy URL; empty: SQLite in the folder."""
    environment: dict[str, str] = field(default_factory=dict)
    _levels: list[str] = field(default_factory=list)
    """LOG_LEVEL of each start."""
    _port: int = 0

    def start(self, level: str = "INFO") -> subprocess.Popen[bytes]:
        """Start it; the port of its webhook stays the same from start to start."""
        self._port = self._port or free_port()
        self._levels.append(level)
        own = {
            "TELEGRAM_BOT_TOKEN": self.server.token,
            "TELEGRAM_API_URL": self.server.url,
            "POLICYBOT_DATABASE": self.database or f"sqlite:///{self.folder / 'policybot.db'}",
            "LOG_LEVEL": level,
        }
        return self.begin(self._module(), self.common(own | self.environment))

    def _module(self) -> list[str]:
        hook, port = f"http://127.0.0.1:{self._port}/hook", str(self._port)
        if self.kind == "echo":
            return ["tests.telegram.echo", *([hook, port, SECRET] if self.mode == "webhook" else [])]
        listens = ["--webhook-url", hook, "--listen", "127.0.0.1", "--port", port, "--secret", SECRET]
        return ["bot.cli", "telegram", *(listens if self.mode == "webhook" else [])]

    def settled(self) -> bool:
        """Whether all that it has received is answered and ticked off; with SQLite in its folder."""
        with contextlib.closing(sqlite3.connect(self.folder / "policybot.db", timeout=PATIENCE)) as database:
            (open_still,) = database.execute("SELECT count(*) FROM updates WHERE state = 'open'").fetchone()
        return bool(open_still == 0)

    def lines_with(self, *secrets: str, level: str | None = None) -> list[str]:
        """Log lines that hold any of these, in all logs or those of one level."""
        found = []
        for path, its_level in zip(self.logs, self._levels, strict=True):
            if level in (None, its_level):
                with path.open(encoding="utf-8", errors="replace") as lines:
                    found += [f"{path.name}: {line.strip()}" for line in lines if any(s in line for s in secrets)]
        return found
