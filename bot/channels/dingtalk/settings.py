"""Settings of the DingTalk robot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.messaging.reading import ChannelValues

OFFICIAL = "https://api.dingtalk.com"
VARIABLES = {
    "DINGTALK_CLIENT_ID": "钉钉企业内部应用的 Client ID（原 AppKey），开放平台「凭证与基础信息」",
    "DINGTALK_CLIENT_SECRET": "同一页的 Client Secret（原 AppSecret）；机器人的消息接收模式选 Stream",
    "DINGTALK_CARD_TEMPLATE_ID": "带按钮的卡片用的模板；不设就没有按钮，回复序号来选；要「互动卡片实例写权限」",
    "DINGTALK_API_URL": f"钉钉接口的地址，默认 {OFFICIAL}；专有钉钉写它自己的",
}
"""Every variable and what it is for."""


@dataclass(frozen=True)
class DingtalkSettings:
    """All that is needed."""

    client_id: str
    secret: str = field(repr=False)
    url: str = OFFICIAL
    template: str = ""
    """Of cards with buttons; empty: people choose by number."""


def read(values: Mapping[str, str], faults: list[str]) -> DingtalkSettings | None:
    """The settings; None when the channel is not configured. Faults go to ``faults``."""
    own = ChannelValues(values, tuple(VARIABLES), faults)
    if not own.wanted(("DINGTALK_CLIENT_ID", "DINGTALK_CLIENT_SECRET"), "钉钉"):
        return None
    shape = "从开放平台原样复制，没有空格和引号"
    return DingtalkSettings(
        own.matched("DINGTALK_CLIENT_ID", r"[\x21-\x7e]{4,128}", shape),
        own.matched("DINGTALK_CLIENT_SECRET", r"[\x21-\x7e]{8,256}", shape),
        own.url("DINGTALK_API_URL", OFFICIAL),
        own.matched("DINGTALK_CARD_TEMPLATE_ID", r"[A-Za-z0-9-]{8,64}\.schema", "应形如 1366a1eb-….schema"),
    )
