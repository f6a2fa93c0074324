"""What the web keeps: messages of its pages, events of the documents, keys of others' systems. Plain functions over a
connection, each harmless when run again (Store.transact)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import api_keys, document_events, known_documents, updates, web_messages

CHANNEL = "web"
"""The channel's name."""


@dataclass(frozen=True)
class Message:
    """What stands on somebody's page; the fields are those of the table."""

    id: int
    conversation: str
    name: str
    author: str
    answers: str
    content: str
    buttons: str
    at: float


_MESSAGE = [web_messages.c[name] for name in Message.__dataclass_fields__]


def write(connection: Connection, row: Mapping[str, Any]) -> None:
    """Write a message, unless one of that name is there: columns but ``id``."""
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = kind(web_messages).on_conflict_do_nothing(index_elements=["conversation", "name"])
    connection.execute(statement, dict(row))


def change(connection: Connection, conversation: str, name: str, values: Mapping[str, str]) -> bool:
    """Change the content or the buttons of a message; False when there is none."""
    its = (web_messages.c.conversation == conversation, web_messages.c.name == name)
    return bool(connection.execute(update(web_messages).where(*its).values(**values)).rowcount)


def messages(connection: Connection, conversation: str, after: int = 0, most: int = 200) -> list[Message]:
    """The latest messages of a conversation, the oldest first."""
    its = (web_messages.c.conversation == conversation, web_messages.c.id > after)
    query = select(*_MESSAGE).where(*its).order_by(web_messages.c.id.desc()).limit(most)
    return [Message(*row) for row in connection.execute(query)][::-1]


def message(connection: Connection, conversation: str, name: str) -> Message | None:
    """The message of that name."""
    its = (web_messages.c.conversation == conversation, web_messages.c.name == name)
    row = connection.execute(select(*_MESSAGE).where(*its)).first()
    return Message(*row) if row is not None else None


def state(connection: Connection, delivery: str) -> str | None:
    """open, done or aside; None for what was never delivered."""
    its = (updates.c.channel == CHANNEL, updates.c.delivery == delivery)
    return connection.execute(select(updates.c.state).where(*its)).scalar()


def forget(connection: Connection, channel: str, person: str) -> None:
    """Delete what stands on a person's page."""
    if channel == CHANNEL:
        connection.execute(web_messages.delete().where(web_messages.c.conversation == person))


def tidy(connection: Connection, before: float) -> None:
    """Delete conversations in which nothing was said since."""
    last = select(web_messages.c.conversation).group_by(web_messages.c.conversation)
    old = last.having(func.max(web_messages.c.at) < before)
    connection.execute(web_messages.delete().where(web_messages.c.conversation.in_(old)))


# -- events of the documents -------------------------------------------------------------------------------------------

What = Literal["added", "changed", "removed"]


@dataclass(frozen=True)
class Event:
    """A document came, changed or went."""

    id: int
    at: float
    policy: str
    what: str
    title: str


def note_documents(connection: Connection, present: Mapping[str, tuple[str, str]], now: float) -> None:
    """Note what changed since it was noted last; ``present``: id -> (digest, title) of all there are."""
    query = select(known_documents.c.policy, known_documents.c.digest, known_documents.c.title)
    known = {row[0]: (row[1], row[2]) for row in connection.execute(query)}
    found: list[tuple[str, What, str]] = []
    for policy, (digest, title) in present.items():
        if policy not in known:
            found.append((policy, "added", title))
        elif known[policy][0] != digest:
            found.append((policy, "changed", title))
    found += [(policy, "removed", title) for policy, (_, title) in known.items() if policy not in present]
    if not found:
        return
    rows = [{"at": now, "policy": policy, "what": what, "title": title} for policy, what, title in found]
    connection.execute(insert(document_events), rows)
    connection.execute(known_documents.delete())
    if present:
        rows = [{"policy": policy, "digest": digest, "title": title} for policy, (digest, title) in present.items()]
        connection.execute(insert(known_documents), rows)


def events(connection: Connection, after: int, since: float, most: int) -> list[Event]:
    """Events after that id and at or after that time, the oldest first."""
    c = document_events.c
    query = select(c.id, c.at, c.policy, c.what, c.title).where(c.id > after, c.at >= since).order_by(c.id).limit(most)
    return [Event(*row) for row in connection.execute(query)]


# -- keys --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    """A key of somebody's system."""

    id: str
    digest: str
    name: str
    scopes: str
    per_minute: int
    made: float
    revoked: float = 0.0

    def may(self, scope: str) -> bool:
        """Whether it opens that."""
        return not self.revoked and scope in self.scopes.split()


_KEY = [api_keys.c[name] for name in Key.__dataclass_fields__]


def add_key(connection: Connection, key: Key) -> None:
    """Write a new key."""
    connection.execute(insert(api_keys), vars(key))


def keys(connection: Connection) -> Sequence[Key]:
    """All keys, those that were taken back too."""
    return [Key(*row) for row in connection.execute(select(*_KEY).order_by(api_keys.c.made))]


def revoke_key(connection: Connection, one: str, now: float) -> bool:
    """Take a key back; False when there is none that holds."""
    its = (api_keys.c.id == one, api_keys.c.revoked == 0.0)
    return bool(connection.execute(update(api_keys).where(*its).values(revoked=now)).rowcount)
