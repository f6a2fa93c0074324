"""What runs a channel: it receives, hands in, keeps its connection, and says how it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web

from bot.service.intake import Intake
from bot.service.port import Channel, Incoming
from bot.store.keys import Delivery


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `policybot channels check` looked at."""

    good: bool
    what: str
    """What was looked at and found, in words for the operator."""
    remedy: str = ""
    """What to do; empty where nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A request as the platform's own check of a callback's address, and what it wants as an answer."""

    path: str
    wanted: bytes
    """The body of the answer."""
    query: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    """None: there is none, and it is a GET."""

    @property
    def method(self) -> str:
        """Of the request."""
        return "GET" if self.body is None else "POST"


class Messenger(Protocol):
    """One configured messenger."""

    @property
    def channel(self) -> Channel:
        """How the service sends by it."""

    @property
    def trouble(self) -> str:
        """What is wrong with its connection now; empty when nothing is known to be."""

    def read(self, delivery: Delivery, text: str) -> Incoming | None:
        """What was journalled, as what came in; as intake.Read."""

    def attach(self, intake: Intake) -> None:
        """Where it hands in what it receives; called before anything else."""

    def routes(self) -> list[web.RouteDef]:
        """Callbacks to be served on POLICYBOT_WEB_LISTEN; none where it is reached by a connection of its own."""

    def probe(self) -> Probe | None:
        """What tries its callback without doing anything; None where it has none."""

    async def run(self) -> None:
        """What is to be done all the time, until it is cancelled."""

    async def check(self) -> list[Finding]:
        """Whether credentials, clock and address work; sends nothing to anybody."""
