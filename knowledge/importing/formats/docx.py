"""docx: paragraphs, tables and automatic numbers, in the order of the page."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from knowledge.importing.formats.limits import MAX_MEMBER, MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED, UnreadableError

if TYPE_CHECKING:
    from knowledge.importing.formats.read import Read

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
MOST_COLUMNS = 64
"""Columns that a cell is taken to go over at most."""
_DIGITS = "零一二三四五六七八九"


def read(data: bytes) -> Read:
    """The text of a docx; UnreadableError says why there is none."""
    from knowledge.importing.formats.read import Read

    _examine(data)
    from docx import Document

    try:
        document = Document(io.BytesIO(data))
        numbers = _Numbers(document)
        lines = list(_lines(document.element.body, numbers))
    except UnreadableError:
        raise
    except Exception as error:  # whatever a broken file makes the library raise
        raise UnreadableError(f"docx 坏了或不是 Word 文档：{type(error).__name__}") from None
    notes = ["取自 docx：段落和表格按版面次序，表格每行一行，单元格之间用制表符；页眉页脚、批注、文本框没有取"]
    if numbers.used:
        notes.append(f"有 {numbers.used} 个自动编号，已照 Word 的设置写成文字，请核对")
    return Read("\n".join(lines).encode("utf-8", errors="replace"), "docx", notes)


def _examine(data: bytes) -> None:
    """Refuse what unpacks into something huge, or has entity definitions, before anything is parsed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if "word/document.xml" not in names:
                raise UnreadableError("是 zip，但不是 docx（没有 word/document.xml）；若是压缩包，请先解开")
            if len(members) > MAX_MEMBERS:
                raise UnreadableError(f"docx 里有 {len(members)} 个部件，上限 {MAX_MEMBERS}；不像正常的文档")
            unpacked = 0
            for member in members:
                if member.flag_bits & 1:
                    raise UnreadableError("docx 加了密码；请另存为不加密的")
                unpacked += member.file_size
                if member.file_size > MAX_MEMBER or unpacked > MAX_UNPACKED:
                    raise UnreadableError("docx 解开后过大（压缩炸弹？），不读")
                if member.file_size > 1_000_000 and member.file_size > MAX_RATIO * max(1, member.compress_size):
                    raise UnreadableError("docx 里有压缩比异常的部件（压缩炸弹？），不读")
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as part:
                        head = part.read(min(member.file_size, 4_000_000) + 1)
                    if _DOCTYPE.search(head.replace(b"\x00", b"")):
                        raise UnreadableError("docx 的 XML 里有实体定义（DOCTYPE），正常的文档没有，不读")
    except zipfile.BadZipFile:
        raise UnreadableError("docx 坏了：不是完整的 zip") from None
    except (NotImplementedError, OSError, RuntimeError, EOFError, ValueError) as error:
        raise UnreadableError(f"docx 解不开：{type(error).__name__}") from None


def _lines(body: Any, numbers: _Numbers) -> Iterator[str]:
    for child in body.iterchildren():
        if child.tag == f"{_W}p":
            yield numbers.before(child) + _paragraph(child)
        elif child.tag == f"{_W}tbl":
            for row in child.iter(f"{_W}tr"):
                cells = []
                for cell in row.iterchildren(f"{_W}tc"):
                    words = (numbers.before(p) + _paragraph(p).strip() for p in cell.iter(f"{_W}p"))
                    cells.append(" ".join(" ".join(word.split()) for word in words if word))
                    cells += [""] * (_columns(cell) - 1)
                yield "\t".join(cells)
        elif child.tag == f"{_W}sdt":
            for content in child.iterchildren(f"{_W}sdtContent"):
                yield from _lines(content, numbers)


def _columns(cell: Any) -> int:
    """Over how many columns a cell goes."""
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    shown = span.get(f"{_W}val", "1") if span is not None else "1"
    return min(int(shown), MOST_COLUMNS) if shown.isdigit() else 1


def _paragraph(paragraph: Any) -> str:
    """The text, deletions that are tracked left out."""
    out = []
    for node in paragraph.iter(f"{_W}t", f"{_W}br", f"{_W}tab", f"{_W}cr", f"{_W}noBreakHyphen"):
        above = {a.tag for a in node.iterancestors()}
        if f"{_W}del" in above or f"{_W}txbxContent" in above:
            continue
        name = node.tag.removeprefix(_W)
        if name == "t":
            out.append(node.text or "")
        elif name == "noBreakHyphen":
            out.append("-")
        elif node.get(f"{_W}type") != "page" or name != "br":
            out.append("\n" if name in ("br", "cr") else "\t")
    return "".join(out)


class _Numbers:
    """Automatic numbering: what Word prints before a paragraph though no text says so."""

    def __init__(self, document: Any) -> None:
        self.used = 0
        self._counts: dict[tuple[str, int], int] = {}
        self._levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):
            return
        abstract: dict[str, dict[int, tuple[str, str, int]]] = {}
        for item in root.iterchildren(f"{_W}abstractNum"):
            levels = {}
            for level in item.iterchildren(f"{_W}lvl"):
                values = {child.tag.removeprefix(_W): child.get(f"{_W}val", "") for child in level.iterchildren()}
                start = values.get("start", "1")
                levels[int(level.get(f"{_W}ilvl", "0"))] = (
                    values.get("numFmt", "decimal"),
                    values.get("lvlText", ""),
                    int(start) if start.isdigit() else 1,
                )
            abstract[item.get(f"{_W}abstractNumId", "")] = levels
        for item in root.iterchildren(f"{_W}num"):
            link = item.find(f"{_W}abstractNumId")
            for level, value in abstract.get(link.get(f"{_W}val", "") if link is not None else "", {}).items():
                self._levels[item.get(f"{_W}numId", ""), level] = value

    def before(self, paragraph: Any) -> str:
        """The number of the paragraph; "" where it has none."""
        mark = paragraph.find(f"{_W}pPr/{_W}numPr")
        if mark is None:
            return ""
        number, level = mark.find(f"{_W}numId"), mark.find(f"{_W}ilvl")
        num_id = number.get(f"{_W}val", "") if number is not None else ""
        depth = int(level.get(f"{_W}val", "0")) if level is not None else 0
        if (num_id, depth) not in self._levels or not _paragraph(paragraph).strip():
            return ""
        kind, shown, start = self._levels[num_id, depth]
        self._counts[num_id, depth] = self._counts.get((num_id, depth), start - 1) + 1
        for other in [key for key in self._counts if key[0] == num_id and key[1] > depth]:
            del self._counts[other]
        if kind == "bullet" or kind == "none" or not shown:
            return ""
        self.used += 1
        for at in range(depth + 1):
            count = self._counts.get((num_id, at), 1)
            fmt = self._levels.get((num_id, at), (kind, "", 1))[0]
            shown = shown.replace(f"%{at + 1}", _counted(count, fmt))
        return shown


def _counted(count: int, kind: str) -> str:
    if kind in (
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "ideographDigital",
        "taiwaneseCounting",
    ):
        return _chinese(count)
    return str(count)


def _chinese(count: int) -> str:
    """12 as 十二; digits beyond 99, which no document counts to in words."""
    if not 0 < count < 100:
        return str(count)
    tens, ones = divmod(count, 10)
    return ("" if tens == 0 else ("" if tens == 1 else _DIGITS[tens]) + "十") + (_DIGITS[ones] if ones else "")
