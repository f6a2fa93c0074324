"""What tests of backup and restore share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.store.places import POSTGRES, Place
from tests.telegram.postgres import fresh_database


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Makes places: place("sqlite", "a")."""

    def make(kind: str, name: str) -> Place:
        if kind == POSTGRES:
            return Place(tmp_path / name, fresh_database(str(request.getfixturevalue("postgres_url"))))
        return Place(tmp_path / name, f"sqlite:///{tmp_path / name / 'policybot.db'}")

    return make
