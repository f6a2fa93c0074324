"""Tables as rows of lines: merged cells stand in each row that they reach into, tables in a cell part it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

MOST_COLUMNS = 64
"""Columns that a cell is taken to go over at most."""
WIDEST = 256
"""Columns of a table; beyond, cells go over nothing but their own place."""
LONGEST_REPEATED = 300
"""Characters of a merged cell that are written in each of its rows; a longer one stands in the first alone."""


@dataclass
class Cell:
    """A cell of a table."""

    text: str = ""
    """In one line; empty where ``inner`` holds what is in it."""
    columns: int = 1
    rows: int = 1
    inner: list[list[str]] = field(default_factory=list)
    """The rows of what stands in the cell, where tables are nested in it."""

    @property
    def width(self) -> int:
        """Columns of what is in it."""
        return max((len(row) for row in self.inner), default=1)

    @property
    def height(self) -> int:
        """Lines of what is in it."""
        return max(1, len(self.inner))


@dataclass
class Laid:
    """A table whose cells are laid out."""

    rows: list[list[str]]
    repeated: int = 0
    """Merged cells that are written in more than one row."""
    unrepeated: list[str] = field(default_factory=list)
    """Merged cells that are too long for that."""


def lay(table: Sequence[Sequence[Cell]]) -> Laid:
    """The rows of a table, each with as many cells as it has columns; every cell's text stands in all of its rows."""
    for cell in (cell for cells in table for cell in cells if cell.inner and cell.rows > 1):
        cell.text = " ".join(words for line in cell.inner for words in line if words)
        cell.inner = []
    placed = _placed(table)
    widths = _widths(placed)
    laid = Laid([])
    for n, row in enumerate(placed):
        own = [cell for first, cell, begins in row if begins == first and cell.rows == 1]
        for line in range(max((cell.height for cell in own), default=1)):
            laid.rows.append(_line(row, n, line, widths, laid))
    return laid


_Slot = tuple[int, Cell, int]
"""The row in which a cell begins, the cell, and the row that it is placed in."""


def _placed(table: Sequence[Sequence[Cell]]) -> list[list[_Slot]]:
    """By row and column which cell stands there; a cell over several columns stands in each."""
    rows: list[list[_Slot]] = []
    hanging: dict[int, tuple[int, Cell, int]] = {}
    for n, cells in enumerate(table):
        row: list[_Slot] = []
        waiting = list(cells)
        while waiting or len(row) in hanging:
            at = len(row)
            if at in hanging:
                first, cell, last = hanging[at]
                row.append((first, cell, n))
                if last <= n:
                    del hanging[at]
                continue
            cell = waiting.pop(0)
            for _ in range(min(cell.columns, MOST_COLUMNS) if len(row) < WIDEST else 1):
                if len(row) in hanging:
                    break
                if cell.rows > 1 and n + 1 < len(table) and len(row) < WIDEST:
                    hanging[len(row)] = n, cell, min(n + cell.rows, len(table)) - 1
                row.append((n, cell, n))
        rows.append(row)
    return rows


def _widths(placed: list[list[_Slot]]) -> list[int]:
    """Of each column, into how many the tables nested in it part it."""
    widths = [1] * max((len(row) for row in placed), default=0)
    for row in placed:
        for at, (_, cell, _) in enumerate(row):
            if not at or row[at - 1][1] is not cell:
                span = sum(1 for other in row if other[1] is cell)
                missing = cell.width - sum(widths[at : at + span])
                widths[at + span - 1] += max(0, missing)
    return widths


def _line(row: list[_Slot], n: int, line: int, widths: list[int], laid: Laid) -> list[str]:
    out: list[str] = []
    at = 0
    while at < len(row):
        first, cell, _ = row[at]
        span = 1
        while at + span < len(row) and row[at + span][1] is cell:
            span += 1
        wide = sum(widths[at : at + span])
        words = _words(cell, first == n, line, laid)
        out += (words + [""] * wide)[:wide]
        at += span
    return out + [""] * sum(widths[len(row) :])


def _words(cell: Cell, begins: bool, line: int, laid: Laid) -> list[str]:
    """What a cell gives to one line of its row."""
    if cell.inner:
        return cell.inner[line] if begins and line < len(cell.inner) else []
    if begins and line == 0:
        return [cell.text]
    if len(cell.text) > LONGEST_REPEATED:
        if cell.text[:60] not in laid.unrepeated:
            laid.unrepeated.append(cell.text[:60])
        return [""]
    laid.repeated += bool(cell.text)
    return [cell.text]
