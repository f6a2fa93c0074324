"""Scanned pages and pictures: characters recognised by rapidocr, an extra; every page read so is marked."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from knowledge.importing.formats.columns import Piece, in_order
from knowledge.importing.formats.limits import MAX_SCANNED, SCAN_MEMORY, UnreadableError
from knowledge.importing.formats.progress import page_done
from knowledge.importing.formats.read import Read

HOW = "pip install 'policybot[ocr]'"
"""What brings the extra."""
_UNSURE = 0.9
"""Below this score a character is listed."""
_SURE_LINE = 0.8
"""Below this score a red line is taken for part of a stamp."""
_HEAD = 0.35
"""Share of a page, from its top, in which red lines are a head and no stamp."""
_WIDTH = 1700
"""Points across to which a page is drawn: some 200 to the inch."""
_LARGEST = 60_000_000
"""Points of a picture."""
_FIGURE = re.compile(
    r"[〇零一二三四五六七八九十百千]{2,}[年月日%％]?|(?:[一二三四五六七八九十百千万亿]+)(?:万|亿)?(?:元|%)"
    r"|[\d０-９][\d０-９.,，．:：/／∶年月日〔〕\[\]-]*[\d０-９年月日]*(?:\s*(?:万|亿|千|百)*(?:元|%|％|‰|人|户|个|家|项|平方米|亩|岁|号)?)"
)


@dataclass
class Line:
    """A line that was recognised."""

    text: str
    score: float
    box: tuple[float, float, float, float]
    """Left, top, right, bottom."""
    unsure: list[int] = field(default_factory=list)
    """Places of the characters that may be wrong."""


@dataclass
class Page:
    """A page that was recognised."""

    lines: list[str]
    must: list[str]
    """What a person must look at: the page itself, its figures, and what may be wrong."""


def available() -> bool:
    """Whether the extra is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def missing(what: str) -> UnreadableError:
    """The error for what can't be read without the extra."""
    return UnreadableError(f"{what}；装上文字识别（{HOW}）就能读，或者先做文字识别（OCR），再导入识别后的文件")


def picture(data: bytes) -> Read:
    """The text of a picture."""
    if not available():
        raise missing("是图片，没有文字层")
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = _LARGEST
    try:
        with Image.open(io.BytesIO(data)) as opened:
            frames = min(getattr(opened, "n_frames", 1), MAX_SCANNED)
            pages = [recognised(_frame(opened, n), n + 1) for n in range(frames)]
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableError(f"图片坏了或太大：{type(error).__name__}") from None
    text = "\n".join(line for page in pages for line in page.lines)
    must = [line for page in pages for line in page.must]
    return Read(text.encode("utf-8"), "picture", ["取自图片，文字是识别出来的（OCR）"], must)


def _frame(opened: Any, n: int) -> Any:
    opened.seek(n)
    return opened.convert("RGB")


def pdf_pages(data: bytes, wanted: list[int]) -> dict[int, Page]:
    """The pages of a pdf with these numbers, drawn and recognised."""
    if not available() or importlib.util.find_spec("pypdfium2") is None:
        raise missing("pdf 没有文字层（多半是扫描件）")
    if len(wanted) > MAX_SCANNED:
        raise UnreadableError(f"有 {len(wanted)} 页要识别，上限 {MAX_SCANNED}；请拆开")
    import pypdfium2

    _room()
    document = pypdfium2.PdfDocument(data)
    try:
        return {n: recognised(_drawn(document[n - 1]), n) for n in wanted}
    except pypdfium2.PdfiumError as error:
        raise UnreadableError(f"pdf 的页面画不出来：{error}") from None
    finally:
        document.close()


def _drawn(page: Any) -> Any:
    scale = _WIDTH / max(1.0, page.get_width())
    if page.get_height() * scale * _WIDTH > _LARGEST:
        raise UnreadableError("pdf 的页面太大，不读")
    return page.render(scale=scale).to_pil().convert("RGB")


