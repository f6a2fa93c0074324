"""What was parsed once is read from the cache folder, and never when a file is another."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.files.faults import KnowledgeError
from knowledge.files.storedyaml import KEEP, SUFFIX, stored_data, stored_yaml


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def _written(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_parsed_once(tmp_path: Path, cache: Path) -> None:
    file, reads = _written(tmp_path / "a.yaml", "words: [工厂, 补贴]\n"), list[int]()

    def read() -> dict[str, list[str]]:
        reads.append(1)
        return {"words": ["工厂", "补贴"]}

    assert stored_data([file], [cache], read) == stored_data([file], [cache], read) == stored_yaml(file, [cache])
    assert len(reads) == 1


def test_another_content_name_or_folder_is_parsed_anew(tmp_path: Path, cache: Path) -> None:
    one = _written(tmp_path / "one" / "a.yaml", "x: 1\n")
    assert stored_yaml(one, [cache]) == {"x": 1}
    _written(one, "x: 2\n")
    assert stored_yaml(one, [cache]) == {"x": 2}
    two = _written(tmp_path / "two" / "a.yaml", "x: 2\n")
    assert stored_data([two], [cache], lambda: "two") == "two"
    assert stored_data([one, two], [cache], lambda: "both") == "both"
    assert stored_data([two, one], [cache], lambda: "the other way round") == "the other way round"


def test_what_is_spoilt_is_parsed_anew(tmp_path: Path, cache: Path) -> None:
    file = _written(tmp_path / "a.yaml", "x: 1\n")
    stored_yaml(file, [cache])
    kept = next(cache.glob(f"*{SUFFIX}"))
    kept.write_bytes(kept.read_bytes()[:-1])
    assert stored_yaml(file, [cache]) == {"x": 1}


def test_a_file_that_changes_meanwhile_is_not_kept(tmp_path: Path, cache: Path) -> None:
    file = _written(tmp_path / "a.yaml", "x: 1\n")

    def read() -> str:
        _written(file, "x: 2\n")
        return "which?"

    assert stored_data([file], [cache], read) == "which?"
    assert not cache.exists()


def test_few_are_kept_and_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "a.yaml"
    for n in range(KEEP + 3):
        stored_yaml(_written(file, f"x: {n}\n"), [cache])
    assert len(list(cache.glob(f"*{SUFFIX}"))) == KEEP
    assert stored_yaml(file, [file / "no folder"]) == {"x": KEEP + 2}


def test_a_fault_is_told_and_nothing_kept(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(KnowledgeError):
        stored_yaml(_written(tmp_path / "a.yaml", "x: [1\n"), [cache])
    assert not cache.exists()
