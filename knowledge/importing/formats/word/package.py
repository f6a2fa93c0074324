"""The parts of a docx, found by their relationships and parsed; Strict OOXML is read as the common one."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import Any

from lxml import etree

from knowledge.importing.formats.limits import MAX_MEMBER, MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED, UnreadableError

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", M[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", R[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)
"""Names of ISO 29500 Strict and those that all else writes."""
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MAIN = "word/document.xml"


class Package:
    """A docx that was examined: what unpacks into something huge, or has entity definitions, is refused."""

    def __init__(self, data: bytes) -> None:
        self._archive = _examined(data)
        self._names = {name.lower(): name for name in self._archive.namelist()}
        self.main = self._main()
        """The path of the document itself."""
        self.kinds = self._relationships(self.main)

    def parts(self, kind: str) -> list[str]:
        """Paths of the document's parts of a kind (numbering, footnotes, header, …)."""
        return [path for one, path, _ in self.kinds if one == kind]

    def target(self, identity: str) -> str | None:
        """The path that a relationship of the document leads to."""
        return next((path for _, path, own in self.kinds if own == identity), None)

    def root(self, path: str) -> Any:
        """The root element of a part; None where there is none."""
        name = self._names.get(path.lower())
        if name is None:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
        root = etree.fromstring(self._archive.read(name), parser)
        if any(space and space.startswith("http://purl.oclc.org/ooxml/") for space in root.nsmap.values()):
            data = etree.tostring(root, encoding="utf-8")
            for strict, common in _STRICT:
                data = data.replace(strict, common)
            root = etree.fromstring(data, parser)
        return root

    def first(self, kind: str) -> Any:
        """The root of the first part of a kind, by its relationship or its usual name; None where there is none."""
        paths = [*self.parts(kind), f"{posixpath.dirname(self.main)}/{kind}.xml"]
        return next((root for root in map(self.root, paths) if root is not None), None)

    def _main(self) -> str:
        for kind, path, _ in self._relationships(""):
            if kind == "officeDocument" and path.lower() in self._names:
                return path
        if _MAIN in self._names:
            return _MAIN
        raise UnreadableError("是 zip，但不是 docx（没有 word/document.xml）；若是压缩包，请先解开")

    def _relationships(self, path: str) -> list[tuple[str, str, str]]:
        folder, name = posixpath.split(path)
        root = self.root(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = []
        for one in [] if root is None else root.iterchildren("{*}Relationship"):
            if one.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")
                found.append((one.get("Type", "").rsplit("/", 1)[-1], target, one.get("Id", "")))
        return found


def _examined(data: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
        if not any(member.filename.lower().startswith("word/") for member in members):
            raise UnreadableError("是 zip，但不是 docx（没有 word/document.xml）；若是压缩包，请先解开")
        if len(members) > MAX_MEMBERS:
            raise UnreadableError(f"docx 里有 {len(members)} 个部件，上限 {MAX_MEMBERS}；不像正常的文档")
        unpacked = 0
        for member in members:
            unpacked += member.file_size
            _examine(archive, member, unpacked)
        return archive
    except zipfile.BadZipFile:
        raise UnreadableError("docx 坏了：不是完整的 zip") from None
    except (NotImplementedError, OSError, RuntimeError, EOFError, ValueError) as error:
        raise UnreadableError(f"docx 解不开：{type(error).__name__}") from None


def _examine(archive: zipfile.ZipFile, member: zipfile.ZipInfo, unpacked: int) -> None:
    if member.flag_bits & 1:
        raise UnreadableError("docx 加了密码；请另存为不加密的")
    if member.file_size > MAX_MEMBER or unpacked > MAX_UNPACKED:
        raise UnreadableError("docx 解开后过大（压缩炸弹？），不读")
    if member.file_size > 1_000_000 and member.file_size > MAX_RATIO * max(1, member.compress_size):
        raise UnreadableError("docx 里有压缩比异常的部件（压缩炸弹？），不读")
    if member.filename.lower().endswith((".xml", ".rels")):
        with archive.open(member) as part:
            head = part.read(min(member.file_size, 4_000_000) + 1)
        if _DOCTYPE.search(head.replace(b"\x00", b"")):
            raise UnreadableError("docx 的 XML 里有实体定义（DOCTYPE），正常的文档没有，不读")
