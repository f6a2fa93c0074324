"""Takes out of a page what isn't shown, what is there twice, and what is the site's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from knowledge.importing.formats import furniture

_UNSHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_ALONE = re.compile(r"[.#][\w-]+")
_LEAST_COPY = 40
"""Characters of a copy; shorter texts may well be there twice."""
_RUN = 6
"""Characters in a run by which texts are compared."""
_PATH = 120
"""Characters of an element that may be the path to the page."""


def prose(node: Any) -> int:
    """Characters of a node's text that stand in sentences: menus and lists of links have none."""
    return sum(len(run) for run in node.text(separator="\n").split("\n") if re.search("[，。；]", run))


def shown(words: str) -> str:
    """How a piece begins."""
    line = " ".join(words.split())
    return line if len(line) <= 30 else f"{line[:30]}…"


def take_hidden(tree: Any, body: Any) -> list[str]:
    """Takes out what isn't shown; what of it has sentences that are nowhere else.

    Where nothing else has sentences, a script shows what is hidden: it stays.
    """
    rules = _hiding(tree)
    whole = prose(body)
    hidden = list(_topmost(body, lambda node: _is_hidden(node, rules)))
    held = sum(map(prose, hidden))
    if whole and held >= 0.9 * whole:
        hidden = [node for node in hidden if prose(node) < 0.5 * whole]
    texts = [node.text(separator="\n") for node in hidden]
    for node in hidden:
        node.decompose()
    rest = _bare(body.text())
    return [shown(text) for text in texts if _says(text) and not _within(text, rest)]


def _hiding(tree: Any) -> set[str]:
    """Classes and ids (.name, #name) that the page's own styles hide everywhere."""
    found: set[str] = set()
    for sheet in tree.css("style"):
        text = re.sub(r"/\*.*?\*/", "", sheet.text() or "", flags=re.DOTALL)
        text = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", text)
        for selectors, rules in _RULE.findall(text):
            if _UNSHOWN.search(rules):
                found |= {one.strip() for one in selectors.split(",") if _ALONE.fullmatch(one.strip())}
    return found


def _is_hidden(node: Any, rules: set[str]) -> bool:
    attributes = node.attributes
    if "hidden" in attributes or (attributes.get("aria-hidden") or "").lower() == "true":
        return True
    if _UNSHOWN.search(attributes.get("style") or ""):
        return True
    names = {f".{name}" for name in (attributes.get("class") or "").split()} | {f"#{attributes.get('id')}"}
    return bool(rules & names)


def _topmost(body: Any, wanted: Any) -> Iterator[Any]:
    """The elements that are wanted, not those within them."""
    waiting = list(body.iter())
    while waiting:
        node = waiting.pop(0)
        if node.tag in furniture.SILENT:
            continue
        if wanted(node):
            yield node
        else:
            waiting[:0] = list(node.iter())


def _bare(words: str) -> str:
    return "".join(words.split())


def _says(text: str) -> bool:
    return any(len(line) > 15 and re.search("[，。；]", line) for line in text.split("\n"))


def _runs(words: str) -> set[str]:
    return {words[i : i + _RUN] for i in range(len(words) - _RUN + 1)}


def _within(text: str, rest: str, least: float = 0.7) -> bool:
    """Whether (nearly) all of ``text`` stands in ``rest`` as well."""
    own = _runs(_bare(text))
    return bool(own) and len(own & _runs(rest)) >= least * len(own)


def _same(one: str, other: str) -> bool:
    """Whether the shorter of two texts stands in the longer, its numbers all in their order."""
    short, long = sorted((one, other), key=len)
    following = iter(re.findall(r"\d+", long))
    return _within(short, long, 0.9) and all(number in following for number in re.findall(r"\d+", short))


def take_copies(body: Any) -> int:
    """Takes out all but one of the large elements that say the same (a page's copy for telephones); how many."""
    least = max(_LEAST_COPY, 0.25 * prose(body))
    seen: list[tuple[str, Any]] = []
    gone = 0
    for node in list(_large(body, least)):
        words = _bare(node.text())
        other = next((n for n, (text, _) in enumerate(seen) if _same(text, words)), None)
        if other is None:
            seen.append((words, node))
            continue
        gone += 1
        worse = min((seen[other], (words, node)), key=_worth)
        if worse is seen[other]:
            seen[other] = words, node
        worse[1].decompose()
    return gone


def _worth(one: tuple[str, Any]) -> tuple[bool, int, int]:
    """Of two copies the one in paragraphs is better, then the longer one."""
    blocks = len(one[1].css("p, br, div, tr, li"))
    return blocks > 1, len(one[0]), blocks


def _large(body: Any, least: float) -> Iterator[Any]:
    """The elements with many sentences that part into no two such: candidates for copies of one another."""
    waiting = [body]
    while waiting:
        node = waiting.pop(0)
        inner = [child for child in node.iter() if child.tag not in furniture.SILENT and prose(child) >= least]
        if inner and (node.tag not in ("tr", "ul", "ol") or len(inner) == 1):
            waiting[:0] = inner
        elif node is not body:
            yield node


def take_furniture(body: Any) -> list[str]:
    """Takes out the site's menus, paths, bars and forms; how each piece of them that has text begins."""
    whole = prose(body)
    dropped: list[Any] = []
    waiting = list(body.iter())
    while waiting:
        node = waiting.pop(0)
        named = node.tag in furniture.TAGS or _is_furniture(node)
        if node.tag in furniture.SILENT or (named and (not whole or prose(node) <= 0.5 * whole)) or _is_path(node):
            dropped.append(node)
        else:
            waiting += node.iter()
    told = [shown(node.text(separator=" ")) for node in dropped if node.tag not in ("script", "style", "template")]
    for node in dropped:
        node.decompose()
    return [words for words in told if words]


def _is_furniture(node: Any) -> bool:
    """Whether the class, id or role of an element names it as the site's own."""
    attributes = node.attributes
    if (attributes.get("role") or "").lower() in furniture.ROLES:
        return True
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".split()
    if any(furniture.NAMES.fullmatch(name) for name in names):
        return True
    for name in names:
        words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}
        named = words & furniture.WORDS
        if named and not (named <= furniture.HEADS and words & furniture.DOCUMENT):
            return True
    return False


def _is_path(node: Any) -> bool:
    """Whether an element's words are the path to the page and nothing else."""
    if node.tag in ("td", "th", "tr", "a"):
        return False
    words = " ".join(node.text(separator=" ").split())
    return len(words) < _PATH and furniture.CRUMBS.fullmatch(words) is not None
