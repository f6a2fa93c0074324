"""Turns a corpus of statute articles into a base that the public loader reads: one policy a law, one clause an article.

It holds the project's own policy as well, whose phrasings the lexicon goes with.

usage: python -m tests.corpora.bigbase CORPORA FOLDER
"""

from __future__ import annotations

import shutil
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from knowledge.compiled import ROOT
from knowledge.text.money import MONEY, amount, currency
from knowledge.text.printed import View
from tests.corpora import sets

MOST = 3_000
"""Clauses of a policy: more are split, so that no file grows past what the loader takes."""


def write(corpus: sets.Corpus, root: Path) -> None:
    """The base under ``root``, with the project's lexicon and weights."""
    for name in ("lexicon", "policies"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "weights.yaml", root / "weights.yaml")
    laws: dict[str, list[str]] = defaultdict(list)
    for entry in corpus.entries:
        laws[entry.group].append(entry.text.strip())
    number = 0
    for law, articles in laws.items():
        for start in range(0, len(articles), MOST):
            number += 1
            _policy(root / "policies" / f"law-{number:04}", law, articles[start : start + MOST])


def _policy(folder: Path, law: str, articles: list[str]) -> None:
    clauses = [
        {"id": f"0.{i}", "number": None, "title": text[:12].split("\n")[0], "titled": False, "text": text}
        | {"figures": _figures(text)}
        for i, text in enumerate(articles, start=1)
    ]
    policy: dict[str, Any] = {
        "id": folder.name,
        "display_name": law,
        "title": law,
        "number": None,
        "issuer": None,
        "published": None,
        "masthead": [law],
        "sections": [{"id": "0", "number": None, "heading": None, "title": "正文", "clauses": clauses}],
    }
    folder.mkdir(parents=True)
    (folder / "source.txt").write_text("\n".join([law, *articles]) + "\n", encoding="utf-8")
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text = yaml.dump(policy, Dumper=dumper, allow_unicode=True, sort_keys=False, width=10_000)
    (folder / "policy.yaml").write_text(text, encoding="utf-8")


def _figures(text: str) -> list[dict[str, Any]]:
    view = View(text)
    stated = dict.fromkeys(view.quote(*found.span()) for found in MONEY.finditer(view.text))
    return [
        {"id": f"f{i}", "kind": "amount", "text": t, "quote": t, "value": amount(t), "unit": currency(t)}
        for i, t in enumerate(stated, start=1)
    ]


if __name__ == "__main__":
    write(sets.read(sets.folder(sys.argv[1]), "stard"), Path(sys.argv[2]))
