"""An assistant in a process of its own, so that thinking and talking to Telegram use two processors.

The worker is forked when the base is loaded: it shares its memory and is ready at once. Questions go to it over a pair
of sockets and come back in order. When the base changes it is told so in the same stream, and loads the new compiled
form by itself: what was asked before is answered from the old one, what is asked after from the new. It ends with its
parent, however that ends; when it should end by itself, the parent answers the questions that were under way, and all
later ones, itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import pickle
import signal
import socket
import struct
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.serving.memory import give_back
from knowledge import compiled

log = logging.getLogger(__name__)

_SIZE = struct.Struct("!I")
TRIMMED = 500
"""Answers after which the worker gives free memory back."""


@dataclass(frozen=True)
class Reload:
    """The message that the base has changed."""

    fingerprint: str
    folders: tuple[Path, ...]
    """Where the compiled form with that fingerprint may lie."""


class Worker:
    """The parent's side. To be made before any thread is started."""

    def __init__(self, assistant: Assistant) -> None:
        self._ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            self._ours.close()
            _serve(assistant, theirs)
        theirs.close()
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self.alive = True

    async def open(self) -> None:
        """To be called in the event loop that will ask."""
        reader, self._writer = await asyncio.open_connection(sock=self._ours)
        self._reading = asyncio.create_task(self._read(reader))

    async def close(self) -> None:
        """End the worker."""
        self.alive = False
        if self._writer is not None:
            self._writer.close()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        with contextlib.suppress(ChildProcessError):
            await asyncio.to_thread(os.waitpid, self.pid, 0)

    async def reply(self, question: str, conversation: Conversation) -> Reply:
        """As Assistant.reply. Raises ConnectionError when the worker is gone."""
        reply: Reply = await self._send((question, conversation))
        return reply

    def reload(self, reload: Reload) -> asyncio.Future[Any]:
        """Load another base; sent before this returns. The result's ConnectionError means that the worker has ended."""
        return self._send(reload)

    def _send(self, message: object) -> asyncio.Future[Any]:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if not self.alive or self._writer is None:
            answer.set_exception(ConnectionError("the worker is gone"))
            return answer
        self._waiting.append(answer)
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        self._writer.write(_SIZE.pack(len(data)) + data)
        return answer

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                (size,) = _SIZE.unpack(await reader.readexactly(_SIZE.size))
                reply = pickle.loads(await reader.readexactly(size))  # from our own child
                answer = self._waiting.popleft()
                if not answer.done():
                    answer.set_result(reply)
        except (asyncio.IncompleteReadError, OSError):
            if self.alive:
                log.error("worker_gone", extra={"remedy": "answers are worked out in the main process from here on"})
        finally:
            self.alive = False
            while self._waiting:
                answer = self._waiting.popleft()
                if not answer.done():
                    answer.set_exception(ConnectionError("the worker is gone"))


def _serve(assistant: Assistant, theirs: socket.socket) -> NoReturn:
    """The child: answer until the parent hangs up."""
    code = 1
    try:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)  # the parent says when it is over
        answered = 0
        with theirs.makefile("rwb") as stream:
            while head := stream.read(_SIZE.size):
                message = pickle.loads(stream.read(_SIZE.unpack(head)[0]))
                reload = isinstance(message, Reload)
                if reload:
                    assistant = _reloaded(assistant, message)
                answer = True if reload else assistant.reply(*message)
                data = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
                stream.write(_SIZE.pack(len(data)) + data)
                stream.flush()
                answered += 1
                if reload:
                    clear_away()
                elif answered % TRIMMED == 0:
                    give_back()
        code = 0
    except (OSError, struct.error, EOFError):
        code = 0  # the parent was killed
    finally:
        os._exit(code)


def clear_away() -> None:
    """Free a base that is no longer used: its parts refer to one another, and were frozen (see app.py)."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    give_back()


def _reloaded(assistant: Assistant, message: Reload) -> Assistant:
    """The assistant with the other base; raises OSError, which ends the worker, when that can't be loaded."""
    ready = compiled.load(message.fingerprint, message.folders)
    if ready is None:
        raise OSError("the compiled form is not there")
    return assistant.with_base(ready)
