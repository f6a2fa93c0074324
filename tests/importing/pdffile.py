"""pdf files with text where it is wanted, in a font that viewers bring along."""

from __future__ import annotations

import io

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

Placed = tuple[float, float, str]
"""From the left, from below, in points; and the text."""


def pages(content: list[list[Placed]], *, blocks: bool = True) -> bytes:
    """A pdf of A4 pages; ``blocks``: whether each text is a block of its own, or all are one."""
    writer = PdfWriter()
    for texts in content:
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(_font(writer))})}
        )
        shown = [f"1 0 0 1 {x} {y} Tm <{text.encode('utf-16-be').hex()}> Tj" for x, y, text in texts]
        stream = DecodedStreamObject()
        ops = [f"BT /F1 12 Tf {one} ET" for one in (shown if blocks else [" ".join(shown)])]
        stream.set_data("\n".join(ops).encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _font(writer: PdfWriter) -> DictionaryObject:
    names = {"/Type": "/Font", "/Subtype": "/Type0", "/BaseFont": "/STSong-Light", "/Encoding": "/UniGB-UCS2-H"}
    font = DictionaryObject({NameObject(key): NameObject(value) for key, value in names.items()})
    glyphs = {"/Type": "/Font", "/Subtype": "/CIDFontType0", "/BaseFont": "/STSong-Light"}
    below = DictionaryObject({NameObject(key): NameObject(value) for key, value in glyphs.items()})
    below[NameObject("/CIDSystemInfo")] = DictionaryObject(
        {
            NameObject("/Registry"): TextStringObject("Adobe"),
            NameObject("/Ordering"): TextStringObject("GB1"),
            NameObject("/Supplement"): NumberObject(4),
        }
    )
    font[NameObject("/DescendantFonts")] = ArrayObject([writer._add_object(below)])
    return font
