"""Settings of 微信客服. It belongs to the corporation of WECOM_APP_CORP_ID."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.messaging.reading import ChannelValues
from bot.messaging.wechat.crypto import KEY_PATTERN

OFFICIAL = "https://qyapi.weixin.qq.com"
SERVICER = "WECOM_KF_SERVICER_ID"
OWN = ("WECOM_KF_SECRET", "WECOM_KF_TOKEN", "WECOM_KF_AES_KEY")
VARIABLES = {
    "WECOM_KF_SECRET": "微信客服的 Secret：管理后台「微信客服 → API」里，或「可调用接口的应用」的 Secret",
    "WECOM_KF_TOKEN": "微信客服「API → 接收消息」里的 Token",
    "WECOM_KF_AES_KEY": "同一页的 EncodingAESKey，43 个字符；回调地址是 https://域名/callback/kf",
    SERVICER: "说「转人工」时接手的接待人员的 userid；写 queue 是进接待池；不设，就用机器人的工单",
}
"""Every variable of its own and what it is for."""


@dataclass(frozen=True)
class WecomKfSettings:
    """All that is needed."""

    corp_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    url: str = OFFICIAL
    servicer: str = ""
    """Who takes over when a person is asked for: a userid, "queue", or nobody."""


def read(values: Mapping[str, str], faults: list[str]) -> WecomKfSettings | None:
    """The settings; None when the channel is not configured. Faults go to ``faults``."""
    shared: list[str] = []  # what is wrong with the address is told once, by the 自建应用's
    own = ChannelValues(values, (*OWN, SERVICER, "WECOM_APP_CORP_ID", "WECOM_API_URL"), faults)
    url = ChannelValues(values, ("WECOM_API_URL",), shared).url("WECOM_API_URL", OFFICIAL)
    if not own.any_of(OWN) or not own.wanted((*OWN, "WECOM_APP_CORP_ID"), "微信客服"):
        return None
    return WecomKfSettings(
        own["WECOM_APP_CORP_ID"],
        own["WECOM_KF_SECRET"],
        own.matched("WECOM_KF_TOKEN", r"[A-Za-z0-9]{1,32}", "应是 1 到 32 个字母、数字"),
        own.matched("WECOM_KF_AES_KEY", KEY_PATTERN, "应是 43 个字母、数字，结尾没有等号"),
        url,
        own.matched(SERVICER, r"[A-Za-z0-9_.@-]{1,64}", "应是接待人员的 userid，或 queue"),
    )
