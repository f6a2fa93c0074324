"""A restore that is killed, that another one meets, or whose files have no place."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from bot.settings import OVERLAY
from bot.staff.asker_hash import KEY_FILE
from bot.store import backup
from bot.store.backup import back_up, restore
from bot.store.private import make_private
from bot.store.store import Store
from bot.store.tables import questions
from tests.store.places import POSTGRES, SQLITE

KILLED = """
import os, signal, sys
from bot import cli
from bot.store import backup, staged

def ends(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[1] == "before":  # all is written, and nothing committed
    write = staged.Staged.write
    staged.Staged.write = lambda *given: (write(*given), ends())
else:
    backup._put_in_place = ends
cli.main(["restore", sys.argv[2], "--force"])
"""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_a_restore_that_is_killed_is_finished_or_undone(
    place: Any, tmp_path: Path, kind: str, moment: str
) -> None:
    """Killed before the commit and it changed nothing; after it, and whoever opens the store next puts the files up."""
    old, here, file = place(SQLITE, "old"), place(kind, "here"), tmp_path / "b.zip"
    await old.fill()
    await here.fill()
    (here.folder / KEY_FILE).write_text("h" * 64)
    (here.folder / OVERLAY).write_text("taught: []  # here\n")
    assert old.command("backup", file).returncode == 0
    with contextlib.closing(sqlite3.connect(old.folder / "policybot.db")) as database:
        database.execute("DELETE FROM questions")  # so that the backup's rows are told from those here
        database.commit()
    store = Store(here.url)
    store.open()
    await store.transact(lambda c: c.execute(questions.update().values(text="here")))
    await store.close()
    before = here.rows()
    killed = here.python(KILLED, moment, file)
    assert killed.returncode == -9, killed.stderr
    assert (here.folder / KEY_FILE).read_text() == "h" * 64, "no file before the commit"
    if moment == "before":
        assert here.rows() == before
        assert here.command("stats").returncode == 0
        assert (here.folder / KEY_FILE).read_text() == "h" * 64
        assert here.rows() == before
        assert here.command("restore", file, "--force").returncode == 0
    else:
        assert here.rows()["questions"][0]["text"] == "=1+1\n\u2028"
        assert here.command("backup", tmp_path / "meanwhile.zip").returncode == 0
        with zipfile.ZipFile(tmp_path / "meanwhile.zip") as archive:
            assert archive.read(f"files/{KEY_FILE}") == b"k" * 64, "the key that goes with the database"
        assert here.command("stats").returncode == 0
    assert (here.folder / KEY_FILE).read_text() == "k" * 64
    assert (here.folder / OVERLAY).read_text() == "taught: []\n"
    assert here.rows()["questions"][0]["text"] == "=1+1\n\u2028"
    assert here.rows()["notices"] == []
    assert [p.name for p in here.folder.iterdir() if ".restore-" in p.name] == [], "nothing is left behind"


async def test_a_file_that_can_not_be_put_in_place_is_told_and_put_there_later(place: Any, tmp_path: Path) -> None:
    old, new, file = place(SQLITE, "old"), place(SQLITE, "new"), tmp_path / "b.zip"
    await old.fill()
    assert old.command("backup", file).returncode == 0
    (new.folder / KEY_FILE).mkdir()  # no file can take its place
    done = new.command("restore", file, "--force")
    assert done.returncode == 2
    assert "恢复没有做完：数据库恢复了" in done.stderr
    assert "什么都没有改" not in done.stderr
    assert str(new.folder / KEY_FILE) in done.stderr
    refused = new.command("stats")
    assert refused.returncode == 2
    assert "上次的恢复没有做完" in refused.stderr
    (new.folder / KEY_FILE).rmdir()
    assert new.command("stats").returncode == 0
    assert (new.folder / KEY_FILE).read_text() == "k" * 64


def test_two_restores_at_once_are_one(place: Any, tmp_path: Path) -> None:
    """Whoever comes second waits, and then finds that the store is not empty."""
    old, new = place(SQLITE, "old"), place(SQLITE, "new")
    asyncio.run(old.fill())
    assert old.command("backup", tmp_path / "b.zip").returncode == 0
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda: codes.append(new.command("restore", tmp_path / "b.zip").returncode))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [0, 2]
    assert len(new.rows()["questions"]) == 1


def test_who_waited_in_vain_leaves_the_file_that_another_fills(
    place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both find no file yet; the one that comes to fill it takes longer than the other one waits for a lock."""
    old, new, file = place(SQLITE, "old"), place(SQLITE, "new"), tmp_path / "b.zip"
    asyncio.run(old.fill())
    back_up(old.url, file, {})
    filling, fill = threading.Event(), backup._fill
    failed: list[Exception] = []

    def pausing(database: URL) -> None:
        filling.wait(1.0)  # for the other one, unless that is kept waiting itself
        make_private(database)

    def slowly(*of: Any) -> None:
        filling.set()
        time.sleep(2.5)
        fill(*of)

    def restoring() -> None:
        try:
            restore(file, new.url, {})
        except Exception as error:
            failed.append(error)

    monkeypatch.setattr("bot.store.backup.make_private", pausing)
    monkeypatch.setattr(backup, "_fill", slowly)
    threads = [threading.Thread(target=restoring) for _ in range(2)]
    for thread in threads:
        thread.start()
        time.sleep(0.3)
    for thread in threads:
        thread.join()
    assert len(failed) == 1
    assert len(new.rows()["questions"]) == 1
