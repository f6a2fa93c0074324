"""YAML files to the model: every fault of every file at once, each with its line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from knowledge import ROOT
from knowledge.base import verify
from knowledge.base.contents import Base, EvidenceFile, WeightsFile
from knowledge.base.document import Policy
from knowledge.base.lexicon import Cues, English, Lexicon, NotCoveredTopics, Synonyms, Unit, Units, Unrelated, Variants
from knowledge.base.own_lexicon import FILES, FOLDER, WORDS, OwnLexicon, both, joined, own_files
from knowledge.base.phrasings import Phrasings
from knowledge.base.record import Record
from knowledge.files.faults import Fault, KnowledgeError, shown
from knowledge.files.yamlfile import Loc, YamlFile, read_yaml

"""The clause base that comes with the project."""

R = TypeVar("R", bound=Record)

_LEXICON: dict[str, type[Record]] = {
    "units": Units,
    "synonyms": Synonyms,
    "english": English,
    "variants": Variants,
    "cues": Cues,
    "unrelated": Unrelated,
}

_MESSAGES = {
    "missing": "缺少这个字段；请补上",
    "extra_forbidden": "不认识的字段；请检查拼写，或删去",
    "string_type": "应为文字；像数字、日期、是/否的内容请加引号",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "格式不对（应符合 {pattern}）",
    "too_short": "至少要有一项",
    "literal_error": "只能是 {expected} 之一",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "date_from_datetime_parsing": "应为日期，写作 2025-10-08",
    "date_type": "应为日期，写作 2025-10-08",
    "datetime_from_date_parsing": "应为日期和时刻，写作 2025-10-08T09:30:00+08:00",
    "datetime_parsing": "应为日期和时刻，写作 2025-10-08T09:30:00+08:00",
    "datetime_type": "应为日期和时刻，写作 2025-10-08T09:30:00+08:00",
    "timezone_aware": "时刻后面要写明时区，写作 2025-10-08T09:30:00+08:00",
    "tuple_type": "应为列表",
    "dict_type": "应为映射（键: 值）",
    "model_type": "应为映射（键: 值）",
    "model_attributes_type": "应为映射（键: 值）",
}
"""Pydantic's error types in the words of the people who mend the files."""

NOT_COVERED = "not_covered"
"""Folder of the shared lexicon with topics that no document covers."""


def load_base(root: Path = ROOT) -> Base:
    """Load and verify everything under ``root``.

    Raises KnowledgeError with all faults; a base that loads is one that verify.py has proved.
    """
    base, faults = examine(root)
    if faults or base is None:
        raise KnowledgeError(faults)
    return base


def examine(root: Path = ROOT, questions: Path | None = None) -> tuple[Base | None, list[Fault]]:
    """Load what can be loaded, and list all faults: schema, quotes, cross-references.

    ``questions``: folder of test questions; when given, a clause without one is a fault.
    """
    faults: list[Fault] = []
    words = root / "lexicon"
    lexicon = shared = _lexicon(words if words.is_dir() else ROOT / "lexicon", faults)
    policies: list[Policy] = []
    phrasings: dict[str, Phrasings] = {}
    folders = policy_folders(root)
    if not folders:
        faults.append(Fault(shown(root / "policies"), 0, "", "没有任何文件夹；每份文件一个文件夹，内有 policy.yaml"))
    if lexicon is not None:
        lexicon = _with_own(lexicon, folders, faults)
    for folder in folders:
        policy_file = read_yaml(folder / "policy.yaml")
        policy = parse(policy_file, Policy, faults)
        asked_file = read_yaml(folder / "phrasings.yaml")
        untaught = not (folder / "phrasings.yaml").exists()
        asked = Phrasings() if untaught else parse(asked_file, Phrasings, faults)
        if policy is None:
            continue
        faults += verify.policy(policy, policy_file, folder / "source.txt", lexicon)
        if policy.id in phrasings:
            faults.append(policy_file.fault(("id",), f"编号 {policy.id} 已被另一个文件夹使用"))
        if policy.id != folder.name:
            faults.append(policy_file.fault(("id",), f"编号应与文件夹同名：{folder.name}"))
        policies.append(policy)
        if asked is not None:
            faults += verify.phrasings(asked, asked_file, policy)
            phrasings[policy.id] = asked
        if questions is not None and not untaught:
            faults += verify.tested(policy, questions)
    weights = root / "weights.yaml"
    if weights.exists():
        parse(read_yaml(weights), WeightsFile, faults)
    evidence = root / "evidence.yaml"
    if evidence.exists():
        parse(read_yaml(evidence), EvidenceFile, faults)
    if lexicon is None or len(phrasings) < len(folders):
        return None, faults
    if words.is_dir() and shared is not None:
        faults += verify.lexicon(shared, words, topic_files(words))
    for folder, policy in zip(folders, policies, strict=True):
        faults += verify.own_topics(folder / FOLDER, policy, lexicon)
    return Base(policies=tuple(policies), phrasings=phrasings, lexicon=lexicon), faults


