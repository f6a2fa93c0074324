"""The base made ready to answer, and kept ready on disk.

Reading the YAML, cutting thousands of phrasings and learning the weights takes some seconds; a start from the stored
form takes a fraction of one. The stored form is keyed by the content of every file that it was made from, so it can't
be stale; it is plain JSON and arrays (never pickle: loading it can't run code) in a folder of the user's own.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge import evidence, index, passages
from knowledge.index import Index, Weights
from knowledge.passages import Passages
from knowledge.tokens import Reader
from knowledge.words import Vocabulary

if TYPE_CHECKING:
    from knowledge.model import Base

CACHE_VARIABLE = "POLICYBOT_CACHE_DIR"
BESIDE = ".compiled"
"""Folder beside the knowledge files."""
KEEP = 4
"""Stored forms that are kept in a folder; older ones are removed."""
ROOT = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Ready:
    """Everything the assistant needs."""

    base: Base
    reader: Reader
    index: Index
    passages: Passages
    """Clauses that have no phrasings."""
    evidence: evidence.Weights
    """What speaks for such a clause."""


def ready(root: Path = ROOT) -> Ready:
    """The base under ``root``, from the stored form when that is fresh, else made and stored.

    Raises KnowledgeError when the files have faults.
    """
    name = f"{fingerprint(root)}.npz"
    folders = cache_folders(root)
    for folder in folders:
        stored = _load(folder / name)
        if stored is not None:
            return stored
    made = make(root)
    for folder in folders:
        if _store(made, folder / name):
            break
    return made


def make(root: Path = ROOT) -> Ready:
    """Load, verify and compile, without looking at the stored form."""
    from knowledge import vocabulary
    from knowledge.examples import clause_texts, examples
    from knowledge.load import load_base
    from knowledge.tuning import load_weights

    base = load_base(root)
    known = examples(base)
    texts = [e.text for e in known] + [c.text for p in base.policies for c in p.clauses]
    reader = Reader(vocabulary.build(base, texts))
    readings = {e.text: reader.read(e.text) for e in known}
    targets = list(dict.fromkeys(e.target for e in known))
    tables = index.build(known, readings, clause_texts(base, reader.read), targets)
    return Ready(
        base,
        reader,
        Index(tables, load_weights(root)),
        Passages(passages.build(base, reader)),
        evidence.load_weights(root),
    )


def fingerprint(root: Path) -> str:
    """Hash of every file that the compiled form depends on: the knowledge files and the code that compiles them."""
    digest = hashlib.sha256()
    files = (
        sorted(root.glob("policies/*/*"))
        + sorted(root.glob("lexicon/*"))
        + [root / "weights.yaml", root / "evidence.yaml"]
    )
    for file in [*files, *sorted(ROOT.glob("*.py"))]:
        if file.is_file():
            content = file.read_bytes()
            digest.update(f"{file.name} {len(content)} ".encode())
            digest.update(content)
    versions = [f"{name} {version(name)}" for name in ("jieba", "numpy", "opencc", "pypinyin")]
    digest.update(f"{sys.version_info[:2]} {versions}".encode())
    return digest.hexdigest()[:32]


def cache_folders(root: Path = ROOT) -> list[Path]:
    """Where stored forms may lie, the preferred one first.

    POLICYBOT_CACHE_DIR alone, when it is set; else beside the files, or in the user's cache folder where the files
    can't be written.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return [Path(chosen)]
    import platformdirs

    return [root / BESIDE, Path(platformdirs.user_cache_dir("policybot"))]


def _load(path: Path) -> Ready | None:
    from knowledge.model import Base

    collecting = gc.isenabled()
    gc.disable()  # hundreds of thousands of small objects, none of them garbage: collecting costs a third of the start
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        plain = json.loads(arrays.pop("json").tobytes())
        base = Base.model_validate_json(arrays.pop("base").tobytes())
        found = Passages(passages.from_json(plain["passages"], arrays))
        tables = index.tables_from_json(plain["tables"], arrays)
        weights = Weights(**plain["weights"])
        return Ready(
            base,
            Reader(Vocabulary(**plain["vocabulary"])),
            Index(tables, weights),
            found,
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
    weights = {"signal": made.index.weights.signal, "bias": made.index.weights.bias}
    found, found_arrays = passages.to_json(made.passages.postings)
    arrays |= found_arrays
    document = {"tables": plain, "weights": weights, "vocabulary": vars(made.reader.vocabulary), "passages": found}
    document["evidence"] = vars(made.evidence)
    arrays["json"] = np.frombuffer(json.dumps(document, ensure_ascii=False).encode(), dtype=np.uint8)
    arrays["base"] = np.frombuffer(made.base.model_dump_json().encode(), dtype=np.uint8)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as file:
                np.savez(file, **arrays)
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
        for old in sorted(path.parent.glob("*.npz"), key=lambda p: p.stat().st_mtime)[:-KEEP]:
            old.unlink(missing_ok=True)
    except OSError:
        return False
    return True
