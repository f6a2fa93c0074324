"""What a document says of itself and of others: basis, purpose, when it takes effect and ends."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from knowledge.base.verify import ordinal
from knowledge.importing.structure.lines import NUMBER, ORDER, SERIAL, stated_date
from knowledge.text.printed import View

Level = Literal["国家", "省", "市"]
_CITED = re.compile(r"《((?:[^《》]|《[^《》]*》)+)》(\((?:[^()]|\([^()]*\)){2,120}\))?")
_PROVINCE = "京津沪渝冀豫云滇辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_KIND = "意见|通知|办法|措施|规定|方案|细则|规划|计划|条例|决定|公告|通告|政策|制度|规则|章程|规程|标准|指南|导则|预案"
_SELF = rf"本(?:[一-鿿]{{0,6}}(?:{_KIND}))"
_FORCE = re.compile(
    rf"(?:{_SELF})?[^。;]{{0,20}}?((?:自|从)[^。;,]{{2,40}}?(?:之日|日)?(?:起)?[^。;,]{{0,8}}?(?:正式)?(?:施行|实施|执行|试行|生效))"
)
_UNTIL = re.compile(
    r"((?:试行期|有效期)限?(?:为|至|到|截至|截止到?)?[^。;,]{0,4}?(?:\d{4}年\d{1,2}月\d{1,2}日|[一二三四五六七八九十\d]{1,3}年)(?:止)?"
    r"|(?:执行|实施|施行)?(?:至|到)\d{4}年\d{1,2}月\d{1,2}日(?:止|失效|为止))"
)
_AFTER_DAYS = re.compile(r"(?:公布|发布|印发)之日起(\d+|[一二三四五六七八九十]+)日后")


@dataclass
class Reference:
    """A document that is named."""

    title: str
    number: str | None
    quote: str
    level: Level | None


@dataclass
class Times:
    """When the document holds, with the words that say so."""

    quote: str
    effective_quote: str | None = None
    effective_from: date | None = None
    until_quote: str | None = None
    until: date | None = None
    note: str | None = None


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
        title = view.quote(*match.span(1))
        end = match.end() if named else match.end(1) + 1
        found.append(Reference(title, number, view.quote(match.start(), end), level(match[1], named and named.group())))
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


def times(texts: list[str], published: date | None, signed: date | None) -> Times | None:
    """When the document holds: the last sentence among ``texts`` that says so of this document."""
    for text in reversed(texts):
        view = View(text)
        for match in reversed(
            list(re.finditer(r"[^。;]*(?:施行|实施|执行|试行|生效|有效期|试行期)[^。;]*[。;]?", view.text))
        ):
            found = _read(view, match.start(), match.end(), published, signed)
            if found is not None:
                return found
    return None


def _read(view: View, start: int, end: int, published: date | None, signed: date | None) -> Times | None:
    words = view.text[start:end]
    own = re.search(_SELF, words) or re.match(
        r"(?:第[一-鿿\d]+条|[\d一二三四五六七八九十]+[、.]|\([一二三四五六七八九十]+\))?(?:自|有效期)", words
    )
    if own is None:
        return None
    force = _FORCE.search(words, own.start())
    until = _UNTIL.search(words)
    if until and own.end() < until.start() and re.search(r"[《》]", words[own.end() : until.start()]):
        until = None
    if force is None and until is None:
        return None
    if force and re.search(r"《[^》]*$|》[^,。]*$", words[: force.start(1)]):
        force = None
        if until is None:
            return None
    ahead = re.search(r"(?:自|有效期)$", own.group())
    first = own.end() - len(ahead.group()) if ahead and not own.group().startswith("本") else own.start()
    found = Times(view.quote(start + first, end))
    if force:
        found.effective_quote = view.quote(start + force.start(1), start + force.end(1))
        found.effective_from = _effective(force[1], published, signed)
    if until:
        found.until_quote = view.quote(start + until.start(1), start + until.end(1))
        if stated := stated_date(until[1]):
            found.until = stated
        elif found.effective_from and (years := re.search(r"(\d+|[一二三四五六七八九十]+)年", until[1])):
            found.until = _years_after(found.effective_from, ordinal(years[1]) or 0) - timedelta(days=1)
        else:
            found.note = "有效期按年计，而生效之日算不出，所以到期日也算不出"
    return found


def _effective(words: str, published: date | None, signed: date | None) -> date | None:
    if stated := stated_date(words):
        return stated
    if re.search(r"印发之日|发文之日|成文之日", words):
        begins = signed
    elif re.search(r"公布之日|发布之日", words):
        begins = published
    else:
        return None
    if begins is None:
        return None
    days = _AFTER_DAYS.search(words)
    return begins + timedelta(days=ordinal(days[1]) or 0) if days else begins


def _years_after(day: date, years: int) -> date:
    year = day.year + years
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))
