"""A backup of replicas that run, put into a new database: what was held there is answered by whoever comes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.store.backup import BackupError, back_up, restore
from bot.store.store import Store
from bot.store.tables import leases as held
from tests.replicas.echoes import CHANNEL, replicas, short_leases, until
from tests.telegram.postgres import fresh_database


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six seconds: with two, this test once waited in vain on a busy machine, which pauses alone don't explain."""
    short_leases(monkeypatch, 6.0)


def lines(connection: Connection) -> list[str]:
    return list(connection.execute(select(held.c.line).where(held.c.channel == CHANNEL)).scalars())


async def test_what_was_held_when_the_backup_was_made_is_answered_after_it_is_restored(
    postgres_url: str, tmp_path: Path
) -> None:
    before, after, file = fresh_database(postgres_url), fresh_database(postgres_url), tmp_path / "backup.zip"
    async with replicas(before, "a") as ((a,), said):
        gate = asyncio.Event()
        a.echo.before = gate.wait
        for n in range(3):
            await a.take(f"d{n}", f"chat|{n}")
        await until(lambda: "chat" in a.journal.lines.held)
        await asyncio.to_thread(back_up, before, file, {})
        with pytest.raises(BackupError, match="停下"):
            await asyncio.to_thread(restore, file, before, {}, True)
        gate.set()
        await until(lambda: len(said) == 3)
    await asyncio.to_thread(restore, file, after, {})
    store = Store(after)
    with store.engine.connect() as connection:
        assert lines(connection) == ["chat"], "the lease of a replica that is no more"
    store.engine.dispose()
    async with replicas(after, "b") as (_, told):
        await until(lambda: len(told) == 3)
        assert told == [("b", "chat", str(n)) for n in range(3)]
