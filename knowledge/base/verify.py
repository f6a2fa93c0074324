"""Proof that a policy file holds its document: nothing lost, nothing added, every quote in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from knowledge.base.document import Clause, Definition, Policy, Section, Validity
from knowledge.base.lexicon import Lexicon
from knowledge.base.lexicon_files import old_nearest
from knowledge.base.phrasings import Phrasings
from knowledge.files.faults import Fault, shown
from knowledge.files.yamlfile import Loc, YamlFile, read_yaml
from knowledge.files.yamlparts import read_parts
from knowledge.text.dates import days, duration_at
from knowledge.text.fold import key
from knowledge.text.money import MONEY, amount, currency, plain, stated

_OPEN, _CLOSE = "(（[【〔〈", ")）]】〕〉"
_UNITS_OF_TEN = {"十": 10, "百": 100, "千": 1000}
_ROLE = "责任|牵头|配合|主要|参与|参加|协办|协助|协同|主办|承办|负责|实施|落实|支持|指导|监督"
LABEL = re.compile(rf"(?:{_ROLE})(?:责任)?(?:单位|部门)[:：]")
"""What a list of units begins with, or a part of it: 责任单位:, 牵头单位:."""
_LIST_LABEL = re.compile(rf"^[(（【〔\[]\s*{LABEL.pattern}")
_STATED = re.compile(rf"(?:^|[。；;，,、)）(（【〔\[\s])责任单位[:：]\s*(?!{LABEL.pattern})[一-鿿]")
SEPARATORS = "、,，;；。"
LIST_NOTE = re.compile(rf"[〈(（][^〈〉()（）]*[〉)）](?=$|[{SEPARATORS}]|{LABEL.pattern})")
"""A remark on a unit inside a list: 〈含…,下同〉; a bracket inside a name, 各县(市、区)人民政府, is none."""


def policy(policy: Policy, file: YamlFile, source: Path, lexicon: Lexicon | None) -> list[Fault]:
    """All faults of one policy against its source and the lexicon."""
    faults = list(_adds_up(policy, file, source))
    faults += _document(policy, file)
    units = {unit.name for unit in lexicon.units.own} if lexicon else None
    seen: set[str] = set()
    for at, section in sections(policy):
        if section.id in seen:
            faults.append(file.fault((*at, "id"), f"编号 {section.id} 重复"))
        seen.add(section.id)
        if section.heading is not None and not _plain(section.heading).startswith(_plain(section.number or "")):
            faults.append(file.fault((*at, "heading"), "应为「序号、标题」：以 number 开头"))
        if section.heading is not None and _plain(section.title) not in _plain(section.heading):
            faults.append(file.fault((*at, "heading"), "应为「序号、标题」：含 title"))
        if not section.clauses and not section.sections and section.heading is None:
            faults.append(file.fault(at, "既没有标题也没有内容；请删去"))
        for c, clause in enumerate(section.clauses):
            here: Loc = (*at, "clauses", c)
            if clause.id in seen:
                faults.append(file.fault((*here, "id"), f"条款编号 {clause.id} 重复"))
            seen.add(clause.id)
            if not clause.id.startswith(f"{section.id}."):
                faults.append(file.fault((*here, "id"), f"应以 {section.id}. 开头：它在这一部分里"))
            elif clause.number is not None:
                placed = 1 + sum(other.number is not None for other in section.clauses[:c])
                printed = ordinal(clause.number.removeprefix(section.number or ""))
                if _last(clause.id) not in (placed, printed):
                    faults.append(file.fault((*here, "id"), f"应为 {section.id}.{printed or placed}：照原文的序号"))
            faults += _clause(clause, section, file, here, units)
    for d, definition in enumerate(policy.definitions):
        faults += _definition(definition, policy, file, ("definitions", d), units)
    return faults


def sections(policy: Policy) -> Iterator[tuple[Loc, Section]]:
    """Every part of the document at every depth, with its place in the file."""

    def inside(at: Loc, parts: tuple[Section, ...]) -> Iterator[tuple[Loc, Section]]:
        for s, section in enumerate(parts):
            yield (*at, s), section
            yield from inside((*at, s, "sections"), section.sections)

    yield from inside(("sections",), policy.sections)
    for a, attachment in enumerate(policy.attachments):
        yield from inside(("attachments", a, "sections"), attachment.sections)


def pieces(policy: Policy) -> Iterator[tuple[Loc, str]]:
    """All of a policy's verbatim text in the order of the source, each piece with its place in the file."""

    def inside(at: Loc, parts: tuple[Section, ...]) -> Iterator[tuple[Loc, str]]:
        for s, section in enumerate(parts):
            if section.heading is not None:
                yield (*at, s, "heading"), section.heading
            for c, clause in enumerate(section.clauses):
                yield (*at, s, "clauses", c, "text"), clause.text
            yield from inside((*at, s, "sections"), section.sections)

    for m, line in enumerate(policy.masthead):
        yield ("masthead", m), line
    for name in ("salutation", "preamble"):
        if (text := getattr(policy, name)) is not None:
            yield (name,), text
    yield from inside(("sections",), policy.sections)
    if policy.closing is not None:
        yield ("closing",), policy.closing
    for n, line in enumerate(policy.signature):
        yield ("signature", n), line
    for a, attachment in enumerate(policy.attachments):
        for name in ("heading", "salutation", "preamble"):
            if (text := getattr(attachment, name)) is not None:
                yield ("attachments", a, name), text
        yield from inside(("attachments", a, "sections"), attachment.sections)


