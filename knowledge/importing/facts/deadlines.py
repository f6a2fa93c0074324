"""Times by which something is to be done: 2025年底前, 每年10月底前, 每年5月10日至6月10日."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.importing.facts.spans import Spans
from knowledge.importing.facts.stated import Bound, Stated
from knowledge.text.printed import View

_CLOCK = r"(?:(?:上午|下午|中午)?\d{1,2}(?::\d{2}|[时点](?:\d{1,2}分|整)?))?"
_IN_YEAR = re.compile(
    r"(?:到|至|在|于|力争)?((?:19|20)\d{2})年(?:\d{1,2}月(?:\d{1,2}日|底|末)?|底|末|年底|上半年|下半年)?(?:以?前|之前|底前)"
    r"|(?<![截加长高升大])(?:到|至)((?:19|20)\d{2})年(?:底|末)?(?=,|[一-鿿])"
    r"|截止(?:时间|日期|日)(?:为|是|:|到|至)?((?:19|20)\d{2})年\d{1,2}月(?:\d{1,2}日)?"
    r"|(?:^|(?<=[。;:)]))(?P<plan>(?:19|20)\d{2})年(?:上半年|下半年|[底末初])?(?=,)"
    r"|(?:[期限]|时间)(?:为|是|:)?((?:19|20)\d{2})年?(?:\d{1,2}月)?(?:至|到|[-—―~～]+)(?:19|20)\d{2}年(?:\d{1,2}月)?(?!\d)"
    rf"|(?<!自)(?<!期)(?<!期为)(?<!期:)((?:19|20)\d{{2}})年\d{{1,2}}月\d{{1,2}}日{_CLOCK}(?:至|到|[-—~]+)(?:(?:19|20)\d{{2}}年|当年|次年)?\d{{1,2}}月\d{{1,2}}日{_CLOCK}(?!施行|有效|止)"
)
_END = r"(?:底|末|上旬|中旬|下旬)"
_DAY = rf"\d{{1,2}}月(?:\d{{1,2}}日|{_END})?"
_RECURRING = re.compile(
    rf"(?:(?:每年度?|次年|当年|翌年|第二年|下一?年度?|本年度?)(?P<month>\d{{1,2}})月(?:\d{{1,2}}日|{_END})?"
    rf"|(?<![年\d至到—~-])(?P<bare>\d{{1,2}})月(?:\d{{1,2}}日|{_END})|(?:每|次|当)月(?P<date>\d{{1,2}})日)"
    rf"(?P<until>(?:至|到|[-—~]+)(?:次年|当年|次月)?(?:{_DAY}|\d{{1,2}}日))?(?P<before>以?前|之前)?"
)
"""Without a year of its own: every year's, or the year's that is told elsewhere."""


def deadlines(view: View, around: Spans, masked: str) -> Iterator[tuple[Stated, tuple[int, int]]]:
    """Each with its span in the view's text."""
    for match in _IN_YEAR.finditer(masked):
        stated = _in_year(view, around, match)
        if stated is not None:
            yield stated, match.span()
    for match in _RECURRING.finditer(masked):
        if match["until"] or match["before"]:
            yield _recurring(view, around, match), match.span()


def _in_year(view: View, around: Spans, match: re.Match[str]) -> Stated | None:
    """None where the year only ends a range."""
    start = match.start()
    if re.match(r"[到至]", match.group()) and start and view.text[start - 1] in "0123456789年月日":
        return None
    led = re.match(r"(?:[期限]|时间)(?:为|是|:)?|于|在|力争|截止(?:时间|日期|日)(?:为|是|:|到|至)?", match.group())
    lead = led.group() if led else ""
    year = next(filter(None, match.groups()))
    text = view.quote(start + len(lead), match.end())
    bound: Bound = "exact" if match["plan"] else "at_most"  # 2021年,建设工作室: in that year
    return Stated("deadline", text, _sentence(view, around, match), float(year), "年", bound, at=start)


def _recurring(view: View, around: Spans, match: re.Match[str]) -> Stated:
    """Its value is the month in which it begins; the day, where it is one of each month."""
    month = match["month"] or match["bare"]
    value, unit = (month, "月") if month else (match["date"], "日")
    text, quote = view.quote(match.start(), match.end()), _sentence(view, around, match)
    return Stated("deadline", text, quote, float(value), unit, "at_most", at=match.start())


def _sentence(view: View, around: Spans, match: re.Match[str]) -> str:
    """The words that tell what is due, from the comma before it to the next one, or to that behind it."""
    first, last = around.back(match.start(), "。;,!?:"), around.on(match.end(), "。;!?")
    comma = around.on(match.end(), "。;,!?")
    if comma == match.end() or comma - match.end() < 3:
        comma = around.on(min(comma + 1, len(view.text)), "。;,!?") if comma < last else comma
    return view.quote(first, comma)
