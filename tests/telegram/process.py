"""A bot as a process of its own: policybot itself, or the echo bot that python-telegram-bot's documentation shows."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from tests.botapi import BotApi
from tests.patience import PATIENCE
from tests.telegram.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]
SECRET = "s3cret-of-the-webhook_for-tests"
Mode = Literal["polling", "webhook"]
Kind = Literal["policybot", "echo"]


@dataclass
class Bot:
    """Starts, kills and stops it; each start writes a log of its own."""

    server: BotApi
    folder: Path
    mode: Mode = "polling"
    kind: Kind = "policybot"
    database: str = ""
    """SQLAlchemy URL; empty: SQLite in the folder."""
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    logs: list[tuple[Path, str]] = field(default_factory=list)
    """(file, LOG_LEVEL) of each start."""
    _port: int = 0
    _log: IO[bytes] | None = None

    def start(self, level: str = "INFO") -> subprocess.Popen[bytes]:
        """Start it; the port of its webhook stays the same from start to start."""
        self._port = self._port or free_port()
        hook = f"http://127.0.0.1:{self._port}/hook"
        environment = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
        environment |= {
            "TELEGRAM_BOT_TOKEN": self.server.token,
            "TELEGRAM_API_URL": self.server.url,
            "POLICYBOT_DATA_DIR": str(self.folder),
            "POLICYBOT_DATABASE": self.database or f"sqlite:///{self.folder / 'policybot.db'}",
            "POLICYBOT_USER_LIMIT": "10000",
            "LOG_LEVEL": level,
            "PYTHONUTF8": "1",
        } | self.environment
        if self.kind == "echo":
            command = [sys.executable, "-m", "tests.telegram.echo"]
            command += [hook, str(self._port), SECRET] if self.mode == "webhook" else []
        else:
            command = [sys.executable, "-m", "bot.cli", "telegram"]
            if self.mode == "webhook":
                command += ["--webhook-url", hook, "--listen", "127.0.0.1", "--port", str(self._port)]
                command += ["--secret", SECRET]
        path = self.folder / f"log-{len(self.logs):03d}.txt"
        self.logs.append((path, level))
        if self._log is not None:
            self._log.close()
        self._log = path.open("wb")
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=self._log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
        return self.process

    @property
    def died(self) -> bool:
        """It ended without being killed."""
        return self.process is not None and self.process.poll() is not None

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self, timeout: float = PATIENCE) -> int:
        """SIGTERM; gives the exit code, -9 when it had to be killed."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            code = -9
        if self._log is not None:
            self._log.close()
            self._log = None
        return code

    def settled(self) -> bool:
        """Whether all that it has received is answered and ticked off; with SQLite in its folder."""
        with contextlib.closing(sqlite3.connect(self.folder / "policybot.db", timeout=PATIENCE)) as database:
            (open_still,) = database.execute("SELECT count(*) FROM updates WHERE state = 'open'").fetchone()
        return bool(open_still == 0)

    def lines_with(self, *secrets: str, level: str | None = None) -> list[str]:
        """Log lines that hold any of these, in all logs or those of one level."""
        found = []
        for path, its_level in self.logs:
            if level in (None, its_level):
                with path.open(encoding="utf-8", errors="replace") as lines:
                    found += [f"{path.name}: {line.strip()}" for line in lines if any(s in line for s in secrets)]
        return found

    def tail(self, lines: int = 15) -> str:
        """The end of the last log."""
        if not self.logs:
            return ""
        return "\n".join(self.logs[-1][0].read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
