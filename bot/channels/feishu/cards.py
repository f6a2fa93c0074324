"""Cards: plain text, so that nothing of a document is taken for markup, and buttons under it."""

from __future__ import annotations

import json
from typing import Any

from bot.service.port import Rows


def card(page: str, rows: Rows, group: bool) -> str:
    """As a message's content wants it; ``group``: where it stands, which a press doesn't say."""
    elements: list[dict[str, Any]] = [{"tag": "div", "text": {"tag": "plain_text", "content": page}}]
    for row in rows:
        buttons = [
            {
                "tag": "button",
                "text": {"tag": "plain_text", "content": button.label},
                "type": "default",
                "value": {"data": button.data, "group": group},
            }
            for button in row
        ]
        elements.append({"tag": "action", "actions": buttons})
    made = {"config": {"wide_screen_mode": True, "update_multi": True}, "elements": elements}
    return json.dumps(made, ensure_ascii=False)


def text_of(content: str) -> str:
    """The text of a card or of another message, as Feishu gives it back."""
    try:
        return "\n".join(_texts(json.loads(content)))
    except (ValueError, RecursionError):
        return ""


def _texts(part: Any) -> list[str]:
    if isinstance(part, list):
        return [text for one in part for text in _texts(one)]
    if not isinstance(part, dict):
        return []
    own = [part[name] for name in ("text", "content") if isinstance(part.get(name), str)]
    return own + [text for one in part.values() if isinstance(one, (dict, list)) for text in _texts(one)]
