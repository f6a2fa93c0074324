"""/teach, /undo and /reload: editors mend the base while the bot answers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection
from telegram import InlineKeyboardMarkup, Message, Update
from telegram.ext import BaseHandler, CommandHandler

from bot.channels.telegram import menus
from bot.channels.telegram.commands import running
from bot.channels.telegram.context import TurnContext
from bot.channels.telegram.guard import Guard
from bot.channels.telegram.keyboards import button, find
from bot.channels.telegram.notices import report_text
from bot.channels.telegram.presses import Answering
from bot.channels.telegram.sender import Desk, Place
from bot.days import today_in_beijing
from bot.service.buttons import key_of
from bot.serving import jobs
from bot.serving.hot_reload import Reloader
from bot.staff import teach_job, teaching, unanswered
from bot.staff.teach_targets import named, proposals, resolve
from bot.staff.teaching import Outcome
from knowledge.base.contents import Base
from knowledge.base.phrasings import tidy
from knowledge.teaching import overlay

_TARGET = re.compile(r"\d+(\.\d+)+|near:.*|info:.*|[a-z0-9.-]+/.*", re.ASCII)
"""What can only be meant as a target, whether there is such a one or not."""
_CLUSTER = re.compile(r"[0-9a-f]{6,12}", re.ASCII | re.IGNORECASE)
"""An id of /unanswered."""
VERB = "t"
EVER = 3650
"""Days of questions that are looked through for those like one that was taught."""


class Teaching:
    """The commands, and the buttons that choose a target. Everything is looked up anew at a press."""

    def __init__(self, desk: Desk, guard: Guard, reloader: Reloader, now: Callable[[], datetime]) -> None:
        self._desk = desk
        self._words = desk.words
        self._guard = guard
        self._reloader = reloader
        self._now = now

    def handlers(self) -> list[BaseHandler[Update, TurnContext, None]]:
        """PTB's handlers, for editors."""
        commands = {"teach": self.teach, "undo": self.undo, "reload": self.reload}
        return [
            CommandHandler(name, running(self._desk, self._guard.command(name, menus.STAFF[name], answer)))
            for name, answer in commands.items()
        ]

    def verbs(self) -> dict[str, Answering]:
        """What its buttons do."""
        return {VERB: self._chosen}

    # -- /teach ------------------------------------------------------------------------------------------------------

    async def teach(self, message: Message, place: Place, arguments: str, context: TurnContext) -> None:
        """``/teach 4.2 a phrasing``; without a target it is asked for; a message that is replied to is the phrasing."""
        quoted = message.reply_to_message
        said = (quoted.text or quoted.caption or "") if quoted is not None else ""
        typed, ask = self._split(arguments)
        ask = await self._of_cluster(tidy(ask) or tidy(said))
        if not ask:
            await self._desk.say(place, self._words("teach.how"), context)
        elif typed:
            await self._lesson(place, typed, ask, context)
        else:
            found = proposals(self._desk.recent.assistant, ask)
            await self._offer(place, self._words("teach.which" if found else "teach.which_none"), ask, found, context)

    async def _of_cluster(self, ask: str) -> str:
        """The most frequent wording of a cluster of /unanswered for its id; anything else as it is."""
        if not _CLUSTER.fullmatch(ask):
            return ask
        found = unanswered.find(await self._desk.office.store.look(_clusters), ask)
        return tidy(found.example) if found is not None else ask

    def _split(self, arguments: str) -> tuple[str, str]:
        """(target as typed, phrasing): the first word is a target when it names one, or can mean nothing else."""
        first, _, rest = arguments.partition(" ")
        if _CLUSTER.fullmatch(first) and rest.strip():  # the other way round: /teach 3fa2b1 4.2
            first, rest = rest.strip(), first
        if first and (resolve(self._base, first) or _TARGET.fullmatch(first)):
            return first, rest
        return "", arguments

    @property
    def _base(self) -> Base:
        return self._desk.recent.assistant.ready.base

    async def _offer(self, place: Place, text: str, ask: str, targets: Sequence[str], context: TurnContext) -> None:
        """Ask for the target. The phrasing stands in the last line, from where the press takes it."""
        rows = [[button(named(self._base, target, self._words), VERB, key_of(target))] for target in targets]
        keyboard = InlineKeyboardMarkup(rows) if rows else None
        await self._desk.say(place, f"{text}\n{ask}", context, keyboard)

    async def _chosen(
        self, update: Update, message: Message, place: Place, key: str, _: str, context: TurnContext
    ) -> bool:
        """A target was chosen; the button may be pressed by anybody who sees it."""
        least = menus.STAFF["teach"]
        if not self._guard.may(place.person, least, "teach", context):
            await self._desk.acknowledge(update, self._guard.refusal(place.person, least), alert=True)
            return True
        target = find(key, self._targets())
        lines = (message.text or "").split("\n")
        if target is None or len(lines) < 2 or not self._guard.fitting(message):
            return False
        await self._desk.acknowledge(update)
        await self._lesson(place, target, tidy(lines[-1]), context)
        return True

    def _targets(self) -> list[str]:
        base = self._base
        out = list(self._desk.clauses())
        out += [f"near:{topic.id}" for topic in base.lexicon.not_covered.topics]
        return out + overlay.asked_as_a_whole(base)

    async def _lesson(self, place: Place, typed: str, ask: str, context: TurnContext) -> None:
        """Teach, and say what came of it; the bot goes on answering others meanwhile."""
        await self._desk.say(place, self._words("teach.checking"), context)
        by, now = str(place.person), self._now()
        try:
            outcome = Outcome.from_json(await teach_job.teach(self._reloader.files, typed, ask, by, now))
        except jobs.JobError as error:
            await self._desk.say(place, self._words("teach.failed", reason=str(error)[:300]), context)
            return
        lines = list(outcome.says)
        if outcome.status != "refused":  # also when it was known: a restart may have come between
            lines += await self._live()
            await self._desk.office.store.change_with(lambda connection: _settle(connection, outcome))
        if outcome.proposals:
            await self._offer(place, "\n".join(lines), ask, outcome.proposals, context)
        else:
            await self._desk.say(place, "\n".join(lines), context)

    async def _live(self) -> list[str]:
        """Take what was written into use; what there is to say about it."""
        report = await self._reloader.now(asked=True)
        if report.status == "refused":
            return report_text(report, self._words).split("\n")
        return [self._words("teach.live")]

    # -- /undo and /reload -------------------------------------------------------------------------------------------

    async def undo(self, _: Message, place: Place, arguments: str, context: TurnContext) -> None:
        """``/undo`` takes the last phrasing back, ``/undo 12`` that one, ``/undo list`` shows the latest."""
        if arguments and not re.fullmatch(r"\d{1,9}", arguments, re.ASCII):
            await self._desk.say(place, await asyncio.to_thread(self._history), context)
            return
        await self._desk.say(place, self._words("undo.checking"), context)
        number = int(arguments) if arguments else None
        by, now = str(place.person), self._now()
        outcome = await asyncio.to_thread(teaching.undo, self._reloader.files, number, by, now, self._words)
        lines = list(outcome.says)
        if outcome.status == "undone":
            lines += await self._live()
            mark = _mark(outcome)
            await self._desk.office.store.change_with(lambda connection: unanswered.put_back(connection, mark))
        await self._desk.say(place, "\n".join(lines), context)

    def _history(self) -> str:
        lines = teaching.listed(overlay.read(self._reloader.files.overlay), self._words)
        return "\n".join([self._words("undo.how"), *lines[-20:]])

    async def reload(self, _: Message, place: Place, __: str, context: TurnContext) -> None:
        """Check the files, changed or not, and say what came of it."""
        await self._desk.say(place, self._words("reload.checking"), context)
        report = await self._reloader.now(forced=True, asked=True)
        await self._desk.say(place, report_text(report, self._words), context)


def _clusters(connection: Connection) -> list[unanswered.Cluster]:
    return unanswered.clusters(connection, today_in_beijing(), EVER)


def _settle(connection: Connection, outcome: Outcome) -> None:
    """Take the questions that were asked like what was taught off the list."""
    for cluster in _clusters(connection):
        if any(tidy(member.text) == outcome.ask for member in cluster.members):
            unanswered.settle(connection, [member.id for member in cluster.members], _mark(outcome))


def _mark(outcome: Outcome) -> str:
    return f"taught:{outcome.id}"
