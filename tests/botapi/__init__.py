"""A strict stand-in for Telegram's Bot API server: in-process for tests, or `python -m tests.botapi --port N`.

    async with BotApi() as server:
        alice = server.person("Alice")
        question = server.say(server.private(alice), alice, "你好")
        ...
        assert server.refusals == []

What it does is taken from core.telegram.org/bots/api (named by section in the docstrings), from the source of
tdlib/telegram-bot-api and tdlib/td where the page is silent, and from threads that are named where they are followed.
"""

from tests.botapi.errors import ApiError
from tests.botapi.faults import Faults
from tests.botapi.limits import Limits
from tests.botapi.people import Chat, Person
from tests.botapi.server import SECRET_HEADER, TOKEN, BotApi, Call, Refusal, Sent

__all__ = [
    "SECRET_HEADER",
    "TOKEN",
    "ApiError",
    "BotApi",
    "Call",
    "Chat",
    "Faults",
    "Limits",
    "Person",
    "Refusal",
    "Sent",
]
