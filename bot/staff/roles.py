"""Who looks after the bot, and what each of them may do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum


class Role(IntEnum):
    """What a person may do; each role may do all that the lesser ones may."""

    VIEWER = 1
    """See what people ask, and the counts."""
    EDITOR = 2
    """Mend the base, and take the records out."""
    ADMIN = 3
    """All of it, and what is about other people's data."""

    @property
    def word(self) -> str:
        """As the settings write it."""
        return self.name.lower()


class Staff:
    """Who has which role: by Telegram's number of the person, or by (channel, the channel's name of the person)."""

    def __init__(
        self, roles: Mapping[int, Role] | None = None, more: Mapping[tuple[str, str], Role] | None = None
    ) -> None:
        """``more``: members in other channels."""
        self._roles = dict(roles or {})
        self._all = {("telegram", str(number)): role for number, role in self._roles.items()} | dict(more or {})
        self._admitted: dict[tuple[str, str], Role] = {}

    def of(self, channel: str, person: str) -> Role | None:
        """The role of a channel's person; None: no member of staff."""
        return self._admitted.get((channel, person)) or self._all.get((channel, person))

    def admit(self, channel: str, person: str, role: Role | None) -> None:
        """Somebody has that role from here on; None: none any more. For channels whose accounts come and go."""
        self._admitted.pop((channel, person), None)
        if role is not None:
            self._admitted[channel, person] = role

    def everyone(self, least: Role = Role.VIEWER) -> tuple[tuple[str, str], ...]:
        """(channel, person) of all who may do what ``least`` may, in the order of the settings; not those admitted."""
        return tuple(who for who, role in self._all.items() if role >= least)

    def role(self, user_id: int) -> Role | None:
        """The person's role; None: no member of staff."""
        return self._roles.get(user_id)

    def at_least(self, user_id: int, role: Role) -> bool:
        """Whether the person may do what ``role`` may."""
        return self._roles.get(user_id, 0) >= role

    def members(self, least: Role = Role.VIEWER) -> tuple[int, ...]:
        """Everyone who may do what ``least`` may, in the order of the settings."""
        return tuple(user_id for user_id, role in self._roles.items() if role >= least)

    def __len__(self) -> int:
        return len(self._all)


def parse_staff(text: str, faults: list[str], name: str = "POLICYBOT_STAFF") -> Staff:
    """``123456789:admin,wecom_bot/wangwu:editor`` as Staff: Telegram's number, or the channel and its name of a person.

    Every fault goes to ``faults``, in words for the operator.
    """
    roles: dict[int, Role] = {}
    more: dict[tuple[str, str], Role] = {}
    known = {role.word: role for role in Role}
    for entry in re.split(r"[,，\s]+", text.strip(" ,，")):
        parts = entry.replace("：", ":").rsplit(":", 1)
        who, word = parts[0], parts[-1] if len(parts) == 2 else ""
        role = known.get(word.lower())
        number, member = _number(who), _MEMBER.fullmatch(who)
        if not entry:
            continue
        if number is None and member is None:
            faults.append(
                f"{name}：「{entry}」应为 数字编号:角色，如 123456789:admin；编号是本人的，不是用户名。"
                "别的聊天工具写作 渠道/本人的编号:角色，如 wecom_bot/wangwu:editor"
            )
        elif role is None:
            faults.append(f"{name}：「{entry}」的角色不认识；可以是 {'、'.join(known)}")
        elif number in roles or (member is not None and (member[1], member[2]) in more):
            faults.append(f"{name}：{who} 写了两次；只留一次")
        elif number is not None:
            roles[number] = role
        elif member is not None:
            more[member[1], member[2]] = role
    return Staff(roles, more)


_MEMBER = re.compile(r"([a-z_]{2,16})/([^\s,，]{1,128})")


def _number(who: str) -> int | None:
    return int(who) if who.isascii() and who.isdigit() and 0 < int(who) < 2**52 else None
