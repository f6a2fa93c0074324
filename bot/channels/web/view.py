"""What a page shows of a conversation: messages as templates take them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.web import content as kept
from bot.service import handoff
from bot.service.buttons import JUDGING, NOTHING, parse
from bot.service.catalogue import Catalogue
from bot.service.port import Button
from bot.store.web import Message


@dataclass(frozen=True)
class Shown:
    """One message."""

    id: int
    name: str
    asked: bool
    """Whether a person said it; else it is an answer."""
    paragraphs: Sequence[dict[str, Any]]
    buttons: Sequence[Button] = ()
    judging: Sequence[Button] = ()
    target: str = ""
    """policy/clause of the clause that was answered, to link to."""
    source: str = ""
    """What is copied with its words: the document and the place."""
    reply: bool = False
    """Whether it may be replied to: it belongs to a question that was handed on to a person."""


class View:
    """Makes them, with what the buttons of a base name."""

    def __init__(self, catalogue: Catalogue, words: Any) -> None:
        """``words``: the bot's own sentences."""
        self._catalogue = catalogue
        self._words = words

    def of(self, messages: Sequence[Message]) -> list[Shown]:
        """In order."""
        return [self._one(message) for message in messages]

    def _one(self, message: Message) -> Shown:
        paragraphs = json.loads(message.content)
        if message.author == "asker":
            return Shown(message.id, message.name, True, paragraphs)
        buttons = [b for row in kept.rows_of(message.buttons) for b in row]
        judging = [b for b in buttons if parse(b.data)[0] in JUDGING]
        others = [b for b in buttons if parse(b.data)[0] not in JUDGING]
        target = self._target(judging)
        text = kept.text_of(message.content)
        return Shown(
            message.id,
            message.name,
            False,
            paragraphs,
            others,
            judging,
            target,
            self.source(target),
            self._takes_replies(text),
        )

    def _target(self, judging: Sequence[Button]) -> str:
        key = parse(judging[0].data)[1] if judging else NOTHING
        return (self._catalogue.target(key) or "") if key != NOTHING else ""

    def source(self, target: str) -> str:
        """The document's name and the clause's number."""
        if not target:
            return ""
        policy = self._catalogue.library.by_id[target.partition("/")[0]]
        clause = self._catalogue.clauses[target]
        return f"{self._catalogue.library.document(policy.id)} {clause.number or clause.id}"

    def _takes_replies(self, text: str) -> bool:
        if text == self._words("handoff.ask_question"):
            return True
        return handoff.number_in(text, self._words, handoff.OURS) is not None
