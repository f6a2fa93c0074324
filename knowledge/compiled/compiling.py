"""Makes a base ready: vocabulary, what is learned from phrasings, the search engine over the rest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.compiled.readybase import Ready
from knowledge.learned import index
from knowledge.learned.dialogue_acts import DialogueActs
from knowledge.learned.index import Index, Weights
from knowledge.reading.reader import Reader
from knowledge.retrieval import LocalRetriever, evidence
from knowledge.retrieval.clause_finder import ClauseFinder, titled_texts, unasked
from knowledge.retrieval.topics import Topics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.base.contents import Base
    from knowledge.base.field import Field
    from knowledge.teaching.overlay import Taught
from knowledge import ROOT


def make(root: Path = ROOT, taught: Sequence[Taught] = ()) -> Ready:
    """Load, verify and compile, without looking at the stored form."""
    from knowledge.base.field import own_field
    from knowledge.base.load import load_base
    from knowledge.learned.index import load_weights

    base = load_base(root)
    if taught:
        from knowledge.teaching.overlay import merged

        base, _ = merged(base, taught)
    return compile_base(base, load_weights(root), evidence.load_weights(root), own_field(root))


def compile_base(base: Base, weights: Weights, speaks: evidence.Weights, own: Field | None = None) -> Ready:
    """Compile a base that is loaded; ``speaks``: what speaks for a clause without phrasings.

    ``own``: the field that it brings itself; None: the project's.
    """
    from knowledge.base.field import read_field
    from knowledge.learned.examples import clause_texts, examples, said, subjects
    from knowledge.reading import build_vocabulary
    from knowledge.reading.cutter import counted

    known = examples(base)
    unasked_targets, entries = unasked(base)
    field = (read_field() if own is None else own) if entries else None
    texts = [e.text for e in known] + [c.text for p in base.policies for c in p.clauses]
    reader = Reader(build_vocabulary.build(base, texts, field.words if field is not None else ()))
    readings = {e.text: reader.read(e.text) for e in known}
    targets = list(dict.fromkeys(e.target for e in known))
    tables = index.build(known, readings, clause_texts(base, reader.read), targets)
    if field is not None:
        topics = Topics.build(field.topics, reader, titled_texts(base), own)
        finder = ClauseFinder(unasked_targets, LocalRetriever.build(entries, field.sayings, "clauses"), topics)
    else:
        finder = ClauseFinder((), None)
    acts = DialogueActs.learn(said(base), subjects(base, field), lambda text: readings.get(text) or reader.read(text))
    counted.cache_clear()  # some forty megabytes, which only compiling needs
    return Ready(base, reader, Index(tables, weights), acts, finder, speaks)
