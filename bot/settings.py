"""Settings: read once, typed; every fault named with its key, its value and how to mend it."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.serving.base_files import BaseFiles, questions_folder
from bot.staff.asker_hash import KEY_FILE, SHORTEST
from bot.staff.hours import Hours, Span, parse_days, parse_hours
from bot.staff.roles import Staff, parse_staff
from knowledge import ROOT
from knowledge.files.oserrors import why

_NODE = re.compile(r"https?://(?:[^\s/@:]+:[^\s/@]+@)?(?:[\w.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?/?")
OVERLAY = "overlay.yaml"
"""Name of the file of taught phrasings in the data folder."""
SEARCH = "POLICYBOT_SEARCH_URL"
VARIABLES = {
    "POLICYBOT_DATABASE": "数据库，SQLAlchemy 的写法，默认数据文件夹里的 SQLite 文件",
    "POLICYBOT_REPLICA": "几个进程共用一个 PostgreSQL 时，这一个的名字，如 policybot-0；只开一个就不设",
    "POLICYBOT_DATA_DIR": "数据文件夹，默认用户的数据文件夹",
    "POLICYBOT_KNOWLEDGE": "知识库的文件夹（policies、lexicon、weights.yaml），默认自带的",
    "POLICYBOT_OVERLAY": "教过的问法，默认数据文件夹里的 overlay.yaml",
    "POLICYBOT_QUESTIONS": "教问法时要试的测试问题的文件夹，默认知识库自带的",
    "POLICYBOT_SEARCH_URL": "搜索集群（OpenSearch）各节点的网址，逗号隔开；默认不用，在本机找",
    "POLICYBOT_STATUS_LISTEN": "/healthz 和 /metrics 的 主机:端口，如 127.0.0.1:9090；默认不开",
    "POLICYBOT_WEB_LISTEN": "网页和聊天工具的回调监听的 主机:端口，默认 127.0.0.1:8000",
    "POLICYBOT_WEB_URL": "人们打开网页用的网址，如 https://zc.example.cn/policy；在代理后面时要写",
    "POLICYBOT_WEB_PROXIES": "信得过的代理的地址或网段，如 127.0.0.1；只信它们说的来访地址",
    "POLICYBOT_WEB_EMBED": "可以嵌入网页的网站，如 https://www.example.gov.cn；默认都不可以",
    "POLICYBOT_WEB_ADDRESS_LIMIT": "网页和接口每个地址每分钟最多几问，默认 120；0 是不限",
    "POLICYBOT_WEB_API": "接口给谁用：open（默认）、keys（要有钥匙）、off",
    "POLICYBOT_WEB_TWO_PERSONS": "yes：谁最后改了一份文件，要由另一个人发布；默认 no",
    "POLICYBOT_WEB_OIDC_ISSUER": "单位的身份提供方（OpenID Connect），控制台用单位帐号登录；默认不用",
    "POLICYBOT_WEB_OIDC_CLIENT_ID": "在身份提供方登记的编号",
    "POLICYBOT_WEB_OIDC_CLIENT_SECRET": "在身份提供方登记的口令",
    "POLICYBOT_WEB_OIDC_ROLES": "对方的角色对应这里的哪个，如 zc-editors:editor zc-admins:admin",
    "POLICYBOT_WEB_OIDC_ROLES_CLAIM": "身份令牌里哪一项是角色，默认 roles",
    "POLICYBOT_WEB_OIDC_NAME_CLAIM": "身份令牌里哪一项是人名，默认 preferred_username",
    "POLICYBOT_WEB_OIDC_SCOPE": "向身份提供方要的范围，默认 openid profile",
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


class SettingsError(Exception):
    """Faults of the settings, all of them, in words for the operator."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Settings:
    """All that is no single channel's; each channel has a class with its own besides."""

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
    replica: str = ""
    """What this process is called among several on one database; empty: it is the only one."""
    web_listen: tuple[str, int] | None = None
    """Host and port of the callbacks of messengers; None: as it comes."""

    search: tuple[str, ...] = ()
    """Addresses of the nodes of the search cluster; none: this machine alone searches."""

    @property
    def search_passwords(self) -> list[str]:
        """Those in the addresses of the search cluster."""
        return [password for url in self.search if (password := urlsplit(url).password)]

    @property
    def beside(self) -> dict[str, Path]:
        """The files that belong to the database, by name."""
        return {KEY_FILE: self.data_dir / KEY_FILE, OVERLAY: self.base.overlay}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.database.partition(':')[0]})"  # no secrets by accident


def read_settings(environment: Mapping[str, str] = os.environ, options: Mapping[str, object] | None = None) -> Settings:
    """From the environment; ``options`` (by the same names) come first. Raises SettingsError with every fault."""
    faults: list[str] = []
    read = general(values_of(environment, options, VARIABLES), faults)
    if faults:
        raise SettingsError(faults)
    return Settings(**read)


def values_of(
    environment: Mapping[str, str], options: Mapping[str, object] | None, names: Collection[str]
) -> dict[str, str]:
    """What is set of those names, without blanks around it."""
    values = {k: v.strip() for k, v in environment.items() if k in names and v.strip()}
    return values | {k: str(v).strip() for k, v in (options or {}).items() if v is not None}


