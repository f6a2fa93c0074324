"""A YAML file's data without parsing it again: as JSON in the cache folder, under the hash of the file's content."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from knowledge.files.wholefile import write_whole

SUFFIX = ".yaml.json"
KEEP = 8
"""Stored files that are kept in a folder; older ones are removed."""


def stored_yaml(path: Path, folders: Sequence[Path]) -> Any:
    """The data of a YAML file. ``folders``: where it may be kept, the preferred one first.

    Raises KnowledgeError with the faults of the file.
    """
    name = hashlib.sha256(path.read_bytes()).hexdigest()[:32] + SUFFIX
    for folder in folders:
        with contextlib.suppress(OSError, ValueError):
            return json.loads((folder / name).read_bytes())
    from knowledge.files.faults import KnowledgeError
    from knowledge.files.yamlfile import read_yaml

    file = read_yaml(path)
    if file.faults:
        raise KnowledgeError(file.faults)
    _store(file.data, name, folders)
    return file.data


def _store(data: Any, name: str, folders: Sequence[Path]) -> None:
    """In the first folder that can be written; where none can, the file is parsed again at the next start."""
    content = json.dumps(data, ensure_ascii=False).encode()
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(folder / name, content)
            for old in sorted(folder.glob(f"*{SUFFIX}"), key=lambda p: p.stat().st_mtime)[:-KEEP]:
                old.unlink(missing_ok=True)
            return
