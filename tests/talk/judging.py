"""What a turn of a dialog was worth, by the words of the document that answer it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply

Verdict = Literal["right", "partial", "wrong"]
HOME = Path(__file__).parent
_BLANKS = re.compile(r"\s+")
_SAYS_NO = re.compile("没有写明|没有规定|没有单独")
HEAD = 40
"""Characters at the beginning of a reply that say that there is nothing."""
LISTS = frozenset({"measures of a unit", "picked all"})
"""Rules whose replies list what several clauses say."""


@dataclass(frozen=True)
class Turn:
    """One turn, as written."""

    ask: str
    kind: str
    gold: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True)
class Talk:
    """The turns of one dialog."""

    turns: tuple[Turn, ...]
    writer: str
    """Who wrote it; of kinds.yaml the kind of difficulty."""
    document: str = ""
    """The file that it is on; empty for the document with phrasings."""


def talks(name: str) -> list[Talk]:
    """The dialogs of a file beside this module."""
    data = yaml.safe_load((HOME / f"{name}.yaml").read_text(encoding="utf-8"))
    return [
        Talk(tuple(_turn(turn) for turn in talk["turns"]), talk.get("writer") or talk["kind"], talk.get("document", ""))
        for talk in data["dialogs"]
    ]


def verdicts(assistant: Assistant, talk: Talk, policy: str = "") -> Iterator[tuple[Turn, Reply, Verdict]]:
    """Each turn with its reply and what that is worth; ``policy``: id of the document that is asked, if one is."""
    conversation = Conversation()
    for turn in talk.turns:
        reply = assistant.reply(turn.ask, conversation, policy=policy)
        conversation = reply.conversation
        yield turn, reply, verdict(turn, reply, assistant)


def verdict(turn: Turn, reply: Reply, assistant: Assistant) -> Verdict:
    """Partial: the clause is right, and a number or a unit isn't put forward."""
    if turn.kind == "ambiguous":
        right = reply.status == "choose" or reply.why.rule in LISTS
        return (
            "right" if right and any(_holds(turn, reply, n, assistant) for n in range(len(reply.clauses))) else "wrong"
        )
    if not turn.gold:
        return "right" if _says_none(turn, reply) else "wrong"
    if reply.status not in ("answer", "info") or not (_shown(turn, reply.text) or _holds(turn, reply, 0, assistant)):
        return "wrong"
    return "right" if _told(turn, reply) else "partial"


def _says_none(turn: Turn, reply: Reply) -> bool:
    if turn.kind == "needs_context":
        return reply.status in ("clarify", "choose", "chat")
    says_no = _SAYS_NO.search(reply.text[:HEAD]) is not None
    return reply.status in ("none", "clarify", "chat") or (says_no and not reply.figures)


def _holds(turn: Turn, reply: Reply, n: int, assistant: Assistant) -> bool:
    """Whether the n-th clause of the reply holds the words that answer the turn."""
    if n >= len(reply.clauses):
        return False
    ref = reply.clauses[n]
    return _shown(turn, assistant.library.clause(f"{ref.policy}/{ref.clause}").text)


def _shown(turn: Turn, text: str) -> bool:
    return any(plain(gold) in plain(text) for gold in turn.gold)


def _told(turn: Turn, reply: Reply) -> bool:
    """Whether the numbers, or the units, are put forward."""
    if turn.kind in ("figure", "false_premise"):
        led = " ".join(plain(figure.text + figure.quote) for figure in reply.figures)
        return all(plain(figure) in led for figure in turn.figures)
    said = plain(" ".join(reply.units) + reply.text)
    return turn.kind != "unit_of" or all(plain(unit) in said for unit in turn.units)


def plain(text: str) -> str:
    """Without blanks, punctuation as it is typed on one keyboard."""
    return _BLANKS.sub("", text).translate(str.maketrans("，；：（）∶", ",;:()∶"))


def _turn(data: Mapping[str, Any]) -> Turn:
    lists = (tuple(data.get(name, ())) for name in ("gold", "figures", "units"))
    return Turn(data["ask"], data["kind"], *lists)
