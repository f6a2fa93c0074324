"""The tables, as SQLAlchemy knows them; migrations/ brings a database to this form."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

CHANNEL = String(16)
"""A channel's name, such as telegram."""
NAME = String(128)
"""A channel's own name for a delivery, a conversation, a person or a message."""
metadata = MetaData()
_SEQUENCE = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite

updates = Table(
    "updates",
    metadata,
    Column("seq", _SEQUENCE, primary_key=True, autoincrement=True),
    # Order of arrival: what a channel calls its deliveries orders nothing.
    Column("channel", CHANNEL, nullable=False),
    Column("delivery", NAME, nullable=False),
    # The channel's own id of it: delivered again, it is known.
    Column("person", NAME, nullable=False, default="", server_default=""),
    # Who sent it, for as long as it is kept as received: /forget finds it so.
    Column("line", NAME, nullable=False, default="", server_default=""),
    # What is kept in order together, where several replicas share the journal; else empty.
    Column("received", Float, nullable=False),
    # POSIX seconds.
    Column("state", String(8), nullable=False),
    # open, done or aside (set aside: it could not be handled).
    Column("steps", Integer, nullable=False, default=0),
    # Calls that were made and acknowledged; a restart goes on after them.
    Column("starts", Integer, nullable=False, default=0),
    # Program starts that found it open.
    Column("raw", Text, nullable=False),
    # What was delivered, as received; emptied when it is done.
    Column("error", Text, nullable=False, default=""),
    UniqueConstraint("channel", "delivery"),
)
Index("updates_by_state", updates.c.state, updates.c.seq)
_LINED = updates.c.line != ""
Index(
    "updates_by_line", updates.c.state, updates.c.channel, updates.c.line, postgresql_where=_LINED, sqlite_where=_LINED
)
# Of one process alone nothing has a line, so that it costs nothing there.

conversations = Table(
    "conversations",
    metadata,
    Column("channel", CHANNEL, primary_key=True),
    Column("conversation", NAME, primary_key=True),
    Column("person", NAME, primary_key=True),
    Column("data", Text, nullable=False),
    Column("updated", Float, nullable=False),
)
Index("conversations_by_person", conversations.c.channel, conversations.c.person)

feedback = Table(
    "feedback",
    metadata,
    Column("key", String(96), primary_key=True),
    # A keyed hash of person and answer: one verdict for each, the last one holds.
    Column("channel", CHANNEL, nullable=False),
    Column("target", String(160), nullable=False),
    # policy/clause.
    Column("verdict", String(8), nullable=False),
    # up or down.
    Column("reason", String(16), nullable=False, default=""),
    Column("at", Float, nullable=False),
    Column("asker", String(32), nullable=False, default="", server_default=""),
    # Who judged, as a keyed hash (bot/staff/asker_hash.py).
    Column("delivery", NAME, nullable=True),
    # Of the question that was answered; null when it is not known.
    Column("comment", Text, nullable=False, default="", server_default=""),
    # What the person wrote with it, numbers of people masked.
)
Index("feedback_by_question", feedback.c.channel, feedback.c.delivery)

tickets = Table(
    "tickets",
    metadata,
    Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
    # The number that people see: #12; taken from ticket_openings.
    Column("channel", CHANNEL, nullable=False),
    Column("delivery", NAME, nullable=False),
    # What opened it: handled again, it opens no second ticket.
    Column("conversation", NAME, nullable=False),
    Column("person", NAME, nullable=False),
    Column("message", NAME, nullable=False),
    # Where the answer goes, and the message that it answers.
    Column("question", Text, nullable=False),
    Column("context", Text, nullable=False),
    # What was asked before and what came of it, as the staff read it.
    Column("state", String(8), nullable=False),
    # open or closed.
    Column("closed_by", String(8), nullable=False, default=""),
    # asker or staff; empty while it is open.
    Column("opened", Float, nullable=False),
    Column("posted", Float, nullable=False, default=0.0),
    # When it went to the staff group; 0 while it has not.
    Column("answered", Float, nullable=False, default=0.0),
    # When the first answer reached the asker; 0 while none has.
    Column("closed", Float, nullable=False, default=0.0),
    Column("answers", Integer, nullable=False, default=0),
    # Answers that reached the asker.
    Column("additions", Integer, nullable=False, default=0),
    # What the asker added.
    UniqueConstraint("channel", "delivery"),
)
Index("tickets_by_state", tickets.c.state, tickets.c.id)
Index("tickets_by_person", tickets.c.channel, tickets.c.person, tickets.c.opened)

