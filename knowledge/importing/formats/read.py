"""What was read from a file."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Told:
    """What a web page says of its document beside the document's text; each is a line of the text as well."""

    effective: str | None = None
    """「实施日期：2024年3月1日」, word for word."""
    until: str | None = None
    """「失效日期：2026年2月28日」, word for word."""
    state: str | None = None
    """「文件状态：失效」, word for word."""


@dataclass
class Read:
    """The text of a file."""

    data: bytes
    """As it is stored in source.txt: UTF-8."""
    kind: str
    """txt, docx, html, pdf, doc (old Word, WPS and RTF) or picture."""
    notes: list[str] = field(default_factory=list)
    """What was changed on the way, in words for the reader."""
    must: list[str] = field(default_factory=list)
    """What a person must look at: what was not taken, and what may have been taken wrongly."""
    told: Told | None = None
    """What a web page says beside its document."""

    @property
    def text(self) -> str:
        """The text."""
        return self.data.decode("utf-8")
