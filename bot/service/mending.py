"""/teach, /undo and /reload: editors mend the base while the bot answers. Everything is looked up anew at a press."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from sqlalchemy import Connection

from bot.days import today_in_beijing
from bot.service.alone import alone
from bot.service.buttons import button, find, key_of
from bot.service.commands import BY_NAME, does
from bot.service.guard import fitting, may, refusal
from bot.service.notices import report_text
from bot.service.pressing import Press, verb
from bot.service.visit import Visit
from bot.serving import jobs
from bot.serving.hot_reload import Reloader
from bot.staff import teach_job, teaching, unanswered
from bot.staff.roles import Role
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


def _reloader(visit: Visit) -> Reloader:
    assert visit.parts.reloader is not None, "the commands are not available without it"
    return visit.parts.reloader


def _base(visit: Visit) -> Base:
    return visit.assistant.ready.base


# -- /teach ----------------------------------------------------------------------------------------------------------


@does("teach")
async def teach(visit: Visit, arguments: str) -> None:
    """``/teach 4.2 a phrasing``; without a target it is asked for; a message that is replied to is the phrasing."""
    quoted = visit.incoming.quoted
    said = quoted.text if quoted is not None else ""
    typed, ask = _split(visit, arguments)
    ask = await _of_cluster(visit, tidy(ask) or tidy(said))
    if not ask:
        await visit.say(visit.words("teach.how"))
    elif typed:
        await _lesson(visit, typed, ask)
    else:
        found = proposals(visit.assistant, ask)
        await _offer(visit, visit.words("teach.which" if found else "teach.which_none"), ask, found)


async def _of_cluster(visit: Visit, ask: str) -> str:
    """The most frequent wording of a cluster of /unanswered for its id; anything else as it is."""
    if not _CLUSTER.fullmatch(ask):
        return ask
    found = unanswered.find(await visit.parts.store.look(_clusters), ask)
    return tidy(found.example) if found is not None else ask


def _split(visit: Visit, arguments: str) -> tuple[str, str]:
    """(target as typed, phrasing): the first word is a target when it names one, or can mean nothing else."""
    first, _, rest = arguments.partition(" ")
    if _CLUSTER.fullmatch(first) and rest.strip():  # the other way round: /teach 3fa2b1 4.2
        first, rest = rest.strip(), first
    if first and (resolve(_base(visit), first) or _TARGET.fullmatch(first)):
        return first, rest
    return "", arguments


async def _offer(visit: Visit, text: str, ask: str, targets: Sequence[str]) -> None:
    """Ask for the target. The phrasing stands in the last line, from where the press takes it."""
    labels = [(named(_base(visit), target, visit.words), key_of(target)) for target in targets]
    await visit.say(f"{text}\n{ask}", tuple((button(label, VERB, key),) for label, key in labels))


@verb(VERB)
async def chosen(press: Press) -> bool:
    """A target was chosen; the button may be pressed by anybody who sees it."""
    visit, least = press.visit, BY_NAME["teach"].least or Role.EDITOR
    if visit.parts.reloader is None:
        return False
    if not may(visit, least, "teach"):
        await visit.acknowledge(refusal(visit, least), alert=True)
        return True
    target = find(press.key, _targets(visit))
    told = visit.incoming.under.text.split("\n")
    if target is None or len(told) < 2 or not fitting(visit):
        return False
    await visit.acknowledge()
    await _lesson(visit, target, tidy(told[-1]))
    return True


def _targets(visit: Visit) -> list[str]:
    base = _base(visit)
    out = list(visit.catalogue.clauses)
    out += [f"near:{topic.id}" for topic in base.lexicon.not_covered.topics]
    return out + overlay.asked_as_a_whole(base)


async def _lesson(visit: Visit, typed: str, ask: str) -> None:
    """Teach, and say what came of it; the bot goes on answering others meanwhile."""
    await visit.say(visit.words("teach.checking"))
    by, now = _by(visit), visit.parts.now()
    try:
        async with alone(visit.parts):
            outcome = Outcome.from_json(await teach_job.teach(_reloader(visit).files, typed, ask, by, now))
    except overlay.BusyError:
        await visit.say(visit.words("teach.busy"))
        return
    except jobs.JobError as error:
        await visit.say(visit.words("teach.failed", reason=str(error)[:300]))
        return
    told = list(outcome.says)
    if outcome.status != "refused":  # also when it was known: a restart may have come between
        told += await _live(visit)
        await visit.parts.store.change_with(lambda connection: _settle(connection, outcome))
    if outcome.proposals:
        await _offer(visit, "\n".join(told), ask, outcome.proposals)
    else:
        await visit.say("\n".join(told))


def _by(visit: Visit) -> str:
    """Who taught, as the overlay names it."""
    return visit.at.person


async def _live(visit: Visit) -> list[str]:
    """Take what was written into use; what there is to say about it."""
    report = await _reloader(visit).now(asked=True)
    if report.status == "refused":
        return report_text(report, visit.words).split("\n")
    return [visit.words("teach.live")]


# -- /undo and /reload -----------------------------------------------------------------------------------------------


@does("undo")
async def undo(visit: Visit, arguments: str) -> None:
    """``/undo`` takes the last phrasing back, ``/undo 12`` that one, ``/undo list`` shows the latest."""
    if arguments and not re.fullmatch(r"\d{1,9}", arguments, re.ASCII):
        await visit.say(await asyncio.to_thread(_history, visit))
        return
    await visit.say(visit.words("undo.checking"))
    number = int(arguments) if arguments else None
    by, now, files = _by(visit), visit.parts.now(), _reloader(visit).files
    try:
        async with alone(visit.parts):
            outcome = await asyncio.to_thread(teaching.undo, files, number, by, now, visit.words)
    except overlay.BusyError:
        await visit.say(visit.words("teach.busy"))
        return
    told = list(outcome.says)
    if outcome.status == "undone":
        told += await _live(visit)
        mark = _mark(outcome)
        await visit.parts.store.change_with(lambda connection: unanswered.put_back(connection, mark))
    await visit.say("\n".join(told))


def _history(visit: Visit) -> str:
    told = teaching.listed(overlay.read(_reloader(visit).files.overlay), visit.words)
    return "\n".join([visit.words("undo.how"), *told[-20:]])


@does("reload")
async def reload(visit: Visit, _: str) -> None:
    """Check the files, changed or not, and say what came of it."""
    await visit.say(visit.words("reload.checking"))
    report = await _reloader(visit).now(forced=True, asked=True)
    await visit.say(report_text(report, visit.words))


def _clusters(connection: Connection) -> list[unanswered.Cluster]:
    return unanswered.clusters(connection, today_in_beijing(), EVER)


def _settle(connection: Connection, outcome: Outcome) -> None:
    """Take the questions that were asked like what was taught off the list."""
    for cluster in _clusters(connection):
        if any(tidy(member.text) == outcome.ask for member in cluster.members):
            unanswered.settle(connection, [member.id for member in cluster.members], _mark(outcome))


def _mark(outcome: Outcome) -> str:
    return f"taught:{outcome.id}"
