"""The files of a base that change while it is in force, as named texts: what was taught, and each document's folder."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from bot.serving.base_files import BaseFiles
from knowledge.files.wholefile import write_whole

TAUGHT = "overlay.yaml"
POLICIES = "policies/"
GONE = ""
Stamp = tuple[tuple[str, int, int], ...]
"""(path, mtime in ns, size) of every file: unchanged, nothing is read."""


class LocalFiles:
    """Those of one replica."""

    def __init__(self, files: BaseFiles) -> None:
        self._overlay = files.overlay
        self._policies = files.root / "policies"
        self._known: dict[str, tuple[Stamp, str]] = {}

    def texts(self) -> dict[str, str]:
        """Name -> digest of all that is there."""
        return dict(self._digests())

    def _digests(self) -> Iterator[tuple[str, str]]:
        for name, paths in self._paths().items():
            stamp = tuple(_stamp(path) for path in paths)
            known = self._known.get(name)
            if known is None or known[0] != stamp:
                known = self._known[name] = (stamp, digest(self.read(name)))
            yield name, known[1]

    def _paths(self) -> dict[str, list[Path]]:
        found = {TAUGHT: [self._overlay]} if self._overlay.exists() else {}
        with contextlib.suppress(FileNotFoundError):
            for folder in sorted(self._policies.iterdir()):
                if folder.is_dir() and not folder.name.startswith("."):
                    found[f"{POLICIES}{folder.name}"] = _below(folder)
        return found

    def read(self, name: str) -> str:
        """The text; GONE for what is not there."""
        if name == TAUGHT:
            return self._overlay.read_text(encoding="utf-8") if self._overlay.exists() else GONE
        folder = self._folder(name)
        if not folder.is_dir():
            return GONE
        parts = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in _below(folder)}
        return json.dumps(parts, ensure_ascii=False, sort_keys=True)

    def write(self, name: str, text: str) -> None:
        """Put it in place, whole or not at all. Raises OSError."""
        if name == TAUGHT:
            self._overlay.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(self._overlay, text.encode(), private=True)
            return
        folder = self._folder(name)
        coming, going = (folder.with_name(f".{word}-{folder.name}") for word in ("shared", "former"))
        for left in (coming, going):
            shutil.rmtree(left, ignore_errors=True)
        if text != GONE:
            for part, content in json.loads(text).items():
                path = coming / _inside(part)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
        if folder.is_dir():
            os.replace(folder, going)
        if text != GONE:
            os.replace(coming, folder)
        shutil.rmtree(going, ignore_errors=True)

    def _folder(self, name: str) -> Path:
        return self._policies / _inside(name.removeprefix(POLICIES))


def digest(text: str) -> str:
    """By which two texts are told apart."""
    return hashlib.sha256(text.encode()).hexdigest()


def _inside(part: str) -> PurePosixPath:
    """A path that leads nowhere else. Raises OSError."""
    path = PurePosixPath(part)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise OSError(22, "a shared file would lie outside of the base", part)
    return path


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), found.st_mtime_ns, found.st_size
