"""The menu under a conversation: what there is to press, and what each says when it is pressed."""

from __future__ import annotations

import logging
from typing import Any

from bot.messaging.wechat.api import WechatApi
from bot.replies.texts import Texts
from bot.service.port import DisturbedError, RefusedError

log = logging.getLogger(__name__)


def menu(words: Texts) -> dict[str, Any]:
    """As menu/create wants it: a click sends the command as its key."""
    buttons = []
    for group in words.get("messenger.menu"):
        items = [{"type": "click", "name": name, "key": f"/{key}"} for key, name in group["items"].items()]
        buttons.append({"name": group["name"], "sub_button": items})
    return {"button": buttons}


async def set_menu(api: WechatApi, words: Texts, **query: object) -> None:
    """Set it, best effort: without it everything can still be typed."""
    try:
        await api.call("/cgi-bin/menu/create", menu(words), **query)
    except (RefusedError, DisturbedError) as error:
        log.warning("menu_not_set", extra={"reason": str(error)})
