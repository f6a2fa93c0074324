"""What a channel and the service say to each other; so far the ways in which a call to a messenger fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Failure = Literal["refused", "passing", "later", ""]
"""Why a call failed: refused for a reason that trying again won't mend; for one that passes, so that it is tried again
at once; for one that takes longer; or not by the messenger's doing."""
FailureOf = Callable[[BaseException | None], Failure]
"""What an error of a channel's library means."""


class RefusedError(Exception):
    """The messenger refused for a reason that trying again won't mend."""


class DisturbedError(Exception):
    """The network or the messenger's server failed, so that trying again may help."""


def failure_of(error: BaseException | None) -> Failure:
    """What the errors of this module mean."""
    return "refused" if isinstance(error, RefusedError) else "passing" if isinstance(error, DisturbedError) else ""
