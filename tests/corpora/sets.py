"""The corpora: where they lie, and how they are read."""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.retrieval import Entry

VARIABLE = "POLICYBOT_CORPORA"
"""Folder with bdci/ and stard/."""
FILES = {"bdci": "docs.jsonl.gz", "stard": "articles.jsonl.gz"}
_ARTICLE = re.compile(r"第[一二三四五六七八九十百千零〇]+条.*$")


@dataclass(frozen=True)
class Corpus:
    """Texts, and questions with the texts that answer them."""

    name: str
    entries: tuple[Entry, ...]
    questions: tuple[str, ...]
    gold: tuple[frozenset[int], ...]
    """Of each question, numbers of the entries."""


def folder(argument: str | None) -> Path:
    """Of the corpora; ends the program with a word on how to get on when there is none."""
    named = argument or os.environ.get(VARIABLE)
    if not named:
        sys.exit(f"没有语料：请把装有 bdci、stard 的文件夹作为参数，或放进环境变量 {VARIABLE}（语料不随项目发布）")
    path = Path(named)
    missing = [str(path / n / f) for n, f in FILES.items() if not (path / n / f).is_file()]
    if missing:
        sys.exit(f"{path} 里缺少 {'、'.join(missing)}；请检查路径")
    return path


def read(path: Path, name: str) -> Corpus:
    """One corpus."""
    documents = _lines(path / name / FILES[name])
    entries = tuple(Entry(d["text"], _ARTICLE.sub("", d["name"]) if "name" in d else "") for d in documents)
    number = {d["id"]: i for i, d in enumerate(documents)}
    asked = _lines(path / name / "questions.jsonl")
    gold = tuple(frozenset(number[g] for g in (q["docs"] if "docs" in q else [q["doc"]])) for q in asked)
    return Corpus(name, entries, tuple(q["q"] for q in asked), gold)


def _lines(path: Path) -> list[dict[str, Any]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def quality(found: list[list[int]], corpus: Corpus) -> dict[str, float]:
    """hit@1, hit@10, recall@10 and MRR@10."""
    ranks = [[i for i, n in enumerate(f[:10]) if n in g] for f, g in zip(found, corpus.gold, strict=True)]
    return {
        "hit@1": float(np.mean([r[:1] == [0] for r in ranks])),
        "hit@10": float(np.mean([bool(r) for r in ranks])),
        "recall@10": float(np.mean([len(r) / len(g) for r, g in zip(ranks, corpus.gold, strict=True)])),
        "MRR@10": float(np.mean([1 / (r[0] + 1) if r else 0.0 for r in ranks])),
    }
