"""The project's base with a tenth of its phrasings, in a folder of its own: it compiles in a few seconds."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from knowledge.compiled import ROOT
from knowledge.files.yamlparts import read_parts

POLICY = "wuhan-development-zones"
EACH, FEWEST = 10, 6
"""Phrasings of a writer, topics, and lines of what is unrelated, that are kept; where the base is compiled again and
again and little is asked."""
TOPICS = ("talent",)
"""Files of topics that are not covered of which some are kept."""
DECLINED = "鸵鸟养殖基地能落户吗"
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

FIELD = {
    "topics/some.yaml": "topics:\n- {id: rent, name: 租金补贴, gist: 补租金, official: [租金补贴, 房租补贴]}\n",
    "phrasings/some.yaml": "rent: [租的厂房太贵有补吗, 房租能报多少]\n",
    "sayings/some.yaml": "words: {租厂房: [租金, 标准厂房], 老板跑路: [欠薪逃匿]}\n",
}
"""One topic, two sayings."""


def small_base(folder: Path, questions: str = QUESTIONS, each: int = EACH) -> Path:
    """Write it under ``folder``; its root. All but the number of phrasings is as in the project.

    ``each``: how many of a writer, of topics, and of the lines of what is unrelated are kept; with the FEWEST it has a
    small field of its own.
    """
    root = folder / "knowledge"
    shutil.copytree(ROOT / "policies", root / "policies")
    shutil.copytree(ROOT / "lexicon", root / "lexicon")
    shutil.copy(ROOT / "weights.yaml", root / "weights.yaml")
    own = root / "policies" / POLICY
    shutil.rmtree(own / "lexicon" / "not_covered")
    _thin(own / "phrasings", each)
    thin_lexicon(root / "lexicon", each)
    if each == FEWEST:
        small_field(root)
    (root / "questions").mkdir()
    (root / "questions" / "some.yaml").write_text(questions, encoding="utf-8")
    return root


def small_field(root: Path, files: Mapping[str, str] = FIELD) -> None:
    """A field of its own for a base: with the project's one every document without phrasings takes twice as long.

    ``files``: path below its folder -> text; nothing else stays there.
    """
    shutil.rmtree(root / "field", ignore_errors=True)
    for path, text in files.items():
        (root / "field" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "field" / path).write_text(text, encoding="utf-8")


def thin_lexicon(lexicon: Path, each: int = EACH) -> None:
    """The questions that a lexicon knows, thinned: with all of them every base takes twice as long to compile."""
    for path in (lexicon / "not_covered").iterdir():
        if path.stem not in TOPICS:
            path.unlink()
    for name in ("unrelated", "not_covered", "document_questions"):
        _thin(lexicon / name, each)
    _thin(lexicon / "dialogue_acts", 2 if each == FEWEST else each // 2)


def thin_files(folder: Path, kept: Collection[str]) -> None:
    """The lists of the files of ``folder``, thinned, each file in its place; those named in ``kept`` as they are."""
    for path in folder.glob("*.yaml"):
        if path.name not in kept:
            data = _thinned(yaml.safe_load(path.read_text(encoding="utf-8")), EACH)
            path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000), encoding="utf-8")


def _thin(folder: Path, each: int) -> None:
    """The files of a list, thinned, as one file in the folder's place."""
    data = read_parts(folder.parent, folder.name).data
    shutil.rmtree(folder)
    text = yaml.safe_dump(_thinned(data, each), allow_unicode=True, sort_keys=False, width=1000)
    folder.with_name(f"{folder.name}.yaml").write_text(text, encoding="utf-8")


def _thinned(data: Any, each: int) -> Any:
    if isinstance(data, dict):
        return {k: v if k in _WHOLE else _thinned(v, each) for k, v in data.items()}
    return data[:each] if isinstance(data, list) else data


_WHOLE = ("misreadings", "subject", "case", "unless", "against", "others", "mask", "terms", "nearest")
