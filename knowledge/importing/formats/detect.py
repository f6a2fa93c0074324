"""Any file to the text of its document: what the file is, is told by its content, never by its name."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from knowledge.files.oserrors import why
from knowledge.importing.formats.limits import MAX_FILE, MAX_TEXT, UnreadableError
from knowledge.importing.formats.read import Read

_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_PICTURES = (b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"BM")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|p|div|table|meta)[\s>]", re.IGNORECASE)


def read(path: Path) -> Read:
    """The text of ``path``; UnreadableError says why there is none."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise UnreadableError("是文件夹，不是文件")
        if not path.is_file():
            raise UnreadableError("不是普通文件")
        if size > MAX_FILE:
            raise UnreadableError(f"文件有 {size / 1e6:.0f} MB，上限 {MAX_FILE / 1e6:.0f} MB；请拆开或只留正文")
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableError("没有这个文件") from None
    except PermissionError:
        raise UnreadableError("没有读取权限") from None
    except OSError as error:
        raise UnreadableError(f"读不了：{why(error)}") from None
    result = _read(data)
    kinds = {
        "txt": ("txt", "text", "md"),
        "docx": ("docx",),
        "html": ("html", "htm", "xhtml", "shtml"),
        "pdf": ("pdf",),
        "doc": ("doc", "dot", "wps", "wpt", "rtf", "odt"),
        "picture": ("png", "jpg", "jpeg", "gif", "tif", "tiff", "bmp", "webp"),
    }
    suffix = path.suffix.lower().lstrip(".")
    if suffix and suffix not in kinds[result.kind]:
        result.notes.append(f"扩展名是 .{suffix}，内容是 {result.kind}，按内容读")
    if len(result.text) > MAX_TEXT:
        raise UnreadableError(f"正文有 {len(result.text)} 字，上限 {MAX_TEXT}；请拆开")
    if not result.text.strip():
        raise UnreadableError("没有文字")
    return result


def _read(data: bytes) -> Read:
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableError("文件是空的")
    if data[:1024].lstrip().startswith(b"%PDF-") or b"%PDF-" in data[:1024]:
        from knowledge.importing.formats import pdf

        return pdf.read(data)
    if data.startswith(b"PK") and b"mimetypeapplication/vnd.oasis.opendocument.text" in data[:100]:
        from knowledge.importing.formats import office

        return office.read(data)
    if data.startswith(b"PK"):
        from knowledge.importing.formats import docx

        return docx.read(data)
    if data.startswith((b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        from knowledge.importing.formats import office

        return office.read(data)
    if data.startswith(_PICTURES):
        from knowledge.importing.formats import scans

        return scans.picture(data)
    if data[:2] == b"\x1f\x8b" or data[:6] in (b"Rar!\x1a\x07", b"7z\xbc\xaf'\x1c"):
        raise UnreadableError("是压缩包；请先解开")
    text, notes = decoded(data)
    if _HTML.search(data[:4096]) or re.search(r"<(?:!doctype\s+html|html|body|head)[\s>]", text[:4096], re.IGNORECASE):
        from knowledge.importing.formats import html

        return html.read(text, notes)
    if "http://schemas.microsoft.com/office/2006/xmlPackage" in text[:4096] or "mso-application" in text[:4096]:
        raise UnreadableError("是存成 XML 的 Word 文档；请用 Word 或 WPS 另存为 .docx")
    if text.lstrip().startswith("<?xml"):
        raise UnreadableError("是 XML，不是网页；请存成 html、docx 或 txt")
    same = text.encode("utf-8") == data
    if not same and not notes:
        notes.append("换了编码")
    return Read(text.encode("utf-8"), "txt", notes)


def decoded(data: bytes) -> tuple[str, list[str]]:
    """The text of bytes in UTF-8, UTF-16 or GB18030, and what was changed; UnreadableError for what is no text."""
    notes: list[str] = []
    if data.startswith(codecs.BOM_UTF8):
        notes.append("去掉了文件开头的 BOM")
        data = data[3:]
    for bom, encoding in _UTF_16.items():
        if data.startswith(bom):
            try:
                return _printable(data[2:].decode(encoding)), [f"原为 {encoding.upper()}，已转为 UTF-8"]
            except UnicodeDecodeError:
                raise UnreadableError("开头是 UTF-16 的标记，内容却不是；文件坏了") from None
    if b"\x00" in data:
        for encoding in ("utf-16-le", "utf-16-be"):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            if len(re.findall(r"[一-鿿，。、\n]", text)) > len(text) * 0.5:
                return _printable(text), [f"原为 {encoding.upper()}，已转为 UTF-8"]
        raise UnreadableError("是二进制文件，不是文字")
    try:
        return _printable(data.decode("utf-8")), notes
    except UnicodeDecodeError as error:
        place = error.start
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        raise UnreadableError(f"不是 UTF-8（第 {place} 字节起），也不是 GB18030；请另存为 UTF-8") from None
    common = len(re.findall(r"[一-鿿]", text))
    if common < 0.3 * sum(not char.isascii() for char in text):
        raise UnreadableError(f"不是 UTF-8（第 {place} 字节起），按 GB18030 读出的不是中文；请另存为 UTF-8")
    return _printable(text), [*notes, "原为 GB18030，已转为 UTF-8"]


def _printable(text: str) -> str:
    """Refuse text that is none: control characters abound in binary files."""
    odd = sum(
        (char < " " and char not in "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f") or char == "\x7f" for char in text[:100_000]
    )
    if odd > max(8, len(text[:100_000]) // 200):
        raise UnreadableError("是二进制文件，不是文字")
    return text
