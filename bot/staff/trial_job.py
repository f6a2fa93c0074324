"""The job that asks a base in which one document is another version: one that waits, or one from before."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.serving import jobs
from bot.serving.base_files import BaseFiles


async def ask(files: BaseFiles, text: str, one: str, version: Path) -> dict[str, Any]:
    """The reply (as ``ask --json``) of the base with the files in ``version`` as the document ``one``.

    {"faults": [...]} where it does not hold. Some seconds to half a minute: it is compiled anew. Raises JobError.
    """
    return await jobs.run(__name__, {"text": text, "one": one, "version": str(version)}, files)


def _work(job: Mapping[str, Any], files: BaseFiles) -> dict[str, Any]:
    import shutil
    import tempfile

    from bot.engine.assistant import Assistant
    from bot.engine.values.conversation import Conversation
    from knowledge import compiled
    from knowledge.files.faults import KnowledgeError

    hidden = shutil.ignore_patterns(".*", "*.py", "__pycache__")
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "base"
        shutil.copytree(files.root, root, ignore=hidden)
        target = root / "policies" / job["one"]
        shutil.copytree(job["version"], target, ignore=hidden, dirs_exist_ok=True)
        for name in ("draft.json", "review.md"):
            (target / name).unlink(missing_ok=True)
        try:
            ready = compiled.ready(root, files.overlay)
        except KnowledgeError as error:
            return {"faults": [fault.message for fault in error.faults]}
        return {"faults": [], "reply": Assistant(ready).reply(job["text"], Conversation()).to_json()}


if __name__ == "__main__":
    sys.exit(jobs.serve(_work))
