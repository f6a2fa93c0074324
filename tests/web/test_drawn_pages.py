"""Pages of scans and pdfs, drawn to be seen in the console."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from knowledge.importing.pages import draw


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PDF"])
def test_the_pages_of_a_scan_are_drawn(kind: str, tmp_path: Path) -> None:
    if kind == "PDF":
        pytest.importorskip("pypdfium2")
    colours = [(255, 255, 255)] if kind == "PNG" else [(255, 255, 255), (255, 0, 0)]
    first, *others = (Image.new("RGB", (1400, 1980), colour) for colour in colours)
    more = {"save_all": True, "append_images": others} if others else {}
    first.save(tmp_path / "a", kind, **more)
    assert draw(tmp_path / "a", tmp_path / "drawn") == len(colours)
    for number, colour in enumerate(colours, 1):
        with Image.open(tmp_path / "drawn" / f"{number}.png") as drawn:
            assert drawn.width == 1000
            seen = drawn.convert("RGB").getpixel((500, 500))
            assert isinstance(seen, tuple)
            assert all(abs(a - b) < 4 for a, b in zip(seen, colour, strict=True))


@pytest.mark.parametrize("data", [b"%PDF-1.7\nnothing", b"\x89PNG\r\n\x1a\nnothing", b"plain", b""])
def test_what_cannot_be_drawn_has_no_pages(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(data)
    assert draw(tmp_path / "a", tmp_path / "drawn") == 0
