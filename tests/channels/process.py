"""`policybot serve` as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.patience import PATIENCE
from tests.telegram.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Serve:
    """Starts, kills and stops it; each start writes a log of its own."""

    folder: Path
    environment: dict[str, str]
    """What the channels need."""
    port: int = field(default_factory=free_port)
    """Of POLICYBOT_WEB_LISTEN."""
    status: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    logs: list[Path] = field(default_factory=list)
    _log: IO[bytes] | None = None

    def all(self) -> dict[str, str]:
        """The environment of the process."""
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
        return kept | {
            "POLICYBOT_DATA_DIR": str(self.folder),
            "POLICYBOT_USER_LIMIT": "10000",
            "POLICYBOT_WEB_LISTEN": f"127.0.0.1:{self.port}",
            "POLICYBOT_STATUS_LISTEN": f"127.0.0.1:{self.status}",
            "PYTHONUTF8": "1",
            "PYTHONPATH": str(ROOT),
            **self.environment,
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command with the same settings, to its end."""
        command = [sys.executable, "-m", "bot.cli", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.all(), capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def start(self, command: str = "serve") -> None:
        """Start it; ``command``: or `policybot web`."""
        path = self.folder / f"log-{len(self.logs):03d}.txt"
        self.logs.append(path)
        if self._log is not None:
            self._log.close()
        self._log = path.open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", command],
            cwd=ROOT,
            env=self.all(),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )

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

    def log(self) -> str:
        """All that it wrote."""
        return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in self.logs)

    def tail(self, lines: int = 15) -> str:
        """The end of the last log."""
        return "\n".join(self.logs[-1].read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
