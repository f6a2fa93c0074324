"""Places with a store of their own, in either database, for tests of backup and restore."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, create_engine, select

from bot.settings import OVERLAY
from bot.staff.asker_hash import KEY_FILE
from bot.store import tickets
from bot.store.questions import Asked
from bot.store.store import Change, Received, Store, Verdict, parsed_url
from tests.patience import PATIENCE
from tests.started import ROOT
from tests.store.test_store import kept, of

SQLITE, POSTGRES = "sqlite", "postgresql"


class Place:
    """A data folder with its database."""

    def __init__(self, folder: Path, url: str) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.url = folder, url

    def command(self, *words: object) -> subprocess.CompletedProcess[str]:
        """`policybot …` on it."""
        return self._run("-m", "bot.cli", *words)

    def python(self, code: str, *words: object) -> subprocess.CompletedProcess[str]:
        """A program on it."""
        return self._run("-c", code, *words)

    def _run(self, *words: object) -> subprocess.CompletedProcess[str]:
        environment = {"POLICYBOT_DATA_DIR": str(self.folder), "POLICYBOT_DATABASE": self.url, "PYTHONUTF8": "1"}
        return subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that it holds."""
        engine = create_engine(parsed_url(self.url))
        with engine.connect() as connection:
            found = MetaData()
            found.reflect(connection)
            held = {
                name: [dict(row) for row in connection.execute(select(t).order_by(*t.primary_key.columns)).mappings()]
                for name, t in found.tables.items()
            }
        engine.dispose()
        return held

    async def fill(self) -> None:
        """A bit of everything."""
        store = Store(self.url)
        store.prepare()
        store.open()
        now = time.time()
        await store.receive([Received(of(n), f'{{"update_id":{n},"text":"问题{n}😀"}}', now) for n in range(1, 5)])
        await store.receive([Received(of(7), '{"update_id":7}', now - 200_000.0)])
        await store.change(Change(done=of(2)))
        await store.change(Change(aside=(of(3), "ValueError")))
        await store.change(Change(kept=[kept("5:5", '{"clause":"p/1.1"}', now)]))
        await store.change(Change(verdicts=[Verdict("k", "p/1.1", "down", "", now, "hash", of(2))]))
        asked = Asked(
            of(2), now, "2026-11-24", "private", "hash", "=1+1\n\u2028", "词", "none", score=0.25, margin=None
        )
        await store.change(Change(asked=[asked], counted=[("2026-11-24", "refusal", "stats")]))
        await store.transact(lambda c: tickets.open_one(c, of(4), ("5", "5", "9"), "怎么办", "", now, asker="hash"))
        await store.close()
        (self.folder / KEY_FILE).write_text("k" * 64)
        (self.folder / OVERLAY).write_text("taught: []\n")
