"""Pages of a pdf in columns: told from tables by where their lines begin and end, and read column by column."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from statistics import median
from typing import Any

_FEWEST = 3
"""Rows with text on both sides of a gap, from which on the gap means something."""
_GAP = 1.2
"""Width of a gap between columns at least, in widths of a character."""
_NARROWEST = 8
"""Characters in the width of a column at least."""


@dataclass
class Piece:
    """A run of text, by its place on the page."""

    left: float
    right: float
    y: float
    size: float
    text: str


@dataclass
class Ordered:
    """A page's lines in the order in which a person reads them."""

    lines: list[str] | None = None
    """None where the page has no columns: the order in which it was written stands."""
    columns: bool = False
    """Whether it has columns."""
    unsure: bool = False
    """Whether text stands side by side and may be columns or a table."""


def ordered(page: Any) -> Ordered:
    """The order of a pypdf page; ``lines`` is None where it has no columns."""
    found = in_order(_pieces(page))
    return found if found.columns else Ordered(None, unsure=found.unsure)


def in_order(pieces: list[Piece]) -> Ordered:
    """The order of pieces on a page: row by row, columns one after the other."""
    rows = _rows(pieces)
    lines: list[str] = []
    found = Ordered(lines)
    at = 0
    while at < len(rows):
        region = _region(rows, at)
        if region is None:
            lines.append(_joined(rows[at]))
            at += 1
            continue
        end, gutter = region
        sides = [_side(rows[at:end], gutter, first) for first in (True, False)]
        if all(_is_column(side) for side in sides):
            found.columns = True
            lines += [_joined(row) for side in sides for row in side]
        else:
            found.unsure = True
            lines += [_joined(row) for row in rows[at:end]]
        at = end
    return found


def _pieces(page: Any) -> list[Piece]:
    """The runs of text with their places; none where the library can't tell them."""
    try:
        from pypdf._text_extraction import _layout_mode
        from pypdf.generic import ContentStream

        contents = page.get("/Contents")
        stream = ContentStream(contents.get_object(), page.pdf, "bytes")
        groups = _layout_mode.text_show_operations(iter(stream.operations), page._layout_mode_fonts(), True, None)
    except Exception:  # a place that the library keeps to itself, and whatever a broken page makes it raise
        return []
    return [piece for group in groups for piece in _parts(group)]


def _parts(group: Any) -> list[Piece]:
    """The runs of a group: the library fills a gap between two of them with blanks."""
    size, text = abs(group["font_height"]) or 1.0, group["text"].strip()
    parts = [part for part in re.split(r"( {3,})", text) if part]
    blanks = sum(len(part) for part in parts if part.isspace())
    room = group["displaced_tx"] - group["tx"] - sum(_wide(part, size) for part in parts if not part.isspace())
    if blanks and room <= 0:
        parts, blanks = [text], 0
    found, at = [], group["tx"]
    for part in parts:
        if part.isspace() and blanks:
            at += room * len(part) / blanks
        else:
            found.append(Piece(at, at + _wide(part, size), group["ty"], size, part))
            at = found[-1].right
    return found


def _wide(text: str, size: float) -> float:
    return sum(0.5 if char.isascii() else 1.0 for char in text) * size


def _rows(pieces: list[Piece]) -> list[list[Piece]]:
    """The pieces by rows from the top, those of a row from the left; what nearly touches is one."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda one: (-one.y, one.left)):
        if rows and abs(rows[-1][0].y - piece.y) <= 0.5 * piece.size:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [_merged(sorted(row, key=lambda one: one.left)) for row in rows]


def _merged(row: list[Piece]) -> list[Piece]:
    out = [row[0]]
    for piece in row[1:]:
        last = out[-1]
        if piece.left - last.right < _GAP * piece.size:
            out[-1] = Piece(last.left, max(last.right, piece.right), last.y, last.size, last.text + piece.text)
        else:
            out.append(piece)
    return out


def _joined(row: list[Piece]) -> str:
    return " ".join(piece.text for piece in row)


_Gap = tuple[float, float]


def _gaps(row: list[Piece]) -> list[_Gap]:
    return [(one.right, other.left) for one, other in itertools.pairwise(row)]


def _region(rows: list[list[Piece]], at: int) -> tuple[int, float] | None:
    """The row after a stretch that begins at ``at`` and has a gap from top to bottom, and where the gap is."""
    best: tuple[int, int, float] | None = None
    for gap in _gaps(rows[at]):
        end, both, open_ = _followed(rows, at, gap)
        if both >= _FEWEST and (best is None or both > best[0]):
            best = both, end, (open_[0] + open_[1]) / 2
    return best[1:] if best is not None else None


def _followed(rows: list[list[Piece]], at: int, gap: _Gap) -> tuple[int, int, _Gap]:
    both, last = 0, at
    spacing: list[float] = []
    for n in range(at, len(rows)):
        row = rows[n]
        narrowed = _narrowed(row, gap)
        step = rows[n - 1][0].y - row[0].y if n > at else 0.0
        sided = any(piece.right <= gap[1] for piece in row) and any(piece.left >= gap[0] for piece in row)
        far = bool(spacing) and step > 1.7 * median(spacing)
        if narrowed is None or (far and not sided):
            break
        gap = narrowed
        spacing += [step] if n > at else []
        both += sided
        last = n
    return last + 1, both, gap


def _narrowed(row: list[Piece], gap: _Gap) -> _Gap | None:
    """The gap as the row leaves it; None where a piece of the row closes it."""
    left, right = gap
    for piece in row:
        middle = (piece.left + piece.right) / 2
        if middle < (gap[0] + gap[1]) / 2:
            left = max(left, piece.right)
        else:
            right = min(right, piece.left)
    return (left, right) if right - left >= 0.6 * row[0].size else None


def _side(rows: list[list[Piece]], gutter: float, first: bool) -> list[list[Piece]]:
    sides = ([piece for piece in row if (piece.left < gutter) is first] for row in rows)
    return [side for side in sides if side]


def _is_column(side: list[list[Piece]]) -> bool:
    """Whether lines that stand below one another are a column of text: sentences that fill its width."""
    if sum(len(row) > 1 for row in side) > 0.2 * len(side):
        return False
    size = median(row[0].size for row in side)
    left, right = min(row[0].left for row in side), max(row[-1].right for row in side)
    begins = sum(row[0].left <= left + 2.6 * size for row in side)
    filled = sum(row[-1].right >= right - 2.2 * size for row in side)
    text = "".join(_joined(row) for row in side)
    return (
        right - left >= _NARROWEST * size
        and begins >= 0.8 * len(side)
        and filled >= 0.3 * len(side)
        and re.search("[。；]", text) is not None
    )
