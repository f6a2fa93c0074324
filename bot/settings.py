"""Settings: read once, typed; every fault named with its key, its value and how to mend it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from bot.serving.base_files import BaseFiles, questions_folder
from bot.staff.asker_hash import KEY_FILE, SHORTEST
from bot.staff.hours import Hours, Span, parse_days, parse_hours
from bot.staff.roles import Staff, parse_staff
from bot.store.keys import FIRST
from knowledge import ROOT

OVERLAY = "overlay.yaml"
"""Name of the file of taught phrasings in the data folder."""
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
    "POLICYBOT_DATABASE": "数据库，SQLAlchemy 的写法，默认数据文件夹里的 SQLite 文件",
    "POLICYBOT_DATA_DIR": "数据文件夹，默认用户的数据文件夹",
    "POLICYBOT_KNOWLEDGE": "知识库的文件夹（policies、lexicon、weights.yaml），默认自带的",
    "POLICYBOT_OVERLAY": "教过的问法，默认数据文件夹里的 overlay.yaml",
    "POLICYBOT_QUESTIONS": "教问法时要试的测试问题的文件夹，默认知识库自带的",
    "POLICYBOT_STATUS_LISTEN": "/healthz 和 /metrics 的 主机:端口，如 127.0.0.1:9090；默认不开",
    "POLICYBOT_WEB_LISTEN": "聊天工具的回调来访的 主机:端口，如 127.0.0.1:8090；默认不开",
    "POLICYBOT_USER_LIMIT": "每人每分钟最多几问，默认 30",
    "POLICYBOT_STAFF": "工作人员，如 123456789:admin,wecom_bot/wangwu:editor；角色有 viewer、editor、admin",
    "POLICYBOT_STAFF_CHAT": "工作人员的群的编号：Telegram 的是负数，别的写作 渠道/编号",
    "POLICYBOT_HOURS": "工作人员答复的时间，北京时间，如 Mon-Fri 09:00-12:00, Mon-Fri 14:00-17:30；不设则随时",
    "POLICYBOT_HOLIDAYS": "放假的日子，如 2026-10-01..2026-10-08；调休上班的前面加 +",
    "POLICYBOT_KEEP_DAYS": "问句保存几天，默认 90；以后只留条数",
    "POLICYBOT_HASH_KEY": "把提问的人记成散列用的密钥，至少 16 个字符；默认用数据文件夹里的 asker.key",
    "LOG_LEVEL": "DEBUG、INFO（默认）、WARNING 或 ERROR",
}
"""Every variable and what it is for."""
NO_TOKEN = """没有机器人令牌。怎样取得：
  1. 在 Telegram 里打开 @BotFather，发送 /newbot，照提示取名；
  2. 把它给的令牌（形如 123456789:AA…）放进环境变量 TELEGRAM_BOT_TOKEN，
     或写进一个文件，用 TELEGRAM_BOT_TOKEN_FILE 指明。
不接 Telegram 也能用：make chat 在终端里聊天。"""


class SettingsError(Exception):
    """Faults of the settings, all of them, in words for the operator."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


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


@dataclass(frozen=True)
class Settings:
    """All of it."""

    token: str
    """Empty when it was not asked for."""
    api_url: str
    webhook: WebhookSettings | None
    """None: polling."""
    pacing: Literal["official", "learned"]
    database: str
    """SQLAlchemy URL."""
    data_dir: Path
    base: BaseFiles
    status: tuple[str, int] | None
    """Host and port of /healthz and /metrics; None: off."""
    user_limit: int
    """Questions a minute and person."""
    log_level: str
    staff: Staff = field(default_factory=Staff)
    staff_room: tuple[str, str] | None = None
    """The group of the staff: its channel, and the channel's name for it."""
    keep_days: int = 90
    """Days for which a question is kept; 0: its text is not even written."""
    hours: Hours = field(default_factory=Hours)
    """When the staff answers."""
    hash_key: str = ""
    """Empty: the key is in the data folder (see asker.py)."""
    web_listen: tuple[str, int] | None = None
    """Host and port of the callbacks of messengers; None: not listened."""

    @property
    def beside(self) -> dict[str, Path]:
        """The files that belong to the database, by name."""
        return {KEY_FILE: self.data_dir / KEY_FILE, OVERLAY: self.base.overlay}

    def __repr__(self) -> str:
        return f"Settings({'webhook' if self.webhook else 'polling'})"  # no secrets by accident


