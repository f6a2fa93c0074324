"""What a document says of itself and of others: basis and purpose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from knowledge.importing.structure.lines import NUMBER, ORDER, SERIAL
from knowledge.text.printed import View

Level = Literal["国家", "省", "市"]
_CITED = re.compile(r"《((?:[^《》]|《[^《》]*》)+)》(\((?:[^()]|\([^()]*\)){2,120}\))?")
_MADE = re.compile(
    r"(?:制定|制订|编制|编写|修订|修订完善|形成|印发|起草|出台|发布|公布|提出|批准|审议通过)(?:了|本|为)?$"
)
"""What stands before the name of the document itself, which rests on none of its own."""
_LINE_BREAK = re.compile(r"(?<=[^\x00-\x7f])\s*\n\s*|\s*\n\s*(?=[^\x00-\x7f])")
LONGEST = 8
"""Characters before a name in which it is said that the document is made."""
_PROVINCE = "京津沪渝冀豫云滇辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


@dataclass
class Reference:
    """A document that is named."""

    title: str
    number: str | None
    quote: str
    level: Level | None
    made: bool
    """Whether it is what is being made, and no document that it rests on."""


def references(text: str) -> list[Reference]:
    """Documents named in ``text``, with their numbers."""
    view = View(text)
    found = []
    for match in _CITED.finditer(view.text):
        inside = (match[2] or "()")[1:-1]
        named = NUMBER.search(inside) or ORDER.search(inside) or SERIAL.fullmatch(inside)
        begin = match.start(2) + 1
        if named and named.group().startswith("日"):  # 2010年5月1日市人民政府令第12号
            begin, inside = begin + named.start() + 1, inside[named.start() + 1 :]
            named = ORDER.match(inside)
        number = view.quote(begin + named.start(), begin + named.end()) if named else None
        title = _LINE_BREAK.sub("", view.quote(*match.span(1)))
        end = match.end() if named else match.end(1) + 1
        made = _MADE.search(view.text[max(0, match.start() - LONGEST) : match.start()]) is not None
        of = level(match[1], named and named.group())
        found.append(Reference(title, number, view.quote(match.start(), end), of, made))
    return found


def level(title: str, number: str | None) -> Level | None:
    """Of which level a document is; None where its title and number don't tell."""
    if number and re.match(r"^(?:国|中发|中办|厅字|财|建|教|科|工信|发改)", number):
        return "国家"
    if number and re.search(r"国务院令|^国令|主席令|部令|总局令|委员会令", number):
        return "国家"
    if number and (of := re.search(r"(省|市)(?:人民)?政府令", number)):
        return "省" if of[1] == "省" else "市"
    if number and re.match(rf"^[{_PROVINCE}](?:政|办|发|委|党)", number):
        return "省"
    if re.match(r"^(?:国务院|中共中央|中华人民共和国|国家|全国)", title):
        return "国家"
    if re.match(r"^(?:中共)?(?:[一-鿿]{1,3}省|省|[一-鿿]{2,5}自治区)", title):
        return "省"
    if re.match(r"^(?:中共)?(?:[一-鿿]{2,4}市|市)", title):
        return "市"
    return None


def purpose(preamble: str) -> str | None:
    """What the preamble says that the document is for."""
    view = View(preamble)
    sentence = view.text
    stop = re.search(r"。", sentence)
    end = stop.start() if stop else len(sentence)
    pieces, start, depth = [], 0, 0
    for i, char in enumerate(sentence[: end + 1]):
        depth += (char in "(《〈“") - (char in ")》〉”")
        if i == end or (char == "," and depth <= 0):
            pieces.append((start, i))
            start = i + 1
    first = last = None
    for a, b in pieces:
        words = sentence[a:b]
        plain = re.sub(r"^(?:现)?为了?", "", words)
        if re.search(r"《|精神$|要求$|部署$|[做作]出|取得|贡献", words) or re.match(
            r"(?:贯彻|落实|结合|根据|按照|依据|经|特|现|制定|提出|就|并|依照|围绕|以)", plain
        ):
            if first is not None:
                break
            continue
        if first is None and not re.match(
            r"(?:进一步|切实|加快|推动|推进|促进|规范|加强|打造|提升|全面|深化|建立|完善|支持|鼓励|提高|优化|保障|做好|培育|实现|充分|有效|持续|着力|激发|健全|引导|扩大|大力|确保|深入)",
            plain,
        ):
            continue
        if first is None:
            first = a + len(words) - len(plain)
        last = b
    if first is None or last is None or not (stop or len(pieces) > 1):
        return None
    return view.quote(first, last)
