"""Every engine that was tried, behind one shape: build from texts, then search."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bm25s
import jieba
import tantivy

from knowledge.retrieval import LocalRetriever
from tests.corpora.sets import Corpus

Search = Callable[[str], list[int]]
_PUNCTUATION = re.compile(r"^[\W_]+$")
TOP = 10


@dataclass(frozen=True)
class Built:
    """An engine ready to search."""

    search: Search
    cut: Callable[[str], Any]
    """What the engine has to do with a question before it looks anything up."""
    looked_up: Callable[[Any], list[int]]
    seconds: float
    """To build it, cutting the texts included."""


def cut(text: str) -> list[str]:
    """jieba's search cut, as the peers' own example has it."""
    return [w for w in jieba.lcut_for_search(text.lower()) if w.strip() and not _PUNCTUATION.match(w)]


def ours(corpus: Corpus) -> Built:
    start = time.perf_counter()
    engine = LocalRetriever.build(corpus.entries)
    seconds = time.perf_counter() - start
    return Built(
        lambda q: [f.number for f in engine.search(q, TOP)],
        engine.question,
        lambda asked: [f.number for f in engine.look_up(asked, TOP)],
        seconds,
    )


def by_bm25s(corpus: Corpus) -> Built:
    start = time.perf_counter()
    numbers: dict[str, int] = {}
    ids = [[numbers.setdefault(w, len(numbers)) for w in cut(e.text)] for e in corpus.entries]
    engine = bm25s.BM25()
    engine.index((ids, numbers), show_progress=False)

    def look_up(words: list[str]) -> list[int]:
        known = [numbers[w] for w in words if w in numbers]
        if not known:
            return []
        found, _ = engine.retrieve([known], k=min(TOP, len(ids)), show_progress=False, n_threads=0)
        return [int(i) for i in found[0]]

    return _of_words(look_up, start)


def by_tantivy(corpus: Corpus) -> Built:
    start = time.perf_counter()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("t", stored=False, tokenizer_name="whitespace")
    builder.add_integer_field("i", stored=True)
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(200_000_000, 1)
    for i, entry in enumerate(corpus.entries):
        document = tantivy.Document()
        document.add_text("t", " ".join(cut(entry.text)))
        document.add_integer("i", i)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def look_up(words: list[str]) -> list[int]:
        if not words:
            return []
        terms = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "t", w)) for w in words]
        hits = searcher.search(tantivy.Query.boolean_query(terms), TOP).hits
        return [searcher.doc(address)["i"][0] for _, address in hits]

    return _of_words(look_up, start)


def by_fts5(corpus: Corpus) -> Built:
    """SQLite's own, over the same words, since its tokenizers know no Chinese."""
    start = time.perf_counter()
    database = sqlite3.connect(":memory:")
    database.execute("create virtual table entry using fts5(t, content='')")
    rows = ((i + 1, " ".join(cut(e.text))) for i, e in enumerate(corpus.entries))
    database.executemany("insert into entry(rowid, t) values (?, ?)", rows)
    database.execute("insert into entry(entry) values ('optimize')")

    def look_up(words: list[str]) -> list[int]:
        if not words:
            return []
        query = " OR ".join(f'"{w}"' for w in dict.fromkeys(words))
        found = database.execute("select rowid from entry where entry match ? order by rank limit ?", (query, TOP))
        return [row - 1 for (row,) in found]

    return _of_words(look_up, start)


ENGINES: dict[str, Callable[[Corpus], Built]] = {
    "policybot": ours,
    "tantivy": by_tantivy,
    "bm25s": by_bm25s,
    "SQLite FTS5": by_fts5,
}


def _of_words(look_up: Callable[[list[str]], list[int]], start: float) -> Built:
    return Built(lambda q: look_up(cut(q)), cut, look_up, time.perf_counter() - start)
