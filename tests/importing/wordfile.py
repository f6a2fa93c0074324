"""docx files written as raw XML, part by part: what no library writes, Word does."""

from __future__ import annotations

import io
import zipfile

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = (
    (
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    ),
    (_OFFICE, "http://purl.oclc.org/ooxml/officeDocument/relationships"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/math", "http://purl.oclc.org/ooxml/officeDocument/math"),
)


def document(body: str, *, main: str = "document", strict: bool = False, **parts: str) -> bytes:
    """A docx with this body; ``parts``: what is in numbering, styles, footnotes, … by name."""
    files = {f"word/{main}.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>"}
    roots = {"numbering": "numbering", "styles": "styles", "header1": "hdr", "footer1": "ftr"}
    links = ""
    for n, (name, inner) in enumerate(parts.items()):
        root = roots.get(name, name)
        files[f"word/{name}.xml"] = f"<w:{root} {SPACES}>{inner}</w:{root}>"
        links += f'<Relationship Id="r{n}" Type="{_OFFICE}/{name.rstrip("1")}" Target="{name}.xml"/>'
    files[f"word/_rels/{main}.xml.rels"] = _relationships(links)
    link = f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/{main}.xml"/>'
    files["_rels/.rels"] = _relationships(link)
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{_content(name)}"/>' for name in files)
    files["[Content_Types].xml"] = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            for common, iso in STRICT if strict else ():
                text = text.replace(common, iso)
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{text}')
    return out.getvalue()


def _relationships(links: str) -> str:
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'
    )


def _content(name: str) -> str:
    kind = name.removeprefix("word/").removesuffix(".xml").rstrip("12")
    kind = "document.main" if kind == "document" else kind
    return f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"


def t(words: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'


def p(inner: str, *, style: str = "", number: tuple[str, int] | None = None, mark: str = "") -> str:
    """A paragraph; ``inner`` is words or runs."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if number:
        properties += f'<w:numPr><w:ilvl w:val="{number[1]}"/><w:numId w:val="{number[0]}"/></w:numPr>'
    properties += f"<w:rPr>{mark}</w:rPr>" if mark else ""
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner if inner.startswith('<') or not inner else t(inner)}</w:p>"


def level(depth: int, kind: str, text: str, extra: str = "", start: int = 1) -> str:
    """A level of a list; ``extra``: what else it says, in the order that the schema wants."""
    begins = f'<w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>'
    return f'<w:lvl w:ilvl="{depth}">{begins}{extra}<w:lvlText w:val="{text}"/></w:lvl>'


def lists(definitions: dict[str, str], numbers: dict[str, tuple[str, str]]) -> str:
    """A numbering part: levels by definition; definition and overrides by number."""
    return "".join(
        f'<w:abstractNum w:abstractNumId="{key}"><w:multiLevelType w:val="multilevel"/>{inner}</w:abstractNum>'
        for key, inner in definitions.items()
    ) + "".join(
        f'<w:num w:numId="{key}"><w:abstractNumId w:val="{of}"/>{overrides}</w:num>'
        for key, (of, overrides) in numbers.items()
    )


def cell(inner: str, *, span: int = 1, merge: str = "") -> str:
    """A table's cell; ``merge``: restart or continue."""
    properties = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    properties += '<w:vMerge w:val="restart"/>' if merge == "restart" else "<w:vMerge/>" if merge else ""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner if inner.startswith('<') else p(inner)}</w:tc>"


def table(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
