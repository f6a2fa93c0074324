"""The compiled form: the same base as from the files, read piece by piece, and never an old one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.engine.assistant import Assistant
from bot.staff.question_tests import DAY
from knowledge import compiled
from knowledge.base.contents import Base
from knowledge.base.document import Policy
from knowledge.base.record import COMPILED, Record
from knowledge.base.talk import Expressions
from knowledge.compiled.cache import COMPILES
from knowledge.compiled.storedbase import Unread
from knowledge.files import storedform


@pytest.fixture
def root(small_template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_template, tmp_path / "base"))


@pytest.fixture(scope="module")
def made(small_template: Path) -> compiled.Ready:
    """The same from the files, without a look at the compiled form."""
    return compiled.make(small_template)


@pytest.fixture
def stored(root: Path) -> compiled.Ready:
    found = compiled.load(compiled.fingerprint(root), [root / compiled.BESIDE])
    assert found is not None
    return found


def test_a_document_is_read_when_it_is_looked_at(stored: compiled.Ready) -> None:
    policy = stored.base.policies[0]
    assert type(policy) is Unread
    assert policy.id
    assert policy.display_name
    assert type(policy) is Unread
    assert policy.clauses
    assert type(policy) is Policy
    assert policy.clauses is policy.clauses


def test_starting_an_assistant_reads_no_document(root: Path) -> None:
    """Of several; where there is one, it is the one that is meant."""
    folder = root / "policies"
    one = next(folder.iterdir())
    other = Path(shutil.copytree(one, folder / "other"))
    (other / "phrasings.yaml").unlink(missing_ok=True)
    text = (other / "policy.yaml").read_text(encoding="utf-8")
    (other / "policy.yaml").write_text(text.replace(f"id: {one.name}\n", "id: other\n", 1), encoding="utf-8")
    compiled.ready(root)
    again = compiled.ready(root)
    assistant = Assistant(again, today=lambda: DAY)
    assert "other" in {p.id for p in again.base.policies if type(p) is Unread}
    assert assistant.show("other/" + assistant.library.by_id["other"].clauses[0].id).clauses


def test_it_is_what_the_files_say(made: compiled.Ready, stored: compiled.Ready) -> None:
    assert stored.base == made.base
    assert made.base == stored.base


def test_dumped_unread_it_is_whole(made: compiled.Ready, stored: compiled.Ready) -> None:
    dumped = stored.base.model_dump_json()
    assert dumped == made.base.model_dump_json()
    assert Base.model_validate_json(dumped) == stored.base


def test_a_copy_with_other_parts_keeps_them(stored: compiled.Ready) -> None:
    copy = stored.base.policies[0].model_copy(update={"sections": ()})
    assert copy.attachments == stored.base.policies[0].attachments
    assert copy.sections == ()
    assert stored.base.policies[0].sections


def test_what_was_loaded_can_be_stored(stored: compiled.Ready, tmp_path: Path) -> None:
    assert compiled.store(stored, [tmp_path])
    again = compiled.load(stored.fingerprint, [tmp_path])
    assert again is not None
    assert again.base == stored.base


def test_many_threads_get_the_same_document(root: Path) -> None:
    for _ in range(20):
        ready = compiled.load(compiled.fingerprint(root), [root / compiled.BESIDE])
        assert ready is not None
        policy, together = ready.base.policies[0], Barrier(8)

        def look(policy: Policy = policy, together: Barrier = together) -> object:
            together.wait()
            return policy.sections

        with ThreadPoolExecutor(8) as pool:
            seen = [future.result() for future in [pool.submit(look) for _ in range(8)]]
        assert all(one is seen[0] for one in seen)


def test_one_that_another_thread_has_read_meanwhile_has_its_parts(stored: compiled.Ready) -> None:
    policy = stored.base.policies[0]
    sections = policy.sections
    assert type(policy) is Policy
    assert Unread.__getattr__(policy, "sections") is sections  # type: ignore[arg-type]
    assert Unread.__eq__(policy, policy)  # type: ignore[operator]


def test_nothing_else_is_missing(stored: compiled.Ready) -> None:
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = stored.base.policies[0].no_such_thing  # type: ignore[attr-defined]
    assert not hasattr(stored.base.policies[0], "__wrapped__")


def _same_size_and_time(file: Path) -> None:
    before = file.stat()
    content = file.read_bytes()
    file.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def _part(folder: Path) -> None:
    (folder / "more.yaml").touch()


CHANGES: dict[str, Callable[[Path], object]] = {
    "one bit of a source, its size and time as before": lambda root: _same_size_and_time(
        next(root.glob("policies/*/source.txt"))
    ),
    "a lexicon file": lambda root: _same_size_and_time(root / "lexicon" / "units.yaml"),
    "weights": lambda root: _same_size_and_time(root / "weights.yaml"),
    "a file less": lambda root: next(root.glob("policies/*/phrasings.yaml")).unlink(),
    "a file more": lambda root: (next(root.glob("policies/*")) / "notes.yaml").touch(),
    "a file more in a list that is kept in parts": lambda root: _part(root / "lexicon" / "synonyms"),
    "evidence where there was none": lambda root: (root / "evidence.yaml").write_text("signal: {}\nbias: 0.0\n"),
    "a folder by another name": lambda root: next(root.glob("policies/*")).rename(root / "policies" / "renamed"),
    "a file by another name": lambda root: (root / "lexicon" / "cues").rename(root / "lexicon" / "cue"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_noticed(root: Path, change: str) -> None:
    before = compiled.fingerprint(root)
    CHANGES[change](root)
    assert compiled.fingerprint(root) != before


def test_where_it_lies_makes_no_difference(root: Path, small_template: Path) -> None:
    assert compiled.fingerprint(root) == compiled.fingerprint(small_template)


def test_a_start_loads_only_what_it_needs(root: Path) -> None:
    """Neither what checks and compiles the files nor setuptools."""
    code = """
