"""What is over a limit: `python -m tests.debts` fails on a new one, and on a debt in pyproject.toml that is paid.

The limits are those of [tool.policybot.lines] (lines a file) and of ruff (branches, arguments); the debts stand beside.
`python -m tests.debts --ends FILE...` only looks whether files end with one line break (.pre-commit-config.yaml).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("bot", "knowledge", "tests", "deploy")
LIMITS = ("C901", "PLR0913")
"""Ruff's rules whose exceptions are debts."""


def settings(root: Path = ROOT) -> dict[str, Any]:
    return dict(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"])


def lengths(root: Path, endings: Mapping[str, int]) -> dict[str, int]:
    """The lines of every file of the rooms that has such an ending; hidden folders are what programs make."""
    files = (p for room in ROOMS for p in (root / room).rglob("*") if p.suffix in endings and p.is_file())
    kept = {p.relative_to(root): p for p in files}
    return {
        path.as_posix(): file.read_bytes().count(b"\n")
        for path, file in kept.items()
        if not any(part.startswith(".") for part in path.parts)
    }


def too_long(found: Mapping[str, int], endings: Mapping[str, int], longer: Mapping[str, int]) -> Iterator[str]:
    """A sentence for every file over its limit, and for every debt that is none any more."""
    for path, lines in sorted(found.items()):
        usual = endings[Path(path).suffix]
        most = longer.get(path, usual)
        if lines > most:
            yield f"{path}: {lines} lines, over {most}; split it by what it is about"
        elif path in longer and lines <= usual:
            yield f"{path}: {lines} lines, the debt is paid; strike it out of [tool.policybot.longer]"
    yield from (f"{path}: there is no such file; strike it out" for path in sorted(longer.keys() - found.keys()))


def paid(root: Path, ignores: Mapping[str, list[str]], owed: set[tuple[str, str]]) -> Iterator[str]:
    """A sentence for every exception from ruff's limits that nothing needs."""
    for path, rules in ignores.items():
        for rule in rules:
            if rule in LIMITS and (path, rule) not in owed:
                yield f"{path}: {rule} is paid; strike it out of [tool.ruff.lint.per-file-ignores]"


def owed(root: Path) -> set[tuple[str, str]]:
    """The files and rules that ruff finds broken, exceptions aside."""
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or "ruff"
    command = [ruff, "check", "--select", ",".join(LIMITS), "--config", "lint.per-file-ignores={}"]
    command += ["--output-format", "json", "--exit-zero", "."]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return {(Path(f["filename"]).relative_to(root).as_posix(), f["code"]) for f in json.loads(done.stdout)}


def faults(root: Path = ROOT) -> list[str]:
    read = settings(root)
    endings, longer = read["policybot"]["lines"], read["policybot"]["longer"]
    ignores = read["ruff"]["lint"]["per-file-ignores"]
    return [*too_long(lengths(root, endings), endings, longer), *paid(root, ignores, owed(root))]


def loose_ends(paths: Iterable[Path]) -> list[str]:
    """A sentence for every file that doesn't end with exactly one line break; an empty file has none to end."""
    ends = ((path, path.read_bytes()[-2:]) for path in paths)
    return [
        f"{path}: must end with one line break" for path, end in ends if end and (end[-1:] != b"\n" or end == b"\n\n")
    ]


if __name__ == "__main__":
    found = loose_ends(map(Path, sys.argv[2:])) if sys.argv[1:2] == ["--ends"] else faults()
    for said in found:
        print(said)
    sys.exit(bool(found))