def recognised(image: Any, number: int) -> Page:
    """The lines of a page in reading order; red ones at its top are its head, those of a stamp are named."""
    black, red = _inks(image)
    lines = list(_read(black))
    must = [f"第 {number} 页是识别出来的（OCR），请逐字对照原件"]
    for line in _read(red) if red is not None else ():
        middle = (line.box[1] + line.box[3]) / 2
        if middle < _HEAD * image.height and line.score >= _SURE_LINE:
            lines.append(line)
        else:
            must.append(f"第 {number} 页红色的字没有取（多半是印章）：「{line.text}」")
    pieces = [Piece(x0, x1, -(y0 + y1) / 2, y1 - y0, line.text) for line in lines for x0, y0, x1, y1 in [line.box]]
    order = in_order(pieces)
    if order.unsure:
        must.append(f"第 {number} 页有并排的文字（分栏或表格），先后和哪一行对哪一行拿不准，请对照原件")
    for line in sorted(lines, key=lambda one: (one.box[1], one.box[0])):
        must += _doubts(line, number)
    page_done()
    return Page(order.lines or [], must)


def _doubts(line: Line, number: int) -> Iterator[str]:
    for found in _FIGURE.finditer(line.text):
        yield f"第 {number} 页的数字「{found.group().strip()}」，在「{line.text}」"
    for at in line.unsure:
        yield f"第 {number} 页的「{line.text[at]}」没有把握，在「{line.text}」第 {at + 1} 个字"
    if line.score < _UNSURE and not line.unsure:
        yield f"第 {number} 页的「{line.text}」整行没有把握"


def _inks(image: Any) -> tuple[Any, Any]:
    """The page without red (stamps over text are gone, black beneath them stays), and the red alone if there is any."""
    import numpy
    from PIL import Image

    points = numpy.asarray(image.convert("RGB")).astype(numpy.int32)
    bright, others = points[..., 0], points[..., 1:].max(axis=2)
    redness = numpy.clip(bright - others, 0, 255)
    if (redness > 70).mean() < 0.0005:
        return image.convert("RGB"), None
    ink = max(1.0, float(numpy.median(bright[redness > 70])))  # how bright the red is where nothing is beneath it
    black = numpy.where(redness > 25, bright * 255 / ink, bright).clip(0, 255).astype(numpy.uint8)
    red = (255 - numpy.clip(redness * 2, 0, 255)).astype(numpy.uint8)
    return Image.fromarray(black).convert("RGB"), Image.fromarray(red).convert("RGB")


def _read(image: Any) -> Iterator[Line]:
    import numpy

    result = _engine()(numpy.asarray(image)[:, :, ::-1], return_word_box=True, return_single_char_box=True)
    if result.boxes is None or not result.txts:
        return
    words = result.word_results or [()] * len(result.txts)
    for box, text, score, chars in zip(result.boxes, result.txts, result.scores, words, strict=True):
        xs, ys = [float(x) for x, _ in box], [float(y) for _, y in box]
        yield Line(text, float(score), (min(xs), min(ys), max(xs), max(ys)), _unsure(text, chars))


def _unsure(text: str, chars: Any) -> list[int]:
    """Places in ``text`` of characters with a low score."""
    found: list[int] = []
    at = 0
    for char, score, *_ in chars:
        place = text.find(char, at)
        if place < 0:
            continue
        at = place + len(char)
        if float(score) < _UNSURE:
            found += range(place, at)
    return found


_engines: list[Any] = []


def _engine() -> Any:
    """The recogniser, made once; its models come with it, so that nothing is fetched."""
    if not _engines:
        _room()
        from rapidocr import RapidOCR

        settings = {"Global.log_level": "critical", "EngineConfig.onnxruntime.intra_op_num_threads": 2}
        _engines.append(RapidOCR(params=settings))
    return _engines[0]


def _room() -> None:
    """More memory, where the process was bounded for plain files."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = SCAN_MEMORY if most == resource.RLIM_INFINITY else min(SCAN_MEMORY, most)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
