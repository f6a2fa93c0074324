"""Pressed buttons. Whoever presses is the one who asks; what a button names is looked up, never trusted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.service.buttons import MOST_DATA, parse
from bot.service.visit import Visit


@dataclass(frozen=True)
class Press:
    """A press, taken apart."""

    visit: Visit
    verb: str
    key: str
    argument: str


Verb = Callable[[Press], Awaitable[bool]]
"""What a verb does; False when the key names nothing (any more)."""
_VERBS: dict[str, Verb] = {}


def verb(letter: str) -> Callable[[Verb], Verb]:
    """Marks the function as what the verb does."""
    assert letter not in _VERBS, letter

    def mark(answer: Verb) -> Verb:
        _VERBS[letter] = answer
        return answer

    return mark


async def press(visit: Visit) -> None:
    """One press."""
    visit.turn.outcome("callback")
    data, words, limit = visit.incoming.text, visit.words, visit.parts.limit
    made = Press(visit, *parse(data))
    answer = _VERBS.get(made.verb)
    if answer is None or not visit.at.conversation or len(data.encode("utf-8", "replace")) > MOST_DATA:
        await visit.acknowledge(words("buttons.old"), alert=True)
        return
    who = (visit.at.channel, visit.at.person)
    if await limit.ask(who, visit.turn.delivery, told=True) != "ok":
        visit.turn.outcome("limited")
        text = words("asking.limited", most=limit.per_minute, seconds=limit.seconds(who))
        await visit.acknowledge(text)
        return
    if not await answer(made):
        await visit.acknowledge(words("buttons.old"), alert=True)


async def chosen(visit: Visit, typed: str) -> Visit | None:
    """A number that stands for a button, in a channel that shows none: the same visit as a press of it."""
    number = number_in(typed)
    if visit.incoming.kind != "text" or not number:
        return None
    offered = (await visit.turn.memory(visit.at.talk)).offered
    if number > len(offered):
        return None
    press = replace(visit.incoming, kind="press", text=offered[number - 1][1])
    return Visit(press, visit.turn, visit.parts, by_number=True)


def number_in(typed: str) -> int:
    """The number that somebody typed to choose; 0 for anything else."""
    digits = typed.strip().rstrip(".、。")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 2 else 0
