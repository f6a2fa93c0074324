"""A channel's settings out of the environment: either all that it needs is there or none of it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit


class ChannelValues:
    """The variables of one channel, and the faults found in them."""

    def __init__(self, values: Mapping[str, str], names: Sequence[str], faults: list[str]) -> None:
        """``names``: all of the channel's variables; ``faults``: where faults go, in words for the operator."""
        self._values = {name: values[name].strip() for name in names if values.get(name, "").strip()}
        self._faults = faults

    def any_of(self, names: Sequence[str]) -> bool:
        """Whether any of these is set."""
        return any(name in self._values for name in names)

    def wanted(self, needed: Sequence[str], title: str) -> bool:
        """Whether the channel is configured; a part of what it needs is a fault for each that is missing."""
        there = [name for name in self._values if name in needed]
        missing = [name for name in needed if name not in self._values]
        if not there:
            return False
        for name in missing:
            self._faults.append(
                f"{name}：没有设，而 {'、'.join(there)} 设了；{title}的 {len(needed)} 样要都有，请补上，或都删去"
            )
        return not missing

    def __getitem__(self, name: str) -> str:
        return self._values.get(name, "")

    def matched(self, name: str, pattern: str, shape: str) -> str:
        """The value, which must look so; ``shape`` says how, and never the value: it may be a secret."""
        value = self._values.get(name, "")
        if value and not re.fullmatch(pattern, value):
            self._faults.append(f"{name}：{len(value)} 个字符，样子不对；{shape}")
        return value

    def url(self, name: str, default: str, secure: str = "https") -> str:
        """An address without the slash at its end; without encryption only on this machine."""
        value = self._values.get(name, default).rstrip("/")
        parts = urlsplit(value)
        open_too = {"https": "http", "wss": "ws"}[secure]
        if parts.scheme not in (secure, open_too) or not parts.hostname:
            self._faults.append(f"{name}：「{value}」不是 {secure} 地址；写作 {default}，或不设")
        elif parts.scheme == open_too and not loopback(parts.hostname):
            self._faults.append(
                f"{name}：「{value}」没有加密，而 {parts.hostname} 不是本机；"
                f"请写 {secure} 地址，{open_too} 只许用于 127.0.0.1"
            )
        return value


def loopback(host: str) -> bool:
    """Whether the host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
