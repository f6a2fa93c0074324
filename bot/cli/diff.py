"""policybot diff: what changed between two versions of a document."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge.base.document import Clause, Figure, Policy
    from knowledge.comparing.changes import ClauseChange, Difference, Fact
    from knowledge.comparing.wording import Run

SAME, DIFFERENT, TROUBLE = 0, 1, 2
"""Exit codes, as diff has them."""
KINDS = {
    "added": "新增",
    "removed": "删去",
    "split": "拆分",
    "merged": "合并",
    "reworked": "拆并",
    "retitled": "改标题",
    "renumbered": "改序号",
    "moved": "换部分",
    "reworded": "改文字",
    "figures": "数字变动",
    "units": "单位变动",
    "unchanged": "未变",
}
NAMES = {
    "title": "标题",
    "number": "文号",
    "issuer": "发文机关",
    "published": "公布日期",
    "city": "地区",
    "purpose": "目的",
    "addressees": "主送",
    "validity.quote": "施行与有效期",
    "validity.effective_from": "施行日期",
    "validity.until": "失效日期",
    "repealed": "废止依据",
    "repealed.on": "废止日期",
    "basis": "依据",
    "definitions": "定义",
    "masthead": "题头",
    "salutation": "主送一行",
    "preamble": "前言",
    "heading": "部分标题",
    "closing": "结尾",
    "signature": "落款",
}
STYLES = {"same": "", "cut": "red strike", "added": "green", "head": "bold cyan", "label": "cyan"}
MARKS = {"cut": "[-{}-]", "added": "{{+{}+}}"}
"""How wdiff marks words, for pipes and files."""
Piece = tuple[str, str]
"""(style of STYLES, text)"""


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("old", metavar="旧版", help="有 policy.yaml 的文件夹，或知识库里的编号")
    parser.add_argument("new", metavar="新版", help="同上")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(options: argparse.Namespace) -> int:
    """0: the same; 1: different; 2: one of the two can't be read."""
    from bot.settings import base_files
    from knowledge.base.one_folder import open_policy
    from knowledge.comparing.changes import difference
    from knowledge.files.faults import KnowledgeError

    root = base_files().root
    try:
        old, new = (open_policy(named, root) for named in (options.old, options.new))
    except KnowledgeError as error:
        print(error, file=sys.stderr)
        return TROUBLE
    found = difference(old, new)
    if options.json:
        ids = {"old": old.id, "new": new.id}
        print(json.dumps(ids | found.to_json(), ensure_ascii=False, indent=1))
    else:
        _print(lines(old, new, found))
    return DIFFERENT if found else SAME


def lines(old: Policy, new: Policy, found: Difference) -> Iterator[list[Piece]]:
    """The difference for people: the sum first, then the document, then clause by clause."""
    yield [("head", f"{old.display_name} → {new.display_name}")]
    sums = "　".join(f"{KINDS[name]} {count}" for name, count in found.counts.items())
    yield [("same", f"{sums}" if found else f"没有变化（{found.unchanged} 条）")]
    if found.facts or found.passages:
        yield [("same", "")]
        yield [("head", "文件")]
    for fact in found.facts:
        yield [("label", f"  {NAMES[fact.name]}　"), *_fact(fact)]
    for passage in found.passages:
        owner, _, field = passage.name.rpartition(".")
        name = NAMES.get(field, field)
        yield [("label", f"  {owner} {name}　" if owner else f"  {name}　"), *_words(passage.wording)]
    for change in found.clauses:
        yield [("same", "")]
        yield [("head", f"{_ids(change)}　{'、'.join(KINDS[kind] for kind in change.kinds) or '记法'}")]
        if any(run.op != "same" for run in change.wording):
            yield _words(change.wording)
        for figure in change.figures:
            yield [("label", "  数字　"), *_sides(_figure(figure.old), _figure(figure.new))]
        for unit in change.units:
            was, now = (_roles(unit.unit, roles) for roles in (unit.old, unit.new))
            yield [("label", "  单位　"), *_sides(was, now)]


def _ids(change: ClauseChange) -> str:
    def listed(clauses: Iterable[Clause]) -> str:
        return "、".join(f"{clause.id} {clause.title}" for clause in clauses)

    one, other = listed(change.old), listed(change.new)
    return f"{one} → {other}" if one and other and one != other else one or other


def _words(runs: Iterable[Run]) -> list[Piece]:
    return [(run.op, run.text) for run in runs]


def _fact(fact: Fact) -> list[Piece]:
    return _sides(fact.old, fact.new)


def _sides(old: str | None, new: str | None) -> list[Piece]:
    pieces: list[Piece] = [("cut", old)] if old else []
    if old and new:
        pieces.append(("same", " → "))
    return [*pieces, ("added", new)] if new else pieces


def _figure(figure: Figure | None) -> str | None:
    if figure is None:
        return None
    case = f"{figure.case}：" if figure.case else ""
    return f"{case}{figure.text}「{figure.quote}」"


def _roles(unit: str, roles: tuple[str, ...] | None) -> str | None:
    return None if roles is None else unit + (f"（{'、'.join(roles)}）" if roles else "")


def _print(rows: Iterable[list[Piece]]) -> None:
    """In colour on a terminal (marked as well where NO_COLOR is set), with wdiff's marks in pipes and files."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, emoji=False, markup=False)
    coloured = console.is_terminal and not console.no_color
    for row in rows:
        if coloured:
            console.print(Text.assemble(*((text, STYLES[style]) for style, text in row)))
        else:
            print("".join(MARKS.get(style, "{}").format(text) for style, text in row))
