"""Runs commands in a pseudo-terminal and draws what they print as SVG (rich's export)."""

from __future__ import annotations

import fcntl
import html
import io
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import termios
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 92
ROW = 24.4
"""Height of a line in rich's picture."""
CHINESE = 22
"""Size of Chinese characters, which are square: two columns are a little wider."""
FONT = "'Sarasa Mono SC','Noto Sans Mono CJK SC','Source Code Pro',Menlo,Consolas,monospace"


def printed(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """What `policybot …` prints in a terminal, colours included."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    kept = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "PYTHONUTF8": "1", "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", *words],
        cwd=ROOT,
        env={**kept, **environment},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    out = b""
    try:
        while part := os.read(master, 1 << 16):
            out += part
    except OSError:  # Linux says EIO when the other side is closed
        pass
    finally:
        os.close(master)
    if process.wait(60) > 1:
        raise RuntimeError(f"policybot {shlex.join(words)}: {out.decode(errors='replace')}")
    return out.decode().replace("\r\n", "\n").rstrip("\n")


def _placed(match: re.Match[str]) -> str:
    """A text in pieces, every piece at its column, and the lines of tables as shapes.

    rich reckons a Chinese character as one column in ``textLength``, though it takes two; and whether the lines of a
    table meet should not depend on the face that the reader has.
    """
    kind, x, y, length, more, marked = match.groups()
    text = html.unescape(marked).replace("\xa0", " ")
    each = float(length) / max(1, len(text))
    out, column = [], 0
    runs = [(wide, list(run)) for wide, run in groupby(re.findall(r" +|[\u2500-\u257f]|[!-\u007f]+|.", text), _is_wide)]
    for wide, run in runs:
        for piece in ["".join(run)] if wide else run:
            left, cells = float(x) + column * each, cell_len(piece)
            column += cells
            if "\u2500" <= piece <= "\u257f":
                out += _box(piece, kind, left, float(y) - 19.5, each)
            elif piece.strip():
                size = f' font-size="{CHINESE}" letter-spacing="{2 * each - CHINESE:.1f}"' if wide else ""
                if not wide and not piece.isascii():  # of one column here, but square in many faces: “ ” — ∶
                    size = ' lengthAdjust="spacingAndGlyphs"'
                placed = f'x="{left:.1f}" y="{y}" textLength="{cells * each:.1f}"{size}{more}'
                out.append(f'<text class="{kind}" {placed}>{html.escape(piece, quote=False)}</text>')
    return "".join(out)


def _is_wide(piece: str) -> bool:
    return len(piece) == 1 and cell_len(piece) == 2


def _box(ch: str, kind: str, x: float, y: float, width: float) -> list[str]:
    """A character such as ├ as rectangles; its name says which ways it goes."""
    name = set(unicodedata.name(ch).replace(" AND ", " ").split())
    thick = 2.0 if "HEAVY" in name else 1.2
    middle, centre = x + width / 2, y + ROW / 2
    ways = {
        "LEFT": (x, centre, width / 2 + thick / 2, thick),
        "RIGHT": (middle - thick / 2, centre, width / 2 + thick / 2 + 0.3, thick),
        "HORIZONTAL": (x, centre, width + 0.3, thick),
        "UP": (middle - thick / 2, y, thick, ROW / 2 + thick / 2),
        "DOWN": (middle - thick / 2, centre, thick, ROW / 2 + 0.3),
        "VERTICAL": (middle - thick / 2, y, thick, ROW + 0.3),
    }
    return [
        f'<rect class="{kind}" x="{a:.1f}" y="{b:.1f}" width="{c:.1f}" height="{d:.1f}"/>'
        for way, (a, b, c, d) in ways.items()
        if way in name
    ]


def svg(title: str, commands: Sequence[Sequence[str]], environment: Mapping[str, str], name: str) -> str:
    """The picture of these commands, one after the other."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for number, words in enumerate(commands):
        line = " ".join(word if re.fullmatch(r"[^\s'\"$]+", word) else shlex.quote(word) for word in words)
        console.print(Text.assemble(("\n$ " if number else "$ ", "bold green"), (f"policybot {line}", "bold")))
        console.print(Text.from_ansi(printed(words, environment)))
    drawn = console.export_svg(title=title, unique_id=name)
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)  # faces from elsewhere are not loaded anyway
    drawn = re.sub(
        r'<text class="([^"]*)" x="([0-9.]+)" y="([0-9.]+)" textLength="([0-9.]+)"([^>]*)>(.*?)</text>', _placed, drawn
    )
    return re.sub(r"font-family: [^;]*Fira Code[^;]*;", f"font-family: {FONT};", drawn)
