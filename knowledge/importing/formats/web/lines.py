"""An element's text by lines; a table's row in one line with its cells apart, unless the table is a mere frame."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from knowledge.importing.formats.grid import MOST_COLUMNS, Cell, lay
from knowledge.importing.formats.word.counting import written
from knowledge.importing.formats.word.formulas import raised

_BLOCK = frozenset(
    [
        *(
            "p",
            "div",
            "li",
            "ul",
            "ol",
            "dl",
            "dd",
            "dt",
            "tr",
            "td",
            "th",
            "table",
            "tbody",
            "thead",
            "tfoot",
            "caption",
        ),
        *(
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "section",
            "article",
            "main",
            "header",
            "blockquote",
            "pre",
            "hr",
            "center",
        ),
        *("body", "title", "fieldset", "figure", "figcaption", "address", "details", "summary", "form"),
    ]
)
_ORDERED = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_NUMBERED = re.compile(r"\s*(?:[（(]?[\d一二三四五六七八九十]+[）)、.．]|第[\d一二三四五六七八九十]+[条章节])")
_KEPT = re.compile(r"white-space\s*:\s*pre", re.IGNORECASE)
MOST_ROWS = 5_000
"""Rows over which a cell is taken to go at most."""


class Lines:
    """Reads elements; counts what it did that the page doesn't say in so many words."""

    def __init__(self) -> None:
        self.merged = 0
        """Merged cells that were written in more than one row."""
        self.numbered = 0
        """Items of lists before which a browser prints a number."""
        self.unrepeated: list[str] = []
        """Merged cells that are too long to be written in each row."""

    def of(self, root: Any) -> list[str]:
        """The lines of an element, without blank ones."""
        out: list[str] = []
        stack: list[tuple[Any, str]] = [(root, "")]
        while stack:
            node, closing = stack.pop()
            if closing:
                out.append(closing)
                continue
            tag = node.tag
            if tag == "-text":
                out.append(_words(node))
                continue
            if tag == "table" and not _is_frame(node):
                out += ["\n", "\n".join("\t".join(row) for row in self._rows(node)), "\n"]
                continue
            if tag == "br":
                out.append("\n")
                continue
            if tag == "sup" and re.fullmatch(r"[\d+-]+", node.text().strip()):
                out.append(raised(node.text().strip()))
                continue
            if tag in _BLOCK or node is root:
                out.append("\n")
                stack.append((node, "\n"))
            if tag == "li":
                out.append(self._number(node))
            stack += [(child, "") for child in reversed(list(node.iter(include_text=True)))]
        return [line.strip(" \r\x0b\x0c") for line in "".join(out).split("\n") if line.strip()]

    def _rows(self, table: Any) -> list[list[str]]:
        rows = [[self._cell(cell) for cell in cells] for cells in _table(table)]
        laid = lay(rows)
        self.merged += laid.repeated
        self.unrepeated += laid.unrepeated
        return laid.rows

    def _cell(self, node: Any) -> Cell:
        columns, rows = _span(node, "colspan", MOST_COLUMNS), _span(node, "rowspan", MOST_ROWS)
        lines = self.of(node)
        if any(not _is_frame(inner) for inner in node.css("table")) and any("\t" in line for line in lines):
            return Cell("", columns, rows, [[" ".join(one.split()) for one in line.split("\t")] for line in lines])
        return Cell(" ".join(" ".join(line.split()) for line in lines), columns, rows)

    def _number(self, item: Any) -> str:
        """What a browser prints before an item of an ordered list; "" where the item says its number itself."""
        holder = item.parent
        if holder is None or holder.tag != "ol" or "none" in (holder.attributes.get("style") or ""):
            return ""
        if _NUMBERED.match(item.text()):
            return ""
        start = holder.attributes.get("start") or "1"
        count = int(start) - 1 if re.fullmatch(r"-?\d{1,6}", start) else 0
        for one in holder.iter():
            if one.tag == "li":
                own = one.attributes.get("value") or ""
                count = int(own) if re.fullmatch(r"\d{1,6}", own) else count + 1
                if one.mem_id == item.mem_id:
                    break
        self.numbered += 1
        return f"{written(count, _ORDERED.get(holder.attributes.get('type') or '1', 'decimal'))}. "


def _words(node: Any) -> str:
    words = node.text(deep=False)
    parent = node.parent
    for _ in range(3):
        if parent is not None and (parent.tag == "pre" or _KEPT.search(parent.attributes.get("style") or "")):
            return str(words).replace("\r\n", "\n")
        parent = parent.parent if parent is not None else None
    return re.sub(r"[ \t\r\n]+", " ", words)


def _table(table: Any) -> Iterator[list[Any]]:
    """The cells of each row of a table; those of tables within it apart."""
    waiting = list(table.iter())
    while waiting:
        node = waiting.pop(0)
        if node.tag == "tr":
            yield [cell for cell in node.iter() if cell.tag in ("td", "th")]
        elif node.tag in ("tbody", "thead", "tfoot"):
            waiting[:0] = list(node.iter())
        elif node.tag == "caption":
            yield [node]


def _span(node: Any, name: str, most: int) -> int:
    told = (node.attributes.get(name) or "1").strip()
    if not told.isdecimal():
        return 1
    return most if told == "0" and name == "rowspan" else max(1, min(int(told), most))


def _is_frame(table: Any) -> bool:
    """Whether a table only places what is in it: no row has two cells with text, and one holds paragraphs."""
    if (table.attributes.get("role") or "").lower() in ("presentation", "none"):
        return True
    rows = [[cell for cell in row if cell.text().strip()] for row in _table(table)]
    cells = [cell for row in rows for cell in row]
    if any(len(row) > 1 for row in rows):
        return False
    return len(cells) == 1 or any(cell.css_first("table") is not None or _blocks(cell) > 1 for cell in cells)


def _blocks(cell: Any) -> int:
    return sum(child.tag in _BLOCK or child.tag == "br" for child in cell.iter())
