"""A backup of the store: one zip for SQLite and PostgreSQL alike, so that it also moves the one to the other.

In it: ``manifest.json`` (format, schema version, and for every other member its SHA-256 and its count), a
``tables/<name>.jsonl`` for each table (a row a line, as a JSON object) and ``files/<name>`` for what stands beside the
database: the key by which askers are hashed, and what was taught.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, event, func, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from bot.store import notices, staged, tables
from bot.store.migrate import current_revision, known_revisions, migrate, one_upgrade_at_a_time
from bot.store.private import make_private
from bot.store.store import parsed_url
from bot.store.tables import updates
from knowledge.files.oserrors import why
from knowledge.files.wholefile import names_the_file

FORMAT = 1
MANIFEST = "manifest.json"
VERSIONS = "alembic_version"
"""Alembic's table, which is no part of a backup: the manifest names the version."""
TOGETHER = 1_000
"""Rows in one insert."""
MOST_LINE = 16_000_000
"""Bytes of one row."""
MOST_MANIFEST = 1_000_000
MOST_FILE = 100_000_000
TOO_OLD = 86_400.0
"""Seconds after which a message that was not answered at the time of the backup is not answered any more."""


class BackupError(Exception):
    """The backup or the store can't be used for it; the message says what to mend. Nothing was changed."""


class UnfinishedError(Exception):
    """The database is changed, or may be, but not all of the rest; the message says what is left to do."""


@dataclass(frozen=True)
class Contents:
    """What a backup holds."""

    made: float
    """POSIX seconds."""
    revision: str
    rows: Mapping[str, int]
    """Rows by table."""
    files: tuple[str, ...]


# -- making one ------------------------------------------------------------------------------------------------------


def back_up(url: str, target: Path, files: Mapping[str, Path]) -> Contents:
    """Write a backup of the store at ``url`` and of those ``files`` that exist; the bot may run meanwhile.

    The file appears whole or not at all, readable by its owner only. Raises BackupError.
    """
    with names_the_file(target):
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.absolute().parent)
    try:
        with os.fdopen(descriptor, "w+b") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                contents = _write(archive, url, files)
            out.flush()
            os.fsync(out.fileno())
        with names_the_file(target):
            os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return contents


def _write(archive: zipfile.ZipFile, url: str, files: Mapping[str, Path]) -> Contents:
    members: dict[str, dict[str, Any]] = {}
    with _snapshot(url) as connection:
        revision = current_revision(connection)
        if revision is None:
            raise BackupError("数据库里还没有表；机器人运行过才有东西可备份")
        found = MetaData()
        found.reflect(connection)
        for table in sorted(found.tables.values(), key=lambda t: t.name):
            if table.name != VERSIONS:
                members[f"tables/{table.name}.jsonl"] = _write_table(archive, connection, table)
        marks = notices.told(connection) if tables.notices.name in found.tables else set()
    for name, path in files.items():
        with contextlib.suppress(FileNotFoundError):
            data = staged.in_force(path, marks).read_bytes()
            archive.writestr(f"files/{name}", data)
            members[f"files/{name}"] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    made = round(time.time(), 3)
    manifest = {"format": FORMAT, "made": made, "revision": revision, "members": members}
    archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return _contents(manifest)


