"""What a phrasing can be taught to: typed names to targets, targets to names, and what comes nearest to a question."""

from __future__ import annotations

from bot.engine.assistant import Assistant
from bot.engine.values.reply import Reply
from bot.replies.texts import Texts
from knowledge.base.contents import Base
from knowledge.base.target import Target, kind_of
from knowledge.teaching.overlay import asked_as_a_whole, has_target
from knowledge.text.fold import key

MOST_PROPOSED = 6
FLOOR = 0.002
"""Probability below which a target is not worth proposing."""


def resolve(base: Base, typed: str) -> tuple[str, ...]:
    """The targets that a typed name may mean; none when nothing is called so.

    Names: a clause's id or printed number, policy/clause, near:<topic>, a topic's id or name, [policy/]info:<topic>.
    """
    typed = typed.strip()
    if has_target(base, typed):
        return (typed,)
    wanted = key(typed)
    if not wanted:
        return ()
    found = [target for target in asked_as_a_whole(base) if target.partition("/")[2] == typed]
    for policy in base.policies:
        found += [f"{policy.id}/{c.id}" for c in policy.clauses if typed == c.id or wanted == key(c.number or "")]
    if not found:
        topics = base.lexicon.not_covered.topics
        found = [f"near:{t.id}" for t in topics if typed == t.id or wanted == key(t.name)]
    return tuple(found)


def named(base: Base, target: str, words: Texts) -> str:
    """A target as people know it."""
    at = Target.parse(target)
    if at.kind == "near":
        names = {f"near:{t.id}": t.name for t in base.lexicon.not_covered.topics}
        return words("teach.near", name=names.get(target, target))
    for policy in base.policies:
        if policy.id != at.policy:
            continue
        name = policy.display_name if len(base.policies) > 1 else ""
        if at.kind == "info":
            return f"{name} {words(f'teach.info.{at.topic}')}".strip()
        for clause in policy.clauses:
            if clause.id == at.clause:
                return f"{name} {clause.id} {clause.title}".strip()
    return target


def proposals(assistant: Assistant, ask: str) -> list[str]:
    """The targets that a question is most probably about, best first."""
    reply = assistant.reply(ask)
    out = [f"{c.policy}/{c.clause}" for c in reply.clauses]
    for match in assistant.ready.index.match(assistant.understanding.question(ask).reading):
        kind = kind_of(match.target)
        if match.probability < FLOOR and out:
            break
        if kind == "clause":
            out.append(match.target)
        elif kind == "near" and match.topic:
            out.append(f"near:{match.topic}")
        elif kind == "info":
            out += [t for t in asked_as_a_whole(assistant.ready.base) if t.endswith(f"/{match.target}")]
    out += [f"{c.policy}/{c.clause}" for c in reply.suggestions]
    known = (t for t in dict.fromkeys(out) if has_target(assistant.ready.base, t))
    return list(known)[:MOST_PROPOSED]


def hit(reply: Reply, target: str) -> bool:
    """Whether a reply is the one that a phrasing of the target should get."""
    at = Target.parse(target)
    if at.kind == "near":
        return reply.status == "none" and reply.why.not_covered == at.topic
    if at.kind == "info":
        return reply.status == "info" and reply.info == at.topic and reply.policy == at.policy
    first = reply.clauses[0] if reply.clauses else None
    return reply.status == "answer" and first is not None and f"{first.policy}/{first.clause}" == target
