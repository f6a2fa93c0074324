"""pdf with a text layer: its lines in reading order, without page numbers and running heads."""

from __future__ import annotations

import io
import logging
import re
from typing import TYPE_CHECKING

from knowledge.importing.formats import scans
from knowledge.importing.formats.columns import ordered
from knowledge.importing.formats.limits import MAX_PAGES, MAX_TEXT, UnreadableError
from knowledge.importing.formats.running import bare

if TYPE_CHECKING:
    from knowledge.importing.formats.read import Read

_NUMBER_GOES_ON = re.compile(r"[一-鿿].*\d$")


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
        pages: list[list[str]] = []
        columns: list[int] = []
        unsure: list[int] = []
        length = 0
        for page in document.pages:
            text = page.extract_text() or ""
            length += len(text)
            if length > MAX_TEXT:
                raise UnreadableError(f"正文超过 {MAX_TEXT} 字；请拆开")
            order = ordered(page)
            columns += [len(pages) + 1] if order.lines is not None else []
            unsure += [len(pages) + 1] if order.unsure else []
            own = order.lines if order.lines is not None else text.splitlines()
            pages.append([line.rstrip() for line in own if line.strip()])
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
        scanned = list(range(1, len(pages) + 1))
    else:
        scanned = [n for n, page in enumerate(pages, 1) if not page]
    read_off = scans.pdf_pages(data, scanned) if scanned and (len(scanned) == len(pages) or scans.available()) else {}
    for n, one in read_off.items():
        pages[n - 1] = one.lines
    left = bare(pages)
    source = "取自扫描的 pdf，文字是识别出来的（OCR）" if len(read_off) == len(pages) else "取自 pdf 的文字层"
    notes = [f"{source}：换行照版面，可能断在句中"]
    if left.dropped:
        notes.append(f"去掉了页码和页眉页脚 {left.dropped} 行")
    if columns:
        notes.append(f"第 {_listed(columns)} 页分栏，先左后右读")
    must = [f"页眉页脚没有取：「{line}」" for line in left.heads]
    if unsure:
        must.append(f"第 {_listed(unsure)} 页有并排的文字（分栏或表格），先后和哪一行对哪一行拿不准，请对照原件")
    must += [line for one in read_off.values() for line in one.must]
    if empty := [n for n in scanned if n not in read_off]:
        how = f"装上文字识别（{scans.HOW}）再导入就能读"
        must.append(f"第 {_listed(empty)} 页没有文字（也许是扫描的），没有取；{how}")
    if (odd := sum(line.count("\ufffd") for page in pages for line in page)) > 0:
        must.append(f"有 {odd} 个字没有对应的文字（字体缺少映射），请照原件补上")
    return Read(_text(left.pages).encode("utf-8", errors="replace"), "pdf", notes, must)


def _listed(pages: list[int]) -> str:
    return "、".join(map(str, pages))


def _text(pages: list[list[str]]) -> str:
    """The pages one after the other; a number that goes on on the next page is one number."""
    out = ""
    for page in pages:
        own = "\n".join(page)
        goes_on = own[:1].isdecimal() and _NUMBER_GOES_ON.search(out.rsplit("\n", 1)[-1])
        out += ("" if goes_on or not out or not own else "\n") + own
    return out
