"""policybot ask: one question, or lines of JSON."""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, BinaryIO

from bot.cli.arguments import WrongCallError, add_asking
from bot.cli.asking import MAX_LINE, replies
from bot.cli.terminal import show
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply

OK, NOT_ANSWERED = 0, 1
MAX_CHATS = 10_000
"""Conversations kept at once in --jsonl; the longest unused is forgotten first."""


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("text", nargs="*", metavar="问题", help="一句话，不必加引号")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    parser.add_argument("--jsonl", action="store_true", help="从标准输入逐行读 JSON，逐行写 JSON")
    add_asking(parser)


def run(options: argparse.Namespace) -> int:
    """Answer; the exit code tells whether there was an answer."""
    if options.jsonl:
        if options.text or options.json or options.explain:
            raise WrongCallError("policybot ask --jsonl 从标准输入读问题，不与问题、--json、--explain 同用")
        gc.enable()  # a run of any length, unlike that for one question
        return _jsonl(replies(options)[1], sys.stdin.buffer)
    text = " ".join(options.text)
    if not text.strip():
        raise WrongCallError("没有问题。例如：policybot ask 还有效吗")
    assistant, answer = replies(options)
    reply = answer(text, Conversation())
    target = f"{reply.policy}/{reply.clauses[0].clause}" if reply.clauses and reply.status == "answer" else ""
    explain = reply.why.to_json() if options.explain else None
    if explain is not None and target in assistant.ready.index.targets:
        question = assistant.understanding.question(text)
        explain["pulls"] = assistant.ready.index.why(question.reading, target)
    if options.json:
        data = reply.to_json() | ({"explain": explain} if explain is not None else {})
        print(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        show(reply.blocks, explain)
    return NOT_ANSWERED if reply.status in ("none", "clarify") else OK


def _jsonl(answer: Callable[[str, Conversation], Reply], stream: BinaryIO) -> int:
    """Answer lines of {"id","text","chat"?} in order; a bad line gives an error object and the run goes on."""
    conversations: OrderedDict[str, Conversation] = OrderedDict()
    failed = False
    for number, raw in enumerate(stream, 1):
        if not raw.strip():
            continue
        try:
            question = _line(raw)
        except ValueError as error:
            failed = True
            _print_json({"line": number, "error": str(error)})
            continue
        chat = question.get("chat")
        conversation = conversations.pop(str(chat), Conversation()) if chat is not None else Conversation()
        reply = answer(question["text"], conversation)
        if chat is not None:
            conversations[str(chat)] = reply.conversation
            if len(conversations) > MAX_CHATS:
                conversations.popitem(last=False)
        _print_json({"id": question["id"], **reply.to_json()})
    return NOT_ANSWERED if failed else OK


def _line(raw: bytes) -> dict[str, Any]:
    """One question; ValueError says what is wrong and how to mend it."""
    if len(raw) > MAX_LINE:
        raise ValueError(f"一行有 {len(raw)} 字节，上限 {MAX_LINE}")
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"不是 UTF-8（第 {error.start} 字节起）") from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"不是合法的 JSON：{error}") from None
    if not isinstance(data, dict):
        raise ValueError('应为对象，如 {"id": "1", "text": "文件还有效吗"}')
    if not isinstance(data.get("id"), (str, int)) or isinstance(data.get("id"), bool):
        raise ValueError("缺少 id（文字或整数）")
    if not isinstance(data.get("text"), str):
        raise ValueError("缺少 text（文字）")
    if not isinstance(data.get("chat"), (str, int, type(None))) or isinstance(data.get("chat"), bool):
        raise ValueError("chat 应为文字或整数")
    return data


def _print_json(data: dict[str, Any]) -> None:
    text = json.dumps(data, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", errors="replace") + b"\n")
    sys.stdout.buffer.flush()
