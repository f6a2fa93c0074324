"""Settings of Telegram, read together with the general ones, so that every fault is told at once."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from bot import settings as general
from bot.settings import Settings, SettingsError, number, values_of

OFFICIAL_API = "https://api.telegram.org"
CREDENTIAL = "telegram-bot-token"
"""Name of the systemd credential (LoadCredential=telegram-bot-token:…)."""
VARIABLES = {
    "TELEGRAM_BOT_TOKEN": "机器人的令牌，从 @BotFather 取得",
    "TELEGRAM_BOT_TOKEN_FILE": "装有令牌的文件，代替上一项；systemd 用 LoadCredential=telegram-bot-token:… 时不必设",
    "TELEGRAM_API_URL": "Bot API 服务器，默认官方的",
    "TELEGRAM_WEBHOOK_URL": "Telegram 来访的 https 地址；不设则轮询",
    "TELEGRAM_WEBHOOK_LISTEN": "webhook 监听的本机地址，默认 127.0.0.1",
    "TELEGRAM_WEBHOOK_PORT": "webhook 监听的端口，默认 8080",
    "TELEGRAM_WEBHOOK_SECRET": "webhook 的口令，1 到 256 个字母、数字、_、-；用 webhook 时必设",
    "TELEGRAM_PACING": "发送节奏：official 守公布的限额，learned 收到 429 才放慢，auto（默认）对官方服务器用前者",
}
"""Every variable of Telegram's and what it is for."""
NO_TOKEN = """没有机器人令牌。怎样取得：
  1. 在 Telegram 里打开 @BotFather，发送 /newbot，照提示取名；
  2. 把它给的令牌（形如 123456789:AA…）放进环境变量 TELEGRAM_BOT_TOKEN，
     或写进一个文件，用 TELEGRAM_BOT_TOKEN_FILE 指明。
不接 Telegram 也能用：make chat 在终端里聊天。"""


@dataclass(frozen=True)
class WebhookSettings:
    """Where Telegram posts updates, and where they are listened for."""

    url: str
    listen: str
    port: int
    secret: str

    @property
    def path(self) -> str:
        """The URL's path, which is listened on as well."""
        return urlsplit(self.url).path or "/"


@dataclass(frozen=True, repr=False)
class TelegramSettings(Settings):
    """The general settings and Telegram's own."""

    token: str = ""
    api_url: str = OFFICIAL_API
    webhook: WebhookSettings | None = None
    """None: polling."""
    pacing: Literal["official", "learned"] = "official"


def read_settings(
    environment: Mapping[str, str] = os.environ, options: Mapping[str, object] | None = None
) -> TelegramSettings:
    """From the environment; ``options`` (by the same names) come first. Raises SettingsError with every fault."""
    faults: list[str] = []
    values = values_of(environment, options, {*general.VARIABLES, *VARIABLES})
    own = read(values, environment, faults)
    common = general.general(values, faults)
    if faults:
        raise SettingsError(faults)
    return TelegramSettings(**common, **own)


def read(values: Mapping[str, str], environment: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    """Telegram's own; what is wrong is added to the faults."""
    token = _token(values, environment, faults)
    api_url = values.get("TELEGRAM_API_URL", OFFICIAL_API).rstrip("/")
    if urlsplit(api_url).scheme not in ("http", "https") or not urlsplit(api_url).netloc:
        faults.append(f"TELEGRAM_API_URL：「{api_url}」不是 http(s) 地址；写作 http://127.0.0.1:8081，或不设")
    pacing = values.get("TELEGRAM_PACING", "auto")
    if pacing not in ("auto", "official", "learned"):
        faults.append(f"TELEGRAM_PACING：「{pacing}」不认识；可以是 auto、official、learned")
    if pacing == "auto":
        pacing = "official" if api_url == OFFICIAL_API else "learned"
    return {"token": token, "api_url": api_url, "webhook": _webhook(values, faults), "pacing": pacing}


def _token(values: Mapping[str, str], environment: Mapping[str, str], faults: list[str]) -> str:
    token, source = values.get("TELEGRAM_BOT_TOKEN", ""), "TELEGRAM_BOT_TOKEN"
    credentials = environment.get("CREDENTIALS_DIRECTORY")
    file = values.get("TELEGRAM_BOT_TOKEN_FILE")
    if not file and not token and credentials and (Path(credentials) / CREDENTIAL).exists():
        file = str(Path(credentials) / CREDENTIAL)
    if file:
        if token:
            faults.append("TELEGRAM_BOT_TOKEN 和 TELEGRAM_BOT_TOKEN_FILE 只设一个")
            return token
        source = f"TELEGRAM_BOT_TOKEN_FILE（{file}）"
        try:
            token = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"{source}：读不了（{error.__class__.__name__}）；请检查路径和权限")
            return ""
    if not token:
        faults.append(f"{source}：文件是空的；请写入令牌" if file else NO_TOKEN)
    elif not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", token):
        faults.append(f"{source}：不像令牌（{len(token)} 个字符）；应形如 123456789:AA…，中间一个冒号，没有空格和引号")
    return token


def _webhook(values: Mapping[str, str], faults: list[str]) -> WebhookSettings | None:
    url = values.get("TELEGRAM_WEBHOOK_URL")
    rest = [k for k in ("TELEGRAM_WEBHOOK_LISTEN", "TELEGRAM_WEBHOOK_PORT", "TELEGRAM_WEBHOOK_SECRET") if k in values]
    if not url:
        if rest:
            faults.append(f"{'、'.join(rest)} 只在设了 TELEGRAM_WEBHOOK_URL（--webhook-url）时有用；请补上，或删去")
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.netloc:
        faults.append(f"TELEGRAM_WEBHOOK_URL：「{url}」不是 https 地址；写作 https://例子.cn/telegram")
    port = number("TELEGRAM_WEBHOOK_PORT", values.get("TELEGRAM_WEBHOOK_PORT", "8080"), 1, 65535, faults)
    secret = values.get("TELEGRAM_WEBHOOK_SECRET", "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        faults.append(
            "TELEGRAM_WEBHOOK_SECRET："
            + ("里面有不许用的字符；" if secret else "没有设；")
            + "1 到 256 个字母、数字、_、-，例如用 openssl rand -hex 32 生成"
        )
    return WebhookSettings(url, values.get("TELEGRAM_WEBHOOK_LISTEN", "127.0.0.1"), port, secret)
