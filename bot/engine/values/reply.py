"""What the bot answers, as a value that any channel can render."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.engine.values.conversation import Conversation
from bot.engine.values.why import Why
from knowledge.base.target import Target

Status = Literal["answer", "choose", "info", "chat", "none", "clarify"]
Role = Literal["lead", "original", "units", "place", "notice", "note", "list", "related", "suggest", "say"]


@dataclass(frozen=True)
class Say:
    """The bot's own words, or a name that it uses (a place, a unit)."""

    text: str


@dataclass(frozen=True)
class Quote:
    """The document's words, verbatim."""

    text: str
    bare: bool = False
    """Shown without 「」: a number, or a whole paragraph of nothing else."""

    @property
    def shown(self) -> str:
        """As it is read."""
        return self.text if self.bare else f"「{self.text}」"


Piece = Say | Quote


@dataclass(frozen=True)
class Block:
    """One paragraph: what it is for, a label, and its pieces."""

    role: Role
    pieces: tuple[Piece, ...]
    label: str = ""

    @property
    def text(self) -> str:
        """Plain text."""
        body = "".join(p.text if isinstance(p, Say) else p.shown for p in self.pieces)
        return f"{self.label}　{body}" if self.label else body


@dataclass(frozen=True)
class ClauseRef:
    """A clause that the reply is about or offers."""

    policy: str
    clause: str
    number: str
    title: str
    score: float

    @property
    def target(self) -> str:
        """As conversations and the index name it."""
        return str(Target.of_clause(self.policy, self.clause))


@dataclass(frozen=True)
class FigureRef:
    """A number that the reply puts forward as the answer."""

    text: str
    value: float
    unit: str
    payer: str | None
    per: str | None
    case: str | None
    quote: str


@dataclass(frozen=True)
class Reply:
    """An answer, whole."""

    status: Status
    blocks: tuple[Block, ...]
    conversation: Conversation
    """What the caller keeps and hands in with the next question."""
    policy: str = ""
    clauses: tuple[ClauseRef, ...] = ()
    """Best first; for a choice in the order offered."""
    units: tuple[str, ...] = ()
    figures: tuple[FigureRef, ...] = ()
    info: str | None = None
    suggestions: tuple[ClauseRef, ...] = ()
    """Clauses near an out-of-scope question; no answer to it."""
    documents: tuple[str, ...] = ()
    """Ids of the documents that it offers to ask in, in the order offered."""
    why: Why = field(default_factory=Why)
    """The rule that decided, and what it went by."""

    @property
    def text(self) -> str:
        """The reply as plain text, a paragraph a line."""
        return "\n".join(block.text for block in self.blocks)

    def to_json(self) -> dict[str, Any]:
        """Plain data, in the shape that README documents."""
        data: dict[str, Any] = {
            "status": self.status,
            "policy": self.policy or None,
            "clauses": [vars(c) for c in self.clauses],
            "units": list(self.units),
            "figures": [vars(f) for f in self.figures],
            "info": self.info,
            "suggestions": [vars(c) for c in self.suggestions],
            "text": self.text,
        }
        return data | ({"documents": list(self.documents)} if self.documents else {})


def quotes(blocks: Iterable[Block]) -> list[str]:
    """Everything that the blocks give as the document's words."""
    return [piece.text for block in blocks for piece in block.pieces if isinstance(piece, Quote)]