def _adds_up(policy: Policy, file: YamlFile, source: Path) -> Iterator[Fault]:
    """The pieces, in order, are the source to the last character; only line breaks and blanks may lie between."""
    try:
        text = source.read_bytes().decode("utf-8")
    except FileNotFoundError:
        yield Fault(shown(source), 0, "", "缺少原文；请把原文件逐字节放在这里")
        return
    except UnicodeDecodeError as error:
        yield Fault(shown(source), 0, "", f"原文不是 UTF-8（第 {error.start} 字节起）")
        return
    at = 0
    last: Loc = ()
    for loc, piece in pieces(policy):
        last = loc
        found = text.find(piece, at)
        if found < 0:
            same = 0
            rest = text[at:].lstrip()
            while same < min(len(piece), len(rest)) and piece[same] == rest[same]:
                same += 1
            yield file.fault(
                loc,
                f"与原文不符：从第 {same + 1} 个字起，这里是「{piece[same : same + 12]}」，"
                f"原文是「{rest[same : same + 12]}」；请照 {source.name} 逐字改正",
            )
            return
        if text[at:found].strip():
            yield file.fault(loc, f"它前面漏了原文「{text[at:found].strip()[:30]}」")
        at = found + len(piece)
    if text[at:].strip():
        yield file.fault(last, f"末尾漏了原文「{text[at:].strip()[:30]}」")


def _plain(text: str) -> str:
    """Without blanks and line breaks: printed titles are broken over lines."""
    return "".join(text.split())


def outside_brackets(text: str, separators: str) -> list[tuple[int, int]]:
    """Spans of ``text`` between separators that stand outside brackets; blank ones are left out."""
    spans, start, depth = [], 0, 0
    for i, char in enumerate(text):
        depth += (char in _OPEN) - (char in _CLOSE)
        if depth <= 0 and char in separators:
            spans.append((start, i))
            start = i + 1
    spans.append((start, len(text)))
    return [(a, b) for a, b in spans if text[a:b].strip()]


def _last(clause_id: str) -> int:
    return int(clause_id.rsplit(".", 1)[1])


def ordinal(marker: str) -> int | None:
    """The number that a printed marker states: 12 for （十二）, 12., 第十二条; None when it states none."""
    marker = "".join(marker.split())
    found = re.search(r"\d+", marker)
    if found:
        return int(found.group())
    numeral = re.search(r"[零〇一二三四五六七八九十百千]+", marker)
    if numeral is None:
        return None
    value = digit = 0
    for char in numeral.group():
        if char in _UNITS_OF_TEN:
            value += (digit or 1) * _UNITS_OF_TEN[char]
            digit = 0
        else:
            digit = "零一二三四五六七八九".find(char.replace("〇", "零"))
    return value + digit


