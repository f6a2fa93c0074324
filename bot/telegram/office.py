"""What the staff's side of the bot needs: who the staff are, the records, and how askers are hashed."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.asker import Askers
from bot.hours import Hours
from bot.staff import Staff
from bot.store.store import Store
from bot.telegram.metrics import Metrics


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
