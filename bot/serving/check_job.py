"""The job that checks and compiles the knowledge files."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.serving import jobs
from bot.serving.base_files import BaseFiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.teaching.overlay import Taught


async def check(files: BaseFiles) -> dict[str, Any]:
    """Check and compile the files: {"faults": [...], "stale": [...], "fingerprint": ...}. Raises JobError."""
    return await jobs.run(__name__, {}, files)


def _work(_: Mapping[str, Any], files: BaseFiles) -> dict[str, Any]:
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
    sys.exit(jobs.serve(_work))
