"""Faults in knowledge files: what is wrong, where, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in one file; prints as ``file:line: place: message``."""

    file: str
    line: int
    """1-based line; 0 when the fault is in no particular line (a missing file, for one)."""
    place: str
    """Path inside the file, such as ``sections[3].clauses[1].figures[0].quote``; may be empty."""
    message: str
    """What is wrong and how to mend it, in Chinese."""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.place + ': ' if self.place else ''}{self.message}"


class KnowledgeError(Exception):
    """The base can't be used; carries every fault found, sorted by file and line."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def shown(path: Path) -> str:
    """The path as a person would type it from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