def _document(policy: Policy, file: YamlFile) -> Iterator[Fault]:
    whole = "\n".join(piece for _, piece in pieces(policy))

    def quoted(loc: Loc, quote: str | None, inside: str | None, where: str) -> Iterator[Fault]:
        if quote is not None and _plain(quote) not in _plain(inside or ""):
            yield file.fault(loc, f"「{quote[:30]}」不在{where}里；只能逐字引用")

    yield from quoted(("addressees",), policy.addressees, policy.salutation, " salutation ")
    preambles = "\n".join(text for text in (policy.preamble, *(a.preamble for a in policy.attachments)) if text)
    yield from quoted(("purpose",), policy.purpose, preambles, " preamble ")
    for name in ("title", "number", "issuer"):
        yield from quoted((name,), getattr(policy, name), whole, "原文")
    for b, basis in enumerate(policy.basis):
        at: Loc = ("basis", b)
        inside: str | None = preambles
        if basis.clause is not None:
            try:
                inside = policy.clause(basis.clause).text
            except KeyError:
                yield file.fault((*at, "clause"), f"没有条款 {basis.clause}")
                continue
        yield from quoted((*at, "quote"), basis.quote, inside, "所引之处")
        yield from quoted((*at, "title"), basis.title, basis.quote, " quote ")
        yield from quoted((*at, "number"), basis.number, basis.quote, " quote ")
    validity = policy.validity
    yield from quoted(("validity", "quote"), validity.quote, whole, "原文")
    yield from quoted(("validity", "effective_quote"), validity.effective_quote, whole, "原文")
    yield from quoted(("validity", "until_quote"), validity.until_quote, validity.quote, " quote ")
    if validity.until_quote is not None:
        yield from _until(validity, file)
    elif validity.until is not None:
        yield file.fault(("validity", "until"), "没有原文依据；请补 until_quote，或改为 null")


_WHOLLY = re.compile(r"(?:有效期)?限?(?:为|至|到|截至|截止|截止到)*")


def _until(validity: Validity, file: YamlFile) -> Iterator[Fault]:
    """The last day against the words: one that they state, or the one before (自…起废止)."""
    words = plain(validity.until_quote or "")
    printed = list(days(words))
    stated = {day.last for day in printed} | {day.first - timedelta(days=1) for day in printed if day.first}
    counted = any(duration_at(words, at) for at in range(len(words)))
    wholly = len(printed) == 1 and printed[0].last and _WHOLLY.fullmatch(words[: printed[0].start])
    if wholly and validity.until is None and words[printed[0].end :] in ("", "止"):
        yield file.fault(("validity", "until"), f"until_quote 写明了日期，until 却是空的：{words}")
    if validity.until is None or (counted and validity.effective_from is not None):
        return
    if printed and validity.until not in stated:
        last = words[printed[-1].start : printed[-1].end]
        wrong = f"与 until_quote 的日期不一致：{last}"
        impossible = f"until_quote 里的「{last}」算不出是哪一天；请改为 null"
        yield file.fault(("validity", "until"), wrong if printed[-1].last else impossible)
    if not printed and validity.effective_from is None:
        yield file.fault(("validity", "until"), "until_quote 里没有日期，又没有 effective_from，算不出；请改为 null")


def _clause(clause: Clause, section: Section, file: YamlFile, at: Loc, units: set[str] | None) -> Iterator[Fault]:
    number, title = clause.number or "", clause.title if clause.titled else ""
    opens = (_plain(marker + title) for marker in (number, number.removeprefix(section.number or "")))
    if not _plain(clause.text).startswith(tuple(opens)):
        yield file.fault((*at, "number"), "number 应为部分的序号加原文开头的序号，其后是 title")
    if not clause.responsible and _STATED.search(clause.text):
        yield file.fault((*at, "text"), "原文有责任单位，却没有写 responsible")
    start = 0
    for n, responsible in enumerate(clause.responsible):
        here: Loc = (*at, "responsible", n)
        found = clause.text.find(responsible.quote, start)
        if found < 0:
            yield file.fault((*here, "quote"), "应是条款里的责任单位列表，逐字引用，连同括号，按原文顺序")
            continue
        start = found + len(responsible.quote)
        if _LIST_LABEL.match(responsible.quote):
            listed = LIST_NOTE.sub("", _plain(responsible.quote)[1:-1])
            parted = LABEL.sub("、", listed)
            printed = [parted[a:b] for a, b in outside_brackets(parted, SEPARATORS)]
        else:
            printed = [name for name in responsible.printed if _plain(name) in _plain(responsible.quote)]
        printed = [_plain(part) for part in printed]
        if printed != [_plain(name) for name in responsible.printed]:
            odd = sorted(set(printed) ^ set(responsible.printed)) or list(responsible.printed)
            yield file.fault((*here, "units"), f"与列表不符（应按原文顺序一个不漏）：{'、'.join(odd)}")
        for u, name in enumerate(responsible.names):
            if units is not None and name not in units:
                yield file.fault((*here, "units", u), f"词库 units.yaml 里没有「{name}」；请在那里加上")
    yield from _figures(clause, file, at)


