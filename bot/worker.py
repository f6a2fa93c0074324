"""An assistant in a process of its own, so that thinking and talking to Telegram use two processors.

The worker is forked when the base is loaded: it shares its memory and is ready at once. Questions go to it over a pair
of sockets and come back in order. It ends with its parent, however that ends; when it should end by itself, the parent
answers the questions that were under way, and all later ones, itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import pickle
import signal
import socket
import struct
from collections import deque
from typing import NoReturn

from bot.assistant import Assistant
from bot.dialogue import Conversation
from bot.reply import Reply

log = logging.getLogger(__name__)

_SIZE = struct.Struct("!I")


class Worker:
    """The parent's side. To be made before any thread is started."""

    def __init__(self, assistant: Assistant) -> None:
        self._ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            self._ours.close()
            _serve(assistant, theirs)
        theirs.close()
        self._waiting: deque[asyncio.Future[Reply]] = deque()
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
        if not self.alive or self._writer is None:
            raise ConnectionError("the worker is gone")
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        data = pickle.dumps((question, conversation), pickle.HIGHEST_PROTOCOL)
        self._writer.write(_SIZE.pack(len(data)) + data)
        return await answer

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
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_IGN)  # the parent says when it is over
        with theirs.makefile("rwb") as stream:
            while head := stream.read(_SIZE.size):
                question, conversation = pickle.loads(stream.read(_SIZE.unpack(head)[0]))
                data = pickle.dumps(assistant.reply(question, conversation), pickle.HIGHEST_PROTOCOL)
                stream.write(_SIZE.pack(len(data)) + data)
                stream.flush()
        code = 0
    except (OSError, struct.error, EOFError):
        code = 0  # the parent was killed
    finally:
        os._exit(code)
