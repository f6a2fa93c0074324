"""YAML files to the model: every fault of every file at once, each with its line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge import ROOT
from knowledge.base import lexicon_files, own_lexicon, verify
from knowledge.base.contents import Base, EvidenceFile, WeightsFile
from knowledge.base.document import Policy
from knowledge.base.own_lexicon import OwnLexicon
from knowledge.base.parse import parse
from knowledge.base.phrasings import Phrasings
from knowledge.files.faults import Fault, KnowledgeError, shown
from knowledge.files.yamlfile import read_yaml
from knowledge.files.yamlparts import part_paths, read_parts

_NO_FOLDER = "没有这个文件夹；一份文件一个文件夹，放在 policies/ 下，内有 policy.yaml；policybot new 建一个空的知识库"


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
    words = lexicon_files.lexicon_folder(root)
    shared = lexicon_files.read_lexicon(words, faults)
    policies: list[Policy] = []
    phrasings: dict[str, Phrasings] = {}
    folders = policy_folders(root)
    if not folders and not (root / "policies").is_dir():
        faults.append(Fault(shown(root / "policies"), 0, "", _NO_FOLDER))
    brought = [own_lexicon.read_own(folder, faults) for folder in folders]
    lexicon = None if shared is None else own_lexicon.together(shared, brought)
    for folder, own in zip(folders, brought, strict=True):
        policy_file = read_yaml(folder / "policy.yaml")
        policy = parse(policy_file, Policy, faults)
        asked_file = read_parts(folder, "phrasings")
        untaught = not part_paths(folder, "phrasings")
        asked = Phrasings() if untaught else parse(asked_file, Phrasings, faults)
        if policy is None:
            continue
        faults += verify.policy(policy, policy_file, folder / "source.txt", lexicon)
        if lexicon is not None:
            faults += own_lexicon.faults(own, policy, lexicon)
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
    faults += _fitted(root)
    if shared is None or lexicon is None or len(phrasings) < len(folders):
        return None, faults
    if words.parent == root:
        faults += verify.lexicon(shared, words)
        faults += _local(words, brought)
    examples = {own.policy: own.examples for own in brought if own.examples and own.policy in phrasings}
    return Base(policies=tuple(policies), phrasings=phrasings, lexicon=lexicon, examples=examples), faults


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


def _fitted(root: Path) -> list[Fault]:
    """What is wrong with the files of fitted weights that lie in the base."""
    faults: list[Fault] = []
    for name, model in (("weights.yaml", WeightsFile), ("evidence.yaml", EvidenceFile)):
        if (root / name).exists():
            parse(read_yaml(root / name), model, faults)
    return faults


def _local(words: Path, brought: Sequence[OwnLexicon]) -> Iterator[Fault]:
    """Names of a policy's place in the shared lexicon: they would go on being known when the policy is taken away."""
    names = {name: own.policy for own in brought for name in own.places.names}
    if not names:
        return
    for path in sorted(path for path in words.rglob("*") if path.suffix in (".yaml", ".txt")):
        text = path.read_text(encoding="utf-8", errors="replace").casefold()
        there = [name for name in names if name.casefold() in text]  # hardly ever any: then no line is looked at
        for number, line in enumerate(text.splitlines() if there else (), 1):
            for name in there:
                if name.casefold() in line:
                    message = f"「{name}」是 {names[name]} 那里的名称；请移到它的文件夹，写在同名的文件里"
                    yield Fault(shown(path), number, "", message)
