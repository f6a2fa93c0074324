"""The tables, as SQLAlchemy knows them; migrations/ brings a database to this form."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()
_SEQUENCE = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite

updates = Table(
    "updates",
    metadata,
    Column("seq", _SEQUENCE, primary_key=True, autoincrement=True),
    # Order of arrival: Telegram's update ids can start anew at a lower number, so they order nothing.
    Column("update_id", BigInteger, nullable=False, unique=True),
    Column("received", Float, nullable=False),
    # POSIX seconds.
    Column("state", String(8), nullable=False),
    # open, done or aside (set aside: it could not be handled).
    Column("steps", Integer, nullable=False, default=0),
    # Calls that were made and acknowledged; a restart goes on after them.
    Column("starts", Integer, nullable=False, default=0),
    # Program starts that found it open.
    Column("raw", Text, nullable=False),
    # The update as received; emptied when it is done.
    Column("error", Text, nullable=False, default=""),
)
Index("updates_by_state", updates.c.state, updates.c.seq)

conversations = Table(
    "conversations",
    metadata,
    Column("key", String(64), primary_key=True),
    # chat:user.
    Column("data", Text, nullable=False),
    Column("updated", Float, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("key", String(96), primary_key=True),
    # chat:message:user: one verdict a person and answer, the last one holds.
    Column("target", String(160), nullable=False),
    # policy/clause.
    Column("verdict", String(8), nullable=False),
    # up or down.
    Column("reason", String(16), nullable=False, default=""),
    Column("at", Float, nullable=False),
    Column("asker", String(32), nullable=False, default="", server_default=""),
    # Who judged, as a keyed hash (bot/asker.py).
    Column("update_id", BigInteger, nullable=True),
    # The question that was answered; null when it is not known.
)
Index("feedback_by_question", feedback.c.update_id)

questions = Table(
    "questions",
    metadata,
    Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
    Column("update_id", BigInteger, nullable=True, unique=True),
    # The update that asked it: one that is handled again is written over. Null for questions from elsewhere.
    Column("at", Float, nullable=False),
    # POSIX seconds.
    Column("day", String(10), nullable=False),
    # The same as a day in Beijing, 2025-10-08.
    Column("channel", String(12), nullable=False),
    # private, group, inline or terminal.
    Column("asker", String(32), nullable=False),
    # A keyed hash (bot/asker.py); empty in the terminal.
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
    # From taking up the update to the last message.
    Column("settled", String(32), nullable=False, default="", server_default=""),
    # Why it is no longer among the unanswered ones; empty while it may be.
)
Index("questions_by_asker", questions.c.asker)
Index("questions_by_day", questions.c.day)

daily = Table(
    "daily",
    metadata,
    Column("day", String(10), primary_key=True),
    # A day in Beijing.
    Column("kind", String(12), primary_key=True),
    # What is counted: outcome, channel, clause, unit, verdict, refusal.
    Column("name", String(160), primary_key=True),
    # Which of them.
    Column("count", Integer, nullable=False),
)
# What outlives the questions and verdicts that are too old to be kept; refusals are counted here at once.
