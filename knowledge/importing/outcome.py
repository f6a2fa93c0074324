"""What became of a file that was imported."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field


@dataclass
class Outcome:
    """What became of a file; its fields are those of `policybot import --json`."""

    file: str
    policy: str | None = None
    sections: int = 0
    clauses: int = 0
    passages: int = 0
    attachments: int = 0
    units: int = 0
    figures: int = 0
    coverage: float = 0.0
    warnings: list[str] = field(default_factory=list)
    written: bool = False
    error: str | None = None

    def to_json(self) -> dict[str, object]:
        """As a JSON object."""
        return asdict(self)
