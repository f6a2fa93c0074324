"""A call to the Bot API with plain data: by PTB's limiter and request, with their errors, but without its objects."""

from __future__ import annotations

from typing import Any, cast

from telegram.ext import ExtBot
from telegram.request import RequestData

from bot.store.store import to_json


class Parameters:
    """Parameters that are plain data already; to a request what RequestData is."""

    contains_files = False

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.parameters = parameters

    @property
    def json_parameters(self) -> dict[str, str]:
        """Each as JSON, but for texts."""
        return {name: one if isinstance(one, str) else to_json(one) for name, one in self.parameters.items()}

    @property
    def multipart_data(self) -> dict[str, Any]:
        """There are no files."""
        return {}


async def call(bot: ExtBot[Any], method: str, parameters: dict[str, Any]) -> Any:
    """What the method gives, as plain data. Raises TelegramError.

    ``parameters``: what JSON holds, without None; of a group that moved the limiter changes ``chat_id`` in it.
    """

    async def post() -> Any:
        return await bot.request.post(f"{bot.base_url}/{method}", cast(RequestData, Parameters(parameters)))

    if bot.rate_limiter is None:
        return await post()
    return await bot.rate_limiter.process_request(post, (), {}, method, parameters, None)
