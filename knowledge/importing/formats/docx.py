"""docx: paragraphs, tables and automatic numbers, in the order of the page, as Word shows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge.importing.formats.limits import MAX_TEXT, UnreadableError

if TYPE_CHECKING:
    from knowledge.importing.formats.read import Read
    from knowledge.importing.formats.word.left_out import LeftOut
    from knowledge.importing.formats.word.package import Package
    from knowledge.importing.formats.word.wording import Words

_PAGE_ONLY = re.compile(r"[\s\d\-—–－·.第共页/／]*")
"""What a header or footer holds that only counts pages."""


def read(data: bytes) -> Read:
    """The text of a docx; UnreadableError says why there is none."""
    try:
        return _read(data)
    except (UnreadableError, MemoryError, RecursionError):
        raise
    except Exception as error:  # whatever a broken file makes the libraries raise
        raise UnreadableError(f"docx 坏了或不是 Word 文档：{type(error).__name__}") from None


def _read(data: bytes) -> Read:
    from knowledge.importing.formats.read import Read
    from knowledge.importing.formats.word.blocks import Blocks
    from knowledge.importing.formats.word.left_out import LeftOut
    from knowledge.importing.formats.word.numbering import Numbers
    from knowledge.importing.formats.word.package import Package, W
    from knowledge.importing.formats.word.styles import Styles
    from knowledge.importing.formats.word.wording import Words

    package = Package(data)
    root = package.root(package.main)
    body = root.find(f"{W}body") if root is not None else None
    if body is None:
        raise UnreadableError("docx 坏了或不是 Word 文档：没有正文")
    left = LeftOut()
    styles = Styles(package.first("styles"))
    numbers = Numbers(package.first("numbering"), styles)
    words = Words(package, styles, left, body)
    blocks = Blocks(words, numbers, left)
    lines, length = [], 0
    for line in blocks.lines(body):
        lines.append(line)
        length += len(line) + 1
        if length > MAX_TEXT:
            raise UnreadableError(f"正文超过 {MAX_TEXT} 字；请拆开")
    _around(package, words, left)
    for kind in sorted(numbers.unknown):
        left.add(f"编号的格式 {kind} 不认得，写成了数字，请对照原件")
    text = "\n".join(lines)
    if private := sum("\ue000" <= char <= "\uf8ff" for char in text):
        left.add(f"有 {private} 个字只在某种字体里有（造字或符号），请照原件改")
    notes = ["取自 docx：段落和表格按版面次序，表格每行一行，单元格之间用制表符"]
    if blocks.merged:
        notes.append("合并的单元格在它管到的每一行都写出")
    if numbers.used:
        notes.append(f"有 {numbers.used} 个自动编号，已照 Word 的设置写成文字，请核对")
    return Read(text.encode("utf-8", errors="replace"), "docx", notes, left.told())


def _around(package: Package, words: Words, left: LeftOut) -> None:
    """Names what stands in headers and footers, page numbers apart."""
    for kind, named in (("header", "页眉没有取"), ("footer", "页脚没有取")):
        for path in package.parts(kind):
            root = package.root(path)
            shown = words.all_of(root) if root is not None else ""
            if not _PAGE_ONLY.fullmatch(shown):
                left.add(named, shown)
