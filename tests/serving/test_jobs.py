"""A job lives no longer than the one who waits for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.serving import jobs
from tests.patience import PATIENCE
from tests.started import ROOT

PARENT = """
import asyncio, sys
from pathlib import Path
from bot.serving import jobs
from bot.serving.base_files import BaseFiles
files = BaseFiles(Path("."), Path(sys.argv[1]), None)
asyncio.run(jobs.run("tests.serving.test_jobs", {}, files))
"""


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"


def test_a_job_keeps_what_it_compiles_where_its_parent_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POLICYBOT_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, "/somewhere")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "secret")
    given = jobs._environment()
    assert given["POLICYBOT_CACHE_DIR"] == given["XDG_CACHE_HOME"] == "/somewhere"
    assert "TELEGRAM_BOT_TOKEN" not in given


def test_a_job_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    """Else it would go on holding the lock of the overlay, and the lesson that is done again would find it busy."""
    noted = tmp_path / "pid"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(noted)], env=environment, cwd=ROOT)
    end = time.monotonic() + PATIENCE
    while not noted.exists() or not noted.read_text():
        assert time.monotonic() < end, "the job begins"
        time.sleep(0.05)
    job = int(noted.read_text())
    assert _alive(job)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    while _alive(job):
        assert time.monotonic() < end, "the job ends"
        time.sleep(0.05)


def test_a_job_whose_parent_was_killed_before_it_could_look_does_nothing(tmp_path: Path) -> None:
    """As on a busy machine, where a process takes seconds to begin."""
    noted = tmp_path / "pid"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    job = {"parent": gone.pid, "root": ".", "overlay": str(noted), "questions": None}
    command = [sys.executable, "-m", "tests.serving.test_jobs"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, input=json.dumps(job), text=True, timeout=PATIENCE, env=environment, cwd=ROOT, check=False
    )
    assert done.returncode == 1


if __name__ == "__main__":
    from bot.serving import jobs

    def work(_: object, files: object) -> dict[str, object]:
        files.overlay.write_text(str(os.getpid()))  # type: ignore[attr-defined]
        time.sleep(3_600)
        return {}

    sys.exit(jobs.serve(work))
