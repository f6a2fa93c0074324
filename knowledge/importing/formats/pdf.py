"""pdf with a text layer: its lines in reading order, without page numbers and running heads."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from typing import TYPE_CHECKING

from knowledge.importing.formats.limits import MAX_PAGES, MAX_TEXT, UnreadableError

if TYPE_CHECKING:
    from knowledge.importing.formats.read import Read

_PAGE = re.compile(r"^[-—–·\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/／]\s*(?:共\s*)?\d{1,4}(?:\s*页)?)?[-—–·\s]*$")
_MIN_HEAD = 3
"""Pages on which a line must stand in the same place to be a running head."""


def read(data: bytes) -> Read:
    """The text of a pdf; UnreadableError says why there is none."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    from knowledge.importing.formats.read import Read

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        document = PdfReader(io.BytesIO(data), strict=False)
        if document.is_encrypted and not document.decrypt(""):
            raise UnreadableError("pdf 加了密码；请先去掉密码")
        count = len(document.pages)
        if count > MAX_PAGES:
            raise UnreadableError(f"pdf 有 {count} 页，上限 {MAX_PAGES}；请拆开")
        pages = []
        length = 0
        for page in document.pages:
            text = page.extract_text() or ""
            length += len(text)
            if length > MAX_TEXT:
                raise UnreadableError(f"正文超过 {MAX_TEXT} 字；请拆开")
            pages.append([line.rstrip() for line in text.splitlines() if line.strip()])
    except UnreadableError:
        raise
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise UnreadableError(f"pdf 坏了：{type(error).__name__}") from None
    except Exception as error:  # AES without its library, and whatever else a broken file makes the library raise
        raise UnreadableError(f"pdf 读不了：{type(error).__name__} {error}") from None
    letters = sum(len(re.findall(r"[一-鿿A-Za-z]", line)) for page in pages for line in page)
    if letters < max(10, 5 * len(pages)):
        raise UnreadableError("pdf 没有文字层（多半是扫描件）；请先做文字识别（OCR），再导入识别后的文件")
    kept, dropped = _without_furniture(pages)
    notes = ["取自 pdf 的文字层：换行照版面，可能断在句中"]
    if dropped:
        notes.append(f"去掉了页码和页眉页脚 {dropped} 行")
    if (odd := sum(line.count("\ufffd") for page in pages for line in page)) > 0:
        notes.append(f"有 {odd} 个字没有对应的文字（字体缺少映射），请照原件补上")
    text = "\n".join(line for page in kept for line in page)
    return Read(text.encode("utf-8", errors="replace"), "pdf", notes)


def _without_furniture(pages: list[list[str]]) -> tuple[list[list[str]], int]:
    """The pages without page numbers, and without lines that stand first or last on most pages."""
    edges = Counter(line.strip() for page in pages for line in {*page[:1], *page[-1:]})
    heads = {line for line, n in edges.items() if n >= max(_MIN_HEAD, 0.6 * len(pages)) and len(line) < 60}
    kept, dropped = [], 0
    for page in pages:
        own = list(page)
        while own and (_PAGE.match(own[0]) or own[0].strip() in heads):
            own.pop(0)
            dropped += 1
        while own and (_PAGE.match(own[-1]) or own[-1].strip() in heads):
            own.pop()
            dropped += 1
        kept.append(own)
    return kept, dropped
