"""Cards with buttons, of DingTalk's own template for a text and buttons; a press comes back over the stream."""

from __future__ import annotations

import json
from typing import Any

from bot.channels.dingtalk.markdown import title
from bot.channels.dingtalk.settings import DingtalkSettings
from bot.service.port import Address, Rows

PREFIX = "card-"
"""How the names of our cards begin."""
MOST_BUTTONS = 20
CREATE, CHANGE = "/v1.0/card/instances/createAndDeliver", "/v1.0/card/instances"


def created(settings: DingtalkSettings, name: str, to: Address, text: str, rows: Rows) -> dict[str, Any]:
    """The body that makes a card and delivers it; ``text``: markdown."""
    group = to.place == "group"
    made: dict[str, Any] = {
        "cardTemplateId": settings.template,
        "outTrackId": name,
        "callbackType": "STREAM",
        "userIdType": 1,
        "cardData": {"cardParamMap": _parameters(text, rows, group)},
    }
    if group:
        return made | {
            "openSpaceId": f"dtv1.card//IM_GROUP.{to.conversation}",
            "imGroupOpenSpaceModel": {"supportForward": False},
            "imGroupOpenDeliverModel": {"robotCode": settings.client_id},
        }
    return made | {
        "openSpaceId": f"dtv1.card//IM_ROBOT.{to.person or to.conversation}",
        "imRobotOpenSpaceModel": {"supportForward": False},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": settings.client_id},
    }


def changed(name: str, text: str, rows: Rows, group: bool) -> dict[str, Any]:
    """The body that changes a card."""
    parameters = _parameters(text, rows, group)
    options = {"updateCardDataByKey": True}
    return {"outTrackId": name, "cardData": {"cardParamMap": parameters}, "cardUpdateOptions": options}


def _parameters(text: str, rows: Rows, group: bool) -> dict[str, str]:
    """All of them are strings; the buttons are JSON in one. ``group``: where it stands, which a press may not say."""
    buttons = [
        {
            "text": button.label,
            "color": "blue",
            "request": True,
            "params": {"id": button.data, "group": "1" if group else ""},
        }
        for row in rows
        for button in row
    ]
    listed = json.dumps({"msgButtons": buttons}, ensure_ascii=False)
    return {"title": title(text.replace("*", "")), "markdown": text, "tips": "", "sys_full_json_obj": listed}


def delivered(answer: dict[str, Any]) -> str:
    """Why a card was not delivered, though the call was answered; empty when it was."""
    result = answer.get("result")
    results = result.get("deliverResults") if isinstance(result, dict) else None
    failed = [one for one in results or () if not one.get("success")]
    if answer.get("success") is False or failed:
        return str(failed[0].get("errorMsg", failed) if failed else answer)[:200]
    return ""


def pressed(body: dict[str, Any]) -> tuple[str, str, bool]:
    """(data of the button, conversation or "", whether it stands in a group) of a press. Raises ValueError."""
    content = json.loads(body["content"]) if isinstance(body.get("content"), str) else body.get("content")
    private = content.get("cardPrivateData") if isinstance(content, dict) else None
    given = private.get("params") if isinstance(private, dict) else None
    parameters: dict[str, Any] = given if isinstance(given, dict) else {}
    space = str(body.get("spaceId") or "")
    group = body.get("spaceType") == "IM_GROUP" or bool(parameters.get("group"))
    return str(parameters.get("id", "")), space, group
