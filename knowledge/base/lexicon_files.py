"""The shared lexicon from its folder: each list as one file or, where it is long, as a folder of files by subject."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from knowledge import ROOT
from knowledge.base.lexicon import (
    ActPhrasings,
    Contrasts,
    Cues,
    DocumentQuestions,
    English,
    Lexicon,
    MoneySubjects,
    NotCoveredTopics,
    Swaps,
    Synonyms,
    Themes,
    Units,
    Unrelated,
    Variants,
)
from knowledge.base.parse import parse
from knowledge.base.record import Record
from knowledge.base.talk import GENERAL, Talk
from knowledge.files.faults import Fault, KnowledgeError, shown
from knowledge.files.yamlfile import YamlFile
from knowledge.files.yamlparts import part_paths, read_parts
from knowledge.text.fold import fold

FOLDER = "lexicon"
WORDS, THINGS = "domain_words.txt", "things.txt"
"""Lists of words alone, which need no YAML; a lexicon may be without the second."""
_LISTS: dict[str, type[Record]] = {
    "units": Units,
    "synonyms": Synonyms,
    "english": English,
    "variants": Variants,
    "cues": Cues,
    "not_covered": NotCoveredTopics,
    "unrelated": Unrelated,
    "talk": Talk,
    "dialogue_acts": ActPhrasings,
}
_LATER: dict[str, type[Record]] = {
    "document_questions": DocumentQuestions,
    "subjects": MoneySubjects,
    "themes": Themes,
    "contrasts": Contrasts,
    "swaps": Swaps,
}
"""Lists that a lexicon may be without: those beside older bases are."""


def lexicon_folder(root: Path) -> Path:
    """The folder of the lexicon that the base under ``root`` uses: its own, or the one that comes with the project."""
    own = root / FOLDER
    return own if own.is_dir() else ROOT / FOLDER


def read_lexicon(folder: Path, faults: list[Fault]) -> Lexicon | None:
    """The lists of a folder; None when one of them has faults, which are added to ``faults``."""
    parts = {name: parse(read_parts(own_or_lent(folder, name), name), model, faults) for name, model in _LISTS.items()}
    for name, model in _LATER.items():
        if part_paths(folder, name):
            parts[name] = parse(read_parts(folder, name), model, faults)
    words = read_words(folder / WORDS, faults)
    things = read_words(folder / THINGS, faults) if (folder / THINGS).exists() else ()
    if words is None or things is None or any(part is None for part in parts.values()):
        return None
    return Lexicon.model_validate({**parts, "domain_words": words, "things": tuple(map(fold, things))})


def own_or_lent(folder: Path, name: str) -> Path:
    """The folder that a list is read from: the project's for one that holds for any documents and isn't there."""
    return folder if name not in GENERAL or part_paths(folder, name) else ROOT / FOLDER


def read_words(path: Path, faults: list[Fault]) -> tuple[str, ...] | None:
    """The words of a list, one or more a line, lines that begin with # left out; None when it can't be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(word for line in lines if not line.startswith("#") for word in line.split())
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(shown(path), 0, "", f"读不了：{error}"))
        return None


def shared_units(root: Path = ROOT) -> set[str]:
    """Names of the units in the lexicon of the base under ``root``. Raises KnowledgeError."""
    faults: list[Fault] = []
    units = parse(read_parts(lexicon_folder(root), "units"), Units, faults)
    if units is None:
        raise KnowledgeError(faults)
    return {unit.name for unit in units.units}


def old_nearest(lexicon: Lexicon, topics: YamlFile) -> Iterator[Fault]:
    """A fault for a list of topics in the old form, in which ``nearest`` names clauses of nobody knows which policy."""
    at = [n for n, topic in enumerate(lexicon.not_covered.topics) if topic.nearest]
    if at:
        yield topics.fault(
            ("topics", at[0], "nearest"),
            f"{len(at)} 个事项在词库里写了 nearest（条款编号）；编号只在一份文件里有意义，请移到那份文件的文件夹："
            "policies/<编号>/lexicon/not_covered.yaml 里写 nearest: {事项编号: [条款编号]}，这里删去",
        )
