"""What can be looked through: the documents and their parts, units, money, single clauses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.engine.answering.several_documents import SAYS_LITTLE
from bot.engine.values.reply import Block, Say
from bot.engine.values.why import ABOUT_PLACES
from bot.service import buttons
from bot.service.buttons import button, key_of, number, paged
from bot.service.commands import does
from bot.service.pages import lines
from bot.service.port import Button, Rows
from bot.service.pressing import Press, verb
from bot.service.visit import Visit
from knowledge.base.document import Clause, Policy, Section

STARTED = 3
"""Documents that /start names."""
ABOUT = 10
"""Documents that /about names."""


@does("start")
async def start(visit: Visit, arguments: str) -> None:
    """Who the bot is; behind a link such as t.me/bot?start=c_<key> the clause that it names."""
    if arguments.startswith("c_"):
        target = visit.catalogue.target(arguments[2:])
        if target is not None:
            await clause_at(visit, target)
            return
    library = visit.library
    shown = [library.by_id[p] for p in library.ordered(library.by_id)[:STARTED]]
    name = "、".join(visit.words("quoted_name", name=p.display_name) for p in shown)
    several = len(library.policies) > len(shown)
    text = visit.words("browsing.start", name=library.name if several else name, clauses=library.count)
    await visit.say(text, buttons.examples(library.examples.questions))


@does("about")
async def about(visit: Visit, _: str) -> None:
    """The documents: what they are called, whether they hold, what they don't state."""
    policies = visit.library.policies
    blocks = _about(visit, policies[0]) if len(policies) == 1 else _about_all(visit)
    blocks.append(Block("say", (Say(visit.words("browsing.about_bot")),)))
    await visit.send(blocks)


def _about(visit: Visit, policy: Policy) -> list[Block]:
    compose, today = visit.assistant.composer(policy.id), visit.library.today()
    count = visit.words("browsing.about", parts=len(policy.sections), clauses=len(policy.clauses))
    blocks = [Block("lead", (Say(f"{policy.display_name}：{count}"),))]
    return [*blocks, *compose.info("validity", today), *compose.info("basis", today)]


def _about_all(visit: Visit) -> list[Block]:
    """How many documents hold, and the first of them."""
    library, words = visit.library, visit.words
    states = Counter(policy.state(library.today()) for policy in library.policies)
    text = words("browsing.about_many", policies=len(library.policies), clauses=library.count)
    blocks = [Block("lead", (Say(text),))]
    for state, count in states.most_common():
        name = words(f"documents.states.{state}") or words("browsing.state_unknown")
        blocks.append(Block("list", (Say(words("browsing.state_line", state=name, count=count)),)))
    first = library.ordered(library.by_id)[:ABOUT]
    blocks += [Block("list", (Say(library.document(p)),)) for p in first]
    if len(library.policies) > len(first):
        blocks.append(Block("say", (Say(words("browsing.about_more")),)))
    return blocks


# -- parts and clauses -----------------------------------------------------------------------------------------------


@does("list")
async def listed(visit: Visit, _: str) -> None:
    """Parts and clauses to go through."""
    text, rows = contents(visit, "")
    await visit.say(text, rows)


@verb("l")
async def turned_to(press: Press) -> bool:
    """Another page of the contents, in place."""
    await press.visit.acknowledge()
    text, rows = contents(press.visit, press.key, number(press.argument))
    await press.visit.change(lines(text), rows)
    return True


def contents(visit: Visit, key: str, page: int = 0) -> tuple[str, Rows]:
    """A page of the contents: of all documents, of a document's parts, or of a part's clauses; by its key."""
    found = visit.catalogue.section(key)
    if found is not None:
        return _part(visit, *found, key, page)
    library = visit.library
    if not library.policies:
        return visit.words("none.no_documents"), ()
    policy = visit.catalogue.policy(key) or (library.policies[0] if not library.many else None)
    if policy is not None:
        return _parts(visit, policy, page)
    named = [button(_state_named(visit, p), "l", key_of(p)) for p in library.ordered(library.by_id)]
    return visit.words("browsing.list_policies", count=len(named)), paged(named, page, ("l", ""), visit.words)


def _part(visit: Visit, policy: Policy, part: Section, key: str, page: int) -> tuple[str, Rows]:
    above = next((s for s in policy.all_sections if part in s.sections), None)
    up = key_of(f"{policy.id}/{above.id}/" if above else policy.id)
    rows = paged(_inside(policy, part.clauses, part.sections), page, ("l", key), visit.words)
    return part.name, (*rows, (button(visit.words("buttons.back"), "l", up),))


def _parts(visit: Visit, policy: Policy, page: int) -> tuple[str, Rows]:
    sections = [*policy.sections, *(s for a in policy.attachments for s in a.sections)]
    rows = paged(_inside(policy, (), sections), page, ("l", key_of(policy.id)), visit.words)
    if visit.library.many:
        rows = (*rows, (button(visit.words("buttons.back"), "l", ""),))
    return visit.words("browsing.list", name=policy.display_name), rows


def _state_named(visit: Visit, policy_id: str) -> str:
    """A document on a button, those that don't hold marked so."""
    policy = visit.library.by_id[policy_id]
    state = policy.state(visit.library.today())
    if state in SAYS_LITTLE:
        return policy.display_name
    note = visit.words(f"documents.states.{state}")
    return visit.words("browsing.noted", note=note, name=policy.display_name)