def policy_folders(root: Path) -> list[Path]:
    """The folders of the policies, by name.

    ``root`` is a whole base; or, as `policybot import` makes them, a folder of policy folders or one such folder.
    """
    if (root / "policy.yaml").exists():
        return [root]
    inside = root / "policies"
    found = (inside if inside.is_dir() else root).glob("*")
    named = (p for p in found if p.is_dir() and not p.name.startswith((".", "_")))
    return sorted(p for p in named if inside.is_dir() or (p / "policy.yaml").exists())


def shared_units(root: Path = ROOT) -> set[str]:
    """Names of the units in the shared lexicon."""
    faults: list[Fault] = []
    units = parse(read_yaml(root / "lexicon" / "units.yaml"), Units, faults)
    if units is None:
        raise KnowledgeError(faults)
    return {unit.name for unit in units.units}


def _with_own(lexicon: Lexicon, folders: Sequence[Path], faults: list[Fault]) -> Lexicon:
    """The lexicon with what policies bring along: their folder lexicon/, and units.yaml as an import writes it."""
    for folder in folders:
        own = _own_lexicon(folder, faults)
        if own is not None:
            lexicon = joined(lexicon, folder.name, own)
    shared = {unit.name for unit in lexicon.units.units}
    brought: dict[str, Unit] = {}
    for folder in folders:
        if (folder / "units.yaml").exists():
            units = parse(read_yaml(folder / "units.yaml"), Units, faults)
            for unit in units.units if units is not None else ():
                if unit.name not in shared:
                    brought[unit.name] = both(brought.get(unit.name, unit), unit)
    known = lexicon.units.model_copy(update={"brought": tuple(brought.values())})
    return lexicon.model_copy(update={"units": known})


def _own_lexicon(folder: Path, faults: list[Fault]) -> OwnLexicon | None:
    """The folder lexicon/ of a policy; None where there is none, or where it has faults."""
    if not (folder / FOLDER).is_dir():
        return None
    parts = {path.stem: parse(read_yaml(path), FILES[path.stem], faults) for path in own_files(folder)}
    words_path = folder / FOLDER / WORDS
    words = _words(words_path, faults) if words_path.exists() else ()
    if words is None or any(part is None for part in parts.values()):
        return None
    return OwnLexicon.model_validate({**parts, "domain_words": words})


def _words(path: Path, faults: list[Fault]) -> tuple[str, ...] | None:
    """Words, one a line; None when they can't be read."""
    try:
        return tuple(path.read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(shown(path), 0, "", f"读不了：{error}"))
        return None


def _lexicon(folder: Path, faults: list[Fault]) -> Lexicon | None:
    parts: dict[str, Record | None] = {
        name: parse(read_yaml(folder / f"{name}.yaml"), model, faults) for name, model in _LEXICON.items()
    }
    parts["not_covered"] = _topics(folder, faults)
    words = _words(folder / "domain_words.txt", faults)
    if words is None or any(part is None for part in parts.values()):
        return None
    return Lexicon.model_validate({**parts, "domain_words": words})


def topic_files(lexicon: Path) -> list[Path]:
    """The files of topics that no document covers: one a subject, or a single one."""
    return sorted((lexicon / NOT_COVERED).glob("*.yaml")) or [lexicon / f"{NOT_COVERED}.yaml"]


def _topics(lexicon: Path, faults: list[Fault]) -> NotCoveredTopics | None:
    read = [parse(read_yaml(path), NotCoveredTopics, faults) for path in topic_files(lexicon)]
    known = [part for part in read if part is not None]
    if len(known) < len(read):
        return None
    return NotCoveredTopics(topics=tuple(topic for part in known for topic in part.topics))


def parse(file: YamlFile, model: type[R], faults: list[Fault]) -> R | None:
    """The file as ``model``; None when it has faults, which are added to ``faults``."""
    faults += file.faults
    if file.faults:
        return None
    try:
        return model.model_validate(file.data)
    except ValidationError as error:
        seen: set[Loc] = set()
        for item in error.errors():
            loc = _own_loc(file, item["loc"])
            if loc in seen:  # one fault a place: the arms of a union each complain
                continue
            seen.add(loc)
            template = _MESSAGES.get(item["type"])
            message = template.format(**item.get("ctx", {})) if template else item["msg"]
            faults.append(file.fault(loc, message))
        return None


def _own_loc(file: YamlFile, loc: Loc) -> Loc:
    """Pydantic's location without the names of union arms, which stand nowhere in the file."""
    out: Loc = ()
    data = file.data
    for i, step in enumerate(loc):
        inside = (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        )
        if inside:
            data = data[step]
            out = (*out, step)
        elif i == len(loc) - 1 and isinstance(data, dict) and isinstance(step, str):
            out = (*out, step)  # a missing field
    return out
