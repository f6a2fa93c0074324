"""YAML files' data without parsing them again: as JSON in the cache folder, under the hash of the files' contents."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Sequence
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
    return stored_data([path], folders, lambda: _data(path))


def stored_data(files: Sequence[Path], folders: Sequence[Path], read: Callable[[], Any]) -> Any:
    """What ``read`` makes of some files, such as JSON can hold; ``folders``: as for stored_yaml().

    The order of the files counts, and their names and folders; the code of ``read`` may be one of them.
    """
    name = _name(files)
    for folder in folders:
        with contextlib.suppress(OSError, ValueError):
            return json.loads((folder / name).read_bytes())
    data = read()
    if _name(files) == name:  # else one was changed meanwhile: nobody knows what was read
        _store(data, name, folders)
    return data


def _data(path: Path) -> Any:
    from knowledge.files.faults import KnowledgeError
    from knowledge.files.yamlfile import read_yaml

    file = read_yaml(path)
    if file.faults:
        raise KnowledgeError(file.faults)
    return file.data


def _name(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.parent.name}/{path.name} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()[:32] + SUFFIX


def _store(data: Any, name: str, folders: Sequence[Path]) -> None:
    """In the first folder that can be written; where none can, the files are parsed again at the next start."""
    content = json.dumps(data, ensure_ascii=False).encode()
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(folder / name, content)
            for old in sorted(folder.glob(f"*{SUFFIX}"), key=lambda p: p.stat().st_mtime)[:-KEEP]:
                old.unlink(missing_ok=True)
            return
