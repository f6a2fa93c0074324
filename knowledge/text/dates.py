"""Days and durations as documents print them, in any digits: 二〇二六年十二月三十一日, 2026-12, 2027年底, 三年零六个月.

All is looked for in half width and without blanks.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.text.numbers import ordinal

FIRST_YEAR, LAST_YEAR = 1949, 2099
"""No document of ours begins or ends to hold outside of these years."""
_ZERO = "〇○◯零OoО0"
_DIGITS = str.maketrans(f"{_ZERO}一二三四五六七八九", f"{'0' * len(_ZERO)}123456789")
_YEAR4 = rf"(?:\d{{4}}|[{_ZERO}一二三四五六七八九]{{4}}|[二两]千[零〇]?[一二三四五六七八九十]{{1,3}})"
_SMALL = r"(?:\d{1,2}|[一二三四五六七八九十廿卅]{1,4})"
_THROUGH = r"(?:-|~|—|–|―|至|到)"
DASH = r"(?:-|~|—|–|―)+"
_DAY = re.compile(
    rf"(?P<whole>(?P<y>{_YEAR4})年度?(?:(?P<m>{_SMALL})月份?(?:(?P<d>{_SMALL})[日号]|(?P<me>底|末))?|(?P<ye>年?[底末])|(?P<half>上半年|下半年))?)"
    rf"|(?P<y2>\d{{4}})(?P<sep>[-./])(?P<m2>\d{{1,2}})(?:(?P=sep)(?P<d2>\d{{1,2}}))?日?(?![\d年月])"
    rf"|(?P<y3>{_YEAR4})(?={_THROUGH}+{_YEAR4}年)"
    rf"|(?P<rel>同年|当年|本年|次年|翌年|第二年|下一年)(?:(?P<rm>{_SMALL})月份?(?:(?P<rd>{_SMALL})[日号]|[底末])?|年?[底末])"
    rf"|(?P<em>{_SMALL})月份?(?:(?P<ed>{_SMALL})[日号]|[底末])?"
)
_N = r"(?:\d+(?:\.5)?|[一二两三四五六七八九十百]+)(?:\(\d+\)|\([一二三四五六七八九十]+\))?"
_DURATION = re.compile(
    rf"(?P<y>{_N})(?:个)?(?:整|周)?年(?!度|代|级|底|初|末|\d|[一二三四五六七八九十]+月)(?P<half>半)?(?:(?:零|又|另|加|、)?(?P<ym>{_N})个月)?"
    rf"|(?P<m>{_N})个月(?P<mhalf>半)?|(?P<halfyear>半年)|(?P<q>{_N})个季度"
    rf"|(?P<w>{_N})(?:个)?工作[日天]|(?P<d>{_N})(?:个)?(?:自然日|日历[日天]|日|天)|(?P<weeks>{_N})(?:个)?(?:星期|周)(?!年|岁)"
)


@dataclass(frozen=True)
class Day:
    """A day, a month or a year in a text: ``text[start:end]``; both ends are None where there is no such day."""

    start: int
    end: int
    first: date | None
    last: date | None


@dataclass(frozen=True)
class Duration:
    """A length of time in a text; ``working`` days can't be counted without a calendar of holidays."""

    start: int
    end: int
    months: int = 0
    days: int = 0
    working: bool = False

    def last_day(self, first: date) -> date | None:
        """The last day of a period that begins with ``first``: the day before the same date, later."""
        if self.working:
            return None
        try:
            return _months_after(first, self.months) + timedelta(days=self.days) - timedelta(days=1)
        except (ValueError, OverflowError):
            return None

    def after(self, first: date) -> date | None:
        """The day this long after ``first``."""
        last = self.last_day(first)
        return last + timedelta(days=1) if last else None


