"""An application of aiohttp at an address, for as long as its runner lives."""

from __future__ import annotations

from aiohttp import web


async def listen(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Serve it until its runner is cleaned up; OSError when the address can't be had."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner
