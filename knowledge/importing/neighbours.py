"""What a document and those that stand beside it say of one another: twins, other versions, repeals."""

from __future__ import annotations

from pathlib import Path

from knowledge.base.document import Policy
from knowledge.importing.draft import Draft
from knowledge.importing.facts.repeals import Repealed
from knowledge.importing.shelf import Shelf, digest, is_meant, same_number


def compare(draft: Draft, text: str, shelf: Shelf, out: Path) -> None:
    """Add to ``draft`` what ``shelf`` gives rise to: warnings, and proposals for the documents concerned."""
    policy = draft.policy
    own, name = digest(text), _name(policy.title, policy.number)
    for other in shelf.others(policy.id):
        place = f"{out / other.id}{f'（从 {other.file} 导入）' if other.file else ''}"
        if other.digest == own:
            draft.warnings.append(f"与 {place} 的内容相同，只是文件名不同：请只留一份")
            continue
        if same_number(policy.number, other.number):
            versions = f"policybot diff {out / other.id} {out / policy.id}"
            draft.warnings.append(f"文号与 {place} 相同而文字不同，也许是另一版：{versions}")
        for one in draft.repealed:
            if is_meant(one, other.title, other.number):
                draft.proposals.append(_proposal(other.id, place, policy.id, name, one, policy))
        for one in other.repeals:
            if is_meant(one, policy.title, policy.number):
                by = _name(other.title, other.number)
                draft.warnings.append(f"{place} 写明废止本文件：见「废止的文件」")
                draft.proposals.append(_proposal(policy.id, f"本文件（{out / policy.id}）", other.id, by, one, None))


def _proposal(meant: str, place: str, by_id: str, by: str, one: Repealed, policy: Policy | None) -> str:
    """What to write in the policy.yaml of the document that is repealed."""
    if one.partly:
        return f"{place} 只废止了其中的条款（「{one.quote[:80]}」）：整份不写 repealed，请人工注明。"
    day = policy.validity.effective_from if policy is not None else None
    since = f"  on: {day}\n" if day else ""
    return (
        f"看来就是 {place}。核对无误后，在 `{meant}/policy.yaml` 的末尾写：\n\n"
        f"```yaml\nrepealed:\n{since}  by: {by}\n# 若由它取代，再写：superseded_by: {by_id}\n```"
    )


def _name(title: str | None, number: str | None) -> str:
    return f"《{title}》（{number}）" if title and number else f"《{title}》" if title else number or "（没有标题）"