def _figures(clause: Clause, file: YamlFile, at: Loc) -> Iterator[Fault]:
    ids = [figure.id for figure in clause.figures]
    for f, figure in enumerate(clause.figures):
        here: Loc = (*at, "figures", f)
        if ids.count(figure.id) > 1:
            yield file.fault((*here, "id"), f"数字编号 {figure.id} 重复")
        if figure.quote not in clause.text:
            yield file.fault((*here, "quote"), f"「{figure.quote[:30]}」不在条款 {clause.id} 的原文里；只能逐字引用")
        if figure.text not in figure.quote:
            yield file.fault((*here, "text"), f"「{figure.text}」不在它的 quote 里")
        for name in ("subject", "case", "per", "payer"):
            words = getattr(figure, name)
            if words is not None and words not in clause.text:
                yield file.fault((*here, name), f"「{words}」不在条款 {clause.id} 的原文里；只能逐字引用")
        if figure.matching is not None and figure.matching not in ids:
            yield file.fault((*here, "matching"), f"本条没有编号为 {figure.matching} 的数字")
        money = stated(figure.text)
        if figure.kind == "amount" and not money:
            yield file.fault((*here, "kind"), "金额（amount）的 text 应为「20万元」这样的数")
        if money and figure.kind not in ("amount", "limit"):
            yield file.fault((*here, "kind"), "金额的 kind 应为 amount；说的是条件（总投资500万元以上的）则为 limit")
        if money and figure.value != amount(figure.text):
            yield file.fault((*here, "value"), f"「{figure.text}」应为 {amount(figure.text):.0f}")
        if money and figure.unit not in (currency(figure.text), "元" if currency(figure.text) == "人民币" else ""):
            yield file.fault((*here, "unit"), f"「{figure.text}」的 unit 应为 {currency(figure.text)}")
        capped = [amount(m.group()) for m in MONEY.finditer(plain(figure.quote))]
        if figure.cap is not None and figure.cap not in capped:
            yield file.fault((*here, "cap"), f"引文里没有 {figure.cap:.0f} 元")
        if figure.least is not None and figure.least >= figure.value:
            yield file.fault((*here, "least"), "区间的下限应小于 value")
    quoted = "\n".join(plain(figure.quote) for figure in clause.figures)
    for found in MONEY.finditer(plain(clause.text)):
        if found.group() not in quoted:
            yield file.fault((*at, "figures"), f"原文的金额「{found.group()}」没有写成 figure")


def _definition(
    definition: Definition, policy: Policy, file: YamlFile, at: Loc, units: set[str] | None
) -> Iterator[Fault]:
    try:
        text = policy.clause(definition.clause).text
    except KeyError:
        yield file.fault((*at, "clause"), f"没有条款 {definition.clause}")
        return
    if definition.quote not in text:
        yield file.fault((*at, "quote"), f"不在条款 {definition.clause} 的原文里；只能逐字引用")
    if definition.term not in definition.quote:
        yield file.fault((*at, "term"), "不在 quote 里")
    for i, name in enumerate(definition.includes):
        if units is not None and name not in units:
            yield file.fault((*at, "includes", i), f"词库 units.yaml 里没有「{name}」；请在那里加上")


