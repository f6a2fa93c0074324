"""Tables that name responsible units in a column: rows as lines with tabs, or one cell a line where that is clear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.importing.structure.lines import Line, lines
from knowledge.text.printed import half_width, without_blanks

UNITS = re.compile(
    r"^(?:主要|第一)?(?:责任|牵头|负责|主办|承办|主管|实施|配合|协办|协助|参与|参加|协同)(?:责任)?(?:单位|部门|主体)(?:及分工)?$"
)
"""The head of a column of units."""
_FIRST = re.compile(r"^(?:序号|编号|序)$")
MOST_COLUMNS = 12
ORGAN = re.compile(
    r"(?:部|委|委员会|局|厅|政府|办|办公室|办公厅|署|总署|院|行|会|联|司|中心|公司|集团|海关|部门|单位|管委会|领导小组|"
    r"军区|武警|团|支队|总队|法院|检察院|学校|大学|高校|企业|开发区|新区|高新区|区|县|市|省|州|地方|各地|银行|社|馆|"
    r"台|所|站|中央|工会|妇联|协会|学会|联合会|机构|税务|队|室|组|专班|厂|园区|平台|各镇|街道|镇街|兵团)$"
)
"""How a unit's name may end."""
LONGEST_HEAD = 12
"""Characters in the head of a column."""


@dataclass(frozen=True)
class Cell:
    """A cell of a column of units; ``source[start:end]`` is its text."""

    start: int
    end: int
    text: str
    head: str
    """The head of its column."""
    point: str | None
    """The number of its row, where it has one."""


@dataclass(frozen=True)
class Cells:
    """What was found in a text."""

    cells: tuple[Cell, ...] = ()
    unclear: str = ""
    """The head of a column whose cells can't be told apart, with the rows; empty where there is none."""


def cells(source: str) -> Cells:
    """The cells of all columns of units in ``source``, row by row."""
    rows = list(_tabbed(source))
    if rows:
        return Cells(tuple(rows))
    return _flattened(lines(source, 0, len(source)))


def _tabbed(source: str) -> Iterator[Cell]:
    columns: dict[int, str] = {}
    width = 0
    at = 0
    for line in source.splitlines(keepends=True):
        parts = line.rstrip("\r\n").split("\t")
        heads = {
            i: without_blanks(part) for i, part in enumerate(parts) if UNITS.match(half_width(without_blanks(part)))
        }
        if heads and len(parts) > 1:
            columns, width = heads, len(parts)
        elif columns and len(parts) <= width:
            place = at
            for i, part in enumerate(parts):
                if i in columns and part.strip() and _whole(parts, width):
                    first = place + len(part) - len(part.lstrip())
                    yield Cell(
                        first, first + len(part.strip()), part.strip(), columns[i], _point(parts[0]) if i else None
                    )
                place += len(part) + 1
        at += len(line)


def _whole(parts: list[str], width: int) -> bool:
    """Whether the cells stand under their heads: empty ones at a row's end may be left out."""
    return len(parts) == width or (len(parts) > 1 and _point(parts[0]) is not None)


def _point(cell: str) -> str | None:
    return cell.strip() if re.match(r"^[(（]?[\d一二三四五六七八九十]+[)）]?", cell.strip()) else None


@dataclass
class _Table:
    """A table with one cell a line."""

    end: int
    heads: dict[int, str]
    """The columns of units."""
    rows: list[list[Line]]
    broken: list[str]
    """Numbers of the rows that have more or fewer lines than there are heads."""


def _flattened(own: list[Line]) -> Cells:
    """序号, 任务, 责任单位, 1, …, …, 2, …: rows begin with their numbers and have as many lines as there are heads."""
    found: list[Cell] = []
    unclear = ""
    i = 0
    while i < len(own):
        table = _flat(own, i) if _FIRST.match(own[i].plain) else None
        if table is None:
            if UNITS.match(own[i].plain):  # no column of numbers by which rows are told apart
                unclear = unclear or own[i].plain
            i += 1
            continue
        for row in table.rows:
            found += [Cell(row[n].start, row[n].end, row[n].text, h, row[0].text) for n, h in table.heads.items()]
        if table.broken:
            unclear = unclear or f"{next(iter(table.heads.values()))}，第 {'、'.join(table.broken)} 行"
        i = table.end
    return Cells(tuple(found), unclear)


def _flat(own: list[Line], at: int) -> _Table | None:
    """The table whose first head is line ``at``; None where no rows with numbers follow its heads."""
    stop = next((j for j in range(at + 2, min(len(own), at + MOST_COLUMNS + 1)) if own[j].plain == "1"), None)
    if stop is None or any(len(head.plain) > LONGEST_HEAD for head in own[at:stop]):
        return None
    heads = {n: head.plain for n, head in enumerate(own[at:stop]) if UNITS.match(head.plain)}
    if not heads:
        return None
    width = stop - at
    table = _Table(stop, heads, [], [])
    number = 1
    while table.end < len(own) and own[table.end].plain == str(number):
        begin, number = table.end, number + 1
        following = range(begin + 1, min(len(own), begin + 4 * width))
        then = next((j for j in following if own[j].plain == str(number)), None)
        row = own[begin : begin + width if then is None else then]
        table.end = begin + len(row)
        if len(row) == width and all(_named(row[n].plain) for n in heads):
            table.rows.append(row)
        else:
            table.broken.append(row[0].plain)
    return table


def _named(plain: str) -> bool:
    """Whether all that a cell lists may be units."""
    return all(ORGAN.search(name) for name in re.split(r"[、,;]", plain) if name)


def regions(own: list[Line]) -> list[tuple[int, int]]:
    """The runs of lines, as (first, after the last), that are tables with a column of units."""
    found = []
    i = 0
    while i < len(own):
        heads = [without_blanks(cell) for cell in own[i].text.split("\t")]
        if len(heads) > 1 and any(UNITS.match(half_width(head)) for head in heads):
            end = i + 1
            while end < len(own) and "\t" in own[end].text:
                end += 1
            found.append((i, end))
            i = end
        elif _FIRST.match(own[i].plain) and (table := _flat(own, i)):
            found.append((i, table.end))
            i = table.end
        else:
            i += 1
    return found