import sys
from pathlib import Path
from knowledge import compiled
made = compiled.ready(Path(sys.argv[1]), Path(sys.argv[1]) / "overlay.yaml")
made.reader.read("高企补贴")
unwanted = ("pkg_resources", "pypinyin", "knowledge.base.load", "knowledge.reading.build_vocabulary")
print(*(n for n in unwanted if n in sys.modules))
"""
    environment = {k: v for k, v in os.environ.items() if k != compiled.CACHE_VARIABLE}
    environment["PYTHONPATH"] = str(compiled.ROOT.parent)
    command = [sys.executable, "-c", code, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == []
    assert compiled.load(compiled.fingerprint(root), [root / compiled.BESIDE]) is not None


def test_expressions_are_looked_at_when_a_base_is_compiled() -> None:
    """A start takes those of a compiled form as checked: to compile a hundred costs it a tenth of its time."""

    class Example(Record):
        small: Expressions

    bad = '{"small": ["x)"]}'
    with pytest.raises(ValidationError, match="正则表达式"):
        Example.model_validate_json(bad)
    assert Example.model_validate_json(bad, context=COMPILED).small == ("x)",)


def test_the_fingerprint_covers_all_the_code_that_compiles(root: Path) -> None:
    """Every module of knowledge/ that is loaded when a base is made is in a room that the fingerprint looks at."""
    program = """
import sys
from pathlib import Path
from knowledge import compiled
compiled.make(Path(sys.argv[1]))
print(*(name for name in sys.modules if name.startswith("knowledge.")))
"""
    done = subprocess.run([sys.executable, "-c", program, str(root)], capture_output=True, text=True, check=True)
    rooms = {name.split(".")[1] for name in done.stdout.split()}
    assert {"compiled", "learned", "reading"} <= rooms
    assert rooms <= set(COMPILES)


@settings(max_examples=60)
@given(
    st.lists(st.text(max_size=3), max_size=4),
    st.dictionaries(st.text(max_size=3), st.integers(0, 9) | st.floats(0, 1) | st.text(max_size=2), max_size=4),
)
def test_plain_data_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, words: list[str], by: Any) -> None:
    """Long lists and mappings are stored another way than short ones, and odd ones as they are."""
    some = [f"词{n}" for n in range(storedform.PACKED)]
    plain: dict[str, Any] = {
        "lists": {"short": words, "long": [*some, *words], "empty": [""] * storedform.PACKED, "numbers": [*range(300)]},
        "counts": dict.fromkeys(some, 3) | by,
        "shares": dict.fromkeys(some, 0.5),
        "names": {"inside": dict(zip(some, reversed(some), strict=True)) | {str(k): str(v) for k, v in by.items()}},
        "lines": dict.fromkeys(some, "a\nb"),
        "of lists": {word: [1, 2] for word in some},
    }
    path = tmp_path_factory.mktemp("forms") / "one.form"
    storedform.write(path, plain, {"a": np.arange(3)})
    again, arrays = storedform.read(path)
    assert again == json.loads(json.dumps(plain))
    assert [list(value) for value in again["names"].values()] == [list(value) for value in plain["names"].values()]
    assert arrays["a"].tolist() == [0, 1, 2]
