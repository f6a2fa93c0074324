"""What a conversation remembers, and what a follow-up means in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.engine.understanding.understanding import Question, Understanding
from bot.engine.values.conversation import Conversation
from knowledge.base.target import clauses_of
from knowledge.reading.reader import Reading
from knowledge.text.numbers import ordinal

SHORT = 14
"""Longest follow-up, in characters, that may lean on what was talked about; longer ones say what they mean."""
_ELLIPSIS_START = re.compile(r"^(?:那|那么|那要是|那如果|还有|另外|同样|要是|如果|换成|what about|how about|and )")
_ELLIPSIS_END = re.compile(r"(?:呢|咧|捏|嘞|勒|哩|的话)[?!.,~ ]*$")
_ABOUT_UNIT = re.compile(r"[吗么]|[不吧咯喽][?!. ]*$|也|是不是|是否|还有谁|之外|以外|归.{0,8}管|在不在|算不算")
_WITHOUT = re.compile(
    r"(?:哪|几).{0,6}(?:没有?|不含|不包括|未列|没写|没提)|(?:没有?|不含|未)(?:写|列|提到|包括).{0,12}(?:哪|条)"
)
_ONLY = re.compile(r"只归|只有|仅由|单独|只由|只写|仅|only")
_LISTING = re.compile(r"哪[些几]|什么|啥|职责|任务|清单")
_PRONOUN = re.compile(
    r"这个|这条|这项|这一条|那条|那个|那项|它|他们|上面|上述|刚才|刚刚|前面|该条|该项|此条|同上|这里面|里头|里面"
)
_RETURN = re.compile(
    r"(?:再|又|还是|还|我)?(?:回到|说回|回头说|回头看|倒回去?|转回|绕回)|(?:刚才|刚刚|之前)?(?:前一个|前一条|上一个)(?:的|呢)?"
)
_EARLIER = re.compile(
    r"(?:刚才|刚刚|刚|之前|先前|前面|开头|一开始|最先|最开始|早先|上一个)"
    r"(?:我|你|咱们|我们)?(?:说|问|讲|提|聊)?(?:到|过)?(?:的|那)?(?:那个|那条|那项|个|条|项)?"
)
_DOCUMENT = re.compile(
    r"(?:这|该|本|那|此)(?:个|份|项|部)?(?:文件|政策|通知|意见|办法|方案|规定|条例|计划|规划|文)|(?<!其)它的?"
)
_PICK = re.compile(
    r"^(?:那(?:么|就)?)?(?:我?(?:要|选|看|想看|想问|说的是|问的是|就)?(?:的是)?\s*)"
    r"(?:第\s*([一二三四五六七八九十两\d]{1,3})|([一二三四五六七八九两\d]{1,2})|(最后|末尾|后面|下面|后)|(前面|头|首|上面|前))"
    r"\s*(?:一)?(?:个|条|项|款|种|号)?(?![\w]*(?:万|元|年|级|级别|部分|大|权|链))"
)
_ARTICLE = re.compile(r"第\s*[一二三四五六七八九十两\d]{1,3}\s*条")
_PICK_ENGLISH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1, "latter": -1, "former": 1}
_OTHER = re.compile(r"^(?:那)?(?:另外?一?|剩下|其他|还有)(?:那)?[一]?(?:个|条|项)")
_CONTRAST = re.compile(r"^[^,.;]{0,4}不是[^,.;?!]{1,12}[,.; ](?:而)?(?:我)?(?:问的)?是(?!不是|吗|吧)")
_ALL = re.compile(r"^(?:都|全部|两个都|两条都|都要|都看|都说)")


@dataclass(frozen=True)
class Correction:
    """A question that begins by rejecting the last answer."""

    rest: str
    """What is asked instead; empty when it only says that the answer was wrong."""


def correction(question: Question, understanding: Understanding) -> Correction | None:
    """不是，我问的是… : the words after the last rejection near the beginning."""
    text = question.reading.folded
    contrast = _CONTRAST.search(text)
    if contrast:  # 我不是首次认定,是重新认定
        return Correction(text[contrast.end() :])
    end = 0
    while (size := understanding.correction(text[end:])) is not None:
        end += size
        while end < len(text) and not text[end].isalnum():
            end += 1
    return Correction(text[end:]) if end else None


def picked(
    question: Question,
    conversation: Conversation,
    known_by: Callable[[str], str],
    understanding: Understanding,
    articled: Callable[[str], bool] = lambda _: False,
) -> list[str] | None:
    """The offered targets that a reply to a choice means: by number, by ordinal, or by words of the clause.

    ``known_by``: what a target is known by; ``articled``: whether its document counts articles, so that 第五条 is one
    of them and no pick.
    Empty when it is no such reply; None when it counts beyond what was offered.
    """
    choices = conversation.choices
    if not choices:
        return []
    text = question.reading.folded.strip(" .,!?;:)(")
    if _OTHER.match(text) and len(choices) == 2 and conversation.clause in choices:
        return [c for c in choices if c != conversation.clause]
    if _ALL.match(text) and len(text) <= SHORT:
        return list(choices)
    match = _PICK.match(text)
    if match and _ARTICLE.search(match.group()) and any(map(articled, clauses_of(choices))):
        return []
    number = None
    if match and understanding.empty(text[match.end() :]):
        typed = match[1] or match[2]
        number = ordinal(typed) if typed else -1 if match[3] else 1
    else:
        for word in re.findall(r"[a-z]+", text):
            number = _PICK_ENGLISH.get(word, number)
        if len(text) > 2 * SHORT:
            number = None
    if number is not None:
        i = number - 1 if number > 0 else len(choices) + number
        return [choices[i]] if 0 <= i < len(choices) else None
    core = re.sub(r"那个|那条|那项|这个|这条|的|选|要|看|我|关于|讲|说", "", text)
    if 2 <= len(core) <= SHORT:
        hits = [target for target in choices if core in known_by(target)]
        if len(hits) == 1:
            return hits
    return []


def leans(question: Question) -> bool:
    """Whether the question reads as a follow-up: an opening, an ending or a pronoun that points back."""
    text = question.reading.folded
    if len(text) > 2 * SHORT:
        return False
    return bool(_ELLIPSIS_START.search(text) or _ELLIPSIS_END.search(text) or _PRONOUN.search(text))


def points_back(question: Question) -> str | None:
    """The question without the words that point at the document talked about (这个文件, 它); None without any."""
    text = question.reading.folded
    rest = _DOCUMENT.sub(" ", text, count=1)
    return rest.strip() if rest != text else None


@dataclass(frozen=True)
class Return:
    """A question that goes back to what was talked about before."""

    rest: str
    """Without the words that point back."""
    away: bool
    """Whether it leaves what is talked about now (回到), or may still mean it (刚才)."""


def returns(question: Question) -> Return | None:
    """回到刚才工资那个,又是谁管; None when nothing points back."""
    text = question.reading.folded
    away = _RETURN.search(text)
    if away is None and not _EARLIER.search(text):
        return None
    return Return(_EARLIER.sub(" ", _RETURN.sub(" ", text)).strip(), away is not None)


def is_short(reading: Reading) -> bool:
    """Whether a question may lean on what was talked about; punctuation makes none longer."""
    return sum(map(str.isalnum, reading.folded)) <= SHORT


def asks_on(question: Question) -> bool:
    """Whether it is so short, and asks for units, an amount or the text, that it may go on from the last answer."""
    return is_short(question.reading) and bool(question.asks & {"units", "amount", "count", "original"})


def asks_about_unit(question: Question) -> bool:
    """Whether a question that only names a unit asks if it has to do with what is talked about: 组织部管吗."""
    text = question.reading.folded
    return bool(_ABOUT_UNIT.search(text) or leans(question)) and not _LISTING.search(text)


def limits_units(question: Question) -> Literal["only", "without"] | None:
    """Whether a question asks for the clauses that name only these units, or that don't name them."""
    text = question.reading.folded
    if _WITHOUT.search(text):
        return "without"
    return "only" if _ONLY.search(text) else None
