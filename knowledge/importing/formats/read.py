"""What was read from a file."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Read:
    """The text of a file."""

    data: bytes
    """As it is stored in source.txt: UTF-8."""
    kind: str
    """txt, docx, html or pdf."""
    notes: list[str] = field(default_factory=list)
    """What was changed on the way, in words for the reader."""

    @property
    def text(self) -> str:
        """The text."""
        return self.data.decode("utf-8")
