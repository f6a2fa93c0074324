"""The overlay: phrasings that staff taught, beside the base, with who and when; a log that only grows.

An act teaches a phrasing to a target, or takes an earlier act back. What is in force is what was taught and not taken
back; it is merged into the phrasings when the base is compiled, under the writer TAUGHT. The file is written whole or
not at all, so a reader never sees half of it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AwareDatetime, Discriminator, Field, StringConstraints, Tag

from knowledge.base.contents import Base
from knowledge.base.parse import parse
from knowledge.base.phrasings import TAUGHT, Phrasings
from knowledge.base.record import Record, Text
from knowledge.base.target import Target
from knowledge.files.faults import Fault, KnowledgeError
from knowledge.files.wholefile import names_the_file, write_whole
from knowledge.files.yamlfile import YamlFile, read_yaml
from knowledge.text.fold import key

FILE = "overlay.yaml"
HEADER = """\
# 工作人员教的问法，由 /teach 和 policybot teach 写出，只增不减：撤回也是一条记录。
# 并入知识库：policybot overlay patch；见 CONTRIBUTING.md 的「把教过的问法并入知识库」。
acts:
"""
LOCK_WAIT = 60.0
"""Seconds that one who wants to write waits for another to finish: teaching takes about a quarter of a minute."""

Named = Annotated[
    str, StringConstraints(pattern=r"^(near:[a-z0-9][a-z0-9.-]*|[a-z0-9][a-z0-9.-]*/(a?[0-9.]+|info:[a-z]+))$")
]
"""``<policy>/<clause>``, ``<policy>/info:<topic>`` or ``near:<topic>``, a topic that is not covered."""


class Taught(Record):
    """A phrasing was taught."""

    id: int = Field(ge=1)
    ask: Text
    target: Named
    by: Text
    """Who: the staff member's Telegram id, or terminal:<login name>."""
    at: AwareDatetime


class Undone(Record):
    """A phrasing was taken back."""

    undo: int
    """Id of what is taken back."""
    by: Text
    at: AwareDatetime


Act = Annotated[
    Annotated[Taught, Tag("taught")] | Annotated[Undone, Tag("undone")],
    Discriminator(lambda act: "undone" if isinstance(act, Undone) or "undo" in act else "taught"),
]


class Acts(Record):
    """overlay.yaml."""

    acts: tuple[Act, ...] | None = None


@dataclass(frozen=True)
class Stale:
    """A taught phrasing that the base has no use for (any more)."""

    taught: Taught
    reason: str
    """In Chinese; empty when the base itself holds the phrasing at its target by now."""


class BusyError(Exception):
    """Another program has been writing the overlay for too long."""


class Overlay:
    """What a file holds. Reading a missing file gives an empty one."""

    def __init__(self, acts: Sequence[Taught | Undone] = (), text: str = HEADER) -> None:
        self.acts = tuple(acts)
        self.text = text

    @property
    def taught(self) -> tuple[Taught, ...]:
        """What is in force, oldest first."""
        undone = {act.undo for act in self.acts if isinstance(act, Undone)}
        return tuple(act for act in self.acts if isinstance(act, Taught) and act.id not in undone)

    def find(self, number: int) -> Taught | None:
        """What was taught under that id, in force or not."""
        return next((act for act in self.acts if isinstance(act, Taught) and act.id == number), None)

    def undone(self, number: int) -> Undone | None:
        """Who took that id back."""
        return next((act for act in self.acts if isinstance(act, Undone) and act.undo == number), None)

    def with_taught(self, ask: str, target: str, by: str, at: datetime) -> Overlay:
        """With one more phrasing."""
        number = max((act.id for act in self.acts if isinstance(act, Taught)), default=0) + 1
        return self._with(Taught(id=number, ask=ask, target=target, by=by, at=at.replace(microsecond=0)))

    def with_undone(self, number: int, by: str, at: datetime) -> Overlay:
        """With one phrasing taken back."""
        return self._with(Undone(undo=number, by=by, at=at.replace(microsecond=0)))

    def _with(self, act: Taught | Undone) -> Overlay:
        acts = (*self.acts, act)
        text = self.text + ("" if self.text.endswith("\n") else "\n") + _written(act)
        if _acts(text) != acts:  # somebody wrote the list in another way: all of it anew, in ours
            text = HEADER + "".join(map(_written, acts))
        return Overlay(acts, text)


