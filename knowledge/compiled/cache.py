"""The base made ready to answer, and kept ready on disk.

Reading the YAML, cutting thousands of phrasings and learning the weights takes some seconds; a start from the stored
form takes a fraction of one. The stored form is keyed by the content of every file that it was made from, so it can't
be stale; it is plain JSON and arrays (never pickle: loading it can't run code) in a folder of the user's own. What a
start doesn't need stays there until somebody asks for it.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge import ROOT
from knowledge.base.field import FOLDER as FIELD
from knowledge.base.talk import GENERAL
from knowledge.compiled import storedbase
from knowledge.compiled.compiling import compile_base
from knowledge.compiled.readybase import Ready
from knowledge.files import storedform
from knowledge.learned import dialogue_acts, index
from knowledge.learned.dialogue_acts import DialogueActs
from knowledge.learned.index import Index, Weights
from knowledge.reading.reader import Reader
from knowledge.reading.vocabulary import Vocabulary
from knowledge.retrieval import LocalRetriever, evidence, topics
from knowledge.retrieval.clause_finder import ClauseFinder
from knowledge.retrieval.topics import Topics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.teaching.overlay import Taught

FORM = ".form"
"""Suffix of the stored form."""
ARRAYS = ".arrays"
"""Suffix of the file beside it that holds the search engine over clauses without phrasings."""
COMPILES = ("base", "compiled", "files", "learned", "reading", "retrieval", "teaching", "text")
"""Rooms whose code the compiled form depends on, with the settings that lie in them."""
COMPILES_WITH = ("jieba", "numpy", "opencc", "pypinyin")
"""Packages whose version it depends on."""
KEEP = 4
"""Stored forms that are kept in a folder; older ones are removed."""


FITTED = ("weights.yaml", evidence.FILE)


def sources(root: Path = ROOT) -> list[Path]:
    """The files of a base, those that are not there included."""
    return [root / file for file in _sources(root)]


def _sources(root: Path) -> list[str]:
    """sources(), as seen from ``root``."""
    return [*_below(root, "policies"), *_below(root, "lexicon"), *_below(root, FIELD), *FITTED]


def _common(root: Path) -> list[str]:
    """What of the project's own files a base uses that has none such: its lexicon or lists of it, its weights."""
    lists = (f"lexicon/{name}" for name in GENERAL)
    own = (root / "lexicon").is_dir()
    lexicon = [f for at in lists for f in (f"{at}.yaml", *_below(ROOT, at))] if own else _below(ROOT, "lexicon")
    field = [] if (root / FIELD).is_dir() else _below(ROOT, FIELD)
    return [*lexicon, *field, *(name for name in FITTED if not (root / name).exists())]


def fingerprint(root: Path, taught: Sequence[Taught] = ()) -> str:
    """Hash of all that the compiled form depends on: the knowledge files, what was taught, the code that compiles.

    Every file is read, since a time and a size that stayed the same prove nothing.
    """
    acts = json.dumps([(act.target, act.ask) for act in taught])
    files = f"{_digest(root, _sources(root))} {_digest(ROOT, _common(root))}"
    return hashlib.sha256(f"{files} {acts} {compiler()}".encode()).hexdigest()[:32]


def compiler() -> str:
    """Hash of the code that compiles, and of what it uses."""
    code = [file for room in COMPILES for file in _below(ROOT, room) if file.endswith((".py", ".yaml"))]
    return hashlib.sha256(f"{_digest(ROOT, code)} {sys.version_info[:2]} {_versions()}".encode()).hexdigest()[:32]


def _versions() -> list[str]:
    """The installed versions of what the compiled form depends on, by the names of their folders: quickly read."""
    beside = Path(np.__file__).parents[1]
    found = [name for name in _names(beside, "") if name.endswith(".dist-info") and name.split("-")[0] in COMPILES_WITH]
    if len(found) == len(COMPILES_WITH):
        return found
    from importlib.metadata import version

    return [f"{name} {version(name)}" for name in COMPILES_WITH]


