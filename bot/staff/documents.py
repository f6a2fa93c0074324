"""Documents on their way into the base: taken in, looked over, mended, published, withdrawn, put back.

All of it lies in folders. ``drafts/<id>`` is what an import wrote, ``originals/<id>`` the file that was handed in,
``history/<id>/<stamp>`` what was in force before. A document comes into the base whole or not at all; a base that does
not hold with it is told of, and the document that was there before is put back.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.days import BEIJING
from bot.serving.base_files import BaseFiles
from bot.serving.hot_reload import Report
from knowledge.base.document import Policy
from knowledge.base.lexicon_files import shared_units
from knowledge.base.one_folder import open_policy
from knowledge.base.parse import parse
from knowledge.comparing.changes import Difference, difference
from knowledge.files import oserrors
from knowledge.files.faults import Fault, KnowledgeError
from knowledge.files.wholefile import write_whole
from knowledge.files.yamlfile import read_yaml
from knowledge.importing.folder_files import OWN, policy_yaml
from knowledge.importing.pages import draw
from knowledge.importing.sandbox import import_files

NOTE = "draft.json"
"""Beside a draft's files: who handed it in and changed it last."""
PAGES = ".pages"
"""Beside a file that was handed in: its pages as they are seen. No file that was handed in is called so."""
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,120}")
_STAMP = re.compile(r"\d{8}-\d{6}(-\d+)?")
_ODD = re.compile(r"[^\w.()（）《》〔〕 -]")

Take = Callable[[], Awaitable[Report]]
"""Check the base, and take it into use when it is good (Reloader.now)."""


class DocumentError(Exception):
    """It can't be done; says why, a line each."""


class UnreadableError(DocumentError):
    """Data that is no document: (place, message) of each fault."""

    def __init__(self, faults: Sequence[tuple[Sequence[object], str]]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"{'.'.join(map(str, place))}：{message}" for place, message in faults))


@dataclass(frozen=True)
class Draft:
    """A document that is not in force yet."""

    id: str
    file: str
    """Name of what was handed in."""
    by: str
    """Who changed it last."""
    at: float
    changed: bool = False
    """Whether somebody mended it after the import."""


@dataclass(frozen=True)
class Version:
    """What was in force before."""

    id: str
    stamp: str
    by: str
    why: str


