"""One of several replicas, put together: its beats, what it hears, and the accounts that it holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.serving.replicas.accounts import Accounts
from bot.serving.replicas.hearing import Hearing
from bot.serving.replicas.membership import Membership
from bot.serving.replicas.sharing import Sharing
from bot.store.store import Store


class Replica:
    """Made only where the settings name this process as a replica; one process alone has none of this."""

    def __init__(self, store: Store, name: str) -> None:
        store.shared = True
        self.membership = Membership(store, name)
        self.accounts = Accounts(self.membership)
        self.listeners: list[Callable[[Sequence[str]], object]] = []
        """Told of what other replicas tell."""
        self.endings: list[Callable[[], Awaitable[None]]] = []
        """Awaited before everything is given up."""
        self.sharing: Sharing | None = None
        """What is taught and published; None where nothing can be."""
        self._hearing = Hearing(store.url, self._heard)

    async def start(self) -> None:
        """Be alive, and hear."""
        await self.membership.start()
        self._hearing.start()

    async def stop(self) -> None:
        """Give everything up, so that others go on at once."""
        for end in self.endings:
            await end()
        await self._hearing.stop()
        await self.membership.stop()

    def report(self) -> dict[str, object]:
        """The state as plain data, for /healthz."""
        member = self.membership
        return {
            "replica": member.me,
            "alive": member.alive,
            "others": member.others,
            "accounts": self.accounts.held,
            "lapses": member.lapses,
        }

    def _heard(self, told: Sequence[str]) -> None:
        for listener in self.listeners:
            listener(told)
