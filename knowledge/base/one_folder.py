"""One policy from its own folder, proved against its source, without the rest of a base."""

from __future__ import annotations

from pathlib import Path

from knowledge.base import verify
from knowledge.base.document import Policy
from knowledge.base.parse import parse
from knowledge.base.phrasings import Phrasings
from knowledge.files.faults import Fault, KnowledgeError, shown
from knowledge.files.yamlfile import read_yaml
from knowledge.files.yamlparts import part_paths, read_parts


def open_policy(named: str, root: Path) -> Policy:
    """The policy in a folder, or, where there is no such folder, the one with that id in the base under ``root``.

    Which units the lexicon knows is not asked: two versions of a document may lie outside any base. Raises
    KnowledgeError with every fault.
    """
    folder = _folder(named, root)
    if not (folder / "policy.yaml").is_file():
        known = "、".join(sorted(path.parent.name for path in (root / "policies").glob("*/policy.yaml")))
        hint = f"请给出有 policy.yaml 的文件夹，或知识库里的编号：{known}"
        raise KnowledgeError([Fault(shown(Path(named)), 0, "", f"不是一份文件；{hint}")])
    file = read_yaml(folder / "policy.yaml")
    faults: list[Fault] = []
    policy = parse(file, Policy, faults)
    if policy is not None:
        faults += verify.policy(policy, file, folder / "source.txt", None)
    if policy is None or faults:
        raise KnowledgeError(faults)
    return policy


def open_asked(named: str, root: Path) -> Phrasings:
    """The phrasings beside it; empty ones where there are none. Raises KnowledgeError."""
    folder = _folder(named, root)
    if not part_paths(folder, "phrasings"):
        return Phrasings()
    faults: list[Fault] = []
    asked = parse(read_parts(folder, "phrasings"), Phrasings, faults)
    if asked is None:
        raise KnowledgeError(faults)
    return asked


def _folder(named: str, root: Path) -> Path:
    folder = Path(named)
    return root / "policies" / named if not folder.is_dir() and named and folder.name == named else folder
