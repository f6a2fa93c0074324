"""An assistant that remembers its latest answers: the same question, asked in the same state, is worked out once."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from datetime import date

from bot.assistant import Assistant
from bot.dialogue import Conversation
from bot.reply import Reply
from bot.worker import Worker

MOST = 512


class RecentReplies:
    """Replies by question, conversation and day."""

    def __init__(self, assistant: Assistant, worker: Worker | None = None, most: int = MOST) -> None:
        self.assistant = assistant
        self._worker = worker
        self._most = most
        self._replies: OrderedDict[tuple[str, Conversation, date], Reply] = OrderedDict()

    def reply(self, question: str, conversation: Conversation | None = None) -> Reply:
        """As Assistant.reply."""
        found = self._find(question, conversation)
        return found or self._keep(question, conversation, self.assistant.reply(question, conversation))

    async def reply_soon(self, question: str, conversation: Conversation) -> Reply:
        """The same, worked out by the worker if there is one."""
        found = self._find(question, conversation)
        if found is not None:
            return found
        if self._worker is not None and self._worker.alive:
            with contextlib.suppress(ConnectionError):
                return self._keep(question, conversation, await self._worker.reply(question, conversation))
        return self.reply(question, conversation)

    def _find(self, question: str, conversation: Conversation | None) -> Reply | None:
        key = (question, conversation or Conversation(), self.assistant.today())
        if key in self._replies:
            self._replies.move_to_end(key)
        return self._replies.get(key)

    def _keep(self, question: str, conversation: Conversation | None, reply: Reply) -> Reply:
        self._replies[(question, conversation or Conversation(), self.assistant.today())] = reply
        if len(self._replies) > self._most:
            self._replies.popitem(last=False)
        return reply
