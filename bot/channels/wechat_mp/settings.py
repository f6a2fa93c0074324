"""Settings of the Official Account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.messaging.reading import ChannelValues
from bot.messaging.wechat.crypto import KEY_PATTERN

OFFICIAL = "https://api.weixin.qq.com"
PAGE = "POLICYBOT_WEB_URL"
"""The variable of the web page's address, which is the web's: where people are sent when an answer comes too late."""
NEEDED = ("WECHAT_MP_APP_ID", "WECHAT_MP_SECRET", "WECHAT_MP_TOKEN", "WECHAT_MP_AES_KEY")
VARIABLES = {
    "WECHAT_MP_APP_ID": "公众号的 AppID，公众平台「设置与开发 → 基本配置」",
    "WECHAT_MP_SECRET": "公众号的 AppSecret，在同一页",
    "WECHAT_MP_TOKEN": "公众号「服务器配置」里的 Token",
    "WECHAT_MP_AES_KEY": "同一页的 EncodingAESKey，43 个字符，加解密方式选「安全模式」；回调地址是 https://域名/callback/wechat",
    "WECHAT_API_URL": f"公众号接口的地址，默认 {OFFICIAL}",
}
"""Every variable and what it is for."""


@dataclass(frozen=True)
class WechatMpSettings:
    """All that is needed."""

    app_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    url: str = OFFICIAL
    page: str = ""
    """Address of the web page; empty where there is none."""


def read(values: Mapping[str, str], faults: list[str]) -> WechatMpSettings | None:
    """The settings; None when the channel is not configured. Faults go to ``faults``."""
    own = ChannelValues(values, tuple(VARIABLES), faults)
    if not own.wanted(NEEDED, "公众号"):
        return None
    return WechatMpSettings(
        own.matched("WECHAT_MP_APP_ID", r"[A-Za-z0-9_-]{4,64}", "应形如 wx0123456789abcdef"),
        own["WECHAT_MP_SECRET"],
        own.matched("WECHAT_MP_TOKEN", r"[A-Za-z0-9]{3,32}", "应是 3 到 32 个字母、数字"),
        own.matched("WECHAT_MP_AES_KEY", KEY_PATTERN, "应是 43 个字母、数字，结尾没有等号"),
        own.url("WECHAT_API_URL", OFFICIAL),
        values.get(PAGE, ""),
    )
