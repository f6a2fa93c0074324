"""Where the sentence, the comma clause and the enumerated piece around a place of a view begin and end."""

from __future__ import annotations

Stretch = tuple[int, int]
"""From, and to before."""


class Spans:
    """Stretches of ``text``; ``breaks``: places at which a row of a table begins or a line after it."""

    def __init__(self, text: str, breaks: set[int]) -> None:
        self.text = text
        self.breaks = breaks
        self.depth = _depths(text)

    def back(self, at: int, stops: str) -> int:
        """Where the stretch begins that no character of ``stops`` cuts (in brackets: none inside of them)."""
        level = self.depth[at]
        i = at
        while i > 0 and i not in self.breaks and not (self.text[i - 1] in stops and self.depth[i - 1] <= level):
            i -= 1
        return i

    def on(self, at: int, stops: str) -> int:
        """Where it ends."""
        level = self.depth[min(at, len(self.text) - 1)]
        i = at
        while i < len(self.text) and not (self.text[i] in stops and self.depth[i] <= level):
            if i > at and i in self.breaks:
                break
            i += 1
        return i


def _depths(text: str) -> list[int]:
    depths, depth = [], 0
    for char in text:
        if char in "([〈《“":
            depths.append(depth)
            depth += 1
            continue
        if char in ")]〉》”":
            depth = max(0, depth - 1)
        depths.append(depth)
    return depths
