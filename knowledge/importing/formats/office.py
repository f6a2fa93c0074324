"""Old .doc, .wps, .rtf and .odt: turned into docx by LibreOffice, where it is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.importing.formats import docx
from knowledge.importing.formats.limits import CONVERSION_SECONDS, MAX_FILE, UnreadableError

if TYPE_CHECKING:
    from knowledge.importing.formats.read import Read

_PROGRAMS = ("soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SHEET, _SLIDES = "Workbook".encode("utf-16-le"), "PowerPoint Document".encode("utf-16-le")


def read(data: bytes) -> Read:
    """The text of a file that LibreOffice can open; UnreadableError says why there is none and what to do."""
    if _ENCRYPTED in data:
        raise UnreadableError("是加了密码的 Office 文件；请另存为不加密的 .docx")
    if _SHEET in data or _SLIDES in data:
        raise UnreadableError("是 Excel 或 PowerPoint 文件，不是公文；请把正文另存为 .docx")
    kind = _kind(data)
    program = next((found for found in map(shutil.which, _PROGRAMS) if found), None)
    if program is None:
        raise UnreadableError(f"是{kind}；装上 LibreOffice 就能读，或者请另存为 .docx")
    result = docx.read(_converted(data, program, kind))
    result.kind = "doc"
    result.notes.insert(0, f"原为{kind}，由 LibreOffice 转成 docx 再读，版面和编号请对照原件")
    return result


def _kind(data: bytes) -> str:
    if data.startswith(b"{\\rtf"):
        return " RTF"
    return " OpenDocument（.odt）" if data.startswith(b"PK") else "旧式的 Word 或 WPS 文件（.doc、.wps）"


def _converted(data: bytes, program: str, kind: str) -> bytes:
    """The file as docx; nothing of it stays on the disk."""
    with tempfile.TemporaryDirectory(prefix=".import-") as folder:
        source = Path(folder, "document.doc")
        source.write_bytes(data)
        home = Path(folder, "profile").as_uri()
        options = ["--headless", "--norestore", "--nolockcheck", f"-env:UserInstallation={home}"]
        command = [program, *options, "--convert-to", "docx:MS Word 2007 XML", "--outdir", folder, str(source)]
        _run(command, kind)
        made = Path(folder, "document.docx")
        if not made.is_file() or made.stat().st_size > MAX_FILE:
            raise UnreadableError(f"是{kind}，LibreOffice 转不了；请用 Word 或 WPS 另存为 .docx")
        return made.read_bytes()


def _run(command: list[str], kind: str) -> None:
    """Run the command in a group of its own, so that what it starts ends with it."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True, preexec_fn=_unbounded
    )
    try:
        process.wait(CONVERSION_SECONDS)
    except subprocess.TimeoutExpired:
        raise UnreadableError(f"是{kind}，LibreOffice 在 {CONVERSION_SECONDS} 秒里没有转完；请另存为 .docx") from None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError, AttributeError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()


def _unbounded() -> None:
    """LibreOffice reserves more addresses than a reader of files may have; its time stays bounded."""
    try:
        import resource
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
