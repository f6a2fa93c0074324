"""A table of questions and answers as phrasings: each question to the clause that is named, or that the answer quotes.

Nothing is guessed: an answer must stand in a clause (punctuation and width aside) or be so close to one clause alone
that only slips can lie between, its numbers included. What fits nowhere, or would be taken for a question about
another clause, is refused with the reason. The files are changed line by line, and only after the result was read
again and found to be the base with these questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rapidfuzz import fuzz, process

from knowledge.base.contents import Base
from knowledge.base.document import Clause, Policy
from knowledge.base.load import load_base, policy_folders
from knowledge.base.phrasings import ALIKE, IMPORTED, LONGEST, MIN_CHARS, Phrasings, tidy
from knowledge.base.target import Target, kind_of
from knowledge.files.faults import Fault, KnowledgeError, shown
from knowledge.files.table import Row, read_table
from knowledge.files.wholefile import write_whole
from knowledge.files.yamlfile import Loc
from knowledge.learned.examples import TEXT_WRITER, examples
from knowledge.learned.index import Example
from knowledge.teaching.overlay import phrasings_by_key
from knowledge.teaching.phrasing_insert import InsertError, inserted, phrasings_place, with_files
from knowledge.text.fold import fold, key

FIELDS = {
    "question": ("问题", "问法", "问", "常见问题", "标准问", "ask", "q"),
    "clause": ("条款", "条款编号", "条款号", "条"),
    "answer": ("答案", "回答", "答", "答复", "原文", "a"),
    "policy": ("文件", "文件编号", "政策"),
}
"""Fields of the table and what their columns may be called; other columns are left alone."""
MIN_QUOTE = 8
"""Characters of an answer, punctuation left out, from which it tells a clause from others."""
CLOSE = 92
"""RapidFuzz partial ratio from which an answer is a clause's text with slips."""
AHEAD = 8
"""How much less alike the next clause must be."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Outcome:
    """What became of a row."""

    line: int
    status: Literal["added", "known", "refused"]
    """known: the base, or an earlier row, has the question at that clause already."""
    question: str
    target: str = ""
    """<policy>/<clause>."""
    reason: str = ""
    """Why it was refused, in Chinese."""


def writer_of(path: Path) -> str:
    """The writer under whom a file's questions stand: faq- and the file's name."""
    return IMPORTED + (re.sub(r"[^\w.-]+", "-", path.stem).strip("-.") or "table")


def import_faq(path: Path, root: Path, policy: str | None, writer: str, write: bool) -> list[Outcome]:
    """Read the table and, with ``write``, put what is new into the phrasings of its policies.

    ``policy``: id of the one that rows without a policy are about; None: any. Raises KnowledgeError (no table, a base
    with faults, a policy that isn't there) and InsertError; then nothing was changed.
    """
    base = load_base(root)
    known = [p.id for p in base.policies]
    if policy is not None and policy not in known:
        raise KnowledgeError([Fault(policy, 0, "", f"知识库里没有这份文件；有：{'、'.join(known)}")])
    rows = read_table(path, FIELDS)
    columns = {name for row in rows for name in row.cells}
    if rows and not ("question" in columns and {"clause", "answer"} & columns):
        raise KnowledgeError([Fault(shown(path), 1, "", "要有「问题」列，和「条款」「答案」两列中的一列")])
    outcomes = _Import(base, policy).outcomes(rows)
    new = [outcome for outcome in outcomes if outcome.status == "added"]
    if new:
        texts = _texts(base, root, new, writer)
        if write:
            _write_all(texts)
    return outcomes


class _Import:
    def __init__(self, base: Base, policy: str | None) -> None:
        self._policies = {p.id: p for p in base.policies}
        self._default = policy
        self._exact = phrasings_by_key(base)
        self._near = {key(e.text): e.target for e in examples(base) if _counts(e)}
        self._lines: dict[str, int] = {}
        self._answers = {(p.id, c.id): key(c.text) for p in base.policies for c in p.clauses}

    def outcomes(self, rows: Iterable[Row]) -> list[Outcome]:
        return [self._outcome(row) for row in rows]

    def _outcome(self, row: Row) -> Outcome:
        question = tidy(row.cells.get("question", ""))
        try:
            mark = self._checked(question)
            target = self._target(row)
            other = self._exact.get(mark) or self._alike(mark, target)
            if other == target and mark in self._exact:
                return Outcome(row.line, "known", question, target)
            if other not in (None, target):
                where = f"第 {self._lines[mark]} 行" if mark in self._lines else "知识库"
                raise ValueError(f"与{where}里 {other} 的问法相同或几乎相同，会分不清；请改写，或改到那一条下")
        except ValueError as error:
            return Outcome(row.line, "refused", question, reason=str(error))
        self._exact[mark] = self._near[mark] = target
        self._lines[mark] = row.line
        return Outcome(row.line, "added", question, target)

    @staticmethod
    def _checked(question: str) -> str:
        mark = key(question)
        if not mark:
            raise ValueError("没有问题；请填上，或删去这一行")
        if len(question) > LONGEST:
            raise ValueError(f"问题有 {len(question)} 个字，最多 {LONGEST} 个；请只留要问的")
        return mark

    def _target(self, row: Row) -> str:
        named, answer = row.cells.get("clause", ""), row.cells.get("answer", "")
        owner, _, clause = named.rpartition("/")
        owner = owner or row.cells.get("policy", "").strip("《》") or self._default or ""
        policies = [p for p in self._policies.values() if not owner or owner in (p.id, p.title, p.number)]
        if not policies:
            raise ValueError(f"知识库里没有文件「{owner}」；有：{'、'.join(self._policies)}")
        if not clause and not answer:
            raise ValueError("既没有条款，也没有答案；请填一个")
        quoted = self._quoted(answer, policies)
        if not clause:
            return self._only(quoted or self._close(answer, policies), answer)
        found = [f"{p.id}/{c.id}" for p in policies for c in p.clauses if _is(clause, c)]
        if len(found) != 1:
            ids = "、".join(found or (c.id for p in policies for c in p.clauses))
            raise ValueError(f"「{clause}」{'不止一条' if found else '不是条款'}：{ids[:200]}；请写明「文件/条款」")
        if quoted and found[0] not in quoted:
            raise ValueError(f"条款写的是 {found[0]}，答案引的却是 {'、'.join(quoted)}；请改正其中一个")
        return found[0]

    def _quoted(self, answer: str, policies: Sequence[Policy]) -> list[str]:
        """Clauses in which the answer stands, or which stand in the answer."""
        mark = key(answer)
        if len(mark) < MIN_QUOTE:
            return []
        texts = [(p.id, c.id, self._answers[p.id, c.id]) for p in policies for c in p.clauses]
        return [f"{p}/{c}" for p, c, text in texts if mark in text or (len(text) >= MIN_QUOTE and text in mark)]

    def _close(self, answer: str, policies: Sequence[Policy]) -> list[str]:
        """The one clause that the answer is with slips; its numbers must all be the clause's."""
        mark = key(answer)
        if len(mark) < 2 * MIN_QUOTE:
            return []
        texts = {f"{p.id}/{c.id}": self._answers[p.id, c.id] for p in policies for c in p.clauses}
        ranked = process.extract(mark, texts, scorer=fuzz.partial_ratio, limit=2)
        text, score, target = ranked[0]
        if score < CLOSE or len(text) < MIN_QUOTE or (len(ranked) > 1 and ranked[1][1] > score - AHEAD):
            return []
        at = Target.parse(target)
        own = _NUMBER.findall(fold(self._policies[at.policy].clause(at.clause).text))
        strange = [number for number in _NUMBER.findall(fold(answer)) if number not in own]
        if strange:
            raise ValueError(f"答案很像 {target}，但里面的 {'、'.join(strange)} 不是那一条的数；请核对原文")
        return [target]

    @staticmethod
    def _only(found: Sequence[str], answer: str) -> str:
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(f"答案在 {'、'.join(found)} 里都有；请写明条款")
        raise ValueError(f"答案「{answer[:20]}」不是哪一条的原文；请写明条款，或逐字引用")

    def _alike(self, mark: str, target: str) -> str | None:
        """Another target with a near copy of the question, if there is one."""
        if len(mark) < MIN_CHARS:
            return None
        found = process.extract(mark, self._near.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None)
        targets = {text: self._near[text] for text, _, _ in found if len(text) >= MIN_CHARS}
        others = [text for text, other in targets.items() if other != target]
        if not others:
            return None
        if others[0] in self._lines:
            self._lines.setdefault(mark, self._lines[others[0]])
        return targets[others[0]]


def _counts(example: Example) -> bool:
    """Whether a near copy of it would pull questions from one clause or topic to another; small talk doesn't."""
    return example.writer != TEXT_WRITER and kind_of(example.target) in ("clause", "info", "near")


def _is(typed: str, clause: Clause) -> bool:
    """Whether that is what was typed: its id, or its printed number."""
    return typed == clause.id or (clause.number is not None and fold(typed) == fold(clause.number))


def _texts(base: Base, root: Path, new: Sequence[Outcome], writer: str) -> dict[Path, str]:
    """The files with the new questions; read again, they are the base with them and nothing else."""
    folders = {folder.name: folder for folder in policy_folders(root)}
    wanted: dict[str, dict[str, list[str]]] = {}
    for outcome in new:
        at = Target.parse(outcome.target)
        wanted.setdefault(at.policy, {}).setdefault(at.clause, []).append(outcome.question)
    phrasings = dict(base.phrasings)
    texts: dict[Path, str] = {}
    for owner, by_clause in wanted.items():
        by_path: dict[Path, dict[Loc, list[str]]] = {}
        for clause, lines in by_clause.items():
            path, loc = phrasings_place(folders[owner], ("clauses", clause))
            by_path.setdefault(path, {})[loc] = lines
        texts |= {path: inserted(path, by_loc, writer) for path, by_loc in by_path.items()}
        asked = phrasings[owner]
        clauses = dict(asked.clauses)
        for clause, lines in by_clause.items():
            by_writer = clauses.get(clause, {})
            clauses[clause] = {**by_writer, writer: (*by_writer.get(writer, ()), *lines)}
        phrasings[owner] = Phrasings.model_validate({**asked.model_dump(), "clauses": clauses})
    if with_files(root, texts).phrasings != phrasings:
        raise InsertError("改好的文件读出来与「知识库加这些问题」不一致；请手工并入")
    return texts


def _write_all(texts: dict[Path, str]) -> None:
    """All files or none."""
    before = {path: path.read_bytes() if path.exists() else None for path in texts}
    done: list[Path] = []
    try:
        for path, text in texts.items():
            write_whole(path, text.encode())
            done.append(path)
    except OSError:
        for path in done:
            old = before[path]
            if old is None:
                path.unlink()
            else:
                write_whole(path, old)
        raise
