"""html: the document's text, without menus, scripts and footers; what the page says of it stands at its head."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from knowledge.importing.formats import furniture
from knowledge.importing.formats.limits import UnreadableError
from knowledge.importing.formats.web.clearing import prose, shown, take_copies, take_furniture, take_hidden
from knowledge.importing.formats.web.lines import Lines
from knowledge.importing.formats.web.telling import Telling, above, is_telling, telling, title

if TYPE_CHECKING:
    from knowledge.importing.formats.read import Read

_MAIN = (
    "#UCAP-CONTENT", ".TRS_Editor", ".trs_editor_view", ".TRS_UEDITOR", "#zoom", "#Zoom", ".pages_content",
    "#vsb_content", ".v_news_content", "article", ".article-content", ".article_content", ".content_body", "#content",
    ".content", "main",
)  # fmt: skip
"""Where Chinese government sites put the document, the surest first; otherwise the densest block is taken."""
MAX_NAMED = 8
"""Pieces left out that the report names; the others are counted."""
_NEAR = 8
"""Lines at the head within which a title and a document's number stand."""
_NUMBER = re.compile(r"[一-鿿]{1,12}[〔\[【（(](?:19|20)\d{2}年?[〕\]】）)]")
_FILE = re.compile(r"\.(?:docx?|wps|pdf|xlsx?|et|ofd|zip|rar|pptx?|jpe?g|png)(?:[?#].*)?$", re.IGNORECASE)
_LINKS = 20
"""Linked files that are named."""


def read(text: str, notes: list[str]) -> Read:
    """The document of a page; UnreadableError where there is no text in it."""
    from selectolax.lexbor import LexborHTMLParser as HTMLParser

    from knowledge.importing.formats.read import Read

    tree = HTMLParser(text)
    body = tree.body
    if body is None:
        raise UnreadableError("网页里没有正文")
    named, sure = title(tree)
    hidden = take_hidden(tree, body)
    copies = take_copies(body)
    page = Lines().of(body)
    left_out = take_furniture(body)
    chosen, how = _main(tree, body)
    reader = Lines()
    lines = reader.of(chosen)
    within = set(lines[_NEAR:-_NEAR])
    told = telling([line for line in page if line not in within])
    left_out += _ends(lines)
    if not lines:
        raise UnreadableError("网页里没有正文（也许要运行脚本才有）；请在浏览器里另存为文字")
    _head(lines, told, named or above(page, lines[0]), sure)
    said = [*notes, f"取自 html：{how}；导航、页脚、脚本没有取"]
    if copies:
        said.append("同样的正文在网页里有两份，只取一份")
    if reader.merged:
        said.append("合并的单元格在它管到的每一行都写出")
    if reader.numbered:
        said.append(f"有 {reader.numbered} 个列表编号照浏览器写成文字，请核对")
    said += _named(left_out)
    must = [f"网页上隐藏的文字没有取：「{words}」" for words in hidden] + _beside(chosen)
    must += [f"合并的单元格太长，只写在第一行，它也管到后面几行：「{words}」" for words in reader.unrepeated]
    return Read("\n".join(lines).encode("utf-8", errors="replace"), "html", said, must, told.told)


def _named(left_out: list[str]) -> list[str]:
    listed = "、".join(f"「{words}」" for words in left_out[:MAX_NAMED])
    if len(left_out) > MAX_NAMED:
        listed += f" 等 {len(left_out)} 处"
    return [f"没有取的网页文字：{listed}"] if listed else []


def _ends(lines: list[str]) -> list[str]:
    """Takes the site's lines off both ends of the document's; those taken."""
    taken: list[str] = []
    while lines and all(
        furniture.LINES.fullmatch(part) for part in re.split(r"\s*[|｜\t]\s*|(?<=[】\]])\s*", lines[-1]) if part
    ):
        taken.insert(0, shown(lines.pop()))
    for line in lines[:_NEAR]:
        words = line.strip()
        if is_telling(line):
            lines.remove(line)
        elif len(words) < 200 and (furniture.CRUMBS.fullmatch(words) or furniture.HEADS_LINE.fullmatch(words)):
            lines.remove(line)
            taken.append(shown(line))
    return taken


def _head(lines: list[str], told: Telling, named: str, sure: bool) -> None:
    """Puts at the head what the page says and the text doesn't: the title, the days, the number."""
    near = "".join("".join(lines[:_NEAR]).split())
    bare = "".join(named.split())
    at = 0
    if named and bare not in near and (sure or near[:4] != bare[:4]):
        lines.insert(0, named)
        at = 1
    elif bare:
        at = _after(lines, bare)
    number = next((n for n, line in enumerate(lines[:_NEAR]) if _NUMBER.search(line)), None)
    if number is not None and number >= at:
        at = number
    elif told.number and number is None:
        lines.insert(at, told.number)
    days = [line for line in (told.effective, told.until) if line]
    lines[at:at] = [line for line in days if not any(line in other for other in lines)]


def _after(lines: list[str], bare: str) -> int:
    """The line after the one with which the title ends."""
    joined = ""
    for n, line in enumerate(lines[:_NEAR]):
        joined += "".join(line.split())
        if bare in joined:
            return n + 1
    return 0


def _beside(chosen: Any) -> list[str]:
    """Pictures and files within the document, which aren't read with it."""
    found = []
    pictures = [node for node in chosen.css("img") if not _is_icon(node)]
    if pictures:
        found.append(f"正文里有 {len(pictures)} 幅图片没有取，图里若有文字请补写")
    for node in chosen.css("embed, object, video"):
        found.append(
            f"正文里嵌着另一个文件没有取：{shown(node.attributes.get('src') or node.attributes.get('data') or '')}"
        )
    links = [node for node in chosen.css("a") if _FILE.search(node.attributes.get("href") or "")]
    found += [f"链接的文件没有取：「{shown(node.text())}」" for node in links[:_LINKS]]
    return found


def _is_icon(node: Any) -> bool:
    source = (node.attributes.get("src") or "").lower()
    sizes = [node.attributes.get(name) or "" for name in ("width", "height")]
    return "icon" in source or "/fileico" in source or any(re.fullmatch(r"[1-3]?\d(?:px)?", size) for size in sizes)


def _main(tree: Any, body: Any) -> tuple[Any, str]:
    whole = prose(body)
    weigh = prose if whole else (lambda node: len(_weight(node)))
    held = [(weigh(node), selector, node) for selector in _MAIN for node in tree.css(selector)]
    most = max((weight for weight, _, _ in held), default=0)
    if most and most >= 0.4 * weigh(body):
        return next((node, f"正文在 {selector} 里") for weight, selector, node in held if weight >= 0.9 * most)
    best = body
    while True:
        inner = [
            child
            for child in best.iter()
            if child.tag in ("div", "section", "td", "table", "tbody", "tr", "main", "form")
        ]
        heavy = [child for child in inner if len(_weight(child)) > 0.8 * len(_weight(best))]
        if len(heavy) != 1 or not _weight(best) or _is_data(heavy[0]):
            return best, "正文取文字最密的一块"
        best = heavy[0]


def _is_data(node: Any) -> bool:
    """Whether a table is one of rows: its parts don't stand by themselves."""
    return node.tag == "table" and any("\t" in line for line in Lines().of(node))


def _weight(node: Any) -> str:
    """The sentences of a node: what menus haven't got."""
    return "".join(re.findall(r"[一-鿿，。；：、]", node.text()))
