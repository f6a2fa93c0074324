"""Whether a text that somebody quotes is ours, where a messenger doesn't say whose it is."""

from __future__ import annotations

import re

from bot.replies.texts import Texts

_OPENINGS = ("handoff.header", "handoff.human", "handoff.opened", "handoff.one_open", "handoff.ask_question")
"""Templates of the messages that people are asked to reply to."""


class Ours:
    """Knows our messages by how they begin. Who quotes still has to be the asker, or one of the staff."""

    def __init__(self, words: Texts) -> None:
        firsts = [re.escape(str(words.get(name)).split("\n")[0]) for name in _OPENINGS]
        self._patterns = [re.compile(first.replace(re.escape("{number}"), r"\d{1,12}")) for first in firsts]

    def __call__(self, text: str) -> bool:
        """Whether it begins as one of ours."""
        return any(pattern.match(text) for pattern in self._patterns)
