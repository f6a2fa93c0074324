"""The job that tries a phrasing before it is taught."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.serving import jobs
from bot.serving.base_files import BaseFiles


async def teach(files: BaseFiles, typed: str, ask: str, by: str, now: datetime) -> dict[str, Any]:
    """As teaching.teach; the outcome as plain data. Raises JobError."""
    return await jobs.run(__name__, {"typed": typed, "ask": ask, "by": by, "now": now.isoformat()}, files)


def _work(job: Mapping[str, Any], files: BaseFiles) -> dict[str, Any]:
    from bot.replies.texts import Texts
    from bot.staff import teaching

    now = datetime.fromisoformat(job["now"])
    return teaching.teach(files, job["typed"], job["ask"], job["by"], now, Texts.load()).to_json()


if __name__ == "__main__":
    sys.exit(jobs.serve(_work))
