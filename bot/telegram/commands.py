"""The commands: /start, /help, /about, /list, /units, /subsidies, /clause, /ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from telegram import InlineKeyboardMarkup, Message, Update
from telegram.ext import BaseHandler, CommandHandler

from bot.reply import Block, Quote, Say
from bot.telegram import keyboards, menus, render
from bot.telegram.desk import Desk, Place, place_of
from bot.telegram.keyboards import button, key_of, paged
from bot.telegram.turns import TurnContext
from knowledge.model import Policy

Answering = Callable[[Message, Place, str, TurnContext], Awaitable[None]]


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
            target = keyboards.find(arguments[2:], self._desk.clauses())
            if target is not None:
                await self.clause_at(place, target, context)
                return
        policies = self._desk.policies
        text = self._words(
            "telegram.start",
            name="、".join(f"「{p.display_name}」" for p in policies[:3]),
            policies=len(policies),
            clauses=sum(len(p.clauses) for p in policies),
        )
        await self._desk.say(place, text, context, keyboards.examples(self._words.get("examples")))

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
        content: list[Block] = []
        for policy in self._desk.policies:
            content += self._about(policy)
        content.append(Block("say", (Say(self._words("telegram.about_bot")),)))
        await self._desk.send(place, render.messages(content), context)

    def _about(self, policy: Policy) -> list[Block]:
        compose = self._desk.recent.assistant.library.compose(policy.id)
        today = self._desk.recent.assistant.today()
        count = self._words("telegram.about", parts=len(policy.sections), clauses=len(policy.clauses))
        blocks = [Block("lead", (Say(f"{policy.display_name}：{count}"),))]
        if len(self._desk.policies) == 1:
            blocks += compose.info("validity", today)
            blocks += compose.info("basis", today)
        return blocks

    async def list(self, _: Message, place: Place, __: str, context: TurnContext) -> None:
        """Parts and clauses to tap through."""
        text, keyboard = self.contents("")
        await self._desk.say(place, text, context, keyboard)

    def contents(self, key: str, page: int = 0) -> tuple[str, InlineKeyboardMarkup]:
        """A page of the contents: of all documents, of a document's parts, or of a part's clauses; by its key."""
        policies = self._desk.policies
        names = {p.id: p for p in policies}
        sections = {f"{p.id}/{s.id}/": (p, s) for p in policies for s in p.sections}
        section = keyboards.find(key, sections)
        policy = names.get(keyboards.find(key, names) or "", policies[0] if len(policies) == 1 else None)
        if section is not None:
            policy, part = sections[section]
            entries = [button(f"{c.id} {c.title}", "c", key_of(f"{policy.id}/{c.id}")) for c in part.clauses]
            back = button(self._words("telegram.button.back"), "l", key_of(policy.id))
            return part.name, InlineKeyboardMarkup([*paged(entries, page, ("l", key), self._words), [back]])
        if policy is not None:
            entries = [button(s.name, "l", key_of(f"{policy.id}/{s.id}/")) for s in policy.sections]
            rows = paged(entries, page, ("l", key_of(policy.id)), self._words)
            if len(policies) > 1:
                rows.append([button(self._words("telegram.button.back"), "l", "")])
            return self._words("telegram.list", name=policy.display_name), InlineKeyboardMarkup(rows)
        entries = [button(p.display_name, "l", key_of(p.id)) for p in policies]
        return self._words("telegram.list_policies", count=len(policies)), InlineKeyboardMarkup(
            paged(entries, page, ("l", ""), self._words)
        )

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
        entries = [button(f"{name}（{count}）", "m", key_of(name)) for name, count in counts.items()]
        rows = paged(entries, page, ("n", ""), self._words)
        return self._words("telegram.units", count=len(counts)), InlineKeyboardMarkup(rows)

    async def subsidies(self, _: Message, place: Place, __: str, context: TurnContext) -> None:
        """All the money at a glance, each amount in the words that state it."""
        library = self._desk.recent.assistant.library
        blocks = [Block("lead", (Say(self._words("telegram.subsidies")),))]
        targets = []
        for target, clause in self._desk.clauses().items():
            money = [f for f in clause.figures if f.kind in ("amount", "ratio")]
            if money:
                targets.append(target)
                blocks.append(Block("list", (Say(f"{clause.id} {clause.title}"),)))
                blocks += [
                    Block("list", (Say("• "), Quote(f.text, bare=True), Say("："), Quote(f.quote))) for f in money
                ]
        if not targets:
            blocks = [Block("lead", (Say(self._words("telegram.no_subsidies")),))]
        rows = [[button(self._desk.title(t), "c", key_of(t))] for t in targets[: keyboards.PAGE]]
        keyboard = InlineKeyboardMarkup(rows) if rows else None
        await self._desk.send(place, render.messages([*blocks, *library.notices(targets)]), context, keyboard)

    async def clause(self, _: Message, place: Place, arguments: str, context: TurnContext) -> None:
        """One clause by its number, in any form that people write."""
        if not arguments:
            await self._desk.say(place, self._words("telegram.clause_how"), context)
            return
        clauses = self._desk.clauses()
        found = [t for t, c in clauses.items() if arguments in (c.id, t, c.number)]
        if len(found) == 1:
            self._desk.record(place, arguments, self._desk.recent.assistant.show(found[0]), context)
            await self.clause_at(place, found[0], context)
            return
        conversation = await context.turn.conversation(place.key)
        reply = self._desk.recent.reply(arguments, conversation)
        self._desk.record(place, arguments, reply, context)
        if reply.explain.get("rule") not in ("place", "place and match", "no such place"):
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
