"""Settings of the 智能机器人."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.messaging.reading import ChannelValues

OFFICIAL = "wss://openws.work.weixin.qq.com"
VARIABLES = {
    "WECOM_BOT_ID": "企业微信智能机器人的 Bot ID，在管理后台「智能机器人」里选「API 模式」「使用长连接」后看到",
    "WECOM_BOT_SECRET": "企业微信智能机器人长连接的 Secret，与 Bot ID 在同一页",
    "WECOM_BOT_WS_URL": f"企业微信智能机器人长连接的地址，默认 {OFFICIAL}；政务微信等私有部署写它自己的",
}
"""Every variable and what it is for."""


@dataclass(frozen=True)
class WecomBotSettings:
    """All that is needed."""

    bot_id: str
    secret: str = field(repr=False)
    url: str = OFFICIAL


def read(values: Mapping[str, str], faults: list[str]) -> WecomBotSettings | None:
    """The settings; None when the channel is not configured. Faults go to ``faults``."""
    own = ChannelValues(values, tuple(VARIABLES), faults)
    if not own.wanted(("WECOM_BOT_ID", "WECOM_BOT_SECRET"), "智能机器人"):
        return None
    shape = "从管理后台原样复制，没有空格和引号"
    return WecomBotSettings(
        own.matched("WECOM_BOT_ID", r"[\x21-\x7e]{4,128}", shape),
        own.matched("WECOM_BOT_SECRET", r"[\x21-\x7e]{8,256}", shape),
        own.url("WECOM_BOT_WS_URL", OFFICIAL, "wss"),
    )
