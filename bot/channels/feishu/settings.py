"""Settings of the Feishu bot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.messaging.reading import ChannelValues

OFFICIAL = "https://open.feishu.cn"
NEEDED = ("FEISHU_APP_ID", "FEISHU_APP_SECRET", "FEISHU_ENCRYPT_KEY", "FEISHU_VERIFICATION_TOKEN")
VARIABLES = {
    "FEISHU_APP_ID": "飞书企业自建应用的 App ID，开放平台「凭证与基础信息」",
    "FEISHU_APP_SECRET": "同一页的 App Secret",
    "FEISHU_ENCRYPT_KEY": "飞书「事件与回调 → 加密策略」里的 Encrypt Key",
    "FEISHU_VERIFICATION_TOKEN": "同一页的 Verification Token；回调地址是 https://域名/callback/feishu",
    "FEISHU_API_URL": f"飞书接口的地址，默认 {OFFICIAL}；Lark 或私有部署写它自己的",
}
"""Every variable and what it is for."""


@dataclass(frozen=True)
class FeishuSettings:
    """All that is needed."""

    app_id: str
    secret: str = field(repr=False)
    encrypt_key: str = field(repr=False)
    token: str = field(repr=False)
    url: str = OFFICIAL


def read(values: Mapping[str, str], faults: list[str]) -> FeishuSettings | None:
    """The settings; None when the channel is not configured. Faults go to ``faults``."""
    own = ChannelValues(values, tuple(VARIABLES), faults)
    if not own.wanted(NEEDED, "飞书"):
        return None
    shape = "从开放平台原样复制，没有空格和引号"
    app_id, secret, key, token = (own.matched(name, r"[\x21-\x7e]{4,256}", shape) for name in NEEDED)
    return FeishuSettings(app_id, secret, key, token, own.url("FEISHU_API_URL", OFFICIAL))
