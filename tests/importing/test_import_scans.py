"""Scans and old Word files: read with the programs that can, refused with what to do where there are none."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from bot import staff
from knowledge.importing.formats import detect, limits, office, progress, scans
from knowledge.importing.formats.limits import UnreadableError
from knowledge.importing.formats.read import Read
from knowledge.importing.job import run
from tests.importing.pdffile import pages
from tests.importing.wordfile import document, p
from tests.patience import PATIENCE

FONT = Path(staff.__file__).parent / "fonts" / "policybot-sans-sc.otf"
WHITE, BLACK, RED = (255, 255, 255), (20, 20, 20), (220, 30, 30)
TEXT = [
    "江城市停车管理办法",
    "江政规〔2024〕3号",
    "一、标准。对甲级车位奖励8万元。",
    "二、附则。有效期至2026年12月31日。",
]


def read(data: bytes, path: Path) -> Read:
    path.write_bytes(data)
    return detect.read(path)


def sheet(stamp: bool = False) -> Image.Image:
    image = Image.new("RGB", (1240, 900), WHITE)
    draw = ImageDraw.Draw(image)
    draw.text((300, 60), "江城市人民政府文件", RED, ImageFont.truetype(str(FONT), 64))
    for n, line in enumerate(TEXT):
        draw.text((120, 220 + 90 * n), line, BLACK, ImageFont.truetype(str(FONT), 40))
    if stamp:
        over = Image.new("RGB", image.size, WHITE)
        ImageDraw.Draw(over).ellipse((560, 440, 860, 740), outline=RED, width=14)
        image = ImageChops.multiply(image, over)
    return image


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


# without the extra


@pytest.mark.parametrize("kind", ["png", "jpeg", "bmp", "tiff", "gif"])
def test_without_the_extra_the_message_says_how_to_get_it(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans, "available", lambda: False)
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, kind)
    for data in (out.getvalue(), pages([[]])):
        with pytest.raises(UnreadableError, match=r"pip install 'policybot\[ocr\]'"):
            read(data, tmp_path / f"a.{kind}")


# with it, as far as the recogniser goes


@dataclass
class Found:
    boxes: Any
    txts: list[str]
    scores: list[float]
    word_results: Any


def recogniser(black: list[tuple[str, int]], red: list[tuple[str, int]]) -> Any:
    """Says in turn what is black and what is red on a page; of each line its height on the page."""
    turns = [black, red]

    def read_off(*_: Any, **__: Any) -> Found:
        lines = turns.pop(0)
        turns.append(lines)
        boxes = [
            [(100, y), (100 + 40 * len(text), y), (100 + 40 * len(text), y + 40), (100, y + 40)] for text, y in lines
        ]
        chars = [[(char, 0.5 if char == "己" else 0.99, None) for char in text] for text, _ in lines]
        return Found(boxes, [text for text, _ in lines], [0.97] * len(lines), chars)

    return read_off


def test_a_page_read_off_is_marked_and_its_figures_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    black = [("二、己方奖励8万元，按50%给付。", 400), ("江政规〔2024〕3号", 200), ("至2026年12月31日", 500)]
    monkeypatch.setattr(scans, "available", lambda: True)
    engine = recogniser(black, [("江城市人民政府文件", 60), ("江城市城管局", 600)])
    monkeypatch.setattr(scans, "_engine", lambda: engine)
    done: list[int] = []
    progress.listen(lambda: done.append(1))
    got = read(png(sheet()), tmp_path / "a.png")
    progress.listen(lambda: None)
    assert got.text.splitlines() == [
        *("江城市人民政府文件", "江政规〔2024〕3号", "二、己方奖励8万元，按50%给付。", "至2026年12月31日"),
    ]
    assert (got.kind, done) == ("picture", [1])
    assert got.must[0] == "第 1 页是识别出来的（OCR），请逐字对照原件"
    for words in ("「8万元」", "「50%」", "「2024", "「2026年12月31日」", "「己」没有把握", "印章）：「江城市城管局」"):
        assert sum(words in line for line in got.must) == 1, words


def test_a_stamp_is_taken_off_the_words_and_the_red_apart() -> None:
    black, red = scans._inks(sheet(stamp=True))
    plain, _ = scans._inks(sheet())
    differing = ImageChops.difference(*(one.convert("L").point(lambda v: 255 * (v > 128)) for one in (black, plain)))
    dark = sum(plain.convert("L").histogram()[:128])
    assert dark > 3000
    assert differing.histogram()[255] < 0.01 * dark
    assert red is not None
    assert scans._inks(Image.new("RGB", (50, 50), WHITE))[1] is None


def test_a_scan_is_read(tmp_path: Path) -> None:
    pytest.importorskip("rapidocr")
    pytest.importorskip("pypdfium2")
    out = io.BytesIO()
    sheet(stamp=True).save(out, "PDF", resolution=150)
    for name, data in (("a.png", png(sheet(stamp=True))), ("a.pdf", out.getvalue())):
        path = tmp_path / name
        path.write_bytes(data)
        assert run(str(path), tmp_path / name[2:], set(), set(), force=False).error is None
        (made,) = (tmp_path / name[2:]).iterdir()
        text = "".join((made / "source.txt").read_text(encoding="utf-8").split())
        assert all(part in text for part in ("江城市人民政府文件", "江城市停车管理办法", "奖励8万元", "2026年12月31日"))
        assert "是识别出来的" in (made / "review.md").read_text(encoding="utf-8")


# old Word files


@pytest.mark.parametrize("data", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), b"{\\rtf1 a}"])
def test_without_libreoffice_the_message_says_what_to_do(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(UnreadableError, match=r"LibreOffice.*另存为 \.docx"):
        read(data, tmp_path / "a.doc")


@pytest.mark.parametrize(("inside", "said"), [("EncryptedPackage", "密码"), ("Workbook", "Excel")])
def test_other_office_files_are_told_apart(inside: str, said: str, tmp_path: Path) -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + inside.encode("utf-16-le")
    with pytest.raises(UnreadableError, match=said):
        read(data, tmp_path / "a.doc")


def test_a_converter_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nsleep 600\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(program))
    monkeypatch.setattr(office, "CONVERSION_SECONDS", 0.2)
    with pytest.raises(UnreadableError, match="没有转完"):
        read(b"{\\rtf1 a}", tmp_path / "a.rtf")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", ["doc", "rtf", "odt"])
def test_old_files_through_libreoffice(kind: str, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(document("".join(map(p, TEXT))))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        "soffice",
        "--headless",
        profile,
        "--convert-to",
        kind,
        "--outdir",
        str(tmp_path),
        str(tmp_path / "a.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    got = detect.read(tmp_path / f"a.{kind}")
    assert (got.text.splitlines(), got.kind) == (TEXT, "doc")
    assert "LibreOffice" in got.notes[0]
    assert limits.CONVERSION_SECONDS < limits.WALL_SECONDS
