"""The list of documents: 有哪些文件; 目录 while none is talked about."""

from __future__ import annotations

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources

LISTS = (("documents", "documents"), ("contents", "structure"))
"""(cues that ask for the list, what a reply's data call it)."""


def lists(asked: Asked, use: Resources) -> Outcome:
    """All documents, page by page; of the only one there is no list."""
    if asked.scope.only or not use.library.many:
        return None
    understanding, plain = use.understanding, asked.question.reading.plain
    for cue, info in LISTS:
        if cue not in asked.question.asks or (cue == "contents" and asked.conversation.policy):
            continue
        if understanding.empty(understanding.without(cue, plain)):
            return use.across.catalogue(use.library.by_id, asked.conversation, info)
    return None