ticket_openings = Table(
    "ticket_openings",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    # Of the ticket. The highest row stays for good, so that no number is given twice.
    Column("asker", String(32), nullable=False),
    # Who opened it, as a keyed hash (bot/staff/asker_hash.py); emptied after a day.
    Column("at", Float, nullable=False),
)
Index("ticket_openings_by_asker", ticket_openings.c.asker, ticket_openings.c.at)
# Outlives the tickets: messages in the staff group go on naming the number of one that was deleted, and a person who
# had everything forgotten has opened as many tickets today as before. A table rather than a sequence of the database:
# the numbers are the same in SQLite and PostgreSQL, and a backup holds them.

ticket_answers = Table(
    "ticket_answers",
    metadata,
    Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
    Column("channel", CHANNEL, nullable=False),
    Column("conversation", NAME, nullable=False),
    Column("message", NAME, nullable=False),
    # What a person of the staff wrote, in the staff's group: its channel may be another than the asker's.
    Column("ticket", BigInteger, nullable=False),
    Column("passed", NAME, nullable=False),
    # The message to the asker by which it was passed on: changed when the person changes theirs.
    Column("at", Float, nullable=False),
    UniqueConstraint("channel", "conversation", "message"),
)
Index("ticket_answers_by_ticket", ticket_answers.c.ticket)

moved_chats = Table(
    "moved_chats",
    metadata,
    Column("channel", CHANNEL, primary_key=True),
    Column("old", NAME, primary_key=True),
    # A group that goes on under another name (Telegram: one that became a supergroup).
    Column("new", NAME, nullable=False),
)

questions = Table(
    "questions",
    metadata,
    Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
    Column("channel", CHANNEL, nullable=False),
    # The messenger, or terminal.
    Column("delivery", NAME, nullable=True),
    # What asked it: handled again, it is written over. Null for questions that nothing delivered.
    Column("at", Float, nullable=False),
    # POSIX seconds.
    Column("day", String(10), nullable=False),
    # The same as a day in Beijing, 2025-10-08.
    Column("place", String(12), nullable=False),
    # private, group, inline or terminal.
    Column("asker", String(32), nullable=False),
    # A keyed hash (bot/staff/asker_hash.py); empty in the terminal.
    Column("text", Text, nullable=False),
    Column("words", Text, nullable=False),
    # The words that the reader made of it, those that tell what it is about, with spaces between.
    Column("outcome", String(12), nullable=False),
    # The reply's status.
    Column("target", String(160), nullable=False),
    # What was answered: policy/clause, info:topic; empty when nothing was.
    Column("rule", String(40), nullable=False),
    # What decided, as the reply's explanation names it.
    Column("score", Float, nullable=True),
    # Probability of the best match; null when nothing was matched.
    Column("margin", Float, nullable=True),
    # The same less that of the runner-up.
    Column("near", Text, nullable=False),
    # The clauses nearest to it, best first, with spaces between.
    Column("units", Text, nullable=False),
    # The units that the answer named, one a line.
    Column("seconds", Float, nullable=False),
    # From taking it up to the last message.
    Column("settled", String(32), nullable=False, default="", server_default=""),
    # Why it is no longer among the unanswered ones; empty while it may be.
    UniqueConstraint("channel", "delivery"),
)
Index("questions_by_asker", questions.c.asker)
Index("questions_by_day", questions.c.day)

daily = Table(
    "daily",
    metadata,
    Column("day", String(10), primary_key=True),
    # A day in Beijing.
    Column("kind", String(12), primary_key=True),
    # What is counted: outcome, channel (the place that people asked from), messenger, clause, unit, verdict,
    # refusal.
    Column("name", String(160), primary_key=True),
    # Which of them.
    Column("count", Integer, nullable=False),
)
# What outlives the questions and verdicts that are too old to be kept; refusals are counted here at once.

notices = Table(
    "notices",
    metadata,
    Column("key", String(200), primary_key=True),
    # What was told, such as expiry:<policy>:<last day>:<stage>.
    Column("at", Float, nullable=False),
    # POSIX seconds.
)
# What the staff were told, so that it is told once.

