"""Work that takes many seconds, in a process of its own, so that the bot goes on answering meanwhile.

Compiling the base takes a processor for a quarter of a minute. The errand's process gets the job as JSON on its
standard input and gives the result on its standard output; it has neither the token nor the database's address.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.serving.base_files import BaseFiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.teaching.overlay import Taught

PATIENCE = 300.0
"""Seconds after which an errand is given up."""
NICE = 10
"""Answers go before errands."""
_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "POLICYBOT_CACHE_DIR", "PYTHONDONTWRITEBYTECODE")


class ErrandError(Exception):
    """The process ended without a result."""


async def check(files: BaseFiles) -> dict[str, Any]:
    """Check and compile the files: {"faults": [...], "stale": [...], "fingerprint": ...}."""
    return await _run({"job": "check"}, files)


async def teach(files: BaseFiles, typed: str, ask: str, by: str, now: datetime) -> dict[str, Any]:
    """As teaching.teach; the outcome as plain data."""
    return await _run({"job": "teach", "typed": typed, "ask": ask, "by": by, "now": now.isoformat()}, files)


async def _run(job: dict[str, Any], files: BaseFiles) -> dict[str, Any]:
    """Run one errand; raises ErrandError. When the one who waits is cancelled, the process is killed."""
    data = {**job, "root": str(files.root), "overlay": str(files.overlay)}
    data["questions"] = str(files.questions) if files.questions else None
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "bot.serving.jobs",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(),
    )
    try:
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate(json.dumps(data).encode())
    except TimeoutError:
        raise ErrandError(f"no result within {PATIENCE:.0f} seconds") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    try:
        result: dict[str, Any] = json.loads(out)
    except ValueError:
        raise ErrandError(f"exit code {process.returncode}: {err.decode(errors='replace').strip()[-500:]}") from None
    return result


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED if name in os.environ}
    return {**kept, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PYTHONUTF8": "1"}


def main() -> int:
    """The process: one job."""
    with contextlib.suppress(OSError):  # a sandbox may forbid even to stand back
        os.nice(NICE)
    job = json.load(sys.stdin)
    questions = job["questions"]
    files = BaseFiles(Path(job["root"]), Path(job["overlay"]), Path(questions) if questions else None)
    print(json.dumps(_done(job, files)))
    return 0


def _done(job: dict[str, Any], files: BaseFiles) -> dict[str, Any]:
    if job["job"] == "check":
        return _checked(files)
    from bot.replies.texts import Texts
    from bot.staff import teaching

    now = datetime.fromisoformat(job["now"])
    return teaching.teach(files, job["typed"], job["ask"], job["by"], now, Texts.load()).to_json()


def _checked(files: BaseFiles) -> dict[str, Any]:
    from knowledge import compiled
    from knowledge.files.faults import KnowledgeError
    from knowledge.teaching import overlay

    try:
        taught = overlay.read(files.overlay).taught
        ready = compiled.ready(files.root, files.overlay)
    except KnowledgeError as error:
        return {"faults": [str(fault) for fault in error.faults]}
    folders = compiled.cache_folders(files.root, files.overlay)
    if compiled.load(ready.fingerprint, folders) is None:
        where = "、".join(map(str, folders))
        return {"faults": [f"编译好的知识库没有地方存放，请让其中一个文件夹可写：{where}"]}
    stale = _stale(files, taught) if taught else []
    return {"faults": [], "fingerprint": ready.fingerprint, "stale": stale}


def _stale(files: BaseFiles, taught: Sequence[Taught]) -> list[str]:
    from knowledge.base.load import load_base
    from knowledge.teaching import overlay

    found = overlay.merged(load_base(files.root), taught)[1]
    return [f"{s.taught.id}「{s.taught.ask}」：{s.reason}" for s in found if s.reason]


if __name__ == "__main__":
    sys.exit(main())
