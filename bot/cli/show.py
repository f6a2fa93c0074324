"""policybot show: a clause, a part, a document, its units or figures; and which documents there are."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.cli.arguments import add_on
from bot.cli.asking import assistant_of
from bot.engine.values.why import ABOUT_PLACES, Rule

if TYPE_CHECKING:
    from bot.engine.assistant import Assistant
    from bot.engine.documents.library import Library
    from bot.engine.values.reply import Block
    from knowledge.base.document import Policy
    from knowledge.base.phrasings import InfoTopic

OK, USAGE = 0, 2
TOPICS: tuple[InfoTopic, ...] = (
    "structure",
    "addressees",
    "purpose",
    "basis",
    "definition",
    "effective",
    "validity",
)
POINTS = ABOUT_PLACES | {Rule.OF_UNIT, Rule.OF_UNIT_ACROSS}
"""What decides a reply to a text that names a place or a unit, not a question."""
SHOWN = ("answer", "choose")
"""Kinds of replies that show what was asked for."""
MOST_IDS = 40
"""Clauses that the error for an unknown one names."""


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument(
        "what",
        metavar="什么",
        help="[编号/]条款（4.2、四(二)、第24条）、部分、单位、units、figures、policy，编号，或 policies",
    )
    add_on(parser)


def run(options: argparse.Namespace) -> int:
    """Show it; the exit code is 2 when there is no such thing."""
    return _show(assistant_of(options), options.what.strip())


def _show(assistant: Assistant, what: str) -> int:
    from bot.cli.terminal import show

    library = assistant.library
    if not library.policies:
        print(assistant.words("none.no_documents"), file=sys.stderr)
        return USAGE
    if what == "policies":
        for policy_id in library.ordered(library.by_id):
            print(_line(library, policy_id))
        return OK
    policy_id, slash, inside = what.partition("/")
    named = policy_id in library.by_id
    if slash and not named:
        print(f"没有编号为「{policy_id}」的文件；policybot show policies 列出全部", file=sys.stderr)
        return USAGE
    if named:
        what = inside if slash else "policy"
    policy = library.by_id[policy_id] if named else assistant.policy
    blocks = _blocks(assistant, policy, what)
    if blocks is None:
        return _as_asked(assistant, policy, what, named)
    if not any(b.role == "notice" for b in blocks):
        blocks = [*blocks, *assistant.composer(policy.id).notice(library.today())]
    show(blocks)
    return OK


def _as_asked(assistant: Assistant, policy: Policy, what: str, named: bool) -> int:
    """A place or a unit as people write it, found as `ask` finds it; the exit code."""
    from bot.cli.terminal import show

    reply = assistant.reply(what, policy=policy.id if named else "")
    if reply.why.rule is Rule.WHICH_DOCUMENT and reply.documents:
        print(f"不止一份文件有「{what}」，请写明是哪一份：", file=sys.stderr)
        for policy_id in reply.documents:
            print(f"policybot show {policy_id}/{what}　{assistant.library.document(policy_id)}", file=sys.stderr)
        return USAGE
    if reply.status in SHOWN and reply.why.rule in POINTS:
        show(reply.blocks)
        return OK
    asks_back = reply.why.rule is Rule.BARE_NUMBER
    print(reply.text if asks_back else _unknown(policy, what), file=sys.stderr)
    return USAGE


def _unknown(policy: Policy, what: str) -> str:
    ids = [clause.id for clause in policy.clauses]
    listed = " ".join(ids[:MOST_IDS]) + (" …" if len(ids) > MOST_IDS else "")
    return f"{policy.id} 里没有「{what}」。可以是条款（{listed}）、部分、单位、units、figures 或 policy"


def _line(library: Library, policy_id: str) -> str:
    policy = library.by_id[policy_id]
    state = library.words(f"documents.states.{policy.state(library.today())}")
    parts = (policy_id, library.document(policy_id), f"{len(policy.clauses)} 条", state)
    return "　".join(part for part in parts if part)


def _blocks(assistant: Assistant, policy: Policy, what: str) -> Sequence[Block] | None:
    """What is asked for of one document; None when it has no such thing."""
    from bot.engine.values.reply import Block, Quote, Say

    library, compose = assistant.library, assistant.composer(policy.id)
    responsible = library.responsible_of(policy.id)
    if what == "units":
        ids: dict[str, list[str]] = {unit: [] for unit in responsible.counts()}
        for clause in policy.clauses:
            for unit in responsible.units(clause):
                ids[unit].append(clause.id)
        return [Block("list", (Say(f"{unit}　{' '.join(found)}"),)) for unit, found in ids.items()]
    if what == "figures":
        return [
            Block("list", (Say(f"{clause.id} "), Quote(figure.text, bare=True), Say("："), Quote(figure.quote)))
            for clause in policy.clauses
            for figure in clause.figures
        ]
    if what == "policy":
        return [b for topic in TOPICS for b in compose.info(topic, library.today()) if b.role != "notice"]
    section = next((s for s in policy.all_sections if s.id == what), None)
    if section is not None:
        blocks = [Block("lead", (Quote(section.name, bare=True) if section.heading else Say(section.name),))]
        return [*blocks, *(Block("original", (Quote(c.text, bare=True),)) for c in section.all_clauses)]
    if what in policy.by_id:
        return compose.proof(policy.clause(what), library.today())
    return None
