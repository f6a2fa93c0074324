"""An assistant that remembers its latest answers: the same question, asked in the same state, is worked out once."""

from __future__ import annotations

import contextlib
import contextvars
from collections import OrderedDict
from collections.abc import Iterator
from datetime import date

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.serving.answer_process import Worker

MOST = 512


class _Key:
    """What an answer depends on; its hash, of all that a conversation remembers, is worked out once."""

    __slots__ = ("_hash", "_parts", "day")

    def __init__(self, question: str, conversation: Conversation, day: date) -> None:
        self._parts = (question, conversation, day)
        self._hash = hash(self._parts)
        self.day = day

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._parts == other._parts


class _Held:
    """The assistant that a turn began with; empty when the turn is over, for a context may live on in some timer."""

    def __init__(self, assistant: Assistant | None = None) -> None:
        self.assistant = assistant


_held: contextvars.ContextVar[_Held | None] = contextvars.ContextVar("held", default=None)


class RecentReplies:
    """Replies by question, conversation and day.

    The assistant can be exchanged for one with another base while answers are under way: what began with the old one
    ends with it.
    """

    def __init__(self, assistant: Assistant, worker: Worker | None = None, most: int = MOST) -> None:
        self._current = assistant
        self._worker = worker
        self._most = most
        self._replies: OrderedDict[_Key, Reply] = OrderedDict()

    @property
    def assistant(self) -> Assistant:
        """The one that the turn at hand began with; outside a turn the current one."""
        held = _held.get()
        return held.assistant if held is not None and held.assistant is not None else self._current

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """What is done inside goes on with the present assistant."""
        held = _Held(self._current)
        token = _held.set(held)
        try:
            yield
        finally:
            _held.reset(token)
            held.assistant = None

    def swap(self, assistant: Assistant) -> None:
        """Answer with another assistant from here on; what the old one said is forgotten."""
        self._current = assistant
        self._replies.clear()

    def reply(self, question: str, conversation: Conversation | None = None) -> Reply:
        """As Assistant.reply."""
        assistant = self.assistant
        key = _key(assistant, question, conversation)
        return self._find(assistant, key) or self._keep(assistant, key, assistant.reply(question, conversation))

    async def reply_soon(self, question: str, conversation: Conversation) -> Reply:
        """The same, worked out by the worker if there is one."""
        assistant = self.assistant
        key = _key(assistant, question, conversation)
        found = self._find(assistant, key)
        if found is not None:
            return found
        if self._worker is not None and self._worker.alive and assistant is self._current:
            with contextlib.suppress(ConnectionError):
                return self._keep(assistant, key, await self._worker.reply(question, conversation))
        return self._keep(assistant, key, assistant.reply(question, conversation))

    def _find(self, assistant: Assistant, key: _Key) -> Reply | None:
        found = self._replies.get(key) if assistant is self._current else None
        if found is not None:
            self._replies.move_to_end(key)
        return found

    def _keep(self, assistant: Assistant, key: _Key, reply: Reply) -> Reply:
        if assistant is self._current and key.day == assistant.today():  # no answer of today for yesterday, or tomorrow
            self._replies[key] = reply
            if len(self._replies) > self._most:
                self._replies.popitem(last=False)
        return reply


def _key(assistant: Assistant, question: str, conversation: Conversation | None) -> _Key:
    return _Key(question, conversation or Conversation(), assistant.today())
