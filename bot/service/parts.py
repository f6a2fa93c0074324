"""What the staff's side of the bot needs: who the staff are, the records, and how askers are hashed."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.operations.metrics import Metrics
from bot.staff.asker_hash import Askers
from bot.staff.hours import Hours
from bot.staff.roles import Staff
from bot.store.store import Store


@dataclass
class Office:
    """Handed to the handlers by app.py."""

    store: Store
    askers: Askers
    metrics: Metrics
    staff: Staff
    staff_chat: int | None = None
    """The group of the staff; it has another id when it becomes a supergroup."""
    keep_days: int = 90
    """Days for which questions are kept."""
    hours: Hours = field(default_factory=Hours)
    """When the staff is there."""
