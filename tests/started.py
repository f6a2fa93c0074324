"""A program of the project as a process of its own: started again and again, killed, stopped, its logs read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[1]


class InFolder:
    """Whatever has a folder of its own, in the place among its fields that it chooses."""

    folder: Path


@dataclass(kw_only=True)
class Started(InFolder):
    """What starts it says with which module and environment; each start writes a log of its own."""

    process: subprocess.Popen[bytes] | None = None
    logs: list[Path] = field(default_factory=list)
    _log: IO[bytes] | None = None

    def common(self, more: Mapping[str, str]) -> dict[str, str]:
        """The environment of the process: what any has, and ``more``."""
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
        common = {"POLICYBOT_DATA_DIR": str(self.folder), "POLICYBOT_USER_LIMIT": "10000"}
        return kept | common | {"PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)} | dict(more)

    def begin(self, module: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start ``python -m`` with these words."""
        path = self.folder / f"log-{len(self.logs):03d}.txt"
        self.logs.append(path)
        self._close()
        self._log = path.open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=ROOT,
            env=dict(environment),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
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
        self._close()
        return code

    def log(self) -> str:
        """All that it wrote."""
        return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in self.logs)

    def tail(self, lines: int = 15) -> str:
        """The end of the last log."""
        text = self.logs[-1].read_text(encoding="utf-8", errors="replace") if self.logs else ""
        return "\n".join(text.splitlines()[-lines:])

    def _close(self) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None
