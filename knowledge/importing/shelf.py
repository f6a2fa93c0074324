"""What stands in the folder that an import writes to: twins, other versions, and documents that others repeal."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from knowledge.base.document import Policy
from knowledge.importing.facts.repeals import Repealed, repeals
from knowledge.text.printed import half_width, without_blanks

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_FROM = re.compile(r"# 由 policybot import 从 (.+) 导入")


@dataclass(frozen=True)
class Standing:
    """A document that was imported before."""

    id: str
    title: str | None
    number: str | None
    digest: str
    file: str
    """What it was imported from; empty where its file no longer says so."""
    repeals: tuple[Repealed, ...]


class Shelf:
    """The documents in ``out``; each is read once, and again when it was changed."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._read: dict[Path, tuple[int, Standing | None]] = {}

    def others(self, policy_id: str) -> Iterator[Standing]:
        """All but the one with this id."""
        if not self._out.is_dir():
            return
        for path in sorted(self._out.glob("*/policy.yaml")):
            if path.parent.name in (policy_id,) or path.parent.name.startswith("."):
                continue
            try:
                changed = path.stat().st_mtime_ns
                if path not in self._read or self._read[path][0] != changed:
                    self._read[path] = changed, _standing(path)
            except OSError:
                continue
            if (standing := self._read[path][1]) is not None:
                yield standing


def digest(text: str) -> str:
    """The same for two texts that differ in blanks alone."""
    return hashlib.sha256(half_width(without_blanks(text)).encode("utf-8", "replace")).hexdigest()


def same_number(one: str | None, other: str | None) -> bool:
    """Whether both are the same document number, in whatever brackets."""
    return one is not None and other is not None and _number(one) == _number(other)


def is_meant(repealed: Repealed, title: str | None, number: str | None) -> bool:
    """Whether a document is the one that is repealed: by its number, or where one of them has none, by its title."""
    if repealed.number and number:
        return same_number(repealed.number, number)
    wanted = half_width(without_blanks(repealed.title))
    own = half_width(without_blanks(title or ""))
    return len(wanted) >= LEAST and (wanted == own or f"《{wanted}》" in own or own.endswith(f"关于印发{wanted}的通知"))


LEAST = 6
"""Characters of a title by which a document is taken to be meant."""


def _number(number: str) -> str:
    plain = re.sub(r"[\[【(﹝]", "〔", half_width(without_blanks(number)))
    return re.sub(r"[\]】)﹞]", "〕", plain).replace("年〕", "〕").replace("〕第", "〕")


def _standing(path: Path) -> Standing | None:
    try:
        text = path.read_text(encoding="utf-8")
        policy = Policy.model_validate(yaml.load(text, Loader=_Loader))
        source = (path.parent / "source.txt").read_text(encoding="utf-8")
    except (OSError, ValueError, yaml.YAMLError, ValidationError):
        return None  # policybot check tells what is wrong with it
    told = _FROM.match(text)
    return Standing(
        path.parent.name,
        policy.title,
        policy.number,
        digest(source),
        told[1] if told else "",
        tuple(repeals(policy)),
    )
