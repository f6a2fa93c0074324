"""What the service works with: made once, in one place, and never changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.days import BEIJING
from bot.engine.values.reply import Block, Reply
from bot.operations.metrics import Metrics
from bot.replies.texts import Texts
from bot.service.catalogue import Catalogues
from bot.service.left_out import LeftOut
from bot.service.limits import UserLimit
from bot.service.off import OffSwitch
from bot.service.port import Channel
from bot.service.staffroom import StaffRoom
from bot.serving.hot_reload import Reloader
from bot.serving.reply_cache import RecentReplies
from bot.staff.asker_hash import Askers
from bot.staff.roles import Staff
from bot.store.store import Store

if TYPE_CHECKING:
    from bot.serving.replicas.replica import Replica

RENDERED = 256
"""Rendered replies that are remembered."""


class Rendered:
    """Replies as they were rendered lately: what is said again, whatever was asked, is not rendered again."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, tuple[Block, ...]], list[str]] = OrderedDict()

    def of(self, channel: Channel, reply: Reply) -> list[str]:
        """The reply's messages."""
        key = (channel.name, reply.blocks)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = channel.render(reply.blocks)
            if len(self._known) > RENDERED:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return known


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
    keeps: bool = True
    """Whether anything is kept of people and what they ask; the terminal keeps nothing."""
    reloader: Reloader | None = None
    """What takes a changed base into use; without it the base can't be mended from a channel."""
    forgetting: tuple[Callable[[str, str], object], ...] = ()
    """What else remembers a person, to be told the channel and the name."""
    replica: Replica | None = None
    """This process among several on one database; None: it is the only one."""
    off: OffSwitch = field(default_factory=OffSwitch)
    catalogues: Catalogues = field(default_factory=Catalogues)
    rendered: Rendered = field(default_factory=Rendered)
    left_out: LeftOut = field(default_factory=LeftOut)
