"""What PTB's errors mean, in the port's words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from telegram.error import (
    BadRequest,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.service import port
from bot.service.port import DisturbedError, Failure, GoneError, LaterError, RefusedError, UnwelcomeError

_LATER = (RetryAfter, InvalidToken, EndPointNotFound)
"""A 404 is one of the last two to PTB: something between us and Telegram answers, or the token was taken back."""
_GONE = ("message to edit not found", "message can't be edited")
"""Of a message that is changed."""


def failure_of(error: BaseException | None) -> Failure:
    """What an error means; a BadRequest is a NetworkError to PTB."""
    if isinstance(error, (Forbidden, BadRequest)):
        return "refused"
    if isinstance(error, NetworkError):
        return "passing"
    return "later" if isinstance(error, _LATER) else port.failure_of(error)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """PTB's errors become the port's."""
    try:
        yield
    except TelegramError as error:
        raise _kind(error)(str(error)) from error


def _kind(error: TelegramError) -> type[Exception]:
    if isinstance(error, Forbidden):
        return UnwelcomeError
    if isinstance(error, BadRequest):
        return GoneError if any(words in str(error).lower() for words in _GONE) else RefusedError
    if isinstance(error, _LATER):
        return LaterError
    return DisturbedError if isinstance(error, NetworkError) else RefusedError
