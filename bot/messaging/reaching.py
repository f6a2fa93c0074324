"""Whether a callback is reached, tried as the platform does it when an administrator saves its address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from bot.messaging.client import Client
from bot.messaging.messenger import Finding, Probe

WITHIN = 5.0
"""Seconds, as the platforms wait."""
_MENDS = {
    403: "那里开着的 policybot 用的是另一套 Token、密钥，或者是另一台机器；核对设置，重新启动",
    404: "那里没有这个渠道的回调：重新启动 policybot serve；经过 nginx 的，看 location /callback/ 那一段",
    502: "nginx 后面没有 policybot：启动它，核对 proxy_pass 的端口和 POLICYBOT_WEB_LISTEN",
    503: "policybot 忙着，或数据库写不进去；看日志",
}
_OTHER = "打开这个地址的不是 policybot，或中间改了内容；核对域名、nginx 的 location /callback/ 和 proxy_pass"


@dataclass(frozen=True, slots=True)
class Bases:
    """Where callbacks lie."""

    here: str
    """Where this machine listens."""
    outside: str = ""
    """The address by which the platform comes in; empty: not known."""


async def findings(client: Client, probe: Probe, bases: Bases) -> Sequence[Finding]:
    """Whether the callback answers here, and under the address by which the platform comes in."""
    there = await _tried(client, bases.here, probe)
    if there is None:
        told = f"回调 {probe.path}：policybot serve 没有在 {bases.here} 开着，还不能验"
        return [Finding(True, f"{told}；先启动，再到平台的后台保存地址，保存时由平台来验")]
    found = [_finding(f"回调 {bases.here}{probe.path}", there)]
    if there == 200 and bases.outside:
        found.append(_from_outside(f"回调 {bases.outside}{probe.path}", await _tried(client, bases.outside, probe)))
    elif there == 200:
        found.append(Finding(True, f"平台要从公网打开 https://您的域名{probe.path}；设了 POLICYBOT_WEB_URL 就一起验"))
    return found


def _finding(what: str, status: int) -> Finding:
    if status == 200:
        return Finding(True, f"{what} 通，照平台的样子验过了")
    return Finding(False, f"{what} 答的是 {status or '别的内容'}", _MENDS.get(status, _OTHER))


def _from_outside(what: str, status: int | None) -> Finding:
    if status is None:
        remedy = "核对域名解析、443 端口和证书；单位内网打不开自己的公网地址时，换一台外面的机器试"
        return Finding(False, f"{what} 从这台机器打不开", remedy)
    return _finding(what, status)


async def _tried(client: Client, base: str, probe: Probe) -> int | None:
    """The status; 0 when it is 200 with something else than was wanted; None where nobody answers."""
    url = f"{base}{probe.path}?{urlencode(probe.query)}"
    try:
        timeout = aiohttp.ClientTimeout(total=WITHIN)
        async with client.session.request(
            probe.method, url, data=probe.body, timeout=timeout, allow_redirects=False
        ) as response:
            body = await response.content.read(4_096)
            return response.status if response.status != 200 or body.strip() == probe.wanted else 0
    except (aiohttp.ClientError, OSError, TimeoutError):
        return None