def read(path: Path | None) -> Overlay:
    """The overlay at ``path``; raises KnowledgeError with every fault, each with its line."""
    if path is None or not path.exists():
        return Overlay()
    file = read_yaml(path)
    faults: list[Fault] = []
    found = parse(file, Acts, faults)
    if found is not None:
        faults += _consistent(found.acts or (), file)
    if faults or found is None:
        raise KnowledgeError(faults)
    return Overlay(found.acts or (), path.read_text(encoding="utf-8"))


def _consistent(acts: Sequence[Taught | Undone], file: YamlFile) -> Iterator[Fault]:
    seen: set[int] = set()
    gone: set[int] = set()
    for n, act in enumerate(acts):
        if isinstance(act, Taught):
            if act.id in seen:
                yield file.fault(("acts", n, "id"), f"编号 {act.id} 重复")
            seen.add(act.id)
            if not key(act.ask):
                yield file.fault(("acts", n, "ask"), "问法里没有文字")
        else:
            if act.undo not in seen or act.undo in gone:
                yield file.fault(("acts", n, "undo"), f"前面没有编号为 {act.undo} 的问法，或已经撤回")
            gone.add(act.undo)


def write(path: Path, overlay: Overlay) -> None:
    """Write whole or not at all, for its owner only: it says who taught what."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, overlay.text.encode(), private=True)


@contextlib.contextmanager
def locked(path: Path, wait: float = LOCK_WAIT) -> Iterator[None]:
    """Alone with the overlay, among all programs on this machine; raises BusyError. A killed program lets go of it."""
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with names_the_file(path):
        lock = os.open(path.with_name(f".{path.name}.lock"), os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        with contextlib.suppress(PermissionError):  # root makes it, and the service's own user must be able to open it
            os.fchmod(lock, 0o644)
        end = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise BusyError(str(path)) from None
                time.sleep(0.1)
        yield
    finally:
        os.close(lock)


def merged(base: Base, taught: Sequence[Taught]) -> tuple[Base, list[Stale]]:
    """The base with the phrasings, each under TAUGHT behind the others of its target; and those that are left out."""
    known = phrasings_by_key(base)
    used: dict[str, list[str]] = {}
    stale: list[Stale] = []
    for act in taught:
        if not has_target(base, act.target):
            stale.append(Stale(act, f"知识库里没有 {act.target} 了"))
            continue
        other = known.setdefault(key(act.ask), act.target)
        if not same_target(other, act.target):
            stale.append(Stale(act, f"这句已写在 {other} 下"))
        elif act.ask in used.get(act.target, ()) or any(act.ask == a for a in _asked(base, act.target)):
            stale.append(Stale(act, ""))
        else:
            used.setdefault(act.target, []).append(act.ask)
    phrasings = {}
    for policy, asked in base.phrasings.items():
        clauses, info = dict(asked.clauses), dict(asked.info)
        for target, lines in used.items():
            at = Target.parse(target)
            if at.policy != policy:
                continue
            if at.kind == "info":
                topic: Any = at.topic
                info[topic] = _added(info.get(topic, {}), lines)
            elif at.kind == "clause":
                clauses[at.clause] = _added(clauses.get(at.clause, {}), lines)
        phrasings[policy] = asked.model_copy(update={"clauses": clauses, "info": info})
    topics = tuple(
        topic.model_copy(update={"phrasings": _added(topic.phrasings, used[f"near:{topic.id}"])})
        if f"near:{topic.id}" in used
        else topic
        for topic in base.lexicon.not_covered.topics
    )
    covered = base.lexicon.not_covered.model_copy(update={"topics": topics})
    lexicon = base.lexicon.model_copy(update={"not_covered": covered})
    return base.model_copy(update={"phrasings": phrasings, "lexicon": lexicon}), stale


def has_target(base: Base, target: str) -> bool:
    """Whether the base has what the target names."""
    at = Target.parse(target)
    if at.kind == "near":
        return any(topic.id == at.topic for topic in base.lexicon.not_covered.topics)
    for policy in base.policies:
        if policy.id == at.policy:
            if at.kind == "info":
                return at.topic in base.phrasings[at.policy].info or at.topic in base.lexicon.document_questions.info
            return any(clause.id == at.clause for clause in policy.clauses)
    return False


def same_target(one: str, other: str) -> bool:
    """Whether a phrasing of one is a phrasing of the other as well: 还有效吗 is asked of any document."""
    return one == other or (":" in one and "/" in one and one.partition("/")[2] == other.partition("/")[2])


def asked_as_a_whole(base: Base) -> list[str]:
    """The ``<policy>/info:<topic>`` to which questions about a document as a whole are taught.

    Of the documents whose phrasings somebody writes down; of all where there are none.
    """
    written = [p.id for p in base.policies if base.phrasings[p.id].written] or [p.id for p in base.policies]
    topics = base.lexicon.document_questions.info
    return [f"{p}/info:{topic}" for p in written for topic in dict.fromkeys((*topics, *base.phrasings[p].info))]


def phrasings_by_key(base: Base) -> dict[str, str]:
    """Key of every phrasing -> its target; for what is far or small talk: far, chat:<topic>.

    How people ask about any document counts as the first document's that such questions are taught to.
    """
    out: dict[str, str] = {}
    first = {target.partition("/")[2]: target for target in reversed(asked_as_a_whole(base))}
    for info, by_writer in base.lexicon.document_questions.info.items():
        if f"info:{info}" in first:
            out.update((key(line), first[f"info:{info}"]) for lines in by_writer.values() for line in lines)
    for policy, asked in base.phrasings.items():
        for target, by_writer in _targets(policy, asked):
            for lines in by_writer.values():
                out.update((key(line), target) for line in lines)
    for topic in base.lexicon.not_covered.topics:
        for lines in topic.phrasings.values():
            out.update((key(line), f"near:{topic.id}") for line in lines)
    unrelated = base.lexicon.unrelated
    for group in (unrelated.far, unrelated.attack):
        out.update((key(line), "far") for lines in group.values() for line in lines)
    for name, by_writer in unrelated.chat.items():
        out.update((key(line), f"chat:{name}") for lines in by_writer.values() for line in lines)
    return out


def _targets(policy: str, asked: Phrasings) -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
    for clause, by_writer in asked.clauses.items():
        yield f"{policy}/{clause}", by_writer
    for name, figure in asked.figures.items():
        yield f"{policy}/{name.split('/')[0]}", figure.ask
    for topic, by_writer in asked.info.items():
        yield f"{policy}/info:{topic}", by_writer


def _asked(base: Base, target: str) -> Iterator[str]:
    """Every phrasing of a target."""
    for topic in base.lexicon.not_covered.topics:
        if f"near:{topic.id}" == target:
            yield from (line for lines in topic.phrasings.values() for line in lines)
    for info, by_writer in base.lexicon.document_questions.info.items():
        if target.endswith(f"/info:{info}"):
            yield from (line for lines in by_writer.values() for line in lines)
    for policy, asked in base.phrasings.items():
        for name, by_writer in _targets(policy, asked):
            if name == target:
                yield from (line for lines in by_writer.values() for line in lines)


def _added(by_writer: dict[str, tuple[str, ...]], lines: Sequence[str]) -> dict[str, tuple[str, ...]]:
    return {**by_writer, TAUGHT: (*by_writer.get(TAUGHT, ()), *lines)}


def _acts(text: str) -> tuple[Taught | Undone, ...] | None:
    """What a text that is about to be written will be read as; None when it can't be read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        path.write_text(text, encoding="utf-8")
        with contextlib.suppress(KnowledgeError):
            return read(path).acts
    return None


def _written(act: Taught | Undone) -> str:
    values = {k: v.isoformat() if isinstance(v, datetime) else scalar(v) for k, v in act.model_dump().items()}
    lines = [f"{k}: {v}" for k, v in values.items()]
    return "  - " + "\n    ".join(lines) + "\n"


def scalar(value: str | int) -> str:
    """One value as YAML writes it, on one line, with quotes where it needs them."""
    text: str = yaml.safe_dump(value, allow_unicode=True, width=float("inf"))
    return text.removesuffix("\n").removesuffix("\n...")
