"""The pages of a pdf or a picture as PNGs, drawn in a process of its own: to be seen beside what was read off them."""

from __future__ import annotations

import contextlib
import importlib.util
import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.importing.formats.limits import MAX_SCANNED
from knowledge.importing.sandbox import bound_memory

WIDTH = 1000
"""Points across."""
SECONDS = 60
"""For all pages of a file."""
_LARGEST = 60_000_000
"""Points of a picture, or of a page that is drawn."""
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
"""What files of pictures begin with: png, jpeg, tiff."""


def draw(file: Path, folder: Path) -> int:
    """Draw the pages of a file as ``folder``/1.png, 2.png and so on; how many. None of a file that has no pages, or
    that can't be drawn here: pdfs need pypdfium2, which comes with the extra ``ocr``.
    """
    with file.open("rb") as opened:
        head = opened.read(8)
    pdf = head.startswith(b"%PDF-") and importlib.util.find_spec("pypdfium2") is not None
    if not pdf and not head.startswith(PICTURES):
        return 0
    folder.mkdir(mode=0o700, exist_ok=True)
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(file, folder, pdf), daemon=True)
    process.start()
    process.join(SECONDS)
    if process.is_alive():
        process.kill()
        process.join(5)
    return len(list(folder.glob("*.png")))


def _work(file: Path, folder: Path, pdf: bool) -> None:
    bound_memory()
    with contextlib.suppress(
        Exception
    ):  # what can't be drawn is not shown; the importer has said what is wrong with it
        for number, image in enumerate(_of_pdf(file) if pdf else _of_picture(file), 1):
            made = folder / f".{number}"
            image.save(made, "PNG")
            os.rename(made, folder / f"{number}.png")


def _of_pdf(file: Path) -> Iterator[Any]:
    import pypdfium2

    document = pypdfium2.PdfDocument(file)
    for number in range(min(len(document), MAX_SCANNED)):
        page = document[number]
        scale = WIDTH / max(1.0, page.get_width())
        if page.get_height() * scale * WIDTH > _LARGEST:
            return
        yield page.render(scale=scale).to_pil().convert("RGB").quantize(64)


def _of_picture(file: Path) -> Iterator[Any]:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = _LARGEST
    with Image.open(file, formats=("PNG", "JPEG", "TIFF")) as opened:
        for number in range(min(getattr(opened, "n_frames", 1), MAX_SCANNED)):
            opened.seek(number)
            image = opened.convert("RGB")
            image.thumbnail((WIDTH, _LARGEST // WIDTH))
            yield image