def general(values: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    """The fields of Settings; what is wrong is added to the faults."""
    level = values.get("LOG_LEVEL", "INFO").upper()
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        faults.append(f"LOG_LEVEL：「{level}」不认识；可以是 DEBUG、INFO、WARNING、ERROR")
    data_dir = _data_dir(values.get("POLICYBOT_DATA_DIR"))
    if "POLICYBOT_DATABASE" not in values:
        try:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            faults.append(f"POLICYBOT_DATA_DIR：不能建立文件夹 {data_dir}（{why(error)}）；请指一个可写的文件夹")
    return {
        "database": values.get("POLICYBOT_DATABASE") or f"sqlite:///{data_dir / 'policybot.db'}",
        "data_dir": data_dir,
        "base": _base_files(values, faults),
        "status": _address("POLICYBOT_STATUS_LISTEN", values.get("POLICYBOT_STATUS_LISTEN"), faults),
        "user_limit": number("POLICYBOT_USER_LIMIT", values.get("POLICYBOT_USER_LIMIT", "30"), 1, 10_000, faults),
        "log_level": level,
        "staff": parse_staff(values.get("POLICYBOT_STAFF", ""), faults),
        "staff_room": _group("POLICYBOT_STAFF_CHAT", values.get("POLICYBOT_STAFF_CHAT"), faults),
        "keep_days": number("POLICYBOT_KEEP_DAYS", values.get("POLICYBOT_KEEP_DAYS", "90"), 0, 3650, faults),
        "hours": _hours(values, faults),
        "hash_key": _hash_key(values.get("POLICYBOT_HASH_KEY", ""), faults),
        "replica": _replica(values, faults),
        "search": _urls(values.get(SEARCH, ""), faults),
        "web_listen": _address("POLICYBOT_WEB_LISTEN", values.get("POLICYBOT_WEB_LISTEN"), faults),
    }


def _replica(values: Mapping[str, str], faults: list[str]) -> str:
    name = values.get("POLICYBOT_REPLICA", "")
    if not name:
        return ""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,60}", name):
        faults.append(f"POLICYBOT_REPLICA：「{name}」不能作名字；用 1 到 60 个字母、数字、点、_、-")
    if not values.get("POLICYBOT_DATABASE", "").startswith("postgresql"):
        faults.append("POLICYBOT_REPLICA：几个进程只能共用 PostgreSQL；请设 POLICYBOT_DATABASE，或不设这一项")
    if not values.get("POLICYBOT_HASH_KEY"):
        faults.append("POLICYBOT_REPLICA：几个进程要用同一个 POLICYBOT_HASH_KEY；请设上")
    return name


def _hash_key(key: str, faults: list[str]) -> str:
    if key and len(key) < SHORTEST:
        faults.append(
            f"POLICYBOT_HASH_KEY：只有 {len(key)} 个字符，至少要 {SHORTEST} 个；例如用 openssl rand -hex 32 生成"
        )
    return key


def base_files(environment: Mapping[str, str] = os.environ) -> BaseFiles:
    """Where the base is, as far as the environment says. Raises SettingsError."""
    faults: list[str] = []
    found = _base_files({k: v.strip() for k, v in environment.items() if k in VARIABLES and v.strip()}, faults)
    if faults:
        raise SettingsError(faults)
    return found


def search_urls(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The addresses of the search cluster's nodes; none where it isn't used. Raises SettingsError."""
    faults: list[str] = []
    found = _urls(environment.get(SEARCH, ""), faults)
    if faults:
        raise SettingsError(faults)
    return found


def _urls(value: str, faults: list[str]) -> tuple[str, ...]:
    urls = tuple(value.replace(",", " ").split())
    for url in urls:
        if not _NODE.fullmatch(url):
            shown = re.sub(r"//.*@", "//***@", url)
            faults.append(f"{SEARCH}：「{shown}」应为 http://主机:9200 或 https://用户:口令@主机:9200")
    if urls and importlib.util.find_spec("opensearchpy") is None:
        faults.append(f"{SEARCH}：没有装 opensearch-py；请 pip install 'policybot[opensearch]'，或去掉这一项")
    return urls


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


def _address(name: str, value: str | None, faults: list[str]) -> tuple[str, int] | None:
    if value is None:
        return None
    host, _, port = value.rpartition(":")
    host = host.strip("[]")
    if not host:
        faults.append(f"{name}：「{value}」应为 主机:端口，如 127.0.0.1:9090")
        return None
    return host, number(name, port, 0, 65535, faults)


def number(name: str, value: str, least: int, most: int, faults: list[str]) -> int:
    """A whole number between two; the least where it is none, which is added to the faults."""
    if value.isascii() and value.isdigit() and least <= int(value) <= most:
        return int(value)
    faults.append(f"{name}：「{value}」应为 {least} 到 {most} 的整数")
    return least


def _group(name: str, value: str | None, faults: list[str]) -> tuple[str, str] | None:
    if value is None:
        return None
    if value.isascii() and re.fullmatch(r"-[0-9]{1,15}", value):
        from bot.store.keys import FIRST  # what asks nothing of the store needn't load it

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
