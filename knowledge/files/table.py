"""Tables for spreadsheets and from them: cells that are no formulas, whatever encoding and delimiter a file has."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from knowledge.files.faults import Fault, KnowledgeError, shown
from knowledge.files.oserrors import why

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell must not begin with: a spreadsheet would take it for a formula (OWASP, "CSV Injection")."""
MAX_BYTES = 8_000_000
MAX_ROWS = 20_000
DELIMITERS = ",;\t，；|"
_MARKED = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class Row:
    """One row below the header."""

    line: int
    """1-based line of the file on which it begins."""
    cells: dict[str, str]
    """By field, of those that were asked for and the header has; blanks at the ends removed."""


def safe(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: text that looks like one gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def unsafe(cell: str) -> str:
    """The reverse of safe()."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(DANGEROUS) else cell


def read_table(path: Path, fields: dict[str, tuple[str, ...]]) -> list[Row]:
    """The rows of a CSV file whose header names some of the ``fields`` (field -> what its column may be called).

    UTF-8, UTF-16 with a byte order mark, or GB18030; comma, semicolon, tab or bar. Raises KnowledgeError: no table.
    """

    def fail(line: int, message: str) -> KnowledgeError:
        return KnowledgeError([Fault(shown(path), line, "", message)])

    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise fail(0, f"文件有 {size} 字节，超过上限 {MAX_BYTES}；请拆成几个文件")
        data = path.read_bytes()
    except OSError as error:
        raise fail(0, f"读不了：{why(error)}") from None
    text = _decoded(data)
    if text is None or "\0" in text:
        raise fail(0, "不是文本，或编码不认识；请另存为 UTF-8 或 GB18030 的 CSV")
    header_at, header = next(((n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()), (0, ""))
    names = {_name(name): field for field, called in fields.items() for name in (field, *called)}
    delimiter = max(DELIMITERS, key=lambda d: sum(_name(cell) in names for cell in _cells(header, d)))
    columns = [names.get(_name(cell)) for cell in _cells(header, delimiter)]
    if not any(columns):
        raise fail(header_at or 1, "第一行应是列名，如「问题,条款」或 question,answer")
    doubled = sorted({column for column in columns if column and columns.count(column) > 1})
    if doubled:
        raise fail(header_at, f"列 {'、'.join(doubled)} 出现了两次；请删去一列")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    begins = 1
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if line <= header_at or not any(cell.strip() for cell in cells):
                continue
            if len(rows) == MAX_ROWS:
                raise fail(line, f"超过 {MAX_ROWS} 行；请拆成几个文件")
            found = zip(columns, cells, strict=False)
            rows.append(Row(line, {column: unsafe(cell.strip()) for column, cell in found if column}))
    except csv.Error as error:
        raise fail(reader.line_num, f"这里不是合法的 CSV（{error}）；请检查引号是否成对") from None
    return rows


def _decoded(data: bytes) -> str | None:
    for mark, encoding in _MARKED:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                return None
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _name(cell: str) -> str:
    return "".join(cell.split()).lower()
