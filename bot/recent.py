"""An assistant that remembers its latest answers: the same question, asked in the same state, is worked out once."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date

from bot.assistant import Assistant
from bot.dialogue import Conversation
from bot.reply import Reply

MOST = 512


class RecentReplies:
    """Replies by question, conversation and day."""

    def __init__(self, assistant: Assistant, most: int = MOST) -> None:
        self.assistant = assistant
        self._most = most
        self._replies: OrderedDict[tuple[str, Conversation, date], Reply] = OrderedDict()

    def reply(self, question: str, conversation: Conversation | None = None) -> Reply:
        """As Assistant.reply."""
        key = (question, conversation or Conversation(), self.assistant.today())
        found = self._replies.get(key)
        if found is None:
            found = self._replies[key] = self.assistant.reply(question, conversation)
            if len(self._replies) > self._most:
                self._replies.popitem(last=False)
        else:
            self._replies.move_to_end(key)
        return found
