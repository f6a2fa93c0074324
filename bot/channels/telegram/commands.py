"""The commands: /start, /help, /about, /list, /units, /subsidies, /clause, /ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.ext import BaseHandler, CommandHandler

from bot.channels.telegram import keyboards, menus, render
from bot.channels.telegram.context import TurnContext
from bot.channels.telegram.keyboards import button, paged
from bot.channels.telegram.sender import Desk, Place, place_of
from bot.engine.answering.several_documents import SAYS_LITTLE
from bot.engine.documents.library import Library
from bot.engine.values.reply import Block, Say
from bot.service.buttons import key_of
from knowledge.base.document import Clause, Policy, Section

Answering = Callable[[Message, Place, str, TurnContext], Awaitable[None]]


Buttons = list[InlineKeyboardButton]
STARTED = 3
"""Documents that /start names."""
ABOUT = 10
"""Documents that /about names."""
PLACES = frozenset({"place", "place and match", "no such place", "which document"})
"""Rules by which a place was understood."""


class Commands:
    """What each command does; ``arguments`` is the text behind it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._words = desk.words

    def handlers(self) -> list[BaseHandler[Update, TurnContext, None]]:
        """PTB's handlers of all commands. In a group only those addressed to this bot, or to none, arrive here."""
        return [CommandHandler(name, running(self._desk, getattr(self, name))) for name in menus.ASKING]

    async def start(self, _: Message, place: Place, arguments: str, context: TurnContext) -> None:
        """Who the bot is; behind a link such as t.me/bot?start=c_<key> the clause that it names."""
        if arguments.startswith("c_"):
            target = self._desk.catalogue.target(arguments[2:])
            if target is not None:
                await self.clause_at(place, target, context)
                return
        library = self._library
        shown = [library.by_id[p] for p in library.ordered(library.by_id)[:STARTED]]
        name = "、".join(self._words("quoted_name", name=p.display_name) for p in shown)
        text = self._words(
            "telegram.start",
            name=library.name if len(library.policies) > len(shown) else name,
            clauses=library.count,
        )
        await self._desk.say(place, text, context, keyboards.examples(library.examples.questions))

    async def help(self, _: Message, place: Place, __: str, context: TurnContext) -> None:
        """How to ask, and the commands."""
        lines = [f"/{name} {text}" for name, text in self._words.get("telegram.menu").items()]
        text = self._words("telegram.help", commands="\n".join(lines), bot=self._desk.me().username)
        role = self._desk.office.staff.role(place.person)
        if role is not None:
            lines = [f"/{name} {self._words(f'staff.menu.{name}')}" for name in menus.of_staff(role)]
            text += "\n\n" + self._words("staff.help", commands="\n".join(lines))
        await self._desk.say(place, text, context)

    async def about(self, _: Message, place: Place, __: str, context: TurnContext) -> None:
        """The documents: what they are called, whether they hold, what they don't state."""
        policies = self._desk.policies
        blocks = self._about(policies[0]) if len(policies) == 1 else self._about_all()
        blocks.append(Block("say", (Say(self._words("telegram.about_bot")),)))
        await self._desk.send(place, render.messages(blocks), context)

    def _about(self, policy: Policy) -> list[Block]:
        compose = self._desk.recent.assistant.composer(policy.id)
        today = self._library.today()
        count = self._words("telegram.about", parts=len(policy.sections), clauses=len(policy.clauses))
        blocks = [Block("lead", (Say(f"{policy.display_name}：{count}"),))]
        return [*blocks, *compose.info("validity", today), *compose.info("basis", today)]

    def _about_all(self) -> list[Block]:
        """How many documents hold, and the first of them."""
        library, today = self._library, self._library.today()
        states = Counter(policy.state(today) for policy in library.policies)
        text = self._words("telegram.about_many", policies=len(library.policies), clauses=library.count)
        blocks = [Block("lead", (Say(text),))]
        for state, count in states.most_common():
            name = self._words(f"documents.states.{state}") or self._words("telegram.state_unknown")
            blocks.append(Block("list", (Say(self._words("telegram.state_line", state=name, count=count)),)))
        first = library.ordered(library.by_id)[:ABOUT]
        blocks += [Block("list", (Say(library.document(p)),)) for p in first]
        if len(library.policies) > len(first):
            blocks.append(Block("say", (Say(self._words("telegram.about_more")),)))
        return blocks

    @property
    def _library(self) -> Library:
        return self._desk.recent.assistant.library

    async def list(self, _: Message, place: Place, __: str, context: TurnContext) -> None:
        """Parts and clauses to tap through."""
        text, keyboard = self.contents("")
        await self._desk.say(place, text, context, keyboard)

    def contents(self, key: str, page: int = 0) -> tuple[str, InlineKeyboardMarkup]:
        """A page of the contents: of all documents, of a document's parts, or of a part's clauses; by its key."""
        catalogue, library = self._desk.catalogue, self._library
        found = catalogue.section(key)
        if found is not None:
            policy, part = found
            above = next((s for s in policy.all_sections if part in s.sections), None)
            back = button(
                self._words("telegram.button.back"), "l", key_of(f"{policy.id}/{above.id}/" if above else policy.id)
            )
            rows = paged(self._inside(policy, part.clauses, part.sections), page, ("l", key), self._words)
            return part.name, InlineKeyboardMarkup([*rows, [back]])
        if not library.policies:
            return self._words("none.no_documents"), InlineKeyboardMarkup([])
        policy_ = catalogue.policy(key) or (library.policies[0] if not library.many else None)
        if policy_ is not None:
            sections = [*policy_.sections, *(s for a in policy_.attachments for s in a.sections)]
            rows = paged(self._inside(policy_, (), sections), page, ("l", key_of(policy_.id)), self._words)
            if library.many:
                rows.append([button(self._words("telegram.button.back"), "l", "")])
            return self._words("telegram.list", name=policy_.display_name), InlineKeyboardMarkup(rows)
        entries = [button(self._state_named(p), "l", key_of(p)) for p in library.ordered(library.by_id)]
        return self._words("telegram.list_policies", count=len(entries)), InlineKeyboardMarkup(
            paged(entries, page, ("l", ""), self._words)
        )

    def _state_named(self, policy_id: str) -> str:
        """A document on a button, those that don't hold marked so."""
        policy = self._library.by_id[policy_id]
        state = policy.state(self._library.today())
        if state in SAYS_LITTLE:
            return policy.display_name
        note = self._words(f"documents.states.{state}")
        return self._words("telegram.noted", note=note, name=policy.display_name)

    @staticmethod
    def _inside(policy: Policy, clauses: Sequence[Clause], sections: Sequence[Section]) -> Buttons:
        """Buttons of clauses and parts."""
        out = [button(f"{c.id} {c.title}", "c", key_of(f"{policy.id}/{c.id}")) for c in clauses]
        return out + [button(s.name, "l", key_of(f"{policy.id}/{s.id}/")) for s in sections]

    async def units(self, _: Message, place: Place, __: str, context: TurnContext) -> None:
        """Units to choose from."""
        text, keyboard = self.unit_pages(0)
        await self._desk.say(place, text, context, keyboard)

    def unit_counts(self) -> dict[str, int]:
        """Units by name, with the number of clauses."""
        return self._desk.recent.assistant.library.unit_counts

    def unit_pages(self, page: int) -> tuple[str, InlineKeyboardMarkup]:
        """A page of units."""
        counts = self.unit_counts()
        if not self._library.policies:
            return self._words("none.no_documents"), InlineKeyboardMarkup([])
        entries = [button(f"{name}（{count}）", "m", key_of(name)) for name, count in counts.items()]
        rows = paged(entries, page, ("n", ""), self._words)
        return self._words("telegram.units", count=len(counts)), InlineKeyboardMarkup(rows)

    async def subsidies(self, _: Message, place: Place, __: str, context: TurnContext) -> None:
        """All the money at a glance, each amount in the words that state it."""
        money = self._desk.catalogue.money
        if not self._library.policies:
            await self._desk.say(place, self._words("none.no_documents"), context)
        elif len(money) > 1:
            text, keyboard = self.subsidy_pages(0)
            await self._desk.say(place, text, context, keyboard)
        else:
            await self.subsidies_of(self._library.by_id[next(iter(money), self._library.home.id)], place, context)

    def subsidy_pages(self, page: int) -> tuple[str, InlineKeyboardMarkup]:
        """A page of the documents that state money."""
        money, library = self._desk.catalogue.money, self._library
        entries = [
            button(f"{library.by_id[p].display_name}（{len(money[p])}）", "s", key_of(p))
            for p in library.ordered(money)
        ]
        rows = paged(entries, page, ("s", ""), self._words)
        return self._words("telegram.subsidies_many", count=len(entries)), InlineKeyboardMarkup(rows)

    async def subsidies_of(self, policy: Policy, place: Place, context: TurnContext) -> None:
        """All the money of one document, each amount in the words that state it."""
        reply = self._desk.recent.assistant.money(policy.id)
        targets = [f"{ref.policy}/{ref.clause}" for ref in reply.clauses[: keyboards.PAGE]]
        rows = [[button(self._desk.title(t), "c", key_of(t))] for t in targets]
        await self._desk.send(place, render.messages(reply.blocks), context, InlineKeyboardMarkup(rows))

    async def clause(self, _: Message, place: Place, arguments: str, context: TurnContext) -> None:
        """One clause by its number, in any form that people write."""
        if not arguments:
            await self._desk.say(place, self._words("telegram.clause_how"), context)
            return
        conversation = await context.turn.conversation(place.key)
        meant = self._desk.recent.assistant.meant(conversation)
        own = f"{meant.id}/{arguments}" if meant is not None else ""
        target = next((t for t in (arguments, own) if t in self._desk.clauses()), None)
        if target is not None:
            self._desk.record(place, arguments, self._desk.recent.assistant.show(target), context)
            await self.clause_at(place, target, context)
            return
        reply = self._desk.recent.reply(arguments, conversation)
        self._desk.record(place, arguments, reply, context)
        if reply.explain.get("rule") not in PLACES:
            await self._desk.say(place, self._words("telegram.clause_unknown", typed=arguments[:30]), context)
            return
        context.turn.keep(place.key, reply.conversation)
        await self._desk.reply(place, reply, context)

    async def clause_at(self, place: Place, target: str, context: TurnContext) -> None:
        """The clause that a target names, whole."""
        reply = self._desk.recent.assistant.show(target, await context.turn.conversation(place.key))
        context.turn.keep(place.key, reply.conversation)
        await self._desk.reply(place, reply, context)

    async def ask(self, message: Message, place: Place, arguments: str, context: TurnContext) -> None:
        """A question; without one, that of the message that is replied to."""
        quoted = message.reply_to_message
        text = arguments or (quoted.text or quoted.caption or "" if quoted is not None else "")
        if text.strip():
            await self._desk.ask_admitted(place, text, context)
        else:
            await self._desk.say(place, self._words("telegram.ask_how"), context)


def running(desk: Desk, answer: Answering) -> Callable[[Update, TurnContext], Coroutine[Any, Any, None]]:
    """PTB's callback of a command: whoever may ask gets what ``answer`` says."""

    async def run(update: Update, context: TurnContext) -> None:
        message = update.effective_message
        if message is None or message.text is None or desk.unasked(message):
            return
        context.turn.outcome("command")
        arguments = message.text[message.entities[0].length :]  # the first entity is the command
        place = place_of(message)
        if await desk.admitted(place, context):
            await answer(message, place, arguments.strip(), context)

    return run
