"""Our latest messages: of a press a messenger says under which message it was, and not what that said."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from bot.service.port import Rows, Under

MOST = 2_000


@dataclass(frozen=True, slots=True)
class Known:
    """A message of ours as it stands."""

    page: str
    rows: Rows
    answers: str = ""


class Remembered:
    """Our latest messages, by id: their buttons are changed one by one, and people reply to them."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Known] = OrderedDict()

    def note(self, name: str, known: Known) -> None:
        """It was sent, or changed."""
        self._known[name] = known
        self._known.move_to_end(name)
        if len(self._known) > MOST:
            self._known.popitem(last=False)

    def get(self, name: str) -> Known | None:
        """As far as it is remembered."""
        return self._known.get(name)

    def under(self, name: str) -> Under:
        """The message as a press needs it."""
        known = self._known.get(name)
        return Under(known.page, known.rows, known.answers) if known is not None else Under()
