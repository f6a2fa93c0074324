"""The counts as a picture: questions by day, the clauses and the units asked for most.

Drawn with Pillow, which is small, and a font that comes with the program, so that Chinese labels don't hang on what the
machine has installed.
"""

from __future__ import annotations

import io
import logging
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.staff.stats import GOOD, Stats

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

    from bot.replies.texts import Texts

log = logging.getLogger(__name__)

FONT = Path(__file__).resolve().parent / "fonts" / "policybot-sans-sc.otf"
WIDTH, EDGE, LINE = 1080, 40, 34
"""Pixels: the whole width, the margin, and the height of a line of a list."""
PLOT = 300
"""Pixels that the highest bar takes."""
MOST_BARS = 62
"""Bars; with more days each bar stands for several."""
LABEL = 340
"""Pixels for the name of a clause or a unit."""
PARTS = ("counted", "choose", "none", "other")
"""What a bar is made of, from the bottom."""
COLOURS = {"counted": "#2c7fb8", "choose": "#fdae61", "none": "#d7191c", "other": "#bdbdbd"}
INK, FAINT = "#222222", "#dddddd"


def draw(stats: Stats, words: Texts, names: Mapping[str, str]) -> bytes | None:
    """A PNG; None when there is nothing to draw it with. ``names``: short titles of clauses by target."""
    try:
        from PIL import Image, ImageDraw, ImageFont

        big, small = (ImageFont.truetype(str(FONT), size) for size in (30, 20))
    except (ImportError, OSError) as error:
        log.warning("no_chart", extra={"reason": str(error)})
        return None
    lists = [
        (words("stats.clauses"), [(names.get(t, t), n) for t, n in stats.top(stats.clauses)]),
        (words("stats.units"), stats.top(stats.units)),
    ]
    lists = [(title, rows) for title, rows in lists if rows]
    height = EDGE * 3 + 130 + PLOT + sum(60 + LINE * len(rows) for _, rows in lists)
    image = Image.new("RGB", (WIDTH, height), "white")
    pen = ImageDraw.Draw(image)
    title = words("stats.title", first=stats.days[0], last=stats.days[-1], days=len(stats.days))
    pen.text((EDGE, EDGE - 10), title, INK, big)
    top = _bars(pen, EDGE + 50, stats, words, small)
    for title, rows in lists:
        top = _list(pen, top, title, rows, small)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _bars(pen: ImageDraw.ImageDraw, top: int, stats: Stats, words: Texts, font: ImageFont.FreeTypeFont) -> int:
    """Questions by day, a bar a day; returns where to go on."""
    left = EDGE
    labels = {"counted": words("stats.counted"), "other": words("stats.other")}
    labels |= {name: words(f"stats.outcome.{name}") for name in ("choose", "none")}
    for part in PARTS:
        pen.rectangle((left, top + 4, left + 18, top + 22), COLOURS[part])
        pen.text((left + 26, top), labels[part], INK, font)
        left += 60 + round(pen.textlength(labels[part], font))
    top += 50
    bins = binned(stats)
    most = max(1, *(sum(counts.values()) for _, counts in bins))
    step = 10 ** max(0, len(str(most)) - 1)
    step = step if most // step > 2 else max(1, step // 5)
    scale = PLOT / (math.ceil(most / step) * step)
    floor = top + PLOT
    for value in range(0, math.ceil(most / step) * step + 1, step):
        y = floor - value * scale
        pen.line((EDGE + 60, y, WIDTH - EDGE, y), FAINT)
        pen.text((EDGE + 50, y), str(value), INK, font, anchor="rm")
    room = (WIDTH - 2 * EDGE - 60) / len(bins)
    every = max(1, math.ceil(90 / room))
    for n, (day, counts) in enumerate(bins):
        x, y = EDGE + 60 + n * room, float(floor)
        for part in PARTS:
            up = counts[part] * scale
            if up:
                pen.rectangle((x + room * 0.12, y - up, x + room * 0.88, y), COLOURS[part])
            y -= up
        if n % every == 0:
            pen.text((x + room / 2, floor + 8), day[5:], INK, font, anchor="ma")
    return floor + 50


def binned(stats: Stats) -> list[tuple[str, Counter[str]]]:
    """(first day, questions by part) of each bar."""
    size = math.ceil(len(stats.days) / MOST_BARS)
    bins: list[tuple[str, Counter[str]]] = []
    for n, day in enumerate(stats.days):
        if n % size == 0:
            bins.append((day, Counter()))
        for outcome, count in stats.by_day[day].items():
            part = "counted" if outcome in GOOD else outcome if outcome in PARTS else "other"
            bins[-1][1][part] += count
    return bins


def _list(
    pen: ImageDraw.ImageDraw, top: int, title: str, rows: Sequence[tuple[str, int]], font: ImageFont.FreeTypeFont
) -> int:
    """Names with a bar and the number each; returns where to go on."""
    pen.text((EDGE, top + 10), title, INK, font)
    top += 46
    most = max(n for _, n in rows)
    for name, n in rows:
        while name and pen.textlength(name, font) > LABEL:
            name = name[:-2] + "…" if name.endswith("…") else name[:-1] + "…"
        pen.text((EDGE, top), name, INK, font)
        left = EDGE + LABEL + 16
        right = left + (WIDTH - EDGE - 80 - left) * n / most
        pen.rectangle((left, top + 3, max(left + 2, right), top + 23), COLOURS["counted"])
        pen.text((right + 8, top), str(n), INK, font)
        top += LINE
    return top + 14
