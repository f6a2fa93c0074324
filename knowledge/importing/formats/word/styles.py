"""Styles of a docx: of what a style is based on, and whether its text is hidden."""

from __future__ import annotations

from typing import Any

from knowledge.importing.formats.word.package import W

_DEEPEST = 40
"""Styles that one may be based on, one on the other; a circle ends there."""


def is_on(parent: Any, name: str) -> bool | None:
    """Whether a switch is on; None where ``parent`` (which may be None) doesn't have it."""
    switch = parent.find(f"{W}{name}") if parent is not None else None
    return None if switch is None else switch.get(f"{W}val", "1") not in ("0", "false", "off")


def value(parent: Any, name: str) -> str | None:
    """The value of a child; None where ``parent`` (which may be None) doesn't have it."""
    child = parent.find(f"{W}{name}") if parent is not None else None
    return None if child is None else child.get(f"{W}val")


class Styles:
    """The styles by their ids; an empty part has none."""

    def __init__(self, root: Any) -> None:
        self._all = {} if root is None else {one.get(f"{W}styleId", ""): one for one in root.iterchildren(f"{W}style")}
        kinds = [(one.get(f"{W}type"), one.get(f"{W}default"), key) for key, one in self._all.items()]
        self._usual = next((key for kind, default, key in kinds if kind == "paragraph" and default in _ON), None)

    def of(self, paragraph: Any) -> str | None:
        """The style of a paragraph: its own, or the usual one."""
        return value(paragraph.find(f"{W}pPr"), "pStyle") or self._usual

    def chain(self, name: str | None) -> list[tuple[str, Any]]:
        """The style and those that it is based on, itself first."""
        found: list[tuple[str, Any]] = []
        while name in self._all and len(found) < _DEEPEST:
            assert name is not None
            found.append((name, self._all[name]))
            name = value(self._all[name], "basedOn")
        return found

    def hidden(self, run_properties: Any, paragraph_style: str | None) -> bool:
        """Whether text with these properties, in a paragraph of that style, isn't shown."""
        own = is_on(run_properties, "vanish")
        if own is not None:
            return own
        for start in (value(run_properties, "rStyle"), paragraph_style):
            for _, style in self.chain(start):
                if (said := is_on(style.find(f"{W}rPr"), "vanish")) is not None:
                    return said
        return False


_ON = ("1", "true", "on")
