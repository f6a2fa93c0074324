"""The words of a paragraph as Word shows them once all changes are accepted; what isn't taken is named."""

from __future__ import annotations

import re
from typing import Any

from knowledge.importing.formats.word.counting import written
from knowledge.importing.formats.word.formulas import is_plain, linear, raised
from knowledge.importing.formats.word.left_out import LeftOut
from knowledge.importing.formats.word.package import MC, M, Package, R, W
from knowledge.importing.formats.word.signs import sign
from knowledge.importing.formats.word.styles import Styles, is_on, value

DROPPED = (f"{W}del", f"{W}moveFrom")
"""What changes that were tracked take away."""
_CIRCLED = re.compile(r"^\s*eq\s*\\o\s*(?:\\a[clr]\s*)?\(\s*[○〇◯]\s*[,，;]\s*(\w{1,2})\s*\)\s*$", re.IGNORECASE)
_UNSTORED = re.compile(r"^\s*(EQ|LISTNUM|AUTONUM\w*|INCLUDETEXT|INCLUDEPICTURE|SYMBOL|QUOTE)\b", re.IGNORECASE)
"""Fields whose outcome may not be stored in the file."""


class Words:
    """Reads paragraphs; what it leaves out goes to ``left``."""

    def __init__(self, package: Package, styles: Styles, left: LeftOut, body: Any) -> None:
        self._package = package
        self._styles = styles
        self._left = left
        self._notes = {kind: _by_id(package.first(f"{kind}s"), kind) for kind in ("footnote", "endnote", "comment")}
        self._codes, self._results = _fields(body)
        self._style: str | None = None
        self.gone = False
        """Whether the last paragraph read had words and none of them is shown."""

    def of(self, paragraph: Any) -> str:
        """The paragraph's words; its automatic number apart."""
        before = self._style
        self._style = self._styles.of(paragraph)
        out: list[str] = []
        self._read(paragraph, out)
        self._style = before
        words = "".join(out)
        dropped = any(True for _ in paragraph.iter(*DROPPED))
        unshown = is_on(paragraph.find(f"{W}pPr/{W}rPr"), "vanish") or False
        self.gone = not words.strip() and (dropped or unshown)
        return words

    def all_of(self, root: Any) -> str:
        """All paragraphs below ``root`` in one line."""
        return " ".join(words for words in map(self.of, root.iter(f"{W}p")) if words.strip())

    def _read(self, node: Any, out: list[str]) -> None:
        for child in node:
            tag = child.tag
            if not isinstance(tag, str):
                continue
            if tag in DROPPED:
                self._dropped(child, out)
            elif tag == f"{W}r":
                self._run(child, out)
            elif tag == f"{W}sdt":
                self._control(child, out)
            elif tag in (f"{M}oMath", f"{M}oMathPara"):
                self._formula(child, out)
            elif tag == f"{MC}AlternateContent":
                self._read(chosen(child), out)
            elif tag == f"{W}subDoc":
                self._left.add("子文档没有取", after="".join(out))
            elif tag in (f"{W}ins", f"{W}moveTo"):
                start = len(out)
                self._read(child, out)
                if words := "".join(out[start:]).strip():
                    told = "移来" if tag == f"{W}moveTo" else "添上"
                    self._left.add(f"修订还没有定稿，{told}的字已照取", words, "".join(out[:start]))
            elif tag not in (f"{W}pPr", f"{W}rPr"):
                self._read(child, out)

    def _dropped(self, node: Any, out: list[str]) -> None:
        words = "".join(one.text or "" for one in node.iter(f"{W}t", f"{W}delText", f"{M}t"))
        if words.strip():
            told = "移走" if node.tag == f"{W}moveFrom" else "删去"
            self._left.add(f"修订还没有定稿，{told}的字没有取", words, "".join(out))

    def _control(self, node: Any, out: list[str]) -> None:
        content = node.find(f"{W}sdtContent")
        if content is None:
            return
        if is_on(node.find(f"{W}sdtPr"), "showingPlcHdr"):
            words = "".join(one.text or "" for one in content.iter(f"{W}t"))
            self._left.add("填写处还空着，提示语没有取", words, "".join(out))
            return
        self._read(content, out)

    def _formula(self, node: Any, out: list[str]) -> None:
        words = " ".join(linear(one) for one in ([node] if node.tag == f"{M}oMath" else node.iter(f"{M}oMath")))
        if not is_plain(node):
            self._left.add("公式写成了一行，请对照原件", words, "".join(out))
        out.append(words)

    def _run(self, run: Any, out: list[str]) -> None:
        properties = run.find(f"{W}rPr")
        if self._styles.hidden(properties, self._style):
            words = "".join(one.text or "" for one in run.iter(f"{W}t") if one not in self._codes)
            if words.strip():
                self._left.add("隐藏的文字没有取", words, "".join(out))
            return
        start = len(out)
        for child in run:
            self._piece(child, out)
        words = "".join(out[start:]).strip()
        if words and (is_on(properties, "strike") or is_on(properties, "dstrike")):
            self._left.add("带删除线的字已照取，也许是要删的", words, "".join(out[:start]))
        if words and value(properties, "vertAlign") == "superscript" and re.fullmatch(r"[\d+-]+", words):
            out[start:] = [raised(words)]

    def _piece(self, node: Any, out: list[str]) -> None:
        name = node.tag.removeprefix(W) if isinstance(node.tag, str) else ""
        if name == "t":
            if node not in self._codes:
                out.append(node.text or "")
        elif name in ("tab", "ptab"):
            out.append("\t")
        elif name == "cr" or (name == "br" and node.get(f"{W}type", "textWrapping") == "textWrapping"):
            out.append("\n")
        elif name == "noBreakHyphen":
            out.append("-")
        elif name == "sym":
            self._sign(node, out)
        elif name == "ruby":
            self._read(node.find(f"{W}rubyBase") if node.find(f"{W}rubyBase") is not None else [], out)
        elif name in ("footnoteReference", "endnoteReference", "commentReference"):
            self._note(node, name.removesuffix("Reference"), out)
        elif name == "fldChar":
            out.append(self._result(node, "".join(out)))
        elif name in ("drawing", "pict", "object"):
            self._drawn(node, "".join(out))
        elif node.tag == f"{MC}AlternateContent":
            for child in chosen(node):
                self._piece(child, out)

    def _sign(self, node: Any, out: list[str]) -> None:
        font, code = node.get(f"{W}font", ""), node.get(f"{W}char", "")
        known = sign(font, code)
        if known is None:
            self._left.add(f"符号没有对应的文字（字体 {font}，编码 {code}）", after="".join(out))
        out.append(known or "")

    def _note(self, node: Any, kind: str, out: list[str]) -> None:
        note = self._notes[kind].get(node.get(f"{W}id", ""))
        words = "" if note is None else self.all_of(note)
        named = {"footnote": "脚注没有取", "endnote": "尾注没有取", "comment": "批注没有取"}[kind]
        if words or kind != "comment":
            self._left.add(named, words, "".join(out))

    def _result(self, node: Any, before: str) -> str:
        """What a field stands for whose outcome the file doesn't hold; "" for the others."""
        code = self._results.get(node)
        if code is None:
            return ""
        if found := _CIRCLED.match(code):
            count = int(found[1]) if found[1].isdigit() else 0
            return (written(count, "decimalEnclosedCircle") or found[1]) if count else f"（{found[1]}）"
        if _UNSTORED.match(code):
            self._left.add("域的结果不在文件里，没有取", code, before)
        return ""

    def _drawn(self, node: Any, before: str) -> None:
        """Text boxes, pictures, charts; lines and shapes without words are none of these."""
        boxes = [one for one in node.iter(f"{W}txbxContent") if not _is_fallback(one, node)]
        for box in boxes:
            if words := self.all_of(box):
                self._left.add("文本框没有取", words, before)
        if boxes:
            return
        names = {one.tag.rsplit("}", 1)[-1] for one in node.iter() if isinstance(one.tag, str)}
        if "relIds" in names:
            self._left.add("示意图（SmartArt）没有取", self._diagram(node), before)
        elif "chart" in names:
            self._left.add("图表没有取", after=before)
        elif node.tag == f"{W}object":
            self._left.add("嵌入的对象（也许是公式或表格）没有取", after=before)
        elif names & {"blip", "imagedata"}:
            self._left.add("图片没有取，图里若有文字请补写", after=before)

    def _diagram(self, node: Any) -> str:
        ids = next((one for one in node.iter("{*}relIds")), None)
        path = self._package.target(ids.get(f"{R}dm", "")) if ids is not None else None
        root = self._package.root(path) if path else None
        return "" if root is None else " ".join(one.text or "" for one in root.iter("{*}t"))


