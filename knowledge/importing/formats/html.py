"""html: the document's text, without menus, scripts and footers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from knowledge.importing.formats import furniture
from knowledge.importing.formats.limits import UnreadableError

if TYPE_CHECKING:
    from knowledge.importing.formats.read import Read

_BLOCK = {
    "p", "div", "br", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "dd",
    "dt", "blockquote", "pre", "hr", "tbody", "thead", "center", "main", "body", "title",
}  # fmt: skip
_CELL = {"td", "th"}
_MAIN = (
    "#UCAP-CONTENT", ".TRS_Editor", ".trs_editor_view", ".TRS_UEDITOR", "#zoom", "#Zoom", ".pages_content",
    "#vsb_content", ".v_news_content", "article", ".article-content", ".article_content", ".content_body", "#content",
    ".content", "main",
)  # fmt: skip
"""Where Chinese government sites put the document, the surest first; otherwise the densest block is taken."""
MAX_NAMED = 8
"""Pieces left out that the report names; the others are counted."""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


def read(text: str, notes: list[str]) -> Read:
    """The document of a page; UnreadableError where there is no text in it."""
    from selectolax.lexbor import LexborHTMLParser as HTMLParser

    from knowledge.importing.formats.read import Read

    tree = HTMLParser(text)
    body = tree.body
    if body is None:
        raise UnreadableError("网页里没有正文")
    left_out = _clear(body)
    chosen, how = _main(tree, body)
    lines = _lines(chosen)
    left_out += _closing(lines)
    heading = tree.css_first("h1")
    title = " ".join(heading.text().split()) if heading is not None else ""
    if title and "".join(title.split()) not in "".join("".join(lines[:8]).split()):
        lines.insert(0, title)
    if not lines:
        raise UnreadableError("网页里没有正文（也许要运行脚本才有）；请在浏览器里另存为文字")
    note = f"取自 html：{how}；导航、页脚、脚本没有取"
    shown = "、".join(f"「{words}」" for words in left_out[:MAX_NAMED])
    if len(left_out) > MAX_NAMED:
        shown += f" 等 {len(left_out)} 处"
    left = [f"没有取的网页文字：{shown}"] if shown else []
    return Read("\n".join(lines).encode("utf-8", errors="replace"), "html", [*notes, note, *left])


def _clear(body: Any) -> list[str]:
    """Takes the page's furniture out of the tree; how each piece of it that has text begins."""
    whole = _prose(body)
    dropped: list[Any] = []
    waiting = list(body.iter())
    while waiting:
        node = waiting.pop(0)
        if node.tag in furniture.TAGS or (_is_furniture(node) and (not whole or _prose(node) <= 0.5 * whole)):
            dropped.append(node)
        else:
            waiting += node.iter()
    shown = [_shown(node.text(separator=" ")) for node in dropped if node.tag not in ("script", "style", "template")]
    for node in dropped:
        node.decompose()
    return [words for words in shown if words]


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


def _closing(lines: list[str]) -> list[str]:
    """Takes the site's lines off the end of the document's; those taken."""
    taken: list[str] = []
    while lines and all(
        furniture.LINES.fullmatch(part) for part in re.split(r"\s*[|｜\t]\s*|(?<=[】\]])\s*", lines[-1]) if part
    ):
        taken.insert(0, _shown(lines.pop()))
    return taken


def _shown(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= 30 else f"{line[:30]}…"


def _main(tree: Any, body: Any) -> tuple[Any, str]:
    whole = _prose(body)
    weigh = _prose if whole else (lambda node: len(_weight(node)))
    held = [(weigh(node), selector, node) for selector in _MAIN for node in tree.css(selector)]
    most = max((weight for weight, _, _ in held), default=0)
    if most and most >= 0.4 * weigh(body):
        return next((node, f"正文在 {selector} 里") for weight, selector, node in held if weight >= 0.9 * most)
    best = body
    while True:
        inner = [
            child for child in best.iter() if child.tag in ("div", "section", "td", "table", "tbody", "tr", "main")
        ]
        heavy = [child for child in inner if len(_weight(child)) > 0.8 * len(_weight(best))]
        if len(heavy) != 1 or not _weight(best):
            return best, "正文取文字最密的一块"
        best = heavy[0]


def _prose(node: Any) -> int:
    """Characters of a node's text that stand in sentences: menus and lists of links have none."""
    return sum(len(run) for run in node.text(separator="\n").split("\n") if re.search("[，。；]", run))


def _weight(node: Any) -> str:
    """The sentences of a node: what menus haven't got."""
    return "".join(re.findall(r"[一-鿿，。；：、]", node.text()))


def _lines(root: Any) -> list[str]:
    """The text by lines, a table's row in one line with its cells apart."""
    out: list[str] = []
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        node, closing = stack.pop()
        tag = node.tag
        if closing:
            out.append("\n" if tag in _BLOCK else "\t")
            continue
        if tag == "-text":
            out.append(re.sub(r"[ \t\r\n]+", " ", node.text(deep=False)))
            continue
        if tag in _BLOCK:
            in_cell = _in_cell(node)
            out.append(" " if in_cell and tag in ("p", "div", "br") else "\n")
        children = list(node.iter(include_text=True))
        if (tag in _BLOCK and not _in_cell(node)) or tag in _CELL:
            stack.append((node, True))
        stack += [(child, False) for child in reversed(children)]
    lines = "".join(out).split("\n")
    return [line.strip(" \t\r\x0b\x0c") for line in lines if line.strip()]


def _in_cell(node: Any) -> bool:
    above = node.parent
    for _ in range(6):
        if above is None:
            return False
        if above.tag in _CELL:
            return len(above.text()) < 200
        above = above.parent
    return False
