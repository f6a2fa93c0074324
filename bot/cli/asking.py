"""What `ask` and `chat` share: the assistant, and its replies, which --record has written down."""

from __future__ import annotations

import argparse
import functools
import time
from collections.abc import Callable

from bot.cli.arguments import WrongCallError
from bot.days import today_in_beijing
from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Block, Reply, Say
from bot.engine.values.why import Rule, Why
from bot.service.limits import LONGEST
from bot.serving.searching import search_at
from bot.settings import base_files, search_urls
from knowledge import compiled

MAX_LINE = 1_000_000
"""Bytes of a line on standard input."""


def assistant_of(options: argparse.Namespace) -> Assistant:
    """The assistant on the base in use, for the day of --on. Raises KnowledgeError."""
    day, files = options.on, base_files()
    search, ready = search_at(search_urls()), compiled.ready(files.root, files.overlay)
    return Assistant(ready, today=(lambda: day) if day else today_in_beijing, search=search)


def _answered(assistant: Assistant, policy: str, text: str, conversation: Conversation) -> Reply:
    """The reply; what is too long to be a question is not read in part, but said to be so."""
    if len(text) <= LONGEST or not assistant.library.policies:
        return assistant.reply(text, conversation, policy=policy)
    said = Say(assistant.words("asking.too_long", most=LONGEST))
    return Reply("clarify", (Block("say", (said,)),), conversation, why=Why(Rule.TOO_LONG))


def replies(options: argparse.Namespace) -> tuple[Assistant, Callable[[str, Conversation], Reply]]:
    """The assistant, and its replies, which are recorded with --record. Raises WrongCallError."""
    assistant = assistant_of(options)
    if options.policy and options.policy not in assistant.library.by_id:
        raise WrongCallError(f"没有编号为「{options.policy}」的文件；policybot show policies 列出全部")
    answering = functools.partial(_answered, assistant, options.policy)
    if not options.record:
        return assistant, answering
    from bot.cli.recording import recorder

    write = recorder()

    def recorded(text: str, conversation: Conversation) -> Reply:
        began = time.perf_counter()
        reply = answering(text, conversation)
        write(text, reply, time.perf_counter() - began)
        return reply

    return assistant, recorded
