"""The lanes name modules that are there, and what starts the program or compiles a base is in none but its own."""

from __future__ import annotations

import re
from pathlib import Path

from tests.conftest import LANES, LONGEST, REPEATING

TESTS = Path(__file__).resolve().parents[1]
PLACES = [place for places in LANES.values() for place in places]


def test_every_module_named_is_there_and_named_once() -> None:
    assert [
        p for p in (*PLACES, *LONGEST, *REPEATING) if not (TESTS / p if p[-1] == "/" else TESTS / f"{p}.py").exists()
    ] == []
    assert len(set(PLACES)) == len(PLACES)
    assert len(set(LONGEST)) == len(LONGEST)
    assert len(set(REPEATING)) == len(REPEATING)


def test_the_fast_lane_starts_no_server() -> None:
    """What runs the page, the bot or the cluster as a process is in a lane of its own."""
    starts = re.compile(r"^from tests\.\w+\.(process|server) import .*\b(Served|Serve|Bot|Nodes)\b", re.MULTILINE)
    modules = sorted(TESTS.rglob("test_*.py"))
    found = [p for p in modules if starts.search(p.read_text(encoding="utf-8"))]
    assert len(found) >= 8, "else this looks at nothing"
    assert [p.name for p in found if not any(_under(p, place) for place in PLACES)] == []


def _under(path: Path, place: str) -> bool:
    home = path.relative_to(TESTS).with_suffix("").as_posix()
    return home == place or (place[-1] == "/" and home.startswith(place))
