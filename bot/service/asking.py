"""Questions: asked, answered, recorded."""

from __future__ import annotations

from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Block, Quote, Reply
from bot.engine.values.why import Rule, Why
from bot.service import handoff
from bot.service.buttons import find
from bot.service.commands import does
from bot.service.limits import LONGEST
from bot.service.pages import lines
from bot.service.port import RefusedError
from bot.service.pressing import Press, verb
from bot.service.visit import Visit

UNREADABLE = ("photo", "voice", "sticker", "video", "document", "location", "contact", "poll")
"""What can't be read, as the replies name it."""


async def ask(visit: Visit, text: str) -> None:
    """Answer a question."""
    if await visit.admitted():
        await ask_admitted(visit, text)


async def ask_admitted(visit: Visit, text: str, echo: bool = False) -> None:
    """Answer a question of somebody who may ask. ``echo``: it was pressed, not typed, so the answer repeats it."""
    if len(text) > LONGEST:
        visit.turn.outcome("clarify")
        visit.record(text, Reply("clarify", (), Conversation(), why=Why(Rule.TOO_LONG)))
        await visit.say(visit.words("asking.too_long", most=LONGEST))
        return
    async with visit.typing():
        reply = await visit.parts.replies.reply_soon(text, await visit.conversation())
    visit.keep(reply.conversation)
    if await handoff.instead(visit, reply):
        return
    further = await handoff.note(visit, text, reply)
    visit.record(text, reply)
    await visit.reply(reply, text if echo else "", further)


async def unreadable(visit: Visit) -> None:
    """A photo, a voice message, a file: what to do instead."""
    if await visit.admitted():
        visit.turn.outcome("clarify")
        kind = visit.incoming.text
        await visit.say(visit.words(f"asking.no_text.{kind if kind in UNREADABLE else 'other'}"))


async def in_group(visit: Visit) -> None:
    """Something that was said to the bot in a group; only its name: what was replied to is meant."""
    text, quoted = visit.incoming.text, visit.incoming.quoted
    if not text.strip() and quoted is not None and not quoted.ours:
        text = quoted.text
    if text.strip():
        await ask(visit, text)
    elif await visit.admitted():
        visit.turn.outcome("clarify")
        await visit.say(how(visit))


async def came(visit: Visit) -> None:
    """The bot came into a group: how to use it there."""
    visit.turn.outcome("command")
    try:
        heard = [await visit.deliver(visit.at, page) for page in visit.channel.render(lines(how(visit)))]
    except RefusedError:  # it may come in without the right to speak
        heard = [False]
    if not all(heard):
        visit.turn.outcome("refused")


def how(visit: Visit) -> str:
    """How to ask in a group."""
    examples = visit.library.examples.questions
    example = examples[0] if examples else visit.words("made_examples.validity")
    return visit.words("asking.group", bot=visit.channel.called, example=example)


@does("ask")
async def ask_command(visit: Visit, arguments: str) -> None:
    """A question; without one, that of the message that is replied to."""
    quoted = visit.incoming.quoted
    text = arguments or (quoted.text if quoted is not None else "")
    if text.strip():
        await ask_admitted(visit, text)
    else:
        await visit.say(visit.words("asking.how"))


@verb("q")
async def example(press: Press) -> bool:
    """An example question."""
    found = find(press.key, press.visit.library.examples.questions)
    if found is None:
        return False
    await press.visit.acknowledge()
    await ask_admitted(press.visit, found, echo=True)
    return True


@verb("o")
async def original(press: Press) -> bool:
    """The clause, whole and nothing else, with its place and the notice."""
    visit, target = press.visit, press.visit.catalogue.target(press.key)
    if target is None:
        return False
    await visit.acknowledge()
    reply = visit.assistant.show(target)
    whole = Block("original", (Quote(visit.catalogue.clauses[target].text, bare=True),), "")
    await visit.send([whole, *(b for b in reply.blocks if b.role in ("place", "notice"))])
    return True


@verb("u")
async def units_of(press: Press) -> bool:
    """Who is responsible."""
    visit, target = press.visit, press.visit.catalogue.target(press.key)
    if target is None:
        return False
    await visit.acknowledge()
    blocks = [b for b in visit.assistant.show(target).blocks if b.role in ("units", "note", "place", "notice")]
    if any(b.role == "units" for b in blocks):
        await visit.send(blocks)
    else:
        await visit.say(visit.words("browsing.no_units"))
    return True


@verb("d")
async def document(press: Press) -> bool:
    """A document that was offered: what was asked, answered from it."""
    visit, policy = press.visit, press.visit.catalogue.policy(press.key)
    if policy is None:
        return False
    await visit.acknowledge()
    reply = visit.assistant.pick(policy.id, await visit.conversation())
    visit.keep(reply.conversation)
    await visit.reply(reply)
    return True
