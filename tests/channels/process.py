"""`policybot serve` as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.patience import PATIENCE
from tests.ports import free_port
from tests.started import ROOT, Started


@dataclass
class Serve(Started):
    """Starts it on ports of its own."""

    folder: Path
    environment: dict[str, str]
    """What the channels need."""
    port: int = field(default_factory=free_port)
    """Of POLICYBOT_WEB_LISTEN."""
    status: int = field(default_factory=free_port)

    def all(self) -> dict[str, str]:
        """The environment of the process."""
        listens = {
            "POLICYBOT_WEB_LISTEN": f"127.0.0.1:{self.port}",
            "POLICYBOT_STATUS_LISTEN": f"127.0.0.1:{self.status}",
        }
        return self.common(listens | self.environment)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command with the same settings, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            cwd=ROOT,
            env=self.all(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def start(self, command: str = "serve") -> None:
        """Start it; ``command``: or `policybot web`."""
        self.begin(["bot.cli", command], self.all())