def phrasings(asked: Phrasings, file: YamlFile, policy: Policy) -> list[Fault]:
    """All faults of the phrasings of ``policy``: none at all will do (it is found by its own words), half won't."""
    faults: list[Fault] = []
    if asked == Phrasings():
        return faults
    clauses = {clause.id: clause for clause in policy.clauses}
    figures = {f"{clause.id}/{figure.id}" for clause in policy.clauses for figure in clause.figures}
    for clause_id in clauses if asked.written else ():
        if not any(asked.clauses.get(clause_id, {}).values()):
            faults.append(file.fault(("clauses",), f"条款 {clause_id} 没有问法；至少写一条"))
    for name in asked.clauses:
        if name not in clauses:
            faults.append(file.fault(("clauses", name), f"没有条款 {name}"))
    for name in figures - set(asked.figures) if asked.written else ():
        faults.append(file.fault(("figures",), f"数字 {name} 没有问法"))
    for name in set(asked.figures) - figures:
        faults.append(file.fault(("figures", name), f"没有数字 {name}；写作「条款/编号」，如 4.2/first"))
    for m, misreading in enumerate(asked.misreadings):
        clause = clauses.get(misreading.clause)
        if clause is None:
            faults.append(file.fault(("misreadings", m, "clause"), f"没有条款 {misreading.clause}"))
        elif misreading.quote not in clause.text:
            faults.append(file.fault(("misreadings", m, "quote"), f"不在条款 {clause.id} 的原文里；只能逐字引用"))
    owner: dict[str, str] = {}
    for loc, target, line in asked_lines(asked):
        other = owner.setdefault(key(line), target)
        if other != target:
            faults.append(file.fault(loc, f"「{line}」同时写在 {other} 和 {target} 下；请只留一处"))
    return faults


def asked_lines(asked: Phrasings) -> Iterator[tuple[Loc, str, str]]:
    """Every phrasing as (place in the file, clause or info target, question)."""
    for clause_id, by_writer in asked.clauses.items():
        for writer, lines in by_writer.items():
            for i, line in enumerate(lines):
                yield ("clauses", clause_id, writer, i), clause_id, line
    for figure_id, figure in asked.figures.items():
        for writer, lines in figure.ask.items():
            for i, line in enumerate(lines):
                yield ("figures", figure_id, "ask", writer, i), figure_id.split("/")[0], line
    for topic, by_writer in asked.info.items():
        for writer, lines in by_writer.items():
            for i, line in enumerate(lines):
                yield ("info", topic, writer, i), topic, line


def tested(policy: Policy, questions: Path) -> list[Fault]:
    """A fault for each clause without a test question in ``questions``."""
    faults: list[Fault] = []
    for clause in policy.clauses:
        file = read_yaml(questions / f"{clause.id}.yaml")
        data = file.data if isinstance(file.data, dict) else {}
        faults += file.faults
        if not file.faults and not data.get("questions"):
            faults.append(file.fault(("questions",), f"条款 {clause.id} 没有测试问题；至少写一条"))
    return faults


def lexicon(lexicon: Lexicon, folder: Path) -> list[Fault]:
    """Faults that only show across the lists of the shared lexicon."""
    faults: list[Fault] = []
    units_file = read_parts(folder, "units")
    owner: dict[str, str] = {}
    for u, unit in enumerate(lexicon.units.units):
        for alias in dict.fromkeys(unit.names):
            other = owner.setdefault(key(alias), unit.name)
            if other != unit.name:
                faults.append(units_file.fault(("units", u), f"「{alias}」已指 {other}；一个名称只能指一个单位"))
    cues_file = read_parts(folder, "cues")
    stop = {key(word) for word in lexicon.variants.stop}
    for name, expressions in lexicon.cues.model_dump().items():
        for e, expression in enumerate(expressions):
            if expression.isascii() and key(expression) in stop:
                faults.append(cues_file.fault((name, e), f"「{expression}」是虚词，不能单独作线索"))
    synonyms_file = read_parts(folder, "synonyms")
    for p, (one, other) in enumerate(lexicon.synonyms.confusable):
        for g, group in enumerate(lexicon.synonyms.groups):
            if {one, other} <= {group.term, *group.same}:
                message = f"「{one}」与「{other}」易混而不同（confusable[{p}]），不能同组"
                faults.append(synonyms_file.fault(("groups", g), message))
    topics_file = read_parts(folder, "not_covered")
    seen: set[str] = set()
    for t, topic in enumerate(lexicon.not_covered.topics):
        if topic.id in seen:
            faults.append(topics_file.fault(("topics", t, "id"), f"编号 {topic.id} 重复"))
        seen.add(topic.id)
    faults += old_nearest(lexicon, topics_file)
    return faults