web_messages = Table(
    "web_messages",
    metadata,
    Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
    # Order in which they are shown.
    Column("conversation", NAME, nullable=False),
    Column("name", NAME, nullable=False),
    # Of the message: sent again, it is the same.
    Column("author", String(8), nullable=False),
    # asker or bot.
    Column("answers", NAME, nullable=False),
    # The message that it answers; empty for none.
    Column("content", Text, nullable=False),
    # JSON: paragraphs (bot/channels/web/content.py).
    Column("buttons", Text, nullable=False),
    # JSON: rows of (label, data).
    Column("at", Float, nullable=False),
    UniqueConstraint("conversation", "name"),
)
Index("web_messages_by_conversation", web_messages.c.conversation, web_messages.c.id)
# What stands on a page: a page has no messenger that keeps it.

document_events = Table(
    "document_events",
    metadata,
    Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("policy", String(160), nullable=False),
    Column("what", String(12), nullable=False),
    # added, changed or removed.
    Column("title", Text, nullable=False),
)
known_documents = Table(
    "known_documents",
    metadata,
    Column("policy", String(160), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("title", Text, nullable=False),
)
# The documents as of the last event: what is different from them is the next one.

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(16), primary_key=True),
    # The beginning of the key, by which people name it.
    Column("digest", String(64), nullable=False),
    # SHA-256 of the key; the key itself is nowhere.
    Column("name", NAME, nullable=False),
    # Whose it is.
    Column("scopes", String(120), nullable=False),
    # ask, read, feedback; with spaces between.
    Column("per_minute", Integer, nullable=False),
    # Requests a minute; 0: as many as it likes.
    Column("made", Float, nullable=False),
    Column("revoked", Float, nullable=False, default=0.0, server_default="0"),
    # When it was taken back; 0 while it holds.
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("role", String(12), nullable=False),
    # viewer, editor, reviewer, admin or auditor.
    Column("password", String(200), nullable=False),
    # scrypt, with its parameters and salt (bot/staff/passwords.py).
    Column("made", Float, nullable=False),
    Column("ended", Float, nullable=False, default=0.0, server_default="0"),
    # When it was ended; 0 while it holds.
    Column("failed", Integer, nullable=False, default=0, server_default="0"),
    # Wrong passwords in a row.
    Column("locked", Float, nullable=False, default=0.0, server_default="0"),
    # Until when nobody can sign in with it.
)
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    # SHA-256 of what the browser keeps.
    Column("account", NAME, nullable=False),
    Column("began", Float, nullable=False),
    Column("seen", Float, nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("who", NAME, nullable=False),
    Column("what", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    # Over this entry and the digest of the one before it: a chain. Triggers refuse changes (migrations/0007).
)

switches = Table(
    "switches",
    metadata,
    Column("name", String(16), primary_key=True),
    # What is off while there is a row.
    Column("reason", Text, nullable=False),
    # Told to whoever asks.
    Column("by", NAME, nullable=False),
    Column("at", Float, nullable=False),
)

REPLICA = String(96)
"""A replica's name and what tells this life of it from the one before."""
replicas = Table(
    "replicas",
    metadata,
    Column("id", REPLICA, primary_key=True),
    Column("until", Float, nullable=False),
    # Alive until then, by the database's clock.
)
leases = Table(
    "leases",
    metadata,
    Column("channel", CHANNEL, primary_key=True),
    Column("line", NAME, primary_key=True),
    # What is answered in order; or, in the channel @account, the channel whose connection it is.
    Column("holder", REPLICA, nullable=False),
    # The lease holds while this replica is alive.
    Column("number", BigInteger, nullable=False),
    # Of the transaction that gave it: no two takings have the same.
)
Index("leases_by_holder", leases.c.holder)

asked_lately = Table(
    "asked_lately",
    metadata,
    Column("channel", CHANNEL, primary_key=True),
    Column("person", NAME, primary_key=True),
    Column("data", Text, nullable=False),
    # JSON: what the limit counts (bot/service/limits.py).
    Column("at", Float, nullable=False),
)
# Of several replicas only; a minute later nobody needs it.

shared_limits = Table(
    "shared_limits",
    metadata,
    Column("who", String(32), primary_key=True),
    # An address, a key: its hash.
    Column("left", Float, nullable=False),
    # How many were left at that moment.
    Column("given", Integer, nullable=False),
    # How many whoever asked last was given.
    Column("at", Float, nullable=False),
)
# Of several replicas only; a minute later nobody needs it.

shared_files = Table(
    "shared_files",
    metadata,
    Column("name", String(200), primary_key=True),
    # Such as overlay.yaml.
    Column("version", BigInteger, nullable=False),
    # One more with each change.
    Column("data", Text, nullable=False),
)
# What is taught, for replicas that share no disk.
