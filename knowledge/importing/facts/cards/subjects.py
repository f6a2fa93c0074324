"""The names in the words on whom a sum is for: 国家级绿色工厂 of 新获评国家级绿色工厂的企业."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from knowledge.importing.facts.cards.words import words

_VERBLESS = 24
"""Characters of a figure's own case that may be a name."""
LONGEST = 40
"""Characters of a name; what is longer is a sentence."""
_TAIL = re.compile(r"(?:的|等|等次|称号|资格|认定|奖项|备案|注册|立项|评审|复核|验收)+$")
_MEASURED = re.compile(
    r"(?:达到?|超过?|满|不低于|不少于|突破|实现|完成)?(?:人民币)?[\d.,]+|满[一二三四五六半]|(?<!规模)以上|以下|以内|分别|按|给予|每"
)
_COUNTED = re.compile(r"^[\d一二三四五两]+(?:名|家|个|项|台|套|人|次)")
_ENDS = re.compile(r"[,;:]|用于|自用|全职|并(?!网|购)")
_DIGIT = re.compile(r"\d|满")
_WEAK = re.compile(r"委托|组织|申请|实现|完成|通过|接受|使用|推荐|发生|从事|参与|牵头")
"""What says less than the verb after it: 委托机构开展咨询."""
_ADVERB = re.compile(r"首次|全职|自行|成功|当年|年度|按|在|等(?=[一-鿿]|$)|通过|新(?=$)|分别|均|可|且|及其|向|为|到")
_WHERE = re.compile(r"在(?!孵|校|职|岗|读|建|研|编|库)([^,、在]{4,20})(?:中)?$")
"""在全国技能大赛获得前三名的: where it is won."""
_NO_NAME = re.compile(
    r"追加|上浮|增加|提高|增长|降低|^我市$|年$|基础上|财政|[,;。:]|\d[^,]*(?:元|%|以上|以下)|^[\d.]+"
    r"|^(?:和|及|与|或|由|按|将|每|同一|单[个张户项家位])|(?:后|并|时|期间|统一|重|同步|首轮|首次|另行|优先|成功|其余)$"
)


def names(phrase: str) -> list[str]:
    """The names in a phrase (half width, without blanks), each a substring of it, the most telling first.

    A phrase that ends with 的 is taken for a clause: what is named is what somebody does, not the whole of it.
    """
    inner, head = _split(phrase)
    found = [head] if head and not _is_generic(head) else list(_of_clause(inner))
    return list(dict.fromkeys(name for name in found if 2 <= len(name) <= LONGEST and not _NO_NAME.search(name)))


def label(words_: str) -> list[str]:
    """The name in what a figure is for: the noun behind 的, or a label (特等奖); none in a clause."""
    inner, cut, head = words_.rpartition("的")
    name = _bare(head if cut else words_)
    if (
        len(name) > _VERBLESS
        or (not cut and _verb().search(inner or name))
        or _is_generic(name)
        or _NO_NAME.search(name)
    ):
        return []
    return [name] if len(name) >= 2 else []


def _split(phrase: str) -> tuple[str, str]:
    """What qualifies, and the noun behind the last 的."""
    if phrase.endswith("的"):
        return phrase[:-1], ""
    inner, cut, head = phrase.rpartition("的")
    if cut:
        return inner, _bare(head)
    return phrase, "" if _verb().search(phrase) else _bare(phrase)


def _bare(name: str) -> str:
    """Without what only says that it is the first or one of its kind."""
    return _first().sub("", name) if name else ""


def _of_clause(inner: str) -> Iterator[str]:
    """Of a clause what is won, taken part in, bought; and who does it, where that tells more than 企业."""
    verbs = list(_verb().finditer(inner))
    telling = [verb for verb in verbs if not _WEAK.match(verb.group())] or verbs
    objects = (_object(_ENDS.split(inner[verb.end() :])[0]) for verb in (*telling, *verbs))
    if own := next((name for name in objects if name is not None), None):
        yield own
    if verbs and (place := _WHERE.search(inner[: verbs[0].start()])):
        yield place[1]
    actor = _ADVERB.split(_bare(inner[: verbs[0].start()].rpartition("的")[2]))[0] if verbs else ""
    if len(actor) >= 4 and not _is_generic(actor) and not re.search(r"[,;、]|\d", actor):
        yield actor


def _object(rest: str) -> str | None:
    if measured := _MEASURED.search(rest):
        if _DIGIT.search(measured.group()):  # 引进年薪50万元: a measure of it, not its name
            return None
        rest = rest[: measured.start()]
    rest = _TAIL.sub("", _COUNTED.sub("", _bare(rest))).strip("、的了过为")
    return rest if len(rest) >= 2 and not _is_generic(rest) else None


def _is_generic(name: str) -> bool:
    return len(name) < 2 or _generic().fullmatch(name) is not None


@cache
def _generic() -> re.Pattern[str]:
    one = words().one
    return re.compile(
        rf"(?:(?:{one['first'].pattern})|的|和|、|及|与|或|各|其)*(?:{one['generic'].pattern})"
        rf"(?:和|、|及|与|或|者|(?:{one['generic'].pattern}))*"
    )


@cache
def _verb() -> re.Pattern[str]:
    one = words().one
    either = rf"(?:{one['honours'].pattern}|{one['acts'].pattern})"
    return re.compile(rf"{either}(?:(?:或者?|和|及|、)(?:新|首次)?{either})*(?:了|过|为|到)?")


@cache
def _first() -> re.Pattern[str]:
    return re.compile(
        rf"^(?:(?:{words().one['first'].pattern})|[\d一二三四五两]+[名家个项]|认定的?|评定的?|获评的?|设立的?|引进的?|的)+(?=.{{2}})"
    )
