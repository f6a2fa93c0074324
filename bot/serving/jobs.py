"""Work that takes many seconds, in a process of its own, so that the bot goes on answering meanwhile.

Compiling the base takes a processor for a quarter of a minute. A job is a module that is run with its job as JSON on
its standard input and gives the result on its standard output; it has neither the token nor the database's address.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.serving.base_files import BaseFiles

PATIENCE = 300.0
"""Seconds after which a job is given up."""
NICE = 10
"""Answers go before jobs."""
LOOK = 0.5
"""Seconds between looks of a job at whether its parent is still there."""
_PASSED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TZ",
    "POLICYBOT_CACHE_DIR",
    "XDG_CACHE_HOME",
    "PYTHONDONTWRITEBYTECODE",
)


class JobError(Exception):
    """The process ended without a result."""


async def run(module: str, job: Mapping[str, Any], files: BaseFiles) -> dict[str, Any]:
    """Run one job in ``module``, which calls serve(); raises JobError.

    When the one who waits is cancelled, the process is killed.
    """
    data = {**job, "parent": os.getpid(), "root": str(files.root), "overlay": str(files.overlay)}
    data["questions"] = str(files.questions) if files.questions else None
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", module, stdin=pipe, stdout=pipe, stderr=pipe, env=_environment()
    )
    try:
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate(json.dumps(data).encode())
    except TimeoutError:
        raise JobError(f"no result within {PATIENCE:.0f} seconds") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    try:
        result: dict[str, Any] = json.loads(out)
    except ValueError:
        raise JobError(f"exit code {process.returncode}: {err.decode(errors='replace').strip()[-500:]}") from None
    return result


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED if name in os.environ}
    return {**kept, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PYTHONUTF8": "1"}


def _end_with(parent: int) -> None:
    """End when the parent has: nobody hears the result, and what the job holds, such as a lock, others wait for.

    ``parent``: as it named itself; it may have ended before the job could look.
    """
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(1)


def serve(work: Callable[[Mapping[str, Any], BaseFiles], Mapping[str, Any]]) -> int:
    """The job's process: read the job, do it, write the result. It ends with the one who waits for it."""
    job = json.load(sys.stdin)
    threading.Thread(target=_end_with, args=(job["parent"],), daemon=True).start()
    with contextlib.suppress(OSError):  # a sandbox may forbid even to stand back
        os.nice(NICE)
    questions = job["questions"]
    files = BaseFiles(Path(job["root"]), Path(job["overlay"]), Path(questions) if questions else None)
    print(json.dumps(work(job, files)))
    return 0