def _write_table(archive: zipfile.ZipFile, connection: Connection, table: Table) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    rows = connection.execution_options(yield_per=TOGETHER).execute(select(table).order_by(*table.primary_key.columns))
    with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as out:
        for row in rows.mappings():
            line = json.dumps(dict(row), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            digest.update(line)
            out.write(line)
            count += 1
    return {"sha256": digest.hexdigest(), "rows": count}


@contextlib.contextmanager
def _snapshot(url: str) -> Iterator[Connection]:
    """The store as it is at one moment, whatever is written meanwhile."""
    parsed = parsed_url(url)
    if parsed.get_backend_name() == "sqlite":
        if not Path(parsed.database or "").is_file():
            raise BackupError(
                f"没有数据库 {parsed.database}；在别处的，用 POLICYBOT_DATABASE 或 POLICYBOT_DATA_DIR 指明"
            )
        with tempfile.TemporaryDirectory(prefix="policybot-backup-") as folder:
            copy = Path(folder) / "copy.db"
            source = sqlite3.connect(f"{Path(parsed.database or '').absolute().as_uri()}?mode=ro", uri=True)
            with contextlib.closing(source), contextlib.closing(sqlite3.connect(copy)) as copied:
                source.backup(copied)  # SQLite's online backup: consistent while others write
            engine = create_engine(f"sqlite:///{copy}")
            with contextlib.closing(_Disposed(engine)), engine.connect() as connection:
                yield connection
        return
    engine = create_engine(parsed, isolation_level="REPEATABLE READ")
    with contextlib.closing(_Disposed(engine)), engine.connect() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        yield connection


class _Disposed:
    """Closes an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def close(self) -> None:
        """All its connections."""
        self._engine.dispose()


# -- reading one -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Contents]]:
    """A backup, checked from the first byte to the last. Raises BackupError."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive, _checked(archive)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, zlib.error) as error:
        raise BackupError(f"{path}：不是完好的备份文件，或没有传完整") from error


def _checked(archive: zipfile.ZipFile) -> Contents:
    names = archive.namelist()
    if MANIFEST not in names or archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
        raise BackupError("不是 policybot 的备份：里面没有 manifest.json")
    try:
        manifest = json.loads(archive.read(MANIFEST))
        if manifest["format"] > FORMAT:
            raise BackupError(f"备份的格式（{manifest['format']}）比这个程序新；请更新 policybot")
        members = dict(manifest["members"])
        contents = _contents(manifest)
        expected = {name: (str(member["sha256"]), member.get("rows")) for name, member in members.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"manifest.json 读不懂（{error.__class__.__name__}）") from error
    if sorted(names) != sorted([MANIFEST, *expected]):
        raise BackupError("里面的文件与 manifest.json 列的不一样")
    for name, (digest, rows) in expected.items():
        found = _digest(archive, name)
        if found != (digest, rows if rows is not None else found[1]):
            raise BackupError(f"{name} 损坏：校验和或行数不对")
    return contents


def _contents(manifest: Mapping[str, Any]) -> Contents:
    rows, files = {}, []
    for name, member in manifest["members"].items():
        folder, _, rest = name.partition("/")
        if folder == "tables" and rest.endswith(".jsonl"):
            rows[rest.removesuffix(".jsonl")] = int(member["rows"])
        elif folder == "files" and rest:
            files.append(rest)
        else:
            raise BackupError(f"manifest.json 里有认不出的「{name}」")
    return Contents(float(manifest["made"]), str(manifest["revision"]), rows, tuple(files))


def _digest(archive: zipfile.ZipFile, name: str) -> tuple[str, int]:
    """(SHA-256, lines) of a member."""
    digest, lines = hashlib.sha256(), 0
    with archive.open(name) as member:
        while part := member.read(1 << 20):
            digest.update(part)
            lines += part.count(b"\n")
    return digest.hexdigest(), lines


# -- putting one back ------------------------------------------------------------------------------------------------


def restore(path: Path, url: str, files: Mapping[str, Path], force: bool = False) -> Contents:
    """Put a backup into the store at ``url``, whole or not at all; its files go to ``files``, where these are named.

    A store that holds something is refused unless ``force``, and so is one that the bot has open. Raises BackupError;
    and UnfinishedError when the database is restored and a file can't be put in place. What is killed after the commit
    is finished by whoever opens the store next (staged.py).
    """
    with opened(path) as (archive, contents):
        if contents.revision not in known_revisions():
            raise BackupError(f"备份来自更新的版本（{contents.revision}）；请更新 policybot 再恢复")
        if any(archive.getinfo(f"files/{name}").file_size > MOST_FILE for name in contents.files):
            raise BackupError(f"备份里有超过 {MOST_FILE} 字节的文件")
        unknown = [name for name in contents.files if name not in files]
        if unknown:
            raise BackupError(f"备份里有认不出的文件：{'、'.join(unknown)}")
        wanted = {files[name]: archive.read(f"files/{name}") for name in contents.files}
        if not force:
            differing = [str(p) for p, data in wanted.items() if p.exists() and p.read_bytes() != data]
            if differing:
                raise BackupError(f"已有不同的文件：{'、'.join(differing)}。要换成备份里的，加 --force")
        new = staged.Staged(wanted)
        _commit(url, archive, contents, new, force)
    _put_in_place(url, list(files.values()))
    return contents


def _commit(url: str, archive: zipfile.ZipFile, contents: Contents, new: staged.Staged, force: bool) -> None:
    """The database, and with the same commit the decision that the files come after it."""
    committing = False
    try:
        with _transaction(url) as connection:
            _refuse_unless_ready(connection, force)
            _fill(connection, archive, contents)
            new.write(connection)
            committing = True
    except BaseException as error:
        if committing and _committed(url, new):
            return
        new.discard()
        if isinstance(error, OSError):
            raise BackupError(f"写不了 {error.filename}（{why(error)}）；请检查权限和磁盘") from error
        raise


def _committed(url: str, new: staged.Staged) -> bool:
    """Whether a commit that raised an error was made all the same: a server may die before it says so."""
    if parsed_url(url).get_backend_name() == "sqlite":
        return False
    engine = _engine(url)
    try:
        with contextlib.closing(_Disposed(engine)), engine.connect() as connection:
            return new.committed(connection)
    except SQLAlchemyError as error:
        raise UnfinishedError(
            "数据库的连接在最后一步断了，不知道写成了没有。等它好了，启动机器人：写成了的会接着做完，没写成的还是原样；"
            "或者再恢复一次"
        ) from error


def _put_in_place(url: str, paths: Sequence[Path]) -> None:
    """What comes after the commit."""
    engine = _engine(url)
    try:
        with contextlib.closing(_Disposed(engine)), engine.begin() as connection:
            staged.settle(connection, paths)
        staged.clear(paths)
    except OSError as error:
        raise UnfinishedError(
            f"数据库恢复了，可是写不了 {error.filename2 or error.filename}（{why(error)}）。"
            "它的新内容已经写在旁边（名字里有 .restore-）；请检查权限和磁盘，再启动机器人：先放好文件，放不好就不启动"
        ) from error
    except SQLAlchemyError as error:
        raise UnfinishedError("数据库恢复了，旁边的文件还没有都放好；启动机器人，它会先把文件放好") from error


@contextlib.contextmanager
def _transaction(url: str) -> Iterator[Connection]:
    """Everything in one transaction; a file that was not there before is gone again when it fails."""
    engine, parsed = _engine(url), parsed_url(url)
    file = Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None
    with _alone_in(file.absolute().parent) if file is not None else contextlib.nullcontext():
        new = file is not None and not file.exists()
        make_private(parsed)
        try:
            with contextlib.closing(_Disposed(engine)), engine.begin() as connection:
                yield connection
        except BaseException:
            if new and file is not None and file.exists() and not file.stat().st_size:
                file.unlink()
            raise


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One restore at a time in a folder: a second one must not take away the file that the first one fills.

    A killed program lets go. A folder that isn't there, or can't be locked, is no reason not to try.
    """
    import fcntl

    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _engine(url: str) -> Engine:
    """One whose transactions begin at once and hold changes of tables, too (SQLAlchemy's recipe for SQLite)."""
    parsed = parsed_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed)
    engine = create_engine(parsed, connect_args={"timeout": 2.0})

    @event.listens_for(engine, "connect")
    def _(connection: Any, __: object) -> None:
        connection.isolation_level = None
        # Leaving the write-ahead log fails while another program has the database open.
        connection.execute("PRAGMA journal_mode=DELETE")

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")

    return engine


def _refuse_unless_ready(connection: Connection, force: bool) -> None:
    current = current_revision(connection)
    if current is not None and current not in known_revisions() and not force:
        raise BackupError(
            f"现有的数据库比这个程序新（{current}）。请更新 policybot；退回了旧程序、要用旧备份换掉它的，加 --force"
        )
    if connection.dialect.name == "postgresql":
        one_upgrade_at_a_time(connection)
        others = connection.execute(
            text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        ).scalar()
        if others:
            raise BackupError(f"数据库还有 {others} 个别的连接；请先停下机器人")
    found = MetaData()
    found.reflect(connection)
    held = {
        table.name: int(connection.execute(select(func.count()).select_from(table)).scalar() or 0)
        for table in found.tables.values()
        if table.name != VERSIONS
    }
    if any(held.values()) and not force:
        full = "、".join(f"{name} {count} 行" for name, count in held.items() if count)
        raise BackupError(f"数据库不是空的（{full}）。要用备份换掉它们，加 --force；先备份现有的")
    found.drop_all(connection)


def _fill(connection: Connection, archive: zipfile.ZipFile, contents: Contents) -> None:
    """Make the tables as they were then, fill them, and bring them to the present form."""
    migrate(connection, contents.revision)
    made = MetaData()
    made.reflect(connection)
    for name in contents.rows:
        if name not in made.tables or name == VERSIONS:
            raise BackupError(f"备份里有认不出的表「{name}」")
        table = made.tables[name]
        for rows in _batches(archive, name):
            try:
                connection.execute(table.insert(), rows)
            except Exception as error:
                raise BackupError(f"表「{name}」填不进去（{error.__class__.__name__}）") from error
        if connection.dialect.name == "postgresql":
            _count_on(connection, table)
    migrate(connection)
    late = updates.c.received < time.time() - TOO_OLD
    change = {"state": "aside", "error": "restored from a backup, too late to answer"}
    connection.execute(update(updates).where(updates.c.state == "open", late).values(change))


def _batches(archive: zipfile.ZipFile, name: str) -> Iterable[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    size = 0
    with archive.open(f"tables/{name}.jsonl") as member:
        while line := member.readline(MOST_LINE + 1):
            try:
                row = json.loads(line)
            except ValueError:
                raise BackupError(f"表「{name}」里有读不懂的一行") from None
            batch.append(row)
            size += len(line)
            if len(batch) >= TOGETHER or size >= MOST_LINE:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL counts up a sequence of its own: it goes on after the highest number that was put in."""
    for column in table.primary_key.columns:
        sequence = connection.execute(
            text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
        ).scalar()
        if sequence is not None:
            highest = connection.execute(select(func.max(column))).scalar()
            if highest is not None:
                connection.execute(text("SELECT setval(:name, :value)"), {"name": sequence, "value": int(highest)})
