"""Where the staff is when no messenger has a group of theirs: the console."""

from __future__ import annotations

from bot.service.staffroom import StaffRoom


class ConsoleRoom(StaffRoom):
    """There as long as somebody has an account."""

    staffed = False

    @property
    def there(self) -> bool:
        """Whether there is somebody to hand on to."""
        return self.staffed and super().there
