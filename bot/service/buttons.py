"""Buttons. Their data are ids only: they fit into 64 bytes, outlive a restart, and mean nothing that can be forged.

Data are ``verb:key`` or ``verb:key:argument``; the key is a hash of what is meant, such as policy/clause, and is looked
up among what there is. What is not found is old or not ours. The argument of what judges an answer is the channel's id
of the delivery that asked, so that the verdict finds its question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from bot.engine.values.reply import Reply
from bot.replies.texts import Texts
from bot.service.port import Button, Row, Rows

PAGE = 8
"""Entries on a page of buttons."""
LABEL = 40
"""Characters of a button's label."""
MOST_DATA = 64
"""Bytes of a button's data."""
REASONS = {"w": "wrong", "i": "incomplete", "o": "outdated", "u": "unclear"}
"""Why an answer was no good, by the letter in the data."""
ASKED_FOR = frozenset({"answer", "info", "choose", "none"})
"""Kinds of replies that people may judge."""
NOTHING = "-"
"""Key of a reply that is about no clause."""
JUDGING = ("g", "b", "r")
"""Verbs of what judges an answer."""


def key_of(name: str) -> str:
    """Ten hexadecimal digits that stand for a target, a policy, a section or a unit."""
    return hashlib.blake2s(name.encode(), digest_size=5).hexdigest()


def find(key: str, names: Iterable[str]) -> str | None:
    """The name with that key."""
    return next((name for name in names if key_of(name) == key), None)


def parse(data: str | None) -> tuple[str, str, str]:
    """(verb, key, argument) of a button's data; empty strings for what is missing."""
    verb, _, rest = (data or "").partition(":")
    key, _, argument = rest.partition(":")
    return verb, key, argument


def number(text: str) -> int:
    """A page number out of a button's data; 0 for anything else."""
    return int(text[:4]) if text.isascii() and text.isdigit() else 0


def button(label: str, *data: object) -> Button:
    """A button with data made of ids."""
    text = label if len(label) <= LABEL else label[: LABEL - 1] + "…"
    return Button(text, ":".join(map(str, data)))


def entries(reply: Reply, titles: Mapping[str, str]) -> list[Button]:
    """The clauses and documents that a reply names, one a button.

    ``titles``: short titles of targets and names of documents.
    """
    targets = [f"{c.policy}/{c.clause}" for c in reply.clauses][1 if _about_one(reply) else 0 :]
    if not has_pages(reply):
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


def has_pages(reply: Reply) -> bool:
    """Whether its buttons can be turned over: those of one unit's measures, which the unit's key brings back."""
    return reply.status == "answer" and len(reply.units) == 1 and not _about_one(reply)


def under(reply: Reply, words: Texts, named: Sequence[Button]) -> Rows:
    """What goes under a reply: the clause's text and units, related clauses or the choices, and the two thumbs.

    ``named``: entries() of the reply.
    """
    rows: list[Row] = []
    key = key_of(f"{reply.clauses[0].policy}/{reply.clauses[0].clause}") if reply.clauses else NOTHING
    key = key if reply.status == "answer" else NOTHING
    if _about_one(reply):
        original, units = words("buttons.original"), words("buttons.units")
        rows.append((button(original, "o", key), button(units, "u", key)))
    if has_pages(reply):
        rows += paged(named, 0, ("m", key_of(reply.units[0])), words)
    else:
        rows += [(entry,) for entry in named]
    if reply.status in ASKED_FOR:
        rows.append(thumbs(key))
    return tuple(rows)


def turned(before: Rows, rows: Rows) -> Rows:
    """The buttons with another page of entries; what isn't an entry stays."""
    return (*rows, *(row for row in before if parse(row[0].data)[0] not in ("c", "d", "m")))


def with_row(rows: Rows, row: Row | None) -> Rows:
    """The buttons with one more row; as they are when it is there already or there is none."""
    if row is None or any(b.data == row[0].data for r in rows for b in r):
        return rows
    return (*rows, row)


def asked_by(rows: Rows, delivery: str) -> Rows:
    """The same buttons; those that judge name the delivery whose question was answered, where its id fits."""
    if not rows:
        return rows
    *others, last = rows
    verb, key, _ = parse(last[0].data)
    fits = len(f"r:{key}:x{delivery}".encode()) <= MOST_DATA
    return (*others, thumbs(key, delivery)) if verb == "g" and fits else rows


def reasons(key: str, words: Texts, before: Rows, asked: str) -> Rows:
    """Why it was no good, in place of the thumbs; ``before``: the buttons that are there."""
    labels = tuple(
        button(words(f"judging.reason.{name}"), "r", key, letter + asked) for letter, name in REASONS.items()
    )
    return _judging(before, labels[:2], labels[2:])


def judged(key: str, before: Rows, asked: str) -> Rows:
    """After a reason was given: the thumbs again."""
    return _judging(before, thumbs(key, asked))


def _judging(before: Rows, *rows: Row) -> Rows:
    """The buttons that are there, with these rows in place of those that judge."""
    kept = (row for row in before if not any(parse(b.data)[0] in JUDGING for b in row))
    return (*kept, *rows)


def thumbs(key: str, asked: str = "") -> Row:
    """The two thumbs; ``asked``: the id of the delivery that asked."""
    data = (key, asked) if asked else (key,)
    return (button("👍", "g", *data), button("👎", "b", *data))


def judging(rows: Rows) -> Rows:
    """The rows that judge, for a channel that shows thumbs of its own."""
    return tuple(row for row in rows if parse(row[0].data)[0] == "g")


def examples(questions: Sequence[str]) -> Rows:
    """Example questions: pressing one asks it."""
    return tuple((button(text, "q", key_of(text)),) for text in questions)


def paged(entries: Sequence[Button], page: int, turn: Sequence[object], words: Texts) -> Rows:
    """Entries of one page, one a row, and a row to turn the page; ``turn``: the data before the page number."""
    last = max(0, (len(entries) - 1) // PAGE)
    page = min(max(page, 0), last)
    rows = tuple((entry,) for entry in entries[page * PAGE : (page + 1) * PAGE])
    moves: list[Button] = []
    if page > 0:
        moves.append(button(words("buttons.previous"), *turn, page - 1))
    if page < last:
        moves.append(button(words("buttons.next", page=page + 2, pages=last + 1), *turn, page + 1))
    return (*rows, tuple(moves)) if moves else rows


def lead_on(rows: Rows) -> list[Button]:
    """The buttons that lead somewhere, in order; without those that only judge or show more of the same answer."""
    return [b for row in rows for b in row if parse(b.data)[0] not in (*JUDGING, "o", "u")]
