"""Everything the bot knows, and the files of weights."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from knowledge.base.document import Policy
from knowledge.base.lexicon import Lexicon
from knowledge.base.phrasings import Phrasings
from knowledge.base.record import Id, Record, Text

TargetKind = Literal["clause", "info", "chat", "near", "far"]


SignalName = Literal["linear", "nearest", "fuzzy", "text", "cover"]


class WeightsFile(Record):
    """weights.yaml, as `policybot tune` writes it."""

    signal: dict[TargetKind, dict[SignalName, float]] = Field(min_length=5)
    bias: dict[TargetKind, float] = Field(min_length=5)


EvidenceName = Literal[
    "cover",
    "sentence",
    "pairs",
    "run",
    "ahead",
    "much",
    "weight",
    "topic",
    "first_topic",
    "other_topic",
    "title",
    "above",
    "stated",
    "silent",
    "units",
    "length",
    "named",
    "outside",
    "off_topic",
]
"""What speaks for or against a clause without phrasings; each is told in knowledge/retrieval/evidence.py."""


TrustName = Literal["linear", "nearest", "cover", "found", "more_cover", "more_pairs", "bias"]
"""What tells whether a clause with phrasings is meant, or one without; told in the same place."""


class EvidenceFile(Record):
    """evidence.yaml, as `policybot tune evidence` writes it."""

    signal: dict[EvidenceName, float] = Field(min_length=1)
    """What isn't there counts nothing."""
    bias: float
    taught: dict[TrustName, float] = Field(default_factory=dict)


class Base(Record):
    """Everything the bot knows."""

    policies: tuple[Policy, ...]
    phrasings: dict[Id, Phrasings]
    """By policy; empty ones for a policy that is found by its own words alone."""
    lexicon: Lexicon
    examples: dict[Id, tuple[Text, ...]] = Field(default_factory=dict)
    """By policy, the questions that people are shown; of those that bring some."""
