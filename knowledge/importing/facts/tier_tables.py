"""Tables of amounts: cells parted by tabs or |, or one a line; each amount goes by its row's and its column's head."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.importing.facts.spans import Stretch
from knowledge.importing.structure.lines import lines
from knowledge.text.money import MONEY
from knowledge.text.printed import View, half_width, without_blanks

MOST_COLUMNS, LONGEST_CELL = 8, 30
_GENERIC = re.compile(
    r"(?:奖励|补助|补贴|资助|支持|奖补|扶持|最高)*(?:标准|金额|额度|资金|数额|比例|奖金)?(?:\([^()]*\))?"
)
"""The head of a column that tells no case."""
_PERCENT = re.compile(r"\d(?:\.\d+)?%")
_SERIAL = re.compile(r"[(（]?[\d一二三四五六七八九十]{1,3}[)）]?[.、]?")


@dataclass(frozen=True)
class _Cell:
    start: int
    end: int
    plain: str

    @property
    def states(self) -> bool:
        """Whether it states how much."""
        return MONEY.search(self.plain) is not None or _PERCENT.search(self.plain) is not None


@dataclass(frozen=True)
class Placed:
    """Where an amount stands in a table; stretches of the view."""

    cell: Stretch
    row: Stretch
    """The head of its row."""
    column: Stretch | None
    """The head of its column; None where that only says that amounts are below."""


def placed(view: View) -> list[Placed]:
    """The cells with amounts in all tables of the view."""
    source = view.source
    found = [cell for table in (*_ruled(source), *_one_a_line(source)) for cell in _cells(table)]
    return [Placed(_in_view(view, a), _in_view(view, b), c and _in_view(view, c)) for a, b, c in found]


def _in_view(view: View, span: Stretch) -> Stretch:
    return view.place(span[0]), view.place(span[1] - 1) + 1


def _cells(table: list[list[_Cell]]) -> Iterator[tuple[Stretch, Stretch, Stretch | None]]:
    heads = table[0]
    for row in table[1:]:
        label = next((c for c in row if c.plain and not c.states and not _SERIAL.fullmatch(c.plain)), None)
        if label is None:
            continue
        for n, cell in enumerate(row):
            if not cell.states:
                continue
            before = [c for c in row[:n] if c.plain and not c.states and not _SERIAL.fullmatch(c.plain)]
            named = (before[0].start, before[-1].end) if before else (label.start, label.end)
            head = heads[n] if n < len(heads) and heads[n].plain else None
            told = head is not None and not _GENERIC.fullmatch(head.plain)
            yield (cell.start, cell.end), named, (head.start, head.end) if head and told else None


def _ruled(source: str) -> Iterator[list[list[_Cell]]]:
    """Tables whose rows are lines with tabs or bars."""
    table: list[list[_Cell]] = []
    for line in [*lines(source, 0, len(source)), None]:
        row = _row(source, line.start, line.end) if line is not None else []
        if len(row) > 1 and (not table or len(row) == len(table[0])):
            if not all(re.fullmatch(r":?-{2,}:?", cell.plain) for cell in row):
                table.append(row)
            continue
        if len(table) > 1 and not any(cell.states for cell in table[0]):
            yield table
        table = [row] if len(row) > 1 else []


def _row(source: str, start: int, end: int) -> list[_Cell]:
    text = source[start:end]
    if text.startswith("|"):
        cuts = [m.start() for m in re.finditer(r"\|", text)]
        edges = list(zip([c + 1 for c in cuts], [*cuts[1:], len(text)], strict=True))
        edges = [edge for edge in edges if edge[0] < len(text)]
    elif "\t" in text:
        cuts = [m.start() for m in re.finditer(r"\t", text)]
        edges = list(zip([0, *(c + 1 for c in cuts)], [*cuts, len(text)], strict=True))
    else:
        return []
    return [_cell(source, start + a, start + b) for a, b in edges]


def _cell(source: str, start: int, end: int) -> _Cell:
    text = source[start:end]
    first = start + len(text) - len(text.lstrip())
    return _Cell(first, max(first, start + len(text.rstrip())), half_width(without_blanks(text)))


def _one_a_line(source: str) -> Iterator[list[list[_Cell]]]:
    """Tables that came apart: as many lines a row as there are heads, amounts always at the same places."""
    run: list[_Cell] = []
    for line in [*lines(source, 0, len(source)), None]:
        if line is not None and len(line.plain) <= LONGEST_CELL and not re.search(r"[。;:!?\t|]", line.plain):
            run.append(_Cell(line.start, line.end, line.plain))
            continue
        yield from _table(run)
        run = []


def _table(run: list[_Cell]) -> Iterator[list[list[_Cell]]]:
    first = next((i for i, cell in enumerate(run) if cell.states), len(run))
    for width in range(2, MOST_COLUMNS + 1):
        for begin in range(max(0, first - 2 * width), max(0, first - width) + 1):
            rows = [run[i : i + width] for i in range(begin, len(run) - width + 1, width)]
            form = [cell.states for cell in rows[1]] if len(rows) > 2 else []
            whole = len(run) - begin - len(rows) * width == 0
            headed = bool(form) and not form[0] and any(form) and not any(cell.states for cell in rows[0])
            if whole and headed and all([cell.states for cell in row] == form for row in rows[1:]):
                yield rows
                return
