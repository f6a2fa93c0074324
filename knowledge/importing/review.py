"""review.md: what was recognised and how surely, what was not, and what a person must confirm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from knowledge.base.card import Said, part_names
from knowledge.base.document import Clause, Figure, Policy, Section
from knowledge.importing.draft import Draft
from knowledge.importing.facts.repeals import Repealed
from knowledge.importing.formats.read import Read
from knowledge.importing.hints import hinted

MAX_ROWS = 400
"""Rows of a table; a report that nobody reads to its end helps nobody."""


def review(draft: Draft, read: Read, file: str, new_units: list[str]) -> str:
    """The report, in Markdown."""
    policy = draft.policy
    out = [f"# 核对：{_cell(policy.display_name)}", ""]
    out += [f"来自 `{_cell(file)}`（{read.kind}）。" + "；".join(read.notes) + ("。" if read.notes else ""), ""]
    out += [
        f"- 部分 {draft.sections}，条 {draft.clauses}，无序号的段落 {draft.passages}，附件 {len(policy.attachments)}",
        f"- 责任单位列表 {draft.units}，数字 {draft.figures}",
        f"- 原文覆盖率 {draft.coverage:.4f}（1.0000 表示每个字都在库里）",
        "",
    ]
    out += ["## 必须有人看", ""]
    must = [*draft.warnings, *(f"单位名称存疑：{name}" for name in draft.unsure_units)]
    out += [f"- [ ] {_cell(hinted(item))}" for item in must] or ["- 没有"]
    out += ["", "## 请确认（按规则认出，规则可能错）", ""]
    out += _capped([f"- [ ] {_cell(hinted(item))}" for item in dict.fromkeys(draft.confirm)]) or ["- 没有"]
    if draft.repealed or draft.proposals:
        out += ["", "## 废止的文件", "", "各份的废止要写在被废止的那一份上，这里只提议，没有改。", ""]
        out += _capped([f"- [ ] {_cell(_repealed(one))}" for one in draft.repealed])
        out += [line for proposal in draft.proposals for line in ("", *proposal.splitlines())]
    out += ["", "## 认出了什么", "", "| 项目 | 认出的 | 把握 |", "| --- | --- | --- |"]
    out += [f"| {name} | {_cell(value) if value else '没有认出'} | {sure} |" for name, value, sure in _head(policy)]
    out += ["", "## 结构", ""]
    rows = [*_outline(policy.sections, 0)]
    for attachment in policy.attachments:
        rows.append(f"- **{attachment.id}** {_cell(attachment.title or attachment.heading)[:60]}")
        rows += _outline(attachment.sections, 1)
    out += _capped(rows)
    out += ["", "## 责任单位", ""]
    if new_units:
        out += ["词库里没有、写进本文件夹 units.yaml 的：" + "、".join(new_units), ""]
    rows = []
    for clause in policy.clauses:
        for listed in clause.responsible:
            names = "、".join(
                unit if isinstance(unit, str) else f"{unit.unit}（{unit.role or '印作 ' + unit.quote}）"
                for unit in listed.units
            )
            rows.append(f"- {clause.id}{' ' + listed.point if listed.point else ''}：{_cell(names)}")
    out += _capped(rows) or ["- 没有"]
    missed = _missed(policy)
    if missed:
        out += ["", "提到负责或牵头、而没有认作责任单位的句子：", "", *(_capped([f"- {row}" for row in missed]))]
    out += _cards(policy)
    out += ["", "## 数字", "", "| 条 | 数字 | 值 | 界 | 谁出钱 | 每 | 对谁 | 情形 | 引文 |", "| --- " * 9 + "|"]
    rows = [
        f"| {clause.id} | {_cell(f.text)} | {_value(f)} | {_BOUND[f.bound]} | {_cell(f.payer or '')} "
        f"| {_cell(f.per or '')} | {_cell(f.subject or '')} | {_cell(f.case or '')} | {_cell(f.quote)} |"
        for clause in policy.clauses
        for f in clause.figures
    ]
    out += _capped(rows)
    out += ["", "空着的格子是原句没有写明，不是漏填；引文之外的意思不推断。", ""]
    return "\n".join(out)


def _cards(policy: Policy) -> list[str]:
    """A row for each clause with a card, to be ticked off against the text."""
    rows = [f"| [ ] | {clause.id} | {'<br>'.join(_parts(clause))} |" for clause in policy.clauses if clause.card]
    if not rows:
        return []
    return ["", "## 卡片", "", _TICK, "", "| 核对 | 条 | 原文怎样说 |", "| --- | --- | --- |", *_capped(rows)]


_TICK = "逐条与原文对照，对的把 [ ] 改成 [x]；不对的改 policy.yaml 里这一条的「card:」，原文没有写的那一项就空着。"


def _parts(clause: Clause) -> Iterator[str]:
    assert clause.card is not None
    for part, name in part_names().items():
        if said := clause.card.part(part):
            yield f"**{name.label}** " + "；".join(_said(one) for one in said)
    if clause.card.governs:
        yield f"**这一条也管** {'、'.join(clause.card.governs)}"


def _said(said: Said) -> str:
    place = f"（{said.point}）" if said.point else ""
    return f"「{_cell(said.quote)}」{place}"


_BOUND = {"exact": "", "at_least": "不低于", "at_most": "不高于"}


def _repealed(one: Repealed) -> str:
    name = f"《{one.title}》" if one.title else ""
    number = f"（{one.number}）" if one.number else "（没有文号）"
    partly = "只废止其中的条款；" if one.partly else ""
    return f"{name}{number}：{partly}{one.place} 说「{one.quote[:120]}」"


def _value(figure: Figure) -> str:
    least = f"{_plain(figure.least)} 至 " if figure.least is not None else ""
    cap = f"，封顶 {_plain(figure.cap)} 元" if figure.cap is not None else ""
    return f"{least}{_plain(figure.value)} {figure.unit}{cap}"


def _plain(value: float) -> str:
    """Large numbers as people read them: 1000亿, not 1e+11."""
    for scale, word in ((1e8, "亿"), (1e4, "万")):
        if value >= scale and round(value / scale, 4) * scale == value:
            return f"{value / scale:.4f}".rstrip("0").rstrip(".") + word
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _head(policy: Policy) -> list[tuple[str, str | None, str]]:
    validity = policy.validity
    return [
        ("标题", policy.title, "高" if policy.title else "—"),
        ("文号", policy.number, "高" if policy.number else "—"),
        ("发文机关", policy.issuer, "中" if policy.issuer else "—"),
        ("主送", policy.addressees, "高" if policy.addressees else "—"),
        ("日期", _day(policy.published), "中" if policy.published else "—"),
        ("地域", policy.city, "低" if policy.city else "—"),
        ("目的", policy.purpose, "中" if policy.purpose else "—"),
        ("依据和引用", "；".join(b.title for b in policy.basis) or None, "中" if policy.basis else "—"),
        ("施行", validity.effective_quote, "高" if validity.effective_from else "中" if validity.quote else "—"),
        ("施行之日", _day(validity.effective_from), "中" if validity.effective_from else "—"),
        ("有效期", validity.until_quote, "高" if validity.until else "中" if validity.until_quote else "—"),
        ("到期日", _day(validity.until), "中" if validity.until else "—"),
    ]  # fmt: skip


def _day(day: date | None) -> str | None:
    return str(day) if day else None


def _outline(sections: tuple[Section, ...], depth: int) -> list[str]:
    rows = []
    for section in sections:
        rows.append(f"{'  ' * depth}- **{section.id}** {_cell(section.name)[:80]}")
        for clause in section.clauses:
            shown = clause.title if clause.titled else f"{clause.title}…（无标题）"
            rows.append(f"{'  ' * depth}  - {clause.id} {_cell(shown)[:60]}（{len(clause.text)} 字）")
        rows += _outline(section.sections, depth + 1)
    return rows


def _missed(policy: Policy) -> list[str]:
    rows = []
    for clause in policy.clauses:
        if clause.responsible:
            continue
        for match in re.finditer(
            r"[^。；\n]{0,30}(?:牵头|由[^。；，\n]{2,20}负责|责任单位)[^。；\n]{0,20}", clause.text
        ):
            rows.append(f"{clause.id}：{_cell(match.group())}")
    return rows


def _capped(rows: list[str]) -> list[str]:
    more = len(rows) - MAX_ROWS
    return rows if more <= 0 else [*rows[:MAX_ROWS], f"- ……另有 {more} 行，见 policy.yaml"]


def _cell(text: str) -> str:
    """In one line, without characters that mean something in a Markdown table."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line.replace("\\", "\\\\").replace("|", "\\|").replace("`", "'").replace("<", "&lt;")
