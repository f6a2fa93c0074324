"""PTB's context, with the turn that it serves; and what its errors mean to a turn."""

from __future__ import annotations

from typing import Any

from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.ext import CallbackContext

from bot.service.port import Failure
from bot.service.turns import Turn, current_turn


def failure_of(error: BaseException | None) -> Failure:
    """What an error of PTB means; a BadRequest is a NetworkError to it."""
    if isinstance(error, (Forbidden, BadRequest)):
        return "refused"
    if isinstance(error, NetworkError):
        return "passing"
    return "later" if isinstance(error, (RetryAfter, InvalidToken)) else ""


class TurnContext(CallbackContext[Bot, dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """PTB's context, with the turn that it serves."""

    @property
    def turn(self) -> Turn:
        """The turn in which the handler runs."""
        turn = current_turn.get()
        assert turn is not None, "handlers run inside a turn (see queue.py)"
        return turn