def _inside(policy: Policy, clauses: Sequence[Clause], sections: Sequence[Section]) -> list[Button]:
    """Buttons of clauses and parts."""
    out = [button(f"{c.id} {c.title}", "c", key_of(f"{policy.id}/{c.id}")) for c in clauses]
    return out + [button(s.name, "l", key_of(f"{policy.id}/{s.id}/")) for s in sections]


# -- units -----------------------------------------------------------------------------------------------------------


@does("units")
async def units(visit: Visit, _: str) -> None:
    """Units to choose from."""
    text, rows = unit_pages(visit, 0)
    await visit.say(text, rows)


@verb("n")
async def unit_page(press: Press) -> bool:
    """Another page of the units, in place."""
    await press.visit.acknowledge()
    text, rows = unit_pages(press.visit, number(press.argument))
    await press.visit.change(lines(text), rows)
    return True


def unit_pages(visit: Visit, page: int) -> tuple[str, Rows]:
    """A page of units."""
    if not visit.library.policies:
        return visit.words("none.no_documents"), ()
    counts = visit.library.unit_counts
    named = [button(f"{name}（{count}）", "m", key_of(name)) for name, count in counts.items()]
    return visit.words("browsing.units", count=len(counts)), paged(named, page, ("n", ""), visit.words)


@verb("m")
async def measures(press: Press) -> bool:
    """A unit's measures, or another page of their buttons."""
    visit, unit = press.visit, press.visit.catalogue.unit(press.key)
    if unit is None:
        return False
    await visit.acknowledge()
    reply = visit.assistant.of_unit(unit)
    if press.argument:
        rows = paged(visit.entries(reply), number(press.argument), ("m", press.key), visit.words)
        await visit.change(None, buttons.turned(visit.incoming.under.rows, rows))
        return True
    await visit.conversation()  # what it remembers besides is kept
    visit.keep(reply.conversation)
    await visit.reply(reply)
    return True


# -- money -----------------------------------------------------------------------------------------------------------


@does("subsidies")
async def subsidies(visit: Visit, _: str) -> None:
    """All the money at a glance, each amount in the words that state it."""
    money = visit.catalogue.money
    if not visit.library.policies:
        await visit.say(visit.words("none.no_documents"))
    elif len(money) > 1:
        text, rows = subsidy_pages(visit, 0)
        await visit.say(text, rows)
    else:
        await subsidies_of(visit, visit.library.by_id[next(iter(money), visit.library.home.id)])


@verb("s")
async def subsidies_pressed(press: Press) -> bool:
    """A document's money, or the next page of documents that state any."""
    visit, policy = press.visit, press.visit.catalogue.policy(press.key)
    if policy is None and press.key:
        return False
    await visit.acknowledge()
    if policy is not None:
        await subsidies_of(visit, policy)
    else:
        text, rows = subsidy_pages(visit, number(press.argument))
        await visit.change(lines(text), rows)
    return True


def subsidy_pages(visit: Visit, page: int) -> tuple[str, Rows]:
    """A page of the documents that state money."""
    money, library = visit.catalogue.money, visit.library
    named = [
        button(f"{library.by_id[p].display_name}（{len(money[p])}）", "s", key_of(p)) for p in library.ordered(money)
    ]
    return visit.words("browsing.subsidies_many", count=len(named)), paged(named, page, ("s", ""), visit.words)


async def subsidies_of(visit: Visit, policy: Policy) -> None:
    """All the money of one document, each amount in the words that state it."""
    reply = visit.assistant.money(policy.id)
    targets = [f"{ref.policy}/{ref.clause}" for ref in reply.clauses[: buttons.PAGE]]
    await visit.send(reply.blocks, tuple((button(visit.title(t), "c", key_of(t)),) for t in targets))


# -- one clause ------------------------------------------------------------------------------------------------------


@does("clause")
async def clause(visit: Visit, arguments: str) -> None:
    """One clause by its number, in any form that people write."""
    if not arguments:
        await visit.say(visit.words("browsing.clause_how"))
        return
    conversation = await visit.conversation()
    meant = visit.assistant.meant(conversation)
    own = f"{meant.id}/{arguments}" if meant is not None else ""
    target = next((t for t in (arguments, own) if t in visit.catalogue.clauses), None)
    if target is not None:
        visit.record(arguments, visit.assistant.show(target))
        await clause_at(visit, target)
        return
    reply = visit.parts.replies.reply(arguments, conversation)
    visit.record(arguments, reply)
    if reply.why.rule not in ABOUT_PLACES:
        await visit.say(visit.words("browsing.clause_unknown", typed=arguments[:30]))
        return
    visit.keep(reply.conversation)
    await visit.reply(reply)


async def clause_at(visit: Visit, target: str) -> None:
    """The clause that a target names, whole."""
    reply = visit.assistant.show(target, await visit.conversation())
    visit.keep(reply.conversation)
    await visit.reply(reply)


@verb("c")
async def clause_pressed(press: Press) -> bool:
    """The clause on the button."""
    target = press.visit.catalogue.target(press.key)
    if target is None:
        return False
    await press.visit.acknowledge()
    await clause_at(press.visit, target)
    return True
