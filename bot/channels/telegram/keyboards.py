"""Buttons. Their data are ids only: they fit into 64 bytes, outlive a restart, and mean nothing that can be forged.

Data are ``verb:key`` or ``verb:key:argument``; the key is a hash of what is meant, such as policy/clause, and is looked
up among what there is. What is not found is old or not ours. The argument of what judges an answer is the number of the
update that asked, so that the verdict finds its question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.engine.values.reply import Reply
from bot.replies.texts import Texts
from bot.service.buttons import key_of

PAGE = 8
"""Entries on a page of buttons."""
LABEL = 40
"""Characters of a button's label."""
REASONS = {"w": "wrong", "i": "incomplete", "o": "outdated", "u": "unclear"}
"""Why an answer was no good, by the letter in the data."""
ASKED_FOR = frozenset({"answer", "info", "choose", "none"})
"""Kinds of replies that people may judge."""
NOTHING = "-"
"""Key of a reply that is about no clause."""


def find(key: str, names: Iterable[str]) -> str | None:
    """The name with that key."""
    return next((name for name in names if key_of(name) == key), None)


def parse(data: str | None) -> tuple[str, str, str]:
    """(verb, key, argument) of a button's data; empty strings for what is missing."""
    verb, _, rest = (data or "").partition(":")
    key, _, argument = rest.partition(":")
    return verb, key, argument


def button(label: str, *data: object) -> InlineKeyboardButton:
    """A button with data made of ids."""
    text = label if len(label) <= LABEL else label[: LABEL - 1] + "…"
    return InlineKeyboardButton(text, callback_data=":".join(map(str, data)))


def entries(reply: Reply, titles: Mapping[str, str]) -> list[InlineKeyboardButton]:
    """The clauses and documents that a reply names, one a button.

    ``titles``: short titles of targets and names of documents.
    """
    targets = [f"{c.policy}/{c.clause}" for c in reply.clauses][1 if _about_one(reply) else 0 :]
    if not pages(reply):
        targets = targets[:PAGE]
    targets += [f"{c.policy}/{c.clause}" for c in reply.suggestions]
    numbered = reply.status == "choose"
    labels = [(t, "c") for t in targets] + [(p, "d") for p in reply.documents]
    return [
        button(f"{n}. {titles.get(t, t)}" if numbered else titles.get(t, t), verb, key_of(t))
        for n, (t, verb) in enumerate(labels, 1)
    ]


def _about_one(reply: Reply) -> bool:
    shown = {b.role for b in reply.blocks}
    return reply.status == "answer" and ("original" in shown or "units" in shown) and bool(reply.conversation.clause)


def pages(reply: Reply) -> bool:
    """Whether its buttons can be turned over: those of one unit's measures, which the unit's key brings back."""
    return reply.status == "answer" and len(reply.units) == 1 and not _about_one(reply)


def under(reply: Reply, words: Texts, named: Sequence[InlineKeyboardButton]) -> InlineKeyboardMarkup | None:
    """What goes under a reply: the clause's text and units, related clauses or the choices, and the two thumbs.

    ``named``: entries() of the reply.
    """
    rows: list[list[InlineKeyboardButton]] = []
    key = key_of(f"{reply.clauses[0].policy}/{reply.clauses[0].clause}") if reply.clauses else NOTHING
    key = key if reply.status == "answer" else NOTHING
    if _about_one(reply):
        rows.append(
            [button(words("telegram.button.original"), "o", key), button(words("telegram.button.units"), "u", key)]
        )
    if pages(reply):
        rows += paged(named, 0, ("m", key_of(reply.units[0])), words)
    else:
        rows += [[entry] for entry in named]
    if reply.status in ASKED_FOR:
        rows.append(thumbs(key))
    return InlineKeyboardMarkup(rows) if rows else None


def turned(before: InlineKeyboardMarkup | None, rows: list[list[InlineKeyboardButton]]) -> InlineKeyboardMarkup:
    """The buttons with another page of entries; what isn't an entry stays."""
    kept = [
        list(row)
        for row in (before.inline_keyboard if before is not None else ())
        if parse(str(row[0].callback_data))[0] not in ("c", "d", "m")
    ]
    return InlineKeyboardMarkup([*rows, *kept])


def with_row(
    keyboard: InlineKeyboardMarkup | None, row: list[InlineKeyboardButton] | None
) -> InlineKeyboardMarkup | None:
    """The buttons with one more row; as they are when it is there already or there is none."""
    rows = list(keyboard.inline_keyboard) if keyboard is not None else []
    if row is None or any(b.callback_data == row[0].callback_data for r in rows for b in r):
        return keyboard
    return InlineKeyboardMarkup([*rows, row])


def asked_by(keyboard: InlineKeyboardMarkup | None, update_id: int) -> InlineKeyboardMarkup | None:
    """The same buttons; those that judge name the update whose question was answered."""
    if keyboard is None or not keyboard.inline_keyboard:
        return keyboard
    *rows, last = keyboard.inline_keyboard
    verb, key, _ = parse(str(last[0].callback_data))
    return InlineKeyboardMarkup([*rows, thumbs(key, str(update_id))]) if verb == "g" else keyboard


def question_of(argument: str) -> int | None:
    """The update that an argument names; None for none, as under answers of earlier versions."""
    return int(argument) if argument.isascii() and argument.isdigit() and len(argument) < 16 else None


def reasons(key: str, words: Texts, before: InlineKeyboardMarkup | None, asked: str) -> InlineKeyboardMarkup:
    """Why it was no good, in place of the thumbs; ``before``: the buttons that are there."""
    labels = [button(words(f"telegram.reason.{name}"), "r", key, letter + asked) for letter, name in REASONS.items()]
    return _judging(before, labels[:2], labels[2:])


def judged(key: str, before: InlineKeyboardMarkup | None, asked: str) -> InlineKeyboardMarkup:
    """After a reason was given: the thumbs again."""
    return _judging(before, thumbs(key, asked))


def _judging(before: InlineKeyboardMarkup | None, *rows: list[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    """The buttons that are there, with these rows in place of those that judge."""
    there = before.inline_keyboard if before is not None else ()
    kept = [row for row in there if not any(parse(str(b.callback_data))[0] in ("g", "b", "r") for b in row)]
    return InlineKeyboardMarkup([*kept, *rows])


def thumbs(key: str, asked: str = "") -> list[InlineKeyboardButton]:
    """The two thumbs; ``asked``: the update that asked, in digits."""
    data = (key, asked) if asked else (key,)
    return [button("👍", "g", *data), button("👎", "b", *data)]


def examples(questions: Sequence[str]) -> InlineKeyboardMarkup:
    """Example questions: pressing one asks it."""
    return InlineKeyboardMarkup([[button(text, "q", key_of(text))] for text in questions])


def paged(
    entries: Sequence[InlineKeyboardButton], page: int, turn: Sequence[object], words: Texts
) -> list[list[InlineKeyboardButton]]:
    """Entries of one page, one a row, and a row to turn the page; ``turn``: the data before the page number."""
    last = max(0, (len(entries) - 1) // PAGE)
    page = min(max(page, 0), last)
    rows = [[entry] for entry in entries[page * PAGE : (page + 1) * PAGE]]
    moves = []
    if page > 0:
        moves.append(button(words("telegram.button.previous"), *turn, page - 1))
    if page < last:
        moves.append(button(words("telegram.button.next", page=page + 2, pages=last + 1), *turn, page + 1))
    return [*rows, moves] if moves else rows