def read_settings(
    environment: Mapping[str, str] = os.environ,
    options: Mapping[str, object] | None = None,
    offline: bool = False,
) -> Settings:
    """From the environment; ``options`` (by the same names) come first. Raises SettingsError with every fault.

    ``offline``: for commands that only use the store; nothing of Telegram is read, so nothing of it can be wrong.
    """
    values = {k: v.strip() for k, v in environment.items() if k in VARIABLES and v.strip()}
    if offline:
        values = {k: v for k, v in values.items() if not k.startswith("TELEGRAM_")}
    values |= {k: str(v).strip() for k, v in (options or {}).items() if v is not None}
    faults: list[str] = []
    base = _base_files(values, faults)
    token = "" if offline else _token(values, environment, faults)
    api_url = values.get("TELEGRAM_API_URL", OFFICIAL_API).rstrip("/")
    if urlsplit(api_url).scheme not in ("http", "https") or not urlsplit(api_url).netloc:
        faults.append(f"TELEGRAM_API_URL：「{api_url}」不是 http(s) 地址；写作 http://127.0.0.1:8081，或不设")
    pacing = values.get("TELEGRAM_PACING", "auto")
    if pacing not in ("auto", "official", "learned"):
        faults.append(f"TELEGRAM_PACING：「{pacing}」不认识；可以是 auto、official、learned")
    if pacing == "auto":
        pacing = "official" if api_url == OFFICIAL_API else "learned"
    level = values.get("LOG_LEVEL", "INFO").upper()
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        faults.append(f"LOG_LEVEL：「{level}」不认识；可以是 DEBUG、INFO、WARNING、ERROR")
    webhook = _webhook(values, faults)
    status = _address("POLICYBOT_STATUS_LISTEN", values.get("POLICYBOT_STATUS_LISTEN"), faults)
    limit = _number("POLICYBOT_USER_LIMIT", values.get("POLICYBOT_USER_LIMIT", "30"), 1, 10_000, faults)
    staff = parse_staff(values.get("POLICYBOT_STAFF", ""), faults)
    staff_room = _group("POLICYBOT_STAFF_CHAT", values.get("POLICYBOT_STAFF_CHAT"), faults)
    keep_days = _number("POLICYBOT_KEEP_DAYS", values.get("POLICYBOT_KEEP_DAYS", "90"), 0, 3650, faults)
    hours = _hours(values, faults)
    web_listen = _address("POLICYBOT_WEB_LISTEN", values.get("POLICYBOT_WEB_LISTEN"), faults)
    hash_key = values.get("POLICYBOT_HASH_KEY", "")
    if hash_key and len(hash_key) < SHORTEST:
        faults.append(
            f"POLICYBOT_HASH_KEY：只有 {len(hash_key)} 个字符，至少要 {SHORTEST} 个；例如用 openssl rand -hex 32 生成"
        )
    data_dir = _data_dir(values.get("POLICYBOT_DATA_DIR"))
    database = values.get("POLICYBOT_DATABASE") or f"sqlite:///{data_dir / 'policybot.db'}"
    if "POLICYBOT_DATABASE" not in values:
        try:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            faults.append(f"POLICYBOT_DATA_DIR：不能建立文件夹 {data_dir}（{error.strerror}）；请指一个可写的文件夹")
    if faults:
        raise SettingsError(faults)
    assert pacing in ("official", "learned")
    return Settings(
        token,
        api_url,
        webhook,
        pacing,  # type: ignore[arg-type]
        database,
        data_dir,
        base,
        status,
        limit,
        level,
        staff,
        staff_room,
        keep_days,
        hours,
        hash_key,
        web_listen,
    )


def base_files(environment: Mapping[str, str] = os.environ) -> BaseFiles:
    """Where the base is, as far as the environment says. Raises SettingsError."""
    faults: list[str] = []
    found = _base_files({k: v.strip() for k, v in environment.items() if k in VARIABLES and v.strip()}, faults)
    if faults:
        raise SettingsError(faults)
    return found


