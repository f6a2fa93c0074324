"""Replies on a terminal: the document's words and the bot's told apart by colour; plain text elsewhere."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from bot.engine.values.reply import Block, Quote, Reply

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.text import Text

STYLES = {
    "lead": "bold",
    "original": "",
    "units": "",
    "place": "dim",
    "notice": "yellow",
    "note": "dim",
    "list": "",
    "related": "dim",
    "suggest": "italic",
    "say": "",
}
QUOTE_STYLE = "green"
LABEL_STYLE = "cyan"


def show(blocks: Iterable[Block], explain: dict[str, Any] | None = None) -> None:
    """Print blocks: in colour on a terminal (unless NO_COLOR is set), else as plain text."""
    print(shown(blocks, explain))


def shown(blocks: Iterable[Block], explain: dict[str, Any] | None = None) -> str:
    """Blocks as `show` prints them."""
    if not sys.stdout.isatty():
        lines = [block.text for block in blocks]
        return "\n".join(lines if explain is None else [*lines, explanation(explain)])
    from rich.console import Console  # takes longer to import than an answer takes

    console = Console(highlight=False, emoji=False, markup=False)
    with console.capture() as captured:
        for text in _coloured(blocks, explain):
            console.print(text)
    return captured.get().removesuffix("\n")


def _coloured(blocks: Iterable[Block], explain: dict[str, Any] | None) -> Iterator[Text]:
    from rich.text import Text

    for block in blocks:
        line = Text()
        if block.label:
            line.append(block.label + "　", LABEL_STYLE)
        for piece in block.pieces:
            if isinstance(piece, Quote):
                line.append(piece.shown, f"{QUOTE_STYLE} {STYLES[block.role]}".strip())
            else:
                line.append(piece.text, STYLES[block.role])
        yield line
    if explain is not None:
        yield Text(explanation(explain), "dim")


def explanation(explain: dict[str, Any]) -> str:
    """Why the reply is what it is: the words read, the candidates with their scores, the rule that decided."""
    lines = [
        "—— 依据 ——",
        f"读作：{explain.get('plain', '')}",
        f"词：{' '.join(explain.get('words', []))}",
        f"概念：{' '.join(explain.get('terms', []))}",
        f"线索：{' '.join(explain.get('asks', []))}",
    ]
    lines += [f"改读：{r['typed']} → {r['read']}（{r['how']}）" for r in explain.get("repairs", [])]
    for match in explain.get("matches", []):
        signals = " ".join(f"{name}={value}" for name, value in match["signals"].items())
        lines.append(f"{match['probability']:.3f} {match['target']}  {signals}  近似问法：{match['phrasing']}")
    if explain.get("costs"):
        lines.append("预期代价：" + " ".join(f"{act}={cost}" for act, cost in explain["costs"].items()))
    if explain.get("pulls"):
        lines.append("拉力：" + " ".join(f"{feature}{pull:+}" for feature, pull in explain["pulls"]))
    lines.append(f"规则：{explain.get('rule', '')}")
    for name in ("figures", "unstated", "topic"):
        if explain.get(name):
            lines.append(f"{name}：{json.dumps(explain[name], ensure_ascii=False)}")
    return "\n".join(lines)


def show_reply(reply: Reply, explain: bool = False) -> None:
    """Print a reply."""
    show(reply.blocks, reply.why.to_json() if explain else None)
