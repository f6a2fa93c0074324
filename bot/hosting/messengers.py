"""Which messengers there are, and which of them are configured."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.channels.dingtalk import settings as dingtalk
from bot.channels.dingtalk.messenger import Dingtalk
from bot.channels.feishu import settings as feishu
from bot.channels.feishu.messenger import Feishu
from bot.channels.telegram.settings import CREDENTIAL
from bot.channels.web.settings import WebSettings, read_web_settings
from bot.channels.wechat_mp import settings as wechat_mp
from bot.channels.wechat_mp.messenger import WechatMp
from bot.channels.wechat_mp.settings import PAGE
from bot.channels.wecom_app import settings as wecom_app
from bot.channels.wecom_app.messenger import WecomApp
from bot.channels.wecom_bot import settings as wecom_bot
from bot.channels.wecom_bot.messenger import WecomBot
from bot.channels.wecom_kf import settings as wecom_kf
from bot.channels.wecom_kf.messenger import WecomKf
from bot.messaging.client import Client
from bot.messaging.messenger import Messenger
from bot.replies.texts import Texts
from bot.settings import SettingsError

KNOWN: Mapping[str, tuple[Any, Callable[[Any, Client, Texts], Messenger]]] = {
    "wecom_bot": (wecom_bot, WecomBot),
    "wecom_app": (wecom_app, WecomApp),
    "wecom_kf": (wecom_kf, WecomKf),
    "wechat_mp": (wechat_mp, WechatMp),
    "dingtalk": (dingtalk, Dingtalk),
    "feishu": (feishu, Feishu),
}
"""By the channel's name: the module of its settings (VARIABLES, read), and what makes the messenger."""
WANT_PAGE = ("POLICYBOT_WEB_LISTEN", "POLICYBOT_WEB_URL")
"""With one of them set there is a page."""
VARIABLES: dict[str, str] = {name: told for module, _ in KNOWN.values() for name, told in module.VARIABLES.items()}
"""Every variable of a messenger, and what it is for."""


@dataclass(frozen=True)
class Configured:
    """What is to be run beside Telegram: the settings of messengers by the channel's name, and of the page."""

    settings: dict[str, Any]
    secrets: list[str] = field(repr=False)
    """What must not stand in the log."""
    web: WebSettings | None = None
    """Of the page; None: it is not wanted."""
    called: bool = False
    """Only messengers that come by callbacks; those with connections of their own are another process's."""

    @property
    def names(self) -> set[str]:
        """Of the channels."""
        return {*self.settings, *(["web"] if self.web is not None else [])}

    def made(self, client: Client, words: Texts) -> dict[str, Messenger]:
        """The messengers."""
        made = {name: KNOWN[name][1](settings, client, words) for name, settings in self.settings.items()}
        return {name: one for name, one in made.items() if one.routes() or not self.called}


def configured(environment: Mapping[str, str] = os.environ) -> Configured:
    """From the environment; the page where it says where that is. Raises SettingsError with every fault."""
    names = [*VARIABLES, PAGE]
    values = {name: environment[name].strip() for name in names if environment.get(name, "").strip()}
    faults: list[str] = []
    found = {name: module.read(values, faults) for name, (module, _) in KNOWN.items()}
    page = _page(environment, faults)
    if faults:
        raise SettingsError(faults)
    secrets = [value for name, value in values.items() if not name.endswith(("_URL", "_ID"))]
    return Configured({name: one for name, one in found.items() if one is not None}, secrets, page)


def _page(environment: Mapping[str, str], faults: list[str]) -> WebSettings | None:
    if not any(environment.get(name, "").strip() for name in WANT_PAGE):
        return None
    try:
        return read_web_settings(environment)
    except SettingsError as error:
        faults += error.faults
        return None


def telegram_wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a token of Telegram's, or something that claims to be one."""
    credentials = environment.get("CREDENTIALS_DIRECTORY")
    there = credentials is not None and (Path(credentials) / CREDENTIAL).exists()
    named = ("TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_TOKEN_FILE")
    return there or any(environment.get(name, "").strip() for name in named)