def _base_files(values: Mapping[str, str], faults: list[str]) -> BaseFiles:
    folders: dict[str, Path | None] = {}
    for name in ("POLICYBOT_KNOWLEDGE", "POLICYBOT_QUESTIONS"):
        value = values.get(name)
        folders[name] = Path(value).expanduser().absolute() if value else None
        if value and not Path(value).expanduser().is_dir():
            faults.append(f"{name}：没有文件夹 {value}；请检查路径，或不设")
    root = folders["POLICYBOT_KNOWLEDGE"] or ROOT
    chosen = values.get("POLICYBOT_OVERLAY")
    path = Path(chosen).expanduser().absolute() if chosen else _data_dir(values.get("POLICYBOT_DATA_DIR")) / OVERLAY
    return BaseFiles(root, path, folders["POLICYBOT_QUESTIONS"] or questions_folder(root))


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
    port = _number("TELEGRAM_WEBHOOK_PORT", values.get("TELEGRAM_WEBHOOK_PORT", "8080"), 1, 65535, faults)
    secret = values.get("TELEGRAM_WEBHOOK_SECRET", "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        faults.append(
            "TELEGRAM_WEBHOOK_SECRET："
            + ("里面有不许用的字符；" if secret else "没有设；")
            + "1 到 256 个字母、数字、_、-，例如用 openssl rand -hex 32 生成"
        )
    return WebhookSettings(url, values.get("TELEGRAM_WEBHOOK_LISTEN", "127.0.0.1"), port, secret)


def _address(name: str, value: str | None, faults: list[str]) -> tuple[str, int] | None:
    if value is None:
        return None
    host, _, port = value.rpartition(":")
    host = host.strip("[]")
    if not host:
        faults.append(f"{name}：「{value}」应为 主机:端口，如 127.0.0.1:9090")
        return None
    return host, _number(name, port, 0, 65535, faults)


def _number(name: str, value: str, least: int, most: int, faults: list[str]) -> int:
    if value.isascii() and value.isdigit() and least <= int(value) <= most:
        return int(value)
    faults.append(f"{name}：「{value}」应为 {least} 到 {most} 的整数")
    return least


def _group(name: str, value: str | None, faults: list[str]) -> tuple[str, str] | None:
    if value is None:
        return None
    if value.isascii() and re.fullmatch(r"-[0-9]{1,15}", value):
        return FIRST, value
    channel, _, group = value.partition("/")
    if re.fullmatch(r"[a-z_]{2,16}", channel) and 0 < len(group) <= 128 and group.isprintable():
        return channel, group
    faults.append(
        f"{name}：「{value}」不是群的编号；Telegram 的应是负数，如 -1001234567890，"
        "别的写作 渠道/编号，如 wecom_bot/wrkSFfCgAAxxxx"
    )
    return None


def _hours(values: Mapping[str, str], faults: list[str]) -> Hours:
    spans: tuple[Span, ...] = ()
    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()
    try:
        spans = parse_hours(values["POLICYBOT_HOURS"]) if "POLICYBOT_HOURS" in values else ()
    except ValueError as error:
        faults.append(f"POLICYBOT_HOURS：{error}")
    try:
        off, on = parse_days(values.get("POLICYBOT_HOLIDAYS", ""))
    except ValueError as error:
        faults.append(f"POLICYBOT_HOLIDAYS：{error}")
    if (off or on) and "POLICYBOT_HOURS" not in values:
        faults.append("POLICYBOT_HOLIDAYS 只在设了 POLICYBOT_HOURS 时有用；请补上，或删去")
    return Hours(spans, off, on)


def _data_dir(value: str | None) -> Path:
    if value:
        return Path(value).expanduser().absolute()
    state = os.environ.get("STATE_DIRECTORY")  # set by systemd's StateDirectory=
    if state:
        return Path(state.split(":")[0])
    if sys.platform == "linux" and not os.environ.get("XDG_DATA_HOME") and not os.environ.get("HOME"):
        return Path("policybot-data").absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("policybot"))
