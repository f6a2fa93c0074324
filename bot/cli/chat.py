"""policybot chat: a conversation on a terminal, or with the lines of a pipe."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from bot.cli.arguments import add_asking
from bot.cli.asking import MAX_LINE, replies
from bot.cli.terminal import show_reply
from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply

if TYPE_CHECKING:
    from bot.cli.chat_commands import Commands

OK, UNREADABLE = 0, 1
ENCODINGS = ("utf-8-sig", "gb18030")
"""What lines of a pipe are written in, tried in this order: few lines of the second are also good ones of the first."""
_END = frozenset({"exit", "quit", "退出", "/exit", "/quit"})

add = add_asking


def run(options: argparse.Namespace) -> int:
    """Talk until the end of the input; the exit code is 1 when a line could not be read."""
    assistant, answer = replies(options)
    talk = _Talk(assistant, answer, options.explain)
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    if interactive:
        import readline  # noqa: F401  line editing and history for input()

        print(assistant.reply("你好").text)
        print("（/help 列出命令；exit 或 Ctrl-D 退出）")
    lines = Lines(sys.stdin.buffer)
    with contextlib.closing(talk):
        for line in _typed() if interactive else lines:
            if interactive and line.strip().lower() in _END:
                break
            if line.strip():
                talk.say(line)
                print(flush=True)
    return UNREADABLE if lines.unreadable else OK


class _Talk:
    """One conversation. What commands need is imported at the first of them: a question is answered without."""

    def __init__(self, assistant: Assistant, answer: Callable[[str, Conversation], Reply], explain: bool) -> None:
        self._assistant = assistant
        self._answer = answer
        self._explain = explain
        self._conversation = Conversation()
        self._commands: Commands | None = None

    def say(self, line: str) -> None:
        """Answer a line."""
        commands = self._for_commands(line)
        if commands is not None:
            self._conversation = commands.run(line, self._conversation)
            return
        if self._commands is not None:
            self._commands.forget_offered()
        reply = self._answer(line, self._conversation)
        self._conversation = reply.conversation
        show_reply(reply, self._explain)

    def close(self) -> None:
        """Nothing more is said."""
        if self._commands is not None:
            self._commands.close()

    def _for_commands(self, line: str) -> Commands | None:
        """What answers the line, when it is a command or chooses from what one offered."""
        if line.lstrip().startswith("/"):
            from bot.cli import chat_commands

            if not chat_commands.is_command(line):
                return None
            self._commands = self._commands or chat_commands.Commands(self._assistant, self._answer)
            return self._commands
        return self._commands if self._commands is not None and self._commands.offers(line) else None


def _typed() -> Iterator[str]:
    while True:
        try:
            yield input("问：")
        except (EOFError, KeyboardInterrupt):
            print()
            return


class Lines:
    """Lines of a pipe as text; one that can't be read is told on standard error, and the others go on."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.unreadable = 0

    def __iter__(self) -> Iterator[str]:
        for number, raw in enumerate(self._stream, 1):
            line = self._read(number, raw)
            if line is not None:
                yield line

    def _read(self, number: int, raw: bytes) -> str | None:
        if len(raw) > MAX_LINE:
            self._tell(f"第 {number} 行有 {len(raw)} 字节，上限 {MAX_LINE}，没有回答；请分成几句")
            return None
        for encoding in ENCODINGS:
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
        self._tell(f"第 {number} 行不是 UTF-8，也不是 GB18030，没有回答；请转成 UTF-8")
        return None

    def _tell(self, fault: str) -> None:
        self.unreadable += 1
        print(fault, file=sys.stderr)
