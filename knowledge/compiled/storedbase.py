"""A base in its compiled form: what documents are called is read at once, their text when somebody first looks.

A start of thousands of documents would else make hundreds of thousands of objects, most of which nobody asks for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.base.contents import Base
from knowledge.base.document import Attachment, Policy, Section
from knowledge.base.record import COMPILED, Record

ARRAYS = ("base", "parts", "parts_start", "attached")
"""Names of the arrays."""
_reading = Lock()


class Parts(Record):
    """What of a policy is read later."""

    sections: tuple[Section, ...]
    attachments: tuple[Attachment, ...]


class Unread(Policy):
    """A policy whose parts are still bytes; a plain Policy like any other as soon as one of them is looked at."""

    def __getattr__(self, name: str) -> Any:
        """Called where the instance has no such attribute."""
        if name not in Parts.model_fields:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        Unread._read(self)  # not self._read(): another thread may have read it meanwhile, and it is no Unread any more
        return self.__dict__[name]

    @property
    def attached_titles(self) -> tuple[str, ...]:
        """What the attachments are called, which needs none of their text."""
        kept = self.__pydantic_private__
        return kept["attached"] if kept else super().attached_titles

    def __eq__(self, other: object) -> bool:
        Unread._read(self)
        return self == other  # not this method any more

    __hash__ = Policy.__hash__

    def _read(self) -> None:
        with _reading:
            kept = self.__pydantic_private__
            if not kept:  # another thread was faster
                return
            parts = Parts.model_validate_json(kept["bytes"].tobytes(), context=COMPILED)
            values = vars(parts) | self.__dict__
            order = {name: values.pop(name) for name in Policy.model_fields}
            object.__setattr__(self, "__dict__", order | values)
            object.__setattr__(self, "__pydantic_private__", None)
            object.__setattr__(self, "__class__", Policy)


def to_arrays(base: Base) -> dict[str, NDArray[Any]]:
    """The base as bytes."""
    heads = base.model_dump_json(exclude={"policies": {"__all__": set(Parts.model_fields)}}).encode()
    parts = [
        Parts(sections=policy.sections, attachments=policy.attachments).model_dump_json().encode()
        for policy in base.policies
    ]
    return {
        "base": np.frombuffer(heads, dtype=np.uint8),
        "parts": np.frombuffer(b"".join(parts), dtype=np.uint8),
        "parts_start": np.cumsum([0, *map(len, parts)], dtype=np.int64),
        "attached": np.frombuffer(
            json.dumps([p.attached_titles for p in base.policies], ensure_ascii=False).encode(), dtype=np.uint8
        ),
    }


def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Base:
    """The reverse of to_arrays(); the arrays are kept."""
    base = Base.model_validate_json(arrays["base"].tobytes(), context=COMPILED)
    spans = pairwise(arrays["parts_start"].tolist())
    attached = json.loads(arrays["attached"].tobytes())
    for policy, (start, end), titles in zip(base.policies, spans, attached, strict=True):
        for name in Parts.model_fields:
            del policy.__dict__[name]
        object.__setattr__(
            policy, "__pydantic_private__", {"bytes": arrays["parts"][start:end], "attached": tuple(titles)}
        )
        object.__setattr__(policy, "__class__", Unread)
    return base
