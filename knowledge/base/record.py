"""What every model of the base is made from: frozen values whose unknown fields are faults."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1)]


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]


ClauseId = Annotated[str, StringConstraints(pattern=r"^(a[0-9]+|[0-9]+)(\.[0-9]+)*$")]
"""Places joined by dots: part and clause (4.2), in an attachment with its own number first (a1.4.2).

A 0 stands for text that has no number of its own: 3.0 (3.0.1, 3.0.2, …) is what part 3 says before its first item,
part 0 what stands outside any part.
"""


COMPILED = "compiled"
"""The context in which values are read back that were checked before they were stored."""


class Record(BaseModel):
    """Base of every model: frozen, and a field that the schema doesn't know is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
