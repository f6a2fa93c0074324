"""The XML of callbacks: flat, small, and without anything that an XML file may do to its reader."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree
from xml.sax.saxutils import escape


class XmlError(ValueError):
    """It is no such XML."""


def fields(body: bytes) -> dict[str, str]:
    """The elements under the root, by name; nested ones are left out. Raises XmlError."""
    if b"<!DOCTYPE" in body.upper() or b"<!ENTITY" in body.upper():
        raise XmlError("declarations are not taken")
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError) as error:
        raise XmlError(str(error)) from error
    return {child.tag: child.text or "" for child in root if not len(child)}


def written(values: Mapping[str, str | int]) -> str:
    """As the platforms write it; texts as CDATA, numbers bare."""
    told = (f"<{name}>{value if isinstance(value, int) else _data(value)}</{name}>" for name, value in values.items())
    return f"<xml>{''.join(told)}</xml>"


def _data(text: str) -> str:
    return escape(text) if "]]>" in text else f"<![CDATA[{text}]]>"
