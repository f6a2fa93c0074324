"""Settings of the 自建应用."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.messaging.reading import ChannelValues
from bot.messaging.wechat.crypto import KEY_PATTERN

OFFICIAL = "https://qyapi.weixin.qq.com"
NEEDED = ("WECOM_APP_CORP_ID", "WECOM_APP_SECRET", "WECOM_APP_AGENT_ID", "WECOM_APP_TOKEN", "WECOM_APP_AES_KEY")
KF = "WECOM_KF_"
"""How the variables of 微信客服 begin, which is of the same corporation."""
VARIABLES = {
    "WECOM_APP_CORP_ID": "企业微信的企业 ID，管理后台「我的企业」最下面；微信客服也用它",
    "WECOM_APP_SECRET": "企业微信自建应用的 Secret，在应用的页面里",
    "WECOM_APP_AGENT_ID": "企业微信自建应用的 AgentId，数字，在应用的页面里",
    "WECOM_APP_TOKEN": "企业微信自建应用「接收消息 → 设置 API 接收」里的 Token",
    "WECOM_APP_AES_KEY": "同一页的 EncodingAESKey，43 个字符；回调地址是 https://域名/callback/wecom",
    "WECOM_API_URL": f"企业微信接口的地址，默认 {OFFICIAL}；自建应用和微信客服共用，私有部署写它自己的",
}
"""Every variable and what it is for."""


@dataclass(frozen=True)
class WecomAppSettings:
    """All that is needed."""

    corp_id: str
    secret: str = field(repr=False)
    agent_id: int
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    url: str = OFFICIAL


def read(values: Mapping[str, str], faults: list[str]) -> WecomAppSettings | None:
    """The settings; None when the channel is not configured. Faults go to ``faults``."""
    own = ChannelValues(values, tuple(VARIABLES), faults)
    url = own.url("WECOM_API_URL", OFFICIAL)
    if own["WECOM_APP_CORP_ID"] and not own.any_of(NEEDED[1:]) and not any(name.startswith(KF) for name in values):
        missing = "、".join(NEEDED[1:])
        faults.append(f"WECOM_APP_CORP_ID：只设了它；自建应用还要 {missing}，微信客服还要 {KF}…，请补上，或删去它")
    if not own.any_of(NEEDED[1:]) or not own.wanted(NEEDED, "自建应用"):
        return None
    agent = own.matched("WECOM_APP_AGENT_ID", r"[0-9]{1,12}", "应是数字，如 1000002")
    return WecomAppSettings(
        own.matched("WECOM_APP_CORP_ID", r"[A-Za-z0-9_-]{4,64}", "应形如 ww0123456789abcdef"),
        own["WECOM_APP_SECRET"],
        int(agent) if agent.isascii() and agent.isdigit() else 0,
        own.matched("WECOM_APP_TOKEN", r"[A-Za-z0-9]{1,32}", "应是 1 到 32 个字母、数字"),
        own.matched("WECOM_APP_AES_KEY", KEY_PATTERN, "应是 43 个字母、数字，结尾没有等号"),
        url,
    )