class Documents:
    """The documents of one base."""

    def __init__(self, folder: Path, files: BaseFiles) -> None:
        self._drafts, self._originals, self._history = (folder / n for n in ("drafts", "originals", "history"))
        self.root = files.root
        for path in (self._drafts, self._originals, self._history):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._settle()

    # -- taking in -----------------------------------------------------------------------------------------------------

    def take_in(self, name: str, data: bytes, by: str) -> tuple[Draft, Sequence[str]]:
        """Read a file in the importer's sandbox; the draft, and what is to be seen to. Raises DocumentError."""
        place = self._originals / f".{time.time_ns()}"
        place.mkdir(mode=0o700)
        try:
            file = place / plain_name(name)
            file.write_bytes(data)
            (outcome,) = import_files([str(file)], self._drafts, shared_units(self.root), force=True)
            if outcome.error is not None or outcome.policy is None:
                raise DocumentError(outcome.error or "没有读出文件")
            kept = self._originals / outcome.policy
            shutil.rmtree(kept, ignore_errors=True)
            draw(file, place / PAGES)
            os.rename(place, kept)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        draft = Draft(outcome.policy, file.name, by, time.time())
        self._note(draft)
        return draft, outcome.warnings

    def drafts(self) -> list[Draft]:
        """All of them, the latest first."""
        found = [self._draft(path.parent.name) for path in self._drafts.glob(f"*/{NOTE}")]
        return sorted((d for d in found if d is not None), key=lambda d: -d.at)

    def draft(self, one: str) -> Draft:
        """The draft with that id. Raises DocumentError."""
        found = self._draft(one)
        if found is None:
            raise DocumentError("没有这份待发布的文件")
        return found

    def _draft(self, one: str) -> Draft | None:
        if not _NAME.fullmatch(one):
            return None
        try:
            return Draft(**json.loads((self._drafts / one / NOTE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _note(self, draft: Draft) -> None:
        write_whole(self._drafts / draft.id / NOTE, json.dumps(asdict(draft), ensure_ascii=False).encode())

    def folder(self, one: str) -> Path:
        """Where the draft's own files are. Raises DocumentError."""
        return self._drafts / self.draft(one).id

    def version(self, one: str, stamp: str) -> Path:
        """Where an earlier version's files are. Raises DocumentError."""
        found = self._history / one / stamp
        if not _NAME.fullmatch(one) or not _STAMP.fullmatch(stamp) or not found.is_dir():
            raise DocumentError("没有这一版")
        return found

    def original(self, one: str) -> Path:
        """The file that was handed in. Raises DocumentError."""
        return self._originals / self.draft(one).id / self.draft(one).file

    def page(self, one: str, number: int) -> Path:
        """A page of it as a PNG, from 1; there is no such file when there is no such page. Raises DocumentError."""
        return self.original(one).parent / PAGES / f"{number}.png"

    def pages(self, one: str) -> int:
        """How many pages of it can be seen. Raises DocumentError."""
        return len(list(self.page(one, 1).parent.glob("*.png")))

    def text(self, one: str) -> str:
        """What was recognised, whole."""
        return (self._drafts / self.draft(one).id / "source.txt").read_text(encoding="utf-8")

    def review(self, one: str) -> str:
        """What is to be seen by a person first."""
        path = self._drafts / self.draft(one).id / "review.md"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def drop(self, one: str) -> None:
        """Give a draft up. Raises DocumentError."""
        shutil.rmtree(self._drafts / self.draft(one).id)
        shutil.rmtree(self._originals / one, ignore_errors=True)

    # -- looking over and mending --------------------------------------------------------------------------------------

    def policy(self, one: str) -> Policy:
        """The draft as it can be read, its quotes proved or not. Raises DocumentError."""
        faults: list[Fault] = []
        found = parse(read_yaml(self._drafts / self.draft(one).id / "policy.yaml"), Policy, faults)
        if found is None:
            raise DocumentError("\n".join(map(str, faults)))
        return found

    def faults(self, one: str) -> list[str]:
        """What is wrong with it by itself: every quotation stands in the text, every number fits its words."""
        try:
            open_policy(str(self._drafts / self.draft(one).id), self.root)
        except KnowledgeError as error:
            return [f"{fault.place}：{fault.message}" if fault.place else fault.message for fault in error.faults]
        return []

    def mend(self, one: str, changes: Mapping[str, Any], by: str) -> list[str]:
        """Change what was recognised; the faults that are left. ``changes``: see mended(). Raises DocumentError.

        What can't even be read is not kept.
        """
        draft, policy = self.draft(one), self.policy(one)
        new = mended(policy, changes)
        if new != policy:
            text = policy_yaml(new, draft.file)
            write_whole(self._drafts / draft.id / "policy.yaml", text.encode())
            self._note(Draft(draft.id, draft.file, by, time.time(), changed=True))
        return self.faults(one)

    def against(self, one: str) -> tuple[Policy, Difference] | None:
        """The version in force, and what would change; None when there is none."""
        try:
            old = open_policy(str(self._target(one)), self.root)
        except KnowledgeError:
            return None
        return old, difference(old, self.policy(one))

    # -- into the base, and out of it ----------------------------------------------------------------------------------

    def _target(self, one: str) -> Path:
        if not _NAME.fullmatch(one):
            raise DocumentError("没有这份文件")
        return self.root / "policies" / one

    def _set_aside(self, one: str) -> Path:
        return self.root / f".replaced-{one}"

    async def publish(self, one: str, by: str, take: Take) -> None:
        """Bring a draft into force. Raises DocumentError with what is wrong; then all is as before."""
        left = self.faults(one)
        if left:
            raise DocumentError("\n".join(left))
        await self._exchange(one, self._drafts / self.draft(one).id, by, "换成新的一版", take)
        shutil.rmtree(self._drafts / one)

    async def withdraw(self, one: str, by: str, take: Take) -> None:
        """Take a document out of force. Raises DocumentError; then all is as before."""
        if not self._target(one).is_dir():
            raise DocumentError("没有这份文件")
        await self._exchange(one, None, by, "撤下", take)

    async def put_back(self, one: str, stamp: str, by: str, take: Take) -> None:
        """Bring an earlier version into force again. Raises DocumentError; then all is as before."""
        await self._exchange(one, self.version(one, stamp), by, "换回以前的一版", take)

    async def _exchange(self, one: str, source: Path | None, by: str, why: str, take: Take) -> None:
        """Another folder, or none, in place of the one in force, as long as the base holds with it."""
        target, aside = self._target(one), self._set_aside(one)
        coming = self.root / f".coming-{one}"
        try:
            if source is not None:
                shutil.rmtree(coming, ignore_errors=True)
                shutil.copytree(source, coming, ignore=shutil.ignore_patterns(NOTE))
                if target.is_dir():
                    _bring_along(target, coming)
            if target.is_dir():
                os.rename(target, aside)
            if source is not None:
                os.rename(coming, target)
        except OSError as error:
            self._settle()
            raise DocumentError(
                f"知识库的文件夹 {self.root} 写不了（{oserrors.why(error)}）；请让运行程序的用户能写，"
                "或用 policybot new 另建一个，用 POLICYBOT_KNOWLEDGE 指明"
            ) from error
        report = await take()
        if report.status == "refused":
            self._undo(target, aside)
            await take()
            raise DocumentError("\n".join(report.faults))
        if aside.is_dir():
            self._keep(one, aside, by, why)

    def _undo(self, target: Path, aside: Path) -> None:
        if target.is_dir():
            shutil.rmtree(target)
        if aside.is_dir():
            os.rename(aside, target)

    def _keep(self, one: str, aside: Path, by: str, why: str) -> None:
        stamp = f"{datetime.now(BEIJING):%Y%m%d-%H%M%S}"
        kept, n = self._history / one / stamp, 1
        while kept.exists():
            kept, n = self._history / one / f"{stamp}-{n}", n + 1
        kept.parent.mkdir(exist_ok=True, mode=0o700)
        shutil.move(str(aside), kept)
        write_whole(kept / NOTE, json.dumps({"by": by, "why": why}, ensure_ascii=False).encode())

    def _settle(self) -> None:
        """What a run that was killed in the middle of an exchange left: the document that was in force comes back."""
        for aside in self.root.glob(".replaced-*"):
            one = aside.name.removeprefix(".replaced-")
            if (self.root / "policies" / one).is_dir():
                self._keep(one, aside, "", "换到一半时程序停了")
            else:
                os.rename(aside, self.root / "policies" / one)
        for coming in self.root.glob(".coming-*"):
            shutil.rmtree(coming, ignore_errors=True)

    def history(self) -> list[Version]:
        """What was in force before, the latest first."""
        found = []
        for path in self._history.glob(f"*/*/{NOTE}"):
            told = json.loads(path.read_text(encoding="utf-8"))
            found.append(Version(path.parents[1].name, path.parent.name, told["by"], told["why"]))
        return sorted(found, key=lambda v: v.stamp, reverse=True)


def _bring_along(old: Path, new: Path) -> None:
    """What editors added to the version in force, such as phrasings, goes on with the new one."""
    for path in old.iterdir():
        if path.name not in (*OWN, NOTE) and not (new / path.name).exists():
            (shutil.copytree if path.is_dir() else shutil.copy2)(path, new / path.name)


def plain_name(name: str) -> str:
    """A file's name without a path and without what file systems or pages could take amiss."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return _ODD.sub("_", last).strip(" .")[-100:] or "file"


FACTS = ("display_name", "title", "number", "issuer", "city", "published")
VALIDITY = ("quote", "effective_quote", "effective_from", "until_quote", "until")
FIGURE = ("text", "quote", "value", "unit", "case")


def mended(policy: Policy, changes: Mapping[str, Any]) -> Policy:
    """The document with fields changed: ``number``, ``validity.until``, ``4.2/1.value`` (clause, place of the figure,
    field), ``4.2/1.drop``. An empty text is None. Raises DocumentError with what can't be read.
    """
    return read_changed(changed_data(policy, changes))


def changed_data(policy: Policy, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The document's plain data with these changes, whether they can be read or not."""
    data = policy.model_dump(mode="json", exclude_defaults=True)
    for name in FACTS:
        if name in changes:
            data[name] = _value(changes[name])
    for name in VALIDITY:
        if f"validity.{name}" in changes:
            data.setdefault("validity", {})[name] = _value(changes[f"validity.{name}"])
    for clause in _clauses(data):
        clause["figures"] = [
            _figure(f, f"{clause['id']}/{n}", changes) for n, f in enumerate(clause.get("figures", []))
        ]
        clause["figures"] = [f for f in clause["figures"] if f]
    return data


def read_changed(data: Mapping[str, Any]) -> Policy:
    """The document of such data. Raises UnreadableError."""
    try:
        return Policy.model_validate_json(json.dumps(data, ensure_ascii=False))
    except ValidationError as error:
        raise UnreadableError([(one["loc"], one["msg"]) for one in error.errors()]) from None


def _figure(figure: dict[str, Any], name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    if changes.get(f"{name}.drop"):
        return {}
    given = {field: _value(changes[f"{name}.{field}"]) for field in FIGURE if f"{name}.{field}" in changes}
    if "value" in given:
        with contextlib.suppress(ValueError, TypeError):
            given["value"] = float(given["value"])
    return figure | given


def _clauses(data: Any) -> list[dict[str, Any]]:
    """All clauses in plain data of a document."""
    found: list[dict[str, Any]] = []
    for part in (*data.get("sections", ()), *data.get("attachments", ())):
        found += part.get("clauses", ())
        found += _clauses(part)
    return found


def _value(text: Any) -> Any:
    return str(text).strip() or None
