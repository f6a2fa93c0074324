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
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge import evidence, index, storedbase
from knowledge.clauses import ClauseFinder, unasked
from knowledge.index import Index, Weights
from knowledge.retrieval import LocalRetriever, storedform
from knowledge.tokens import Reader
from knowledge.words import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.model import Base
    from knowledge.overlay import Taught

CACHE_VARIABLE = "POLICYBOT_CACHE_DIR"
BESIDE = ".compiled"
"""Folder beside the knowledge files."""
FORM = ".form"
"""Suffix of the stored form."""
ARRAYS = ".arrays"
"""Suffix of the file beside it that holds the search engine over clauses without phrasings."""
KEEP = 4
"""Stored forms that are kept in a folder; older ones are removed."""
ROOT = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Ready:
    """Everything the assistant needs."""

    base: Base
    reader: Reader
    index: Index
    clauses: ClauseFinder
    """Finds the clauses that have no phrasings."""
    evidence: evidence.Weights
    """What speaks for such a clause."""
    fingerprint: str = ""
    """Of the files that it was made from."""


def ready(root: Path = ROOT, overlay: Path | None = None) -> Ready:
    """The base under ``root``, from the stored form when that is fresh, else made and stored.

    ``overlay``: file of taught phrasings that are merged in. Raises KnowledgeError when the files have faults.
    """
    while True:
        taught = _taught(overlay)
        found = fingerprint(root, taught)
        folders = cache_folders(root, overlay)
        stored = load(found, folders)
        if stored is not None:
            return stored
        made = replace(make(root, taught), fingerprint=found)
        if fingerprint(root, taught) == found:  # else a file was changed meanwhile: nobody knows what was read
            store(made, folders)
            return made


def _taught(overlay: Path | None) -> Sequence[Taught]:
    if overlay is None or not overlay.exists():
        return ()
    from knowledge.overlay import read

    return read(overlay).taught


def make(root: Path = ROOT, taught: Sequence[Taught] = ()) -> Ready:
    """Load, verify and compile, without looking at the stored form."""
    from knowledge.load import load_base
    from knowledge.tuning import load_weights

    base = load_base(root)
    if taught:
        from knowledge.overlay import merged

        base, _ = merged(base, taught)
    return compile_base(base, load_weights(root), evidence.load_weights(root))


def compile_base(base: Base, weights: Weights, speaks: evidence.Weights) -> Ready:
    """Compile a base that is loaded; ``speaks``: what speaks for a clause without phrasings."""
    from knowledge import vocabulary
    from knowledge.examples import clause_texts, examples

    known = examples(base)
    texts = [e.text for e in known] + [c.text for p in base.policies for c in p.clauses]
    reader = Reader(vocabulary.build(base, texts))
    readings = {e.text: reader.read(e.text) for e in known}
    targets = list(dict.fromkeys(e.target for e in known))
    tables = index.build(known, readings, clause_texts(base, reader.read), targets)
    unasked_targets, entries = unasked(base)
    finder = ClauseFinder(unasked_targets, LocalRetriever.build(entries) if entries else None)
    return Ready(base, reader, Index(tables, weights), finder, speaks)


def sources(root: Path = ROOT) -> list[Path]:
    """The files of a base, those that are not there included."""
    return [root / file for file in _sources(root)]


def _sources(root: Path) -> list[str]:
    """sources(), as seen from ``root``."""
    policies = [f"policies/{folder}" for folder in _names(root, "policies")]
    folders = [*policies, "lexicon"]
    return [*(f"{folder}/{name}" for folder in folders for name in _names(root, folder)), "weights.yaml", evidence.FILE]


def fingerprint(root: Path, taught: Sequence[Taught] = ()) -> str:
    """Hash of all that the compiled form depends on: the knowledge files, what was taught, the code that compiles.

    Every file is read, since a time and a size that stayed the same prove nothing.
    """
    acts = json.dumps([(act.target, act.ask) for act in taught])
    return hashlib.sha256(f"{_digest(root, _sources(root))} {acts} {compiler()}".encode()).hexdigest()[:32]


def compiler() -> str:
    """Hash of the code that compiles, and of what it uses."""
    code = [*_names(ROOT, ""), *(f"retrieval/{name}" for name in _names(ROOT, "retrieval"))]
    code = [file for file in code if file.startswith("retrieval/") or file.endswith(".py")]
    versions = [f"{name} {version(name)}" for name in ("jieba", "numpy", "opencc", "pypinyin")]
    return hashlib.sha256(f"{_digest(ROOT, code)} {sys.version_info[:2]} {versions}".encode()).hexdigest()[:32]


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


def cache_folders(root: Path = ROOT, overlay: Path | None = None) -> list[Path]:
    """Where stored forms may lie, the preferred one first.

    POLICYBOT_CACHE_DIR, when it is set; else beside the files, or in the user's cache folder where the files can't be
    written. At last beside the overlay: an image's cache folder can't be written, and teaching makes new forms.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        folders = [Path(chosen)]
    else:
        import platformdirs

        folders = [root / BESIDE, Path(platformdirs.user_cache_dir("policybot"))]
    return folders if overlay is None else [*folders, overlay.parent / BESIDE]


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
            base = storedbase.from_arrays(arrays)
            ready = compile_base(base, Weights(**plain["weights"]), evidence.Weights(**plain["evidence"]))
    except Exception:  # absent, cut short, spoilt in any way
        return None
    return None if ready is None else replace(ready, fingerprint=path.stem.rpartition("-")[2])


def _load(path: Path) -> Ready | None:
    collecting = gc.isenabled()
    gc.disable()  # hundreds of thousands of small objects, none of them garbage: collecting costs a third of the start
    try:
        plain, arrays = storedform.read(path)
        tables = {name: array for name, array in arrays.items() if name not in storedbase.ARRAYS}
        retriever = LocalRetriever.load(path.with_suffix(ARRAYS)) if plain["clauses"] else None
        return Ready(
            storedbase.from_arrays(arrays),
            Reader(Vocabulary(**plain["vocabulary"])),
            Index(index.tables_from_json(plain["tables"], tables), Weights(**plain["weights"])),
            ClauseFinder(plain["clauses"], retriever),
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
    document = {
        "tables": plain,
        "weights": {"signal": made.index.weights.signal, "bias": made.index.weights.bias},
        "vocabulary": vars(made.reader.vocabulary),
        "clauses": list(made.clauses.targets),
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