def day_at(text: str, at: int, known: date | None = None) -> Day | None:
    """The day that is printed at ``at``; ``known`` gives the year where only a month is (至12月31日, 次年底)."""
    found = _DAY.match(text, at)
    if found is None or (found["whole"] is None and found["y2"] is None and found["y3"] is None and known is None):
        return None
    year, month, day = _read(found, known)
    first, last = _ends(year, month, day, found["half"])
    return Day(at, found.end(), first, last)


def days(text: str) -> Iterator[Day]:
    """All days of ``text``, in order."""
    at = 0
    known: date | None = None
    while at < len(text):
        day = day_at(text, at, known) if not text[at - 1 : at].isdigit() else None
        if day is None:
            at += 1
            continue
        yield day
        known, at = day.last or known, day.end


def duration_at(text: str, at: int) -> Duration | None:
    """The length of time that is printed at ``at``."""
    found = _DURATION.match(text, at)
    if found is None:
        return None
    if found["y"] is not None:
        months = 12 * _number(found["y"]) + (6 if found["half"] else 0) + (_number(found["ym"]) if found["ym"] else 0)
        return Duration(at, found.end(), months=round(months)) if _number(found["y"]) < 1900 else None
    if found["halfyear"]:
        return Duration(at, found.end(), months=6)
    if found["m"]:
        return Duration(at, found.end(), months=round(_number(found["m"])), days=15 if found["mhalf"] else 0)
    if found["q"]:
        return Duration(at, found.end(), months=round(3 * _number(found["q"])))
    if found["w"]:
        return Duration(at, found.end(), days=round(_number(found["w"])), working=True)
    if found["weeks"]:
        return Duration(at, found.end(), days=round(7 * _number(found["weeks"])))
    return Duration(at, found.end(), days=round(_number(found["d"])))


def _number(words: str) -> float:
    plain = re.sub(r"\(.*\)", "", words)
    return float(plain) if plain[0].isdigit() else float(_count(plain))


def _count(words: str) -> int:
    """一百二十 as 120; 0 where it is no number."""
    hundreds, hundred, rest = words.rpartition("百")
    return (100 * (ordinal(hundreds) or 0) if hundred else 0) + (ordinal(rest.lstrip("零〇")) or 0 if rest else 0)


def _read(found: re.Match[str], known: date | None) -> tuple[int, int | None, int | None]:
    """Year, month and day of the month as numbers; a month or a day that isn't printed is None."""
    if found["whole"]:
        return _year(found["y"]), _small(found["m"]), _small(found["d"])
    if found["y2"]:
        return int(found["y2"]), int(found["m2"]), _small(found["d2"])
    if found["y3"]:
        return _year(found["y3"]), None, None
    year = known.year if known else 0
    if found["rel"]:
        later = found["rel"] in ("次年", "翌年", "第二年", "下一年")
        return year + later, _small(found["rm"]), _small(found["rd"])
    return year, _small(found["em"]), _small(found["ed"])


def _year(words: str) -> int:
    if words.startswith(("二千", "两千")):
        return 2000 + _count(words[2:].lstrip("零〇"))
    return int(words.translate(_DIGITS))


def _small(words: str | None) -> int | None:
    if words is None:
        return None
    if words.isdigit():
        return int(words)
    return _count(words.replace("廿", "二十").replace("卅", "三十"))


def _ends(year: int, month: int | None, day: int | None, half: str | None) -> tuple[date | None, date | None]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None, None
    try:
        if day is not None:
            return date(year, month or 0, day), date(year, month or 0, day)
        first, last = date(year, 1 if month is None else month, 1), month or 12
    except ValueError:
        return None, None
    if half:
        first, last = (first, 6) if half == "上半年" else (date(year, 7, 1), 12)
    return first, date(year, last, calendar.monthrange(year, last)[1])


def _months_after(day: date, months: int) -> date:
    """The same date so many months later; where that month has none, the first of the next one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day <= calendar.monthrange(year, month + 1)[1]:
        return day.replace(year=year, month=month + 1)
    return date(year, month + 2, 1)
