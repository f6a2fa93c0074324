"""How fast, how steady: `policybot web` beside the most that one process could do.

    make load-web
    python -m tests.web.load --questions 6000

The most is what a bare aiohttp echo takes for a request and the engine alone for a question, one after the other; all
of it is measured in the same run, with the same client. Real questions from tests/questions, in another order each.
Beside each time stands what of a processor it took: on a machine that others use too, that is what can be compared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import psutil
from aiohttp import web

from bot.engine.assistant import Assistant
from knowledge import compiled
from tests.telegram.questions import mixed
from tests.web.process import Served

RATIO = 0.5
"""Of the most that one process could do: what is asked for."""
RATE, P99 = 300.0, 100.0
"""Questions a second at which the 99th percentile is to stay below so many milliseconds."""
PAGES = 200
CONNECTIONS = 32
CUT = 10.0
"""Seconds after which a client that sends its request slowly is cut off."""


@dataclass
class Measured:
    """What came of a run."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    """Milliseconds of each, from when it was due."""
    faults: int = 0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        return float(np.percentile(self.times, share)) if self.times else float("nan")


class Wire:
    """HTTP over one connection, with as little work as there can be: the client must not be what is measured."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 80

    async def open(self) -> Wire:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    def close(self) -> None:
        self._writer.close()

    async def call(
        self, method: str, path: str, body: bytes = b"", kind: str = "application/json"
    ) -> tuple[int, bytes]:
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nContent-Length: {len(body)}\r\n"
        self._writer.write(f"{head}Content-Type: {kind}\r\n\r\n".encode() + body)
        got = await self._reader.readuntil(b"\r\n\r\n")
        status = int(got[9:12])
        size = next((int(line[15:]) for line in got.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        return status, await self._reader.readexactly(size)


def spent(pid: int) -> float:
    """Seconds of a processor that a process and its children have taken so far."""
    own = psutil.Process(pid)
    times = [one.cpu_times() for one in (own, *own.children(recursive=True))]
    return float(sum(t.user + t.system for t in times))


async def full_speed(address: str, path: str, bodies: Sequence[bytes], connections: int = CONNECTIONS) -> Measured:
    """All of them as fast as they are answered."""
    found, waiting = Measured(), iter(bodies)

    async def work() -> None:
        wire = await Wire(address).open()
        for body in waiting:
            began = time.perf_counter()
            status, _ = await wire.call("POST", path, body)
            found.times.append((time.perf_counter() - began) * 1000)
            found.faults += status != 200
        wire.close()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    found.seconds = time.perf_counter() - began
    return found


async def steady(address: str, path: str, bodies: Sequence[bytes], rate: float) -> Measured:
    """So many a second, each measured from when it was due: one that waits for others counts its waiting."""
    found, began = Measured(), time.perf_counter()
    wires: asyncio.Queue[Wire] = asyncio.Queue()
    for _ in range(100):
        wires.put_nowait(await Wire(address).open())

    async def one(body: bytes, due: float) -> None:
        wire = await wires.get()
        status, _ = await wire.call("POST", path, body)
        found.times.append((time.perf_counter() - due) * 1000)
        found.faults += status != 200
        wires.put_nowait(wire)

    tasks = []
    for n, body in enumerate(bodies):
        due = began + n / rate
        pause = due - time.perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
        tasks.append(asyncio.create_task(one(body, due)))
    await asyncio.gather(*tasks)
    found.seconds = time.perf_counter() - began
    while not wires.empty():
        wires.get_nowait().close()
    return found


def _echo(told: Connection) -> None:
    """A bare aiohttp server that reads JSON and writes it back."""

    async def run() -> None:
        async def echo(request: web.Request) -> web.Response:
            return web.json_response(await request.json())

        app = web.Application()
        app.router.add_post("/echo", echo)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        told.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


def echo_time(bodies: Sequence[bytes]) -> tuple[float, float]:
    """Milliseconds of a bare echo, at full speed; and of a processor."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_echo, args=(theirs,), daemon=True)
    process.start()
    address = f"http://127.0.0.1:{ours.recv()}"
    asyncio.run(full_speed(address, "/echo", bodies[:500]))
    assert process.pid is not None
    before = spent(process.pid)
    found = asyncio.run(full_speed(address, "/echo", bodies))
    took = (spent(process.pid) - before) * 1000 / len(bodies)
    process.terminate()
    process.join()
    return 1000.0 / found.rate, took


def engine_time(questions: Sequence[str]) -> tuple[float, float]:
    """Milliseconds of the engine alone for a question, nothing is remembered; and of a processor."""
    assistant = Assistant(compiled.ready())
    for question in questions[:50]:
        assistant.reply(question)
    began, before = time.perf_counter(), time.process_time()
    for question in questions:
        assistant.reply(question)
    each = 1000 / len(questions)
    return (time.perf_counter() - began) * each, (time.process_time() - before) * each


async def pages(served: Served, seconds: float) -> tuple[float, float, int]:
    """(RSS in MB at first, at the end, faults) while so many pages stand open and look for news as pages do."""
    wires = [await Wire(served.address).open() for _ in range(PAGES)]
    process = psutil.Process(served.pid)
    faults = 0
    end = time.monotonic() + seconds
    first = 0.0
    while time.monotonic() < end:
        for wire in wires:
            status, _ = await wire.call("GET", "/")
            faults += status != 200
            status, _ = await wire.call("GET", "/updates?after=1")
            faults += status != 200
        first = first or process.memory_info().rss / 1e6
        await asyncio.sleep(0.2)
    last = process.memory_info().rss / 1e6
    for wire in wires:
        wire.close()
    return first, last, faults


async def cut_off(served: Served) -> float:
    """Seconds until a client that sends its request letter by letter is cut off; more than twice CUT: it never was."""
    parts = urlsplit(served.address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = f"POST /api/v1/ask HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: 1000\r\n\r\n".encode())
    began, gone = time.monotonic(), asyncio.create_task(reader.read())
    while not gone.done() and time.monotonic() - began < 2 * CUT:
        writer.write(b" ")
        await asyncio.wait([gone], timeout=0.2)
    took = time.monotonic() - began
    gone.cancel()
    writer.close()
    return took


def at_full_speed(served: Served, bodies: Sequence[bytes], most: float, least: float) -> bool:
    """Whether it does RATIO of ``most`` questions a second; ``least``: ms of a processor that one must take."""
    asyncio.run(full_speed(served.address, "/api/v1/ask", bodies[:300]))
    before = spent(served.pid)
    fast = asyncio.run(full_speed(served.address, "/api/v1/ask", bodies))
    took = (spent(served.pid) - before) * 1000 / len(bodies)
    print(
        f"full speed, {CONNECTIONS} connections: {fast.rate:.0f} questions/s, {fast.rate / most:.2f} of the most"
        f" (asked for: {RATIO}); median {fast.percentile(50):.0f} ms, p99 {fast.percentile(99):.0f} ms;"
        f" {took:.3f} ms of a processor a question, by that {least / took:.2f} of the most; {fast.faults} faults"
    )
    return fast.rate / most >= RATIO and not fast.faults


def at_an_even_rate(served: Served, bodies: Sequence[bytes], seconds: float) -> bool:
    """Whether RATE questions a second are answered within P99."""
    count = int(RATE * seconds)
    before = spent(served.pid)
    asked = list(islice(cycle(bodies), count))
    even = asyncio.run(steady(served.address, "/api/v1/ask", asked, RATE))
    took = (spent(served.pid) - before) / even.seconds
    print(
        f"{RATE:.0f} questions/s: median {even.percentile(50):.1f} ms, p99 {even.percentile(99):.1f} ms"
        f" (asked for: {P99:.0f}), {100 * took:.0f} % of a processor; {even.faults} faults"
    )
    return even.percentile(99) < P99 and not even.faults


def with_many_pages(served: Served, seconds: float) -> bool:
    """Whether the memory stays as it is while PAGES pages stand open."""
    first, last, faults = asyncio.run(pages(served, seconds))
    print(f"{PAGES} open pages for {seconds:.0f} s: {first:.0f} MB, then {last:.0f} MB; {faults} faults")
    return last < first * 1.05 and not faults


def with_a_slow_client(served: Served) -> bool:
    """Whether a client that sends slowly is cut off when it should be."""
    slow = asyncio.run(cut_off(served))
    print(f"a client that sends slowly is cut off after {slow:.1f} s (asked for: {CUT:.0f})")
    return slow < CUT + 1.0


def limit(bodies: Sequence[bytes], asked: Sequence[str]) -> tuple[float, float]:
    """The most questions a second that one process could answer, and what of a processor each must take (ms)."""
    (bare, bare_cpu), (alone, alone_cpu) = echo_time(bodies), engine_time(asked)
    most = 1000.0 / (bare + alone)
    print(
        f"bare aiohttp echo: {bare:.3f} ms ({bare_cpu:.3f} of a processor); the engine alone: {alone:.3f} ms a question"
        f" ({alone_cpu:.3f}); so at most {most:.0f} questions/s"
    )
    return most, bare_cpu + alone_cpu


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=6_000)
    parser.add_argument("--seconds", type=float, default=20.0, help="of the steady run, and of the open pages")
    options = parser.parse_args()
    asked = mixed(options.questions, seed=3)
    bodies = [json.dumps({"text": text}, ensure_ascii=False).encode() for text in asked]
    print(f"{os.cpu_count()} processors; load {os.getloadavg()[0]:.1f} before, of this and of others")
    most, least = limit(bodies, asked[:1500])
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder)) as served:
        good = [
            at_full_speed(served, bodies, most, least),
            at_an_even_rate(served, bodies, options.seconds),
            with_many_pages(served, options.seconds),
            with_a_slow_client(served),
        ]
    print(f"load {os.getloadavg()[0]:.1f} after")
    print("all as asked for" if all(good) else "NOT all as asked for")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
