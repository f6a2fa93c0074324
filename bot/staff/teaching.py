"""Teaching and taking back: lint, compile, try against all test questions, and only then write.

One at a time among all programs on the machine. What is written was compiled and tried exactly so: the compiled form
is stored first, under the fingerprint that the bot will look for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from rapidfuzz import fuzz, process

from bot.engine.assistant import Assistant
from bot.engine.values.reply import Reply
from bot.replies.texts import Texts
from bot.serving.base_files import BaseFiles
from bot.staff import question_tests
from bot.staff.teach_targets import hit, named, proposals, resolve
from knowledge import compiled
from knowledge.base.phrasings import ALIKE, LONGEST, MIN_CHARS, tidy
from knowledge.files.faults import KnowledgeError
from knowledge.teaching import overlay
from knowledge.teaching.overlay import BusyError, Overlay, Taught
from knowledge.text.fold import key

MOST_SHOWN = 5
"""Broken test questions that a refusal names."""


@dataclass(frozen=True)
class Outcome:
    """What came of teaching or taking back."""

    status: Literal["taught", "known", "undone", "refused"]
    """known: it was there already, so that nothing changed."""
    says: tuple[str, ...]
    """What happened, or why not, a sentence each."""
    target: str = ""
    ask: str = ""
    id: int = 0
    proposals: tuple[str, ...] = ()
    """Targets to choose from, when what was typed names none, or several."""

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Outcome:
        """The reverse."""
        return cls(**{**data, "says": tuple(data["says"]), "proposals": tuple(data["proposals"])})


def teach(files: BaseFiles, typed: str, ask: str, by: str, now: datetime, words: Texts) -> Outcome:
    """Teach ``ask`` to the target that ``typed`` names. Nothing is changed unless the status is taught."""
    try:
        with overlay.locked(files.overlay):
            return _Lesson(files, by, now, words).teach(typed, tidy(ask))
    except BusyError:
        return Outcome("refused", (words("teach.busy"),))
    except KnowledgeError as error:
        return Outcome("refused", (words("teach.faults"), *map(str, error.faults[:MOST_SHOWN])))


def undo(files: BaseFiles, number: int | None, by: str, now: datetime, words: Texts) -> Outcome:
    """Take back what was taught under that id; the last one in force for None."""
    try:
        with overlay.locked(files.overlay):
            return _undo(files, number, by, now, words)
    except BusyError:
        return Outcome("refused", (words("teach.busy"),))
    except KnowledgeError as error:
        return Outcome("refused", (words("teach.faults"), *map(str, error.faults[:MOST_SHOWN])))


def _undo(files: BaseFiles, number: int | None, by: str, now: datetime, words: Texts) -> Outcome:
    current = overlay.read(files.overlay)
    found = current.find(number) if number is not None else next(reversed(current.taught), None)
    if found is None:
        text = words("undo.unknown", id=number) if number is not None else words("undo.nothing")
        return Outcome("refused", (text,))
    gone = current.undone(found.id)
    if gone is not None:
        return Outcome("refused", (words("undo.already", id=found.id, by=gone.by, at=when(gone.at)),))
    overlay.write(files.overlay, current.with_undone(found.id, by, now))
    text = words("undo.done", id=found.id, ask=found.ask, target=found.target, by=found.by, at=when(found.at))
    return Outcome("undone", (text,), found.target, found.ask, found.id)


def when(at: datetime) -> str:
    """A moment as people read it."""
    return at.strftime("%Y-%m-%d %H:%M")


class _Lesson:
    """One teaching, alone with the overlay."""

    def __init__(self, files: BaseFiles, by: str, now: datetime, words: Texts) -> None:
        self._files = files
        self._by = by
        self._now = now
        self._words = words

    def teach(self, typed: str, ask: str) -> Outcome:
        files, words = self._files, self._words
        while True:
            current = overlay.read(files.overlay)
            before = _assistant(compiled.ready(files.root, files.overlay))
            early = self._targeted(before, typed, ask)
            if early is not None:
                return early
            (target,) = resolve(before.ready.base, typed)
            early = self._linted(before, current, target, ask)
            if early is not None:
                return early
            wanted = current.with_taught(ask, target, self._by, self._now)
            found = compiled.fingerprint(files.root, wanted.taught)
            made = replace(compiled.make(files.root, wanted.taught), fingerprint=found)
            after = _assistant(made)
            refusals = self._tried(before, after, target, ask)
            if refusals:
                return Outcome("refused", tuple(refusals), target, ask)
            cases = question_tests.cases(files.questions) if files.questions else []
            refusals = self._broken(before, after, cases)
            if refusals:
                return Outcome("refused", tuple(refusals), target, ask)
            same = overlay.read(files.overlay).text == current.text  # written by hand meanwhile
            if same and compiled.fingerprint(files.root, wanted.taught) == found:
                break
        compiled.store(made, compiled.cache_folders(files.root, files.overlay))
        overlay.write(files.overlay, wanted)
        number = wanted.taught[-1].id
        name = named(made.base, target, words)
        tested = words("teach.tested", count=len(cases)) if cases else words("teach.untested")
        done = words("teach.done", id=number, ask=ask, target=name)
        was = words("teach.was", status=self._status(before.reply(ask)))
        return Outcome("taught", (done, was, tested), target, ask, number)

    def _targeted(self, before: Assistant, typed: str, ask: str) -> Outcome | None:
        """Why ``typed`` is no target, with some to choose from; None when it is one."""
        found = resolve(before.ready.base, typed)
        if len(found) == 1:
            return None
        text = self._words("teach.ambiguous" if found else "teach.no_target", typed=typed[:40])
        return Outcome("refused", (text,), ask=ask, proposals=found or tuple(proposals(before, ask)))

    def _linted(self, before: Assistant, current: Overlay, target: str, ask: str) -> Outcome | None:
        """Why the phrasing is no good as it stands; None when there is nothing to say."""
        words, base = self._words, before.ready.base

        def refused(name: str, **slots: object) -> Outcome:
            return Outcome("refused", (words(f"teach.{name}", **slots),), target, ask)

        if not re.search(r"\w", ask):
            return refused("empty")
        if len(ask) > LONGEST:
            return refused("too_long", count=len(ask), most=LONGEST)
        wanted = key(ask)
        known = overlay.phrasings_by_key(base)
        if wanted in known:
            other = known[wanted]
            if not overlay.same_target(other, target):
                return refused("elsewhere", target=named(base, other, words))
            mine = next((t for t in current.taught if key(t.ask) == wanted), None)
            text = words("teach.known", target=named(base, target, words))
            return Outcome("known", (text,), target, ask, mine.id if mine else 0)
        question = before.understanding.question(ask)
        if question.bare or before.understanding.empty(question.rest):
            return refused("generic")
        if len(wanted) >= MIN_CHARS:
            others = [
                k
                for k, t in known.items()
                if not overlay.same_target(t, target) and not t.startswith("chat:") and t != "far"
            ]
            copy = process.extractOne(wanted, others, scorer=fuzz.ratio, score_cutoff=ALIKE)
            if copy is not None:
                return refused("copy", other=copy[0], target=named(base, known[copy[0]], words))
        return None

    def _tried(self, before: Assistant, after: Assistant, target: str, ask: str) -> list[str]:
        """Why the phrasing does not get its target even when it is taught."""
        reply = after.reply(ask)
        if hit(reply, target):
            return []
        rule = reply.why.name
        name = named(before.ready.base, target, self._words)
        return [self._words("teach.not_hit", target=name, status=self._status(reply), rule=rule)]

    def _status(self, reply: Reply) -> str:
        """What a reply does, in a few words."""
        got = "、".join(f"{c.clause} {c.title}" for c in reply.clauses[:3])
        return self._words(f"teach.status.{reply.status}", got=got or self._words("teach.nothing"))

    def _broken(self, before: Assistant, after: Assistant, cases: Sequence[question_tests.Case]) -> list[str]:
        """The test questions that were answered rightly and no longer are."""
        if not cases:
            return []
        was = [verdict for _, _, verdict in question_tests.run(before, cases)]
        broken = [
            (case, verdict)
            for (case, _, verdict), old in zip(question_tests.run(after, cases), was, strict=True)
            if old == "right" and verdict != "right"
        ]
        if not broken:
            return []
        out = [self._words("teach.breaks", count=len(broken), total=len(cases))]
        for case, verdict in broken[:MOST_SHOWN]:
            name = self._words(f"teach.verdict.{verdict}")
            out.append(self._words("teach.broken", name=case.name, ask=case.ask, verdict=name))
        return out


def _assistant(ready: compiled.Ready) -> Assistant:
    return Assistant(ready, today=lambda: question_tests.DAY)


def listed(current: Overlay, words: Texts) -> list[str]:
    """Every act, oldest first, a line each."""
    return [_line(act, words, current) for act in current.acts if isinstance(act, Taught)]


def _line(act: Taught, words: Texts, current: Overlay) -> str:
    gone = current.undone(act.id)
    text = words("teach.line", id=act.id, ask=act.ask, target=act.target, by=act.by, at=when(act.at))
    return text if gone is None else text + words("teach.line_undone", by=gone.by, at=when(gone.at))
