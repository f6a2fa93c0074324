"""The project's base with a tenth of its phrasings, in a folder of its own: it compiles in a few seconds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from knowledge.compiled import ROOT

POLICY = "wuhan-development-zones"
EACH = 10
"""Phrasings of a writer, topics, and lines of what is unrelated, that are kept."""
DECLINED = "鸵鸟养殖场要办什么证"
"""A question that the small base declines."""
TRIED = "我家的蜜蜂跑了怎么办"
"""The second test question, which no document answers."""
BREAKING = f"{TRIED}呢"
"""A phrasing that breaks it when it is taught to a clause."""
QUESTIONS = f"""\
questions:
  - {{ask: 首次认定的高企补贴多少, kind: figure, clause: "4.2", figures: ["20万元"]}}
  - {{ask: {TRIED}, kind: oos_far}}
"""


def small_base(folder: Path, questions: str = QUESTIONS) -> Path:
    """Write it under ``folder``; its root. Everything but the number of phrasings is as in the project."""
    root = folder / "knowledge"
    shutil.copytree(ROOT / "policies", root / "policies")
    shutil.copytree(ROOT / "lexicon", root / "lexicon")
    shutil.copy(ROOT / "weights.yaml", root / "weights.yaml")
    _thin(root / "policies" / POLICY / "phrasings.yaml")
    own = root / "policies" / POLICY / "lexicon"
    for path in (root / "lexicon" / "unrelated.yaml", own / "unrelated.yaml"):
        _thin(path)
    for path in ((own / "not_covered.yaml"), *(root / "lexicon" / "not_covered").glob("*.yaml")):
        _few_topics(path)
    (root / "questions").mkdir()
    (root / "questions" / "some.yaml").write_text(questions, encoding="utf-8")
    return root


def _thin(path: Path) -> None:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    text = yaml.safe_dump(_thinned(data), allow_unicode=True, sort_keys=False, width=1000)
    path.write_text(text, encoding="utf-8")


def _few_topics(path: Path) -> None:
    """The first topic of a file, with a tenth of its phrasings."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    few = {"topics": _thinned(data["topics"][:1])}
    path.write_text(yaml.safe_dump(few, allow_unicode=True, sort_keys=False, width=1000), encoding="utf-8")


def _thinned(data: Any, inside: str = "") -> Any:
    if isinstance(data, list) and data and isinstance(data[0], dict):
        return [_thinned(v) for v in data[:EACH]]
    if isinstance(data, dict):
        return {k: v if k in _WHOLE else _thinned(v, k) for k, v in data.items()}
    return data[:EACH] if isinstance(data, list) else data


_WHOLE = ("misreadings", "subject", "case", "unless", "against", "others", "mask", "terms", "nearest")
