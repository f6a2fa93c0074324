"""Page numbers and running heads: what stands on page after page and belongs to none of the sentences."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from knowledge.text.printed import half_width

_MARKED = re.compile(
    r"[-—–―·•~～_]+\s*\d{1,4}\s*[-—–―·•~～_]+|[-—–―·•~～_]+\s*\d{1,4}|\d{1,4}\s*[-—–―·•~～_]+"
    r"|(?:第\s*)?\d{1,4}\s*页(?:\s*[/,]?\s*(?:共|总)\s*\d{1,4}\s*页)?|第\s*\d{1,4}\s*页?"
    r"|\d{1,4}\s*/\s*(?:共\s*)?\d{1,4}(?:\s*页)?|(?:共\s*\d{1,4}\s*页)[,\s]*第\s*\d{1,4}\s*页|[Pp](?:age|\.)?\s*\d{1,4}(?:\s*of\s*\d{1,4})?"
)
"""A page number that shows itself as one; in half width."""
_SENTENCE = re.compile(r"[。；，：！？]")
_MIN_HEAD = 3
"""Pages on which a line must stand in the same place to be a running head, where it isn't every other page."""
_LONGEST = 60
_DEEPEST = 3
"""Lines of running heads at an edge of a page."""


@dataclass
class Bare:
    """Pages without what runs through them."""

    pages: list[list[str]]
    dropped: int = 0
    """Lines taken away."""
    heads: list[str] = field(default_factory=list)
    """Those among them that are no page numbers, each once."""


def bare(pages: list[list[str]]) -> Bare:
    """The pages without page numbers, and without lines that stand first or last on most pages or every other one."""
    found = Bare([list(page) for page in pages])
    for _ in range(_DEEPEST):
        numbers = _offset(found.pages)
        heads = {edge: _heads(found.pages, edge) for edge in (0, -1)}
        before = found.dropped
        for n, page in enumerate(found.pages):
            for edge in (0, -1):
                while page and (_is_number(page[edge], n, numbers) or _form(page[edge]) in heads[edge]):
                    line = page.pop(edge).strip()
                    found.dropped += 1
                    if not _is_number(line, n, numbers) and line not in found.heads:
                        found.heads.append(line)
        if found.dropped == before:
            break
    return found


def _is_number(line: str, page: int, offset: int | None) -> bool:
    plain = half_width(line.strip())
    if _MARKED.fullmatch(plain):
        return True
    return plain.isdecimal() and offset is not None and int(plain) - page == offset


def _offset(pages: list[list[str]]) -> int | None:
    """By how much bare numbers at the pages' edges are ahead of the pages' own count; None where they count nothing."""
    votes: Counter[int] = Counter()
    for n, page in enumerate(pages):
        edges = {half_width(line.strip()) for line in (*page[:1], *page[-1:])}
        votes.update({int(line) - n for line in edges if line.isdecimal() and len(line) <= 4})
    (offset, most) = votes.most_common(1)[0] if votes else (0, 0)
    return offset if most >= max(2, 0.5 * len(pages)) or (len(pages) == 1 and offset == 1) else None


def _form(line: str) -> str:
    """A line with its numbers left open: the head of one page is that of the next but for the page's number."""
    words = "".join(half_width(line).split())
    letters = len(re.findall(r"[一-鿿A-Za-z]", words))
    return re.sub(r"\d+", "#", words) if letters >= 4 else words


def _heads(pages: list[list[str]], edge: int) -> set[str]:
    """The lines at one edge that stand there on most pages, or on most of the even or of the odd ones."""
    lines = [_form(page[edge]) if page and not _SENTENCE.search(page[edge]) else "" for page in pages]
    lines = [line if len(line) < _LONGEST else "" for line in lines]
    found = {line for line, n in Counter(lines).items() if n >= max(_MIN_HEAD, 0.6 * len(pages))}
    if len(pages) > _MIN_HEAD:
        for first in (0, 1):
            own = lines[first::2]
            found |= {line for line, n in Counter(own).items() if n >= max(2, 0.6 * len(own))}
    return found - {""}
