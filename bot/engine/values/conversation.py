"""What a conversation remembers: small, plain, kept by the caller."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

ASKED_ON = frozenset({"amount", "count"})
"""Cues that a turn leaves out which only names another case: 博士补多少, 硕士呢."""
MOST_EARLIER = 5
"""Clauses talked about before that are remembered."""


@dataclass(frozen=True)
class Conversation:
    """What one person and the bot are talking about; small, plain, and kept by the caller."""

    clause: str = ""
    """Target (policy/clause) that was answered last."""
    said: str = ""
    """The plain questions that led to it: they hold the subject that a follow-up leaves out."""
    choices: tuple[str, ...] = ()
    """Targets that the last reply offered, in order."""
    more: tuple[str, ...] = ()
    """Further targets that fitted less well, for 还有呢."""
    info: str = ""
    """Topic on the document as a whole that was answered last."""
    policy: str = ""
    """Id of the document that was answered from last; empty while there is only one."""
    units: tuple[str, ...] = ()
    """Units whose measures were listed last."""
    earlier: tuple[str, ...] = ()
    """Targets that were answered before ``clause``, the latest first."""
    named: str = ""
    """The same, when the person asked for it by name: what says nothing else is about it."""
    figures: tuple[str, ...] = ()
    """Ids of the figures of ``clause`` that were put forward last."""
    beside: tuple[str, ...] = ()
    """Targets that the last answer named, ``clause`` first, where it named more: 后面那个 is one of them."""
    shown: tuple[str, ...] = ()
    """Targets of the clauses whose text the last messages showed, the latest first; empty for one that showed none."""
    told: str = ""
    """Id of the document whose validity was told last, and the day on which."""
    listed: str = ""
    """Target of ``choices`` that was picked or stepped to last: the next one is the next of these. Empty: it is the
    document's, as after a question that was asked in between."""
    point: tuple[str, ...] = ()
    """Cues of the number that was asked for last: 不是,我问的是节水 asks for it again."""
    place: str = ""
    """Whose documents the list is of whose next page 还有呢 asks for; empty: all."""

    @property
    def empty(self) -> bool:
        """Whether nothing was talked about."""
        return not any(vars(self).values())

    @property
    def left(self) -> Conversation:
        """What stays when what is talked about is left: the document."""
        return Conversation(policy=self.policy, named=self.named)

    @property
    def on_table(self) -> bool:
        """Whether there is anything that a turn could go on from: what was answered, offered or asked."""
        return bool(self.clause or self.said or self.choices or self.info or self.earlier)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in vars(self).items() if v}

    @classmethod
    def from_json(cls, data: object) -> Conversation:
        """From plain data; what is unknown or of another type is left out."""
        out: dict[str, Any] = {}
        if isinstance(data, dict):
            for item in fields(cls):
                value = data.get(item.name)
                if isinstance(item.default, tuple) and isinstance(value, (list, tuple)):
                    out[item.name] = tuple(v for v in value if isinstance(v, str))
                elif isinstance(item.default, str) and isinstance(value, str):
                    out[item.name] = value
        return cls(**out)


def went_on(before: Conversation, now: Conversation, figures: tuple[str, ...] = (), anew: bool = False) -> Conversation:
    """``now``, with what was talked about before.

    ``figures``: those put forward now; ``anew``: whether the question says by itself what it is about.
    """
    known = dict.fromkeys((*([before.clause] if before.clause else ()), *before.earlier))
    kept = figures or (before.figures if now.clause == before.clause else ())
    listed = now.listed or ("" if anew or now.clause != before.clause else before.listed)
    earlier = tuple(t for t in known if t != now.clause)[:MOST_EARLIER]
    return changed(now, listed=listed, earlier=earlier, figures=kept)


def changed(conversation: Conversation, **values: str | tuple[str, ...]) -> Conversation:
    """The conversation with some values; itself where it has them: making another is dear."""
    has = vars(conversation)
    new = {name: value for name, value in values.items() if has[name] != value}
    return replace(conversation, **new) if new else conversation  # type: ignore[arg-type]
