"""What is still open in a review.md: the boxes that nobody has ticked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_POINT = re.compile(r"^- \[ \] (.+)$", re.MULTILINE)
_ROW = re.compile(r"^\| \[ \] \| ([^|]+) \|", re.MULTILINE)
_TICKED = re.compile(r"^(?:- |\| )\[[xX√✓]\] ", re.MULTILINE)


@dataclass(frozen=True)
class OpenPoints:
    """Of one document."""

    points: tuple[str, ...]
    """The sentences that ask a person to look at something."""
    cards: tuple[str, ...]
    """Clauses whose cards nobody has compared with the text."""
    ticked: int
    """Boxes that somebody has ticked."""


def open_points(folder: Path) -> OpenPoints | None:
    """What is open in the folder's review.md; None where there is none."""
    try:
        text = (folder / "review.md").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    points = tuple(match[1].strip() for match in _POINT.finditer(text))
    rows = tuple(match[1].strip() for match in _ROW.finditer(text))
    return OpenPoints(points, rows, len(_TICKED.findall(text)))
