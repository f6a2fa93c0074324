"""What the web reads from the environment."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Literal
from urllib.parse import urlsplit

from bot.settings import SettingsError
from bot.store.accounts import ROLES

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class OidcSettings:
    """The organisation's identity provider, and what its claims give."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    """Empty: the program is registered there as a public one."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """A word of the provider's -> the role here."""
    roles_claim: str = "roles"
    name_claim: str = "preferred_username"
    scope: str = "openid profile"


@dataclass(frozen=True)
class WebSettings:
    """Where the web listens, under what address people open it, and who may do what."""

    host: str = "127.0.0.1"
    port: int = 8000
    url: str = ""
    """The address that people open, without a slash at its end; empty: wherever it listens."""
    proxies: tuple[Network, ...] = ()
    """Those whose word on who asks is believed."""
    embed: tuple[str, ...] = ()
    """Origins of the sites that may show the page within theirs."""
    address_limit: int = 120
    """Questions a minute from one address; 0: as many as come."""
    api: Literal["open", "keys", "off"] = "open"
    """Who may use the API: everybody, those with a key, nobody."""
    two_persons: bool = False
    """Whoever changed a document last may not be the one who publishes it."""
    oidc: OidcSettings | None = None
    """Where the staff may sign in besides with accounts of their own here."""

    @property
    def prefix(self) -> str:
        """The path under which the page lies: empty, or /policy."""
        return urlsplit(self.url).path.rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether people come by https."""
        return self.url.startswith("https://")

    def hosts(self, name: str) -> bool:
        """Whether requests may name that host. Addresses in figures may: no foreign name leads to them."""
        name = name.strip("[]").lower()
        if self.url and name == (urlsplit(self.url).hostname or ""):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in (*_LOOPBACK, self.host.lower())
        return True


def read_web_settings(
    environment: Mapping[str, str] = os.environ, options: Mapping[str, str | None] | None = None
) -> WebSettings:
    """From the environment; ``options`` come first. Raises SettingsError with every fault."""
    values = {k: v.strip() for k, v in environment.items() if k.startswith("POLICYBOT_WEB_") and v.strip()}
    values |= {k: v.strip() for k, v in (options or {}).items() if v is not None}
    faults: list[str] = []
    host, port = _listen(values.get("POLICYBOT_WEB_LISTEN", "127.0.0.1:8000"), faults)
    api = values.get("POLICYBOT_WEB_API", "open")
    if api not in ("open", "keys", "off"):
        faults.append(f"POLICYBOT_WEB_API：「{api}」不认识；可以是 open、keys、off")
    two = values.get("POLICYBOT_WEB_TWO_PERSONS", "no")
    if two not in ("yes", "no"):
        faults.append(f"POLICYBOT_WEB_TWO_PERSONS：「{two}」不认识；可以是 yes、no")
    made = WebSettings(
        host,
        port,
        _url(values.get("POLICYBOT_WEB_URL", ""), faults),
        _proxies(values.get("POLICYBOT_WEB_PROXIES", ""), faults),
        _origins(values.get("POLICYBOT_WEB_EMBED", ""), faults),
        _limit(values.get("POLICYBOT_WEB_ADDRESS_LIMIT", "120"), faults),
        api,  # type: ignore[arg-type]
        two == "yes",
        _oidc(values, faults),
    )
    if faults:
        raise SettingsError(faults)
    return made


def _listen(value: str, faults: list[str]) -> tuple[str, int]:
    host, _, port = value.rpartition(":")
    if host and port.isascii() and port.isdigit() and int(port) <= 65535:
        return host.strip("[]"), int(port)
    faults.append(f"POLICYBOT_WEB_LISTEN：「{value}」应为 主机:端口，如 127.0.0.1:8000")
    return "127.0.0.1", 8000


def _url(value: str, faults: list[str]) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        faults.append(f"POLICYBOT_WEB_URL：「{value}」应为人们打开的网址，如 https://zc.example.cn/policy")
    return value.rstrip("/")


def _oidc(values: Mapping[str, str], faults: list[str]) -> OidcSettings | None:
    head = "POLICYBOT_WEB_OIDC_"
    given = {name.removeprefix(head): value for name, value in values.items() if name.startswith(head)}
    if not given:
        return None
    for name in ("ISSUER", "CLIENT_ID", "ROLES"):
        if name not in given:
            faults.append(f"{head}{name}：没有设；用单位帐号登录要一起设 {head}ISSUER、{head}CLIENT_ID、{head}ROLES")
    if "ISSUER" in given and not safe(given["ISSUER"]):
        faults.append(f"{head}ISSUER：「{given['ISSUER']}」应为 https 地址，与身份提供方自己写的 issuer 一字不差")
    if find_spec("joserfc") is None:
        faults.append(f"{head}ISSUER：用单位帐号登录要另装 joserfc：pip install 'policybot[oidc]'")
    if not values.get("POLICYBOT_WEB_URL"):
        faults.append("POLICYBOT_WEB_URL：没有设；用单位帐号登录时，人要能回到这个网址")
    return OidcSettings(
        given.get("ISSUER", ""),
        given.get("CLIENT_ID", ""),
        given.get("CLIENT_SECRET", ""),
        _roles(given.get("ROLES", ""), faults),
        given.get("ROLES_CLAIM", "roles"),
        given.get("NAME_CLAIM", "preferred_username"),
        given.get("SCOPE", "openid profile"),
    )


def _roles(value: str, faults: list[str]) -> dict[str, str]:
    found = {}
    for one in value.replace(",", " ").split():
        word, _, role = one.rpartition(":")
        if not word or role not in ROLES:
            faults.append(f"POLICYBOT_WEB_OIDC_ROLES：「{one}」应为 对方的角色:这里的角色，后者是 {'、'.join(ROLES)}")
        found[word] = role
    return found


def safe(address: str) -> bool:
    """Whether secrets may go there: https, or this machine."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


def _proxies(value: str, faults: list[str]) -> tuple[Network, ...]:
    found = []
    for one in value.replace(",", " ").split():
        try:
            found.append(ipaddress.ip_network(one, strict=False))
        except ValueError:
            faults.append(f"POLICYBOT_WEB_PROXIES：「{one}」不是地址或网段；写作 127.0.0.1 10.0.0.0/8")
    return tuple(found)


def _origins(value: str, faults: list[str]) -> tuple[str, ...]:
    found = []
    for one in value.replace(",", " ").split():
        parts = urlsplit(one)
        if (
            parts.scheme not in ("http", "https")
            or not parts.netloc
            or "*" in one
            or f"{parts.scheme}://{parts.netloc}" != one
        ):
            faults.append(
                f"POLICYBOT_WEB_EMBED：「{one}」不是网站的来源；写作 https://www.example.gov.cn，不带路径和通配"
            )
        else:
            found.append(one.lower())
    return tuple(found)


def _limit(value: str, faults: list[str]) -> int:
    if value.isascii() and value.isdigit() and int(value) <= 100_000:
        return int(value)
    faults.append(f"POLICYBOT_WEB_ADDRESS_LIMIT：「{value}」应为 0 到 100000 的整数；0 是不限")
    return 120
