"""`policybot web` as a process of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]


class Served:
    """It runs between ``start`` and ``stop`` or ``kill``, again and again on the same data."""

    def __init__(self, data: Path, port: int = 0, **environment: str) -> None:
        self.data = data
        self.log = data / "web.log"
        self._listen = f"127.0.0.1:{port}"
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("POLICYBOT_WEB", "TELEGRAM_"))},
            "POLICYBOT_DATA_DIR": str(data),
            "POLICYBOT_WEB_ADDRESS_LIMIT": "0",
            "POLICYBOT_USER_LIMIT": "10000",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.address = ""

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> Served:
        """Returns when it listens."""
        with self.log.open("ab") as log:
            begun = log.tell()
            command = [sys.executable, "-m", "bot.cli", "web", "--listen", self._listen]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            told = re.search(r"网页开在 (\S+?)/? ；", self.log.read_bytes()[begun:].decode())
            if told is not None:
                self.address = told[1]
                self._listen = self.address.rpartition("/")[2]
                return self
            time.sleep(0.05)
        raise AssertionError(f"it did not start:\n{self.log.read_text()[-3000:]}")

    def command(self, *words: str, said: str = "") -> str:
        """Another command of policybot on the same data; what it printed."""
        command = [sys.executable, "-m", "bot.cli", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment, input=said, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """As an operator would; its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def __enter__(self) -> Served:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
