"""Formulas (OMML) in one line: a fraction as (甲+乙)/丙, a root as √(…)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from knowledge.importing.formats.word.package import M

RAISED = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
"""Signs that Unicode has in a raised form."""


def raised(words: str) -> str:
    """A superscript: 10 and 4 are 10⁴; what has no raised form stands as ^(…)."""
    return words.translate(RAISED) if all(char in "0123456789+-n" for char in words) else f"^({words})"


def is_plain(formula: Any) -> bool:
    """Whether nothing but signs side by side is in it."""
    return all(node.tag in (f"{M}oMath", f"{M}oMathPara", f"{M}r", f"{M}t") for node in formula.iter(f"{M}*") if
               not _is_property(node))  # fmt: skip


def linear(node: Any) -> str:
    """The formula in one line."""
    name = node.tag.removeprefix(M) if isinstance(node.tag, str) else ""
    if name == "t":
        return node.text or ""
    if _is_property(node):
        return ""
    made = _SHAPES.get(name)
    return made(node) if made else "".join(linear(child) for child in node)


def _is_property(node: Any) -> bool:
    return isinstance(node.tag, str) and (not node.tag.startswith(M) or node.tag.endswith("Pr")) and not list(
        node.iter(f"{M}t")
    )  # fmt: skip


def _part(node: Any, name: str) -> str:
    child = node.find(f"{M}{name}")
    return "" if child is None else linear(child)


def _held(words: str) -> str:
    return words if len(words) <= 1 or words.isalnum() else f"({words})"


def _below(words: str) -> str:
    return f"_({words})" if words else ""


def _above(words: str) -> str:
    return raised(words) if words else ""


def _root(node: Any) -> str:
    degree = _part(node, "deg")
    return f"{raised(degree) if degree else ''}√({_part(node, 'e')})"


def _sign(node: Any, properties: str, name: str, usual: str) -> str:
    child = node.find(f"{M}{properties}/{M}{name}")
    return usual if child is None else str(child.get(f"{M}val", ""))


def _sum(node: Any) -> str:
    sign = _sign(node, "naryPr", "chr", "∫")
    return f"{sign}{_below(_part(node, 'sub'))}{_above(_part(node, 'sup'))}{_held(_part(node, 'e'))}"


def _brackets(node: Any) -> str:
    between = _sign(node, "dPr", "sepChr", "|")
    inner = between.join(linear(child) for child in node.iterchildren(f"{M}e"))
    return _sign(node, "dPr", "begChr", "(") + inner + _sign(node, "dPr", "endChr", ")")


_SHAPES: dict[str, Callable[[Any], str]] = {
    "f": lambda node: f"{_held(_part(node, 'num'))}/{_held(_part(node, 'den'))}",
    "sSup": lambda node: _held(_part(node, "e")) + _above(_part(node, "sup")),
    "sSub": lambda node: _held(_part(node, "e")) + _below(_part(node, "sub")),
    "sSubSup": lambda node: _held(_part(node, "e")) + _below(_part(node, "sub")) + _above(_part(node, "sup")),
    "rad": _root,
    "nary": _sum,
    "d": _brackets,
    "eqArr": lambda node: "；".join(linear(child) for child in node.iterchildren(f"{M}e")),
    "mr": lambda node: "，".join(linear(child) for child in node.iterchildren(f"{M}e")) + "；",
    "limLow": lambda node: _part(node, "e") + _below(_part(node, "lim")),
    "limUpp": lambda node: _part(node, "e") + _above(_part(node, "lim")),
}