def _digest(folder: Path, files: Sequence[str]) -> str:
    """Hash of the files' names and contents; those that are not there are left out."""
    digest = hashlib.sha256()
    for file in files:
        try:
            with open(f"{folder}/{file}", "rb", buffering=0) as opened:
                content = opened.read()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            continue
        digest.update(f"{file} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()


def _names(root: Path, folder: str) -> list[str]:
    """What lies in a folder, sorted; nothing where there is no such folder."""
    try:
        return sorted(os.listdir(root / folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _below(root: Path, folder: str) -> list[str]:
    """The files in a folder and in those below it, sorted, as seen from ``root``."""
    return sorted(
        os.path.relpath(f"{at}/{name}", root)
        for at, _, names in os.walk(root / folder, followlinks=True)
        for name in names
    )


def load(found: str, folders: Sequence[Path]) -> Ready | None:
    """The stored form with that fingerprint; None where there is none."""
    for folder in folders:
        stored = _load(folder / f"{found}{FORM}")
        if stored is not None:
            return replace(stored, fingerprint=found)
    return None


def store(made: Ready, folders: Sequence[Path]) -> bool:
    """Store it in the first folder that can be written; False when none can."""
    return any(_store(made, folder / f"{made.fingerprint}{FORM}") for folder in folders)


def revive(path: Path) -> Ready | None:
    """The stored form at ``path``, whatever version of the program stored it; None when it is spoilt.

    What another version compiled is compiled anew from the base that is in it.
    """
    try:
        plain, arrays = storedform.read(path)
        if plain.get("compiler") == compiler():
            ready = _load(path)
        else:
            base, speaks = storedbase.from_arrays(arrays), evidence.Weights(**plain["evidence"])
            ready = compile_base(base, Weights(**plain["weights"]), speaks, topics.own_in(arrays))
    except Exception:  # absent, cut short, spoilt in any way
        return None
    return None if ready is None else replace(ready, fingerprint=path.stem.rpartition("-")[2])


def _load(path: Path) -> Ready | None:
    collecting = gc.isenabled()
    gc.disable()  # hundreds of thousands of small objects, none of them garbage: collecting costs a third of the start
    try:
        plain, arrays = storedform.read(path)
        others = (*storedbase.ARRAYS, *topics.ARRAYS, *dialogue_acts.ARRAYS)
        tables = {name: array for name, array in arrays.items() if name not in others}
        known = Topics(plain["topics"], arrays) if plain["topics"] else None
        retriever = LocalRetriever.load(path.with_suffix(ARRAYS)) if plain["clauses"] else None
        return Ready(
            storedbase.from_arrays(arrays),
            Reader(Vocabulary(**plain["vocabulary"])),
            Index(index.tables_from_json(plain["tables"], tables), Weights(**plain["weights"])),
            DialogueActs.from_json(plain["acts"], arrays),
            ClauseFinder(plain["clauses"], retriever, known),
            evidence.Weights(**plain["evidence"]),
        )
    except Exception:  # absent, cut short, spoilt in any way: compile anew
        return None
    finally:
        if collecting:
            gc.enable()


def _store(made: Ready, path: Path) -> bool:
    """Write whole or not at all; a folder that can't be written only costs time at the next start."""
    plain, arrays = index.tables_to_json(made.index.tables)
    acts, act_arrays = made.acts.to_json()
    arrays = arrays | act_arrays
    known = made.clauses.topics
    if known is not None:
        arrays = arrays | {name: known.arrays[name] for name in topics.ARRAYS}
    document = {
        "tables": plain,
        "acts": acts,
        "weights": {"signal": made.index.weights.signal, "bias": made.index.weights.bias},
        "vocabulary": vars(made.reader.vocabulary),
        "clauses": list(made.clauses.targets),
        "topics": list(known.ids) if known is not None else [],
        "evidence": vars(made.evidence),
        "compiler": compiler(),
    }
    try:
        if isinstance(made.clauses.retriever, LocalRetriever):
            made.clauses.retriever.store(path.with_suffix(ARRAYS))  # first: the other file says that this one is there
        storedform.write(path, document, arrays | storedbase.to_arrays(made.base))
        for old in sorted(path.parent.glob(f"*{FORM}"), key=lambda p: p.stat().st_mtime)[:-KEEP]:
            old.unlink(missing_ok=True)
            old.with_suffix(ARRAYS).unlink(missing_ok=True)
    except OSError:
        return False
    return True
