"""What stands before the replicas: nginx where it is installed, else a small balancer in this process."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import aiohttp
from aiohttp import web

from tests.patience import PATIENCE
from tests.ports import free_port

CONNECT = 2.0
"""Seconds to connect to a replica before the next one is tried."""
CONFIGURATION = """
{user}
daemon off;
worker_processes 1;
error_log {folder}/error.log;
pid {folder}/nginx.pid;
events {{ worker_connections 512; }}
http {{
    access_log off;
    {temporary}
    upstream replicas {{ {servers} keepalive 16; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://replicas;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_connect_timeout {connect}s;
            proxy_read_timeout 30s;
            proxy_next_upstream error timeout http_502 http_503 non_idempotent;
        }}
    }}
}}
"""


def nginx() -> str | None:
    """The program; None where there is none."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextlib.asynccontextmanager
async def balanced(folder: Path, ports: Sequence[int]) -> AsyncIterator[tuple[str, str]]:
    """(address, what it is) of a balancer over loopback ports."""
    program = nginx()
    if program is not None:
        async with _nginx(program, folder, ports) as address:
            yield address, "nginx"
    else:
        async with _small(ports) as address:
            yield address, "small balancer (no nginx here)"


@contextlib.asynccontextmanager
async def _nginx(program: str, folder: Path, ports: Sequence[int]) -> AsyncIterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    filled = CONFIGURATION.format(
        user="user root;" if os.geteuid() == 0 else "",
        folder=folder,
        temporary=" ".join(f"{name}_temp_path {folder}/{name};" for name in names),
        servers=" ".join(f"server 127.0.0.1:{one} max_fails=1 fail_timeout=1s;" for one in ports),
        port=port,
        connect=int(CONNECT),
    )
    (folder / "nginx.conf").write_text(filled)
    process = _started([program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")])
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)


@contextlib.asynccontextmanager
async def _small(ports: Sequence[int]) -> AsyncIterator[str]:
    turn = itertools.count()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30, sock_connect=CONNECT)) as session:

        async def pass_on(request: web.Request) -> web.Response:
            body, first = await request.read(), next(turn)
            for n in range(len(ports)):
                address = f"http://127.0.0.1:{ports[(first + n) % len(ports)]}{request.path_qs}"
                headers = {k: v for k, v in request.headers.items() if k.lower() not in ("host", "content-length")}
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with session.request(request.method, address, data=body, headers=headers) as answer:
                        if answer.status not in (502, 503):
                            kind = answer.headers.get("Content-Type", "text/plain").split(";")[0]
                            return web.Response(status=answer.status, body=await answer.read(), content_type=kind)
            return web.Response(status=502)

        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", pass_on)
        runner = web.AppRunner(app)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            await runner.cleanup()