def chosen(alternatives: Any) -> Any:
    """Of content that is there twice, for new versions and for old ones, the first that there is."""
    found = alternatives.find(f"{MC}Choice")
    found = alternatives.find(f"{MC}Fallback") if found is None else found
    return [] if found is None else found


def _is_fallback(box: Any, top: Any) -> bool:
    """Whether a text box is a copy for old versions, or in another box."""
    for above in box.iterancestors():
        if above is top:
            return False
        if above.tag in (f"{MC}Fallback", f"{W}txbxContent"):
            return True
    return False


def _by_id(root: Any, kind: str) -> dict[str, Any]:
    if root is None:
        return {}
    return {one.get(f"{W}id", ""): one for one in root.iterchildren(f"{W}{kind}") if one.get(f"{W}type") is None}


def _fields(body: Any) -> tuple[set[Any], dict[Any, str]]:
    """Text that is part of a field's code, and the codes of fields without an outcome by the mark that ends them."""
    codes: set[Any] = set()
    empty: dict[Any, str] = {}
    opened: list[tuple[list[Any], list[str], list[bool]]] = []
    for node in body.iter(f"{W}fldChar", f"{W}instrText", f"{W}t"):
        kind = node.get(f"{W}fldCharType") if node.tag == f"{W}fldChar" else ""
        if kind == "begin":
            opened.append(([], [], []))
        elif opened and kind == "separate":
            opened[-1][2].append(False)
        elif opened and kind == "end":
            texts, code, outcome = opened.pop()
            codes.update(texts)
            if not any(outcome):
                empty[node] = "".join(code)
        elif opened and node.tag == f"{W}instrText":
            opened[-1][1].append(node.text or "")
        elif opened and node.tag == f"{W}t":
            if opened[-1][2]:
                opened[-1][2].append(bool(node.text))
            else:
                opened[-1][0].append(node)
    return codes, empty
