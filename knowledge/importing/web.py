"""html: the document's text, without menus, scripts and footers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from knowledge.importing.limits import UnreadableError

if TYPE_CHECKING:
    from knowledge.importing.readers import Read

_DROP = "script,style,noscript,nav,footer,header,aside,form,button,iframe,svg,select,template,link,meta"
_BLOCK = {
    "p", "div", "br", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "dd",
    "dt", "blockquote", "pre", "hr", "tbody", "thead", "center", "main", "body", "title",
}  # fmt: skip
_CELL = {"td", "th"}
_MAIN = (
    "#UCAP-CONTENT", ".TRS_Editor", ".trs_editor_view", "#zoom", "#Zoom", ".pages_content", "article",
    ".article-content", ".article_content", ".content_body", "#content", ".content", "main",
)  # fmt: skip
"""Where Chinese government sites put the document, tried in this order; otherwise the densest block is taken."""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)


def read(text: str, notes: list[str]) -> Read:
    """The document of a page; UnreadableError where there is no text in it."""
    from selectolax.lexbor import LexborHTMLParser as HTMLParser

    from knowledge.importing.readers import Read

    tree = HTMLParser(text)
    for node in tree.css(_DROP):
        node.decompose()
    body = tree.body
    if body is None:
        raise UnreadableError("网页里没有正文")
    chosen, how = _main(tree, body)
    lines = _lines(chosen)
    heading = tree.css_first("h1")
    title = " ".join(heading.text().split()) if heading is not None else ""
    if title and "".join(title.split()) not in "".join("".join(lines[:8]).split()):
        lines.insert(0, title)
    if not lines:
        raise UnreadableError("网页里没有正文（也许要运行脚本才有）；请在浏览器里另存为文字")
    note = f"取自 html：{how}；导航、页脚、脚本没有取"
    return Read("\n".join(lines).encode("utf-8", errors="replace"), "html", [*notes, note])


def _main(tree: Any, body: Any) -> tuple[Any, str]:
    whole = len(_weight(body))
    for selector in _MAIN:
        for node in tree.css(selector):
            if len(_weight(node)) >= 0.4 * whole:
                return node, f"正文在 {selector} 里"
    best = body
    while True:
        inner = [
            child for child in best.iter() if child.tag in ("div", "section", "td", "table", "tbody", "tr", "main")
        ]
        heavy = [child for child in inner if len(_weight(child)) > 0.8 * len(_weight(best))]
        if len(heavy) != 1 or not _weight(best):
            return best, "正文取文字最密的一块"
        best = heavy[0]


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
