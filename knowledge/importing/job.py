"""One file from reading to its folder, and what became of it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from knowledge.base import verify
from knowledge.base.document import Policy
from knowledge.base.parse import parse
from knowledge.files.faults import Fault
from knowledge.files.oserrors import which
from knowledge.files.yamlfile import read_yaml
from knowledge.importing.draft import Draft, build, coverage, whole
from knowledge.importing.folder import write
from knowledge.importing.folder_files import TEMPORARY, policy_yaml
from knowledge.importing.formats.detect import read
from knowledge.importing.formats.limits import UnreadableError
from knowledge.importing.formats.read import Read
from knowledge.importing.neighbours import compare
from knowledge.importing.outcome import Outcome
from knowledge.importing.policy_ids import policy_id
from knowledge.importing.shelf import Shelf
from knowledge.importing.told import heed


def run(file: str, out: Path, known: set[str], taken: set[str], *, force: bool, shelf: Shelf | None = None) -> Outcome:
    """Import one file; whatever goes wrong with it is told in the outcome, never raised.

    ``shelf``: what stands in ``out``, where it was read before.
    """
    outcome = Outcome(file)
    try:
        got = read(Path(file))
        draft = _draft(got, Path(file).stem, taken)
        outcome.policy = draft.policy.id
        compare(draft, got.text, shelf or Shelf(out), out)
        outcome.written = write(out / draft.policy.id, draft, got, Path(file).name, known, force=force)
        outcome.sections, outcome.clauses, outcome.passages = draft.sections, draft.clauses, draft.passages
        outcome.attachments = len(draft.policy.attachments)
        outcome.units, outcome.figures, outcome.coverage = draft.units, draft.figures, draft.coverage
        outcome.warnings = [*got.notes, *draft.warnings]
    except UnreadableError as error:
        outcome.error = str(error)
    except MemoryError:
        outcome.error = "内存不够（上限见 README），不读"
    except RecursionError:
        outcome.error = "文件嵌套太深，不读"
    except OSError as error:
        outcome.error = f"写不了：{which(error)}"
    except Exception as error:  # a fault of ours must not stop the other files
        outcome.error = f"程序出错（请报告）：{type(error).__name__}: {error}"
    return outcome


def _draft(got: Read, stem: str, taken: set[str]) -> Draft:
    """The draft, proved by verify.py; passages alone where the understanding of the parts doesn't hold."""
    name = stem.strip() or "未命名文件"
    draft = build(got.text, "x", name)
    draft.warnings[:0] = got.must
    if got.told is not None:
        draft.policy, must, confirm = heed(draft.policy, got.told, got.text)
        draft.warnings += must
        draft.confirm += confirm
    policy_name = policy_id(draft.policy.number, draft.policy.title, stem, taken)
    draft.policy = draft.policy.model_copy(update={"id": policy_name})
    faults = prove(draft.policy, got)
    if faults:
        plain = whole(got.text, policy_name, draft.policy.display_name)
        left = prove(plain, got)
        if left:
            raise UnreadableError(f"写出的文件通不过检查：{left[0].message}")
        kept = Draft(plain, passages=len(plain.clauses), coverage=coverage(plain, got.text))
        kept.warnings = [*got.must, f"结构没有通过检查（{faults[0].message}），全文按段落收入，单位和数字没有认"]
        return kept
    return draft


def prove(policy: Policy, got: Read) -> list[Fault]:
    """The faults of the policy as it will stand in its file."""
    place = Path(tempfile.mkdtemp(prefix=TEMPORARY))
    try:
        (place / "source.txt").write_bytes(got.data)
        (place / "policy.yaml").write_text(policy_yaml(policy, ""), encoding="utf-8", newline="\n")
        faults: list[Fault] = []
        file = read_yaml(place / "policy.yaml")
        again = parse(file, Policy, faults)
        if again is not None:
            faults += verify.policy(again, file, place / "source.txt", None)
        return faults
    finally:
        shutil.rmtree(place, ignore_errors=True)
