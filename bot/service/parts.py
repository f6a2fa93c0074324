"""What the service works with: made once, in one place, and never changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.days import BEIJING
from bot.engine.values.reply import Reply
from bot.operations.metrics import Metrics
from bot.replies.texts import Texts
from bot.service.catalogue import Catalogues
from bot.service.limits import UserLimit
from bot.service.off import OffSwitch
from bot.service.port import Channel, Rows
from bot.service.staffroom import StaffRoom
from bot.serving.hot_reload import Reloader
from bot.serving.reply_cache import RecentReplies
from bot.staff.asker_hash import Askers
from bot.staff.roles import Staff
from bot.store.store import Store

RENDERED = 256
"""Rendered replies that are remembered."""


class Rendered:
    """Replies as they were rendered lately: one that comes again is not rendered again."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int], tuple[Reply, list[str], Rows]] = OrderedDict()

    def of(self, channel: Channel, reply: Reply, rows: Callable[[], Rows]) -> tuple[list[str], Rows]:
        """The reply's messages, and what goes under the last one."""
        key = (channel.name, id(reply))
        known = self._known.get(key)
        if known is not None and known[0] is reply:
            return known[1], known[2]
        made = (reply, channel.render(reply.blocks), rows())
        self._known[key] = made
        if len(self._known) > RENDERED:
            self._known.popitem(last=False)
        return made[1], made[2]


@dataclass(frozen=True)
class Parts:
    """Handed to everything in the service."""

    store: Store
    askers: Askers
    metrics: Metrics
    words: Texts
    replies: RecentReplies
    limit: UserLimit
    staff: Staff
    room: StaffRoom
    channels: Mapping[str, Channel]
    """By name."""
    keep_days: int = 90
    """Days for which questions are kept."""
    now: Callable[[], datetime] = lambda: datetime.now(BEIJING)
    reloader: Reloader | None = None
    """What takes a changed base into use; without it the base can't be mended from a channel."""
    forgetting: tuple[Callable[[str, str], object], ...] = ()
    """What else remembers a person, to be told the channel and the name."""
    off: OffSwitch = field(default_factory=OffSwitch)
    catalogues: Catalogues = field(default_factory=Catalogues)
    rendered: Rendered = field(default_factory=Rendered)
