"""What of a docx is not in the text, or not surely right in it: for a person, who adds what belongs there."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST = 30
"""Places of a kind that are named; the others are counted."""
LONGEST = 300
"""Characters of a piece that are shown."""


@dataclass
class LeftOut:
    """Pieces by what they are, each with where it stood."""

    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, words: str = "", after: str = "") -> None:
        """Name a piece; ``after``: the words that stand before it, of which the last are told."""
        shown = " ".join(words.split())
        shown = f"「{shown[:LONGEST]}{'…' if len(shown) > LONGEST else ''}」" if shown else ""
        place = "".join(after.split())[-14:]
        told = f"{shown}（在「{place}」之后）" if place else shown
        own = self.found.setdefault(what, [])
        if told not in own or not shown:
            own.append(told)

    def told(self) -> list[str]:
        """A line for each piece; of a kind that has many, for the first."""
        out = []
        for what, places in self.found.items():
            out += [f"{what}{'：' if place and place[0] == '「' else ''}{place}" for place in places[:MOST]]
            if len(places) > MOST:
                out.append(f"{what}：另有 {len(places) - MOST} 处，请对照原件")
        return out
