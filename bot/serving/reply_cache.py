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
        self._replies: OrderedDict[tuple[str, Conversation, date], Reply] = OrderedDict()

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
        found = self._find(assistant, question, conversation)
        return found or self._keep(assistant, question, conversation, assistant.reply(question, conversation))

    async def reply_soon(self, question: str, conversation: Conversation) -> Reply:
        """The same, worked out by the worker if there is one."""
        assistant = self.assistant
        found = self._find(assistant, question, conversation)
        if found is not None:
            return found
        if self._worker is not None and self._worker.alive and assistant is self._current:
            with contextlib.suppress(ConnectionError):
                reply = await self._worker.reply(question, conversation)
                return self._keep(assistant, question, conversation, reply)
        return self._keep(assistant, question, conversation, assistant.reply(question, conversation))

    def _find(self, assistant: Assistant, question: str, conversation: Conversation | None) -> Reply | None:
        if assistant is not self._current:
            return None
        key = (question, conversation or Conversation(), assistant.today())
        if key in self._replies:
            self._replies.move_to_end(key)
        return self._replies.get(key)

    def _keep(self, assistant: Assistant, question: str, conversation: Conversation | None, reply: Reply) -> Reply:
        if assistant is self._current:
            self._replies[(question, conversation or Conversation(), assistant.today())] = reply
            if len(self._replies) > self._most:
                self._replies.popitem(last=False)
        return reply
