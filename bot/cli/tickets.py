"""policybot tickets: the questions that were handed on to a person."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cli.offline import opened, told
from bot.days import BEIJING

if TYPE_CHECKING:
    from bot.store.tickets import Ticket

SHOWN = 40
"""Characters of a question in the table."""


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("--open", action="store_true", help="只列还没有结束的")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")


@told
def run(options: argparse.Namespace) -> int:
    """Print them, the newest first."""
    from bot.store import tickets

    with opened() as (_, connection):
        found = tickets.listed(connection, only_open=options.open)
    if options.json:
        print(json.dumps({"tickets": [_plain(ticket) for ticket in found]}, ensure_ascii=False, indent=1))
        return 0
    if not found:
        print("没有等着的工单" if options.open else "没有工单")
    for ticket in found:
        question = " ".join(ticket.question.split())
        shown = question if len(question) <= SHOWN else question[: SHOWN - 1] + "…"
        posted = "" if ticket.posted else "　没有送到工作群"
        print(f"#{ticket.id}　{_time(ticket.opened)}　{_state(ticket)}　答复 {ticket.answers} 次{posted}　{shown}")
    return 0


def _state(ticket: Ticket) -> str:
    if ticket.open:
        return "等着" if not ticket.answered else "答过"
    return "提问人结束" if ticket.closed_by == "asker" else "工作人员结束"


def _time(stamp: float) -> str:
    return f"{datetime.fromtimestamp(stamp, BEIJING):%Y-%m-%d %H:%M}"


def _plain(ticket: Ticket) -> dict[str, object]:
    """Without who asked and where: nobody needs it to answer."""

    def iso(stamp: float) -> str | None:
        return datetime.fromtimestamp(stamp, BEIJING).isoformat(timespec="seconds") if stamp else None

    times = {name: iso(getattr(ticket, name)) for name in ("opened", "posted", "answered", "closed")}
    return {
        "number": ticket.id,
        "state": ticket.state,
        "closed_by": ticket.closed_by or None,
        "question": ticket.question,
        "context": ticket.context,
        "answers": ticket.answers,
        "additions": ticket.additions,
        **times,
    }
