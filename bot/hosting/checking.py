"""`policybot channels check`: of each configured channel, whether credentials, clock and address work."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import urlsplit

import aiohttp

from bot.channels.telegram.settings import TelegramSettings
from bot.hosting.messengers import Configured
from bot.hosting.serving import LISTEN
from bot.messaging import reaching
from bot.messaging.client import Client
from bot.messaging.messenger import Finding, Messenger, Probe
from bot.messaging.reaching import Bases
from bot.replies.texts import Texts
from bot.settings import Settings

Reached = Callable[[Probe], Awaitable[Sequence[Finding]]]
SKEW = 60.0
"""Seconds by which the clock may be wrong: signatures and tickets are refused when it is further off."""
RUNNING = "wecom_bot"
"""Of which a second connection would kick the one that is running: its state is asked of that one instead."""


async def findings(settings: Settings, wanted: Configured) -> dict[str, list[Finding]]:
    """What was found, by channel."""
    client, bases = Client(), _bases(settings, wanted)
    try:
        running = await _running(client, settings.status)
        looks: dict[str, Callable[[], Awaitable[list[Finding]]]] = {
            name: functools.partial(_of, name, one, running, lambda probe: reaching.findings(client, probe, bases))
            for name, one in wanted.made(client, Texts.load()).items()
        }
        if isinstance(settings, TelegramSettings):
            looks["telegram"] = functools.partial(_telegram, client, settings)
        return {name: await _looked(client, look) for name, look in looks.items()}
    finally:
        await client.close()


async def _looked(client: Client, look: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
    client.skew = None
    try:
        return [*await look(), *_clock(client.skew)]
    except Exception as error:  # whatever it is, the other channels are looked at as well
        return [Finding(False, f"没有查成：{type(error).__name__}: {error}", "请检查网络、代理和地址，再查一次")]


def _bases(settings: Settings, wanted: Configured) -> Bases:
    """Where callbacks lie: on this machine, and under the page's address, if that is said."""
    host, port = settings.web_listen or LISTEN
    here = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    parts = urlsplit(wanted.web.url if wanted.web is not None else "")
    outside = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return Bases(f"http://{f'[{here}]' if ':' in here else here}:{port}", outside)


async def _of(name: str, messenger: Messenger, running: Mapping[str, str], reached: Reached) -> list[Finding]:
    if name == RUNNING and name in running:
        return [_state(running[name])]
    found = await messenger.check()
    probe = messenger.probe()
    return found if probe is None else [*found, *await reached(probe)]


def _state(trouble: str) -> Finding:
    if trouble == "ok":
        return Finding(True, "正在运行的 policybot 连着它（没有另连：另连会把它挤下线）")
    return Finding(False, f"正在运行的 policybot 说：{trouble}", "查看它的日志；停掉它再查一次，就会真的连一连")


async def _running(client: Client, status: tuple[str, int] | None) -> Mapping[str, str]:
    """What the running instance says of its channels; nothing where there is none, or it can't be asked."""
    if status is None:
        return {}
    host = "127.0.0.1" if status[0] in ("0.0.0.0", "::") else status[0]
    try:
        within = aiohttp.ClientTimeout(total=5)
        async with client.session.get(f"http://{host}:{status[1]}/healthz", timeout=within) as response:
            report = await response.json()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return {}
    channels = report.get("channels") if isinstance(report, dict) else None
    return channels if isinstance(channels, dict) else {}


def _clock(skew: float | None) -> list[Finding]:
    """This machine's clock against the server's."""
    if skew is None:
        return []
    if abs(skew) <= SKEW:
        return [Finding(True, f"时钟对得上（差 {abs(skew):.0f} 秒）")]
    word = "快" if skew > 0 else "慢"
    return [
        Finding(False, f"这台机器的时钟{word}了 {abs(skew):.0f} 秒", "请校准时间，如 sudo timedatectl set-ntp true")
    ]


async def _telegram(client: Client, settings: TelegramSettings) -> list[Finding]:
    status, answer = await client.call("getMe", "GET", f"{settings.api_url}/bot{settings.token}/getMe")
    if status == 200 and answer.get("ok"):
        return [Finding(True, f"令牌有效：@{answer['result'].get('username')}")]
    return [Finding(False, f"Telegram 不认这个令牌（{status}）", "请在 @BotFather 的 /mybots 里核对，或重新生成")]


def check(settings: Settings, wanted: Configured) -> int:
    """Print what was found; 0 when all is well, else 1."""
    found = asyncio.run(findings(settings, wanted))
    if not found:
        print(
            "没有设聊天工具，没有什么可查；要设哪些，见运行手册（deploy/OPERATING.md）的「企业微信、钉钉、飞书、公众号」"
        )
    for name, its in found.items():
        print(name)
        for one in its:
            print(f"  {'✓' if one.good else '✗'} {one.what}")
            if one.remedy:
                print(f"    → {one.remedy}")
    return 0 if all(one.good for its in found.values() for one in its) else 1
