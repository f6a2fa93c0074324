"""The lines of a docx in the order of the page: paragraphs with their numbers, tables row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from knowledge.importing.formats.grid import MOST_COLUMNS, Cell, lay
from knowledge.importing.formats.word.left_out import LeftOut
from knowledge.importing.formats.word.numbering import Numbers
from knowledge.importing.formats.word.package import MC, W
from knowledge.importing.formats.word.styles import is_on, value
from knowledge.importing.formats.word.wording import DROPPED, Words, chosen

_HELD = (f"{W}customXml", f"{W}smartTag", f"{W}ins", f"{W}moveTo", f"{W}sdtContent")
"""What holds paragraphs, rows or cells and is nothing by itself."""


class Blocks:
    """Reads a body; each paragraph once, in order, for the numbers count on."""

    def __init__(self, words: Words, numbers: Numbers, left: LeftOut) -> None:
        self._words = words
        self._numbers = numbers
        self._left = left
        self.merged = 0
        """Merged cells that were written in more than one row."""

    def lines(self, holder: Any) -> Iterator[str]:
        """The lines of a body, or of a cell."""
        pending = ""
        for node in within(holder):
            if node.tag == f"{W}p":
                words = self._paragraph(node)
                if words is None or _runs_on(node):
                    pending += words or ""
                    continue
                yield pending + words
                pending = ""
            elif node.tag == f"{W}tbl":
                if pending:
                    yield pending
                    pending = ""
                yield from self._table(node)
            elif node.tag == f"{W}altChunk":
                self._left.add("嵌入的另一个文件没有取")
        if pending:
            yield pending

    def _paragraph(self, node: Any) -> str | None:
        """Its number and words; None where changes that were accepted, or hiding, leave nothing of it."""
        words = self._words.of(node)
        if self._words.gone:
            return None
        number = self._numbers.before(node) if not _mark(node, "del", "moveFrom") else ""
        apart = " " if number[-1:].isdecimal() or number.endswith(".") else ""
        return number + (apart if words[:1].isdecimal() else "") + words

    def _table(self, table: Any) -> Iterator[str]:
        rows = [row for row in within(table) if row.tag == f"{W}tr" and not _row_gone(row)]
        cells = [_cells(row) for row in rows]
        if all(len(own) <= 1 for own in cells) and _is_layout(cells):
            for own in cells:
                for _, _, cell in own:
                    yield from self.lines(cell)
            return
        laid = lay(self._grid(cells))
        self.merged += laid.repeated
        for words in laid.unrepeated:
            self._left.add("合并的单元格太长，只写在第一行，它也管到后面几行", words)
        yield from ("\t".join(row) for row in laid.rows)

    def _grid(self, cells: list[list[tuple[int, int, Any]]]) -> list[list[Cell]]:
        made: list[list[Cell]] = []
        open_: dict[tuple[int, int], Cell] = {}
        for own in cells:
            line: list[Cell] = []
            skipped = own[0][0] if own else 0
            if skipped:
                line.append(Cell(columns=skipped))
            continued: dict[tuple[int, int], Cell] = {}
            for at, span, node in own:
                merge = node.find(f"{W}tcPr/{W}vMerge")
                made_of = self._cell(node, span)
                goes_on = merge is not None and merge.get(f"{W}val", "continue") != "restart"
                above = open_.get((at, span)) if goes_on and not made_of.text and not made_of.inner else None
                if above is not None:
                    above.rows += 1
                    continued[at, span] = above
                    continue
                line.append(made_of)
                if merge is not None:
                    continued[at, span] = made_of
            made.append(line)
            open_ = continued
        return made

    def _cell(self, node: Any, span: int) -> Cell:
        """A cell; where a table is in it, line by line."""
        lines = [" ".join(line.split(" ")) for line in self.lines(node) if line.strip()]
        if any(child.tag == f"{W}tbl" for child in within(node)) and any("\t" in line for line in lines):
            return Cell(columns=span, inner=[[" ".join(one.split()) for one in line.split("\t")] for line in lines])
        return Cell(" ".join(" ".join(line.split()) for line in lines), span)


def within(holder: Any) -> Iterator[Any]:
    """Paragraphs, tables, rows or cells of ``holder``, out of whatever control or mark-up holds them."""
    for node in holder:
        if not isinstance(node.tag, str):
            continue
        if node.tag == f"{W}sdt":
            yield from within(node.find(f"{W}sdtContent") if node.find(f"{W}sdtContent") is not None else [])
        elif node.tag in _HELD:
            yield from within(node)
        elif node.tag == f"{MC}AlternateContent":
            yield from within(chosen(node))
        elif node.tag not in DROPPED:
            yield node


def _mark(paragraph: Any, *names: str) -> bool:
    """Whether the mark that ends a paragraph has one of these."""
    return any(paragraph.find(f"{W}pPr/{W}rPr/{W}{name}") is not None for name in names)


def _runs_on(paragraph: Any) -> bool:
    """Whether the next paragraph stands in the same line: the mark between was taken away or is a mere separator."""
    return _mark(paragraph, "del", "moveFrom", "specVanish")


def _row_gone(row: Any) -> bool:
    properties = row.find(f"{W}trPr")
    return properties is not None and (
        properties.find(f"{W}del") is not None or (is_on(properties, "hidden") or False)
    )  # fmt: skip


def _cells(row: Any) -> list[tuple[int, int, Any]]:
    """Of each cell the column in which it begins, over how many it goes, and itself."""
    before = value(row.find(f"{W}trPr"), "gridBefore") or "0"
    at = min(int(before), MOST_COLUMNS) if before.isdigit() else 0
    found = []
    for cell in within(row):
        if cell.tag != f"{W}tc" or cell.find(f"{W}tcPr/{W}cellDel") is not None:
            continue
        shown = value(cell.find(f"{W}tcPr"), "gridSpan") or "1"
        span = max(1, min(int(shown), MOST_COLUMNS)) if shown.isdigit() else 1
        found.append((at, span, cell))
        at += span
    return found


def _is_layout(cells: list[list[tuple[int, int, Any]]]) -> bool:
    """Whether a table of one column is a mere frame: more than one paragraph, or a table, is in a cell."""
    return any(
        sum(1 for node in within(cell) if node.tag in (f"{W}p", f"{W}tbl")) > 1 for own in cells for *_, cell in own
    )
