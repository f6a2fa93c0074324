"""The tables, as SQLAlchemy knows them; migrations/ brings a database to this form."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

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

tickets = Table(
    "tickets",
    metadata,
    Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
    # The number that people see: #12; taken from ticket_openings.
    Column("update_id", BigInteger, nullable=False, unique=True),
    # The update that opened it: one that is handled again opens no second ticket.
    Column("chat", BigInteger, nullable=False),
    Column("person", BigInteger, nullable=False),
    Column("message", BigInteger, nullable=False),
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
)
Index("tickets_by_state", tickets.c.state, tickets.c.id)
Index("tickets_by_person", tickets.c.person, tickets.c.opened)

ticket_openings = Table(
    "ticket_openings",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    # Of the ticket. The highest row stays for good, so that no number is given twice.
    Column("asker", String(32), nullable=False),
    # Who opened it, as a keyed hash (bot/asker.py); emptied after a day.
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
    Column("chat", BigInteger, nullable=False),
    Column("message", BigInteger, nullable=False),
    # What a person of the staff wrote, in the staff group.
    Column("ticket", BigInteger, nullable=False),
    Column("passed", BigInteger, nullable=False),
    # The message in the asker's chat by which it was passed on: changed when the person changes theirs.
    Column("at", Float, nullable=False),
    UniqueConstraint("chat", "message"),
)
Index("ticket_answers_by_ticket", ticket_answers.c.ticket)

moved_chats = Table(
    "moved_chats",
    metadata,
    Column("old", BigInteger, primary_key=True, autoincrement=False),
    # A group that became a supergroup, which has another id.
    Column("new", BigInteger, nullable=False),
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

notices = Table(
    "notices",
    metadata,
    Column("key", String(200), primary_key=True),
    # What was told, such as expiry:<policy>:<last day>:<stage>.
    Column("at", Float, nullable=False),
    # POSIX seconds.
)
# What the staff were told, so that it is told once.
