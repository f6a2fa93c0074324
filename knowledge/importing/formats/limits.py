"""What a file may cost, and the error that says why it is refused."""

from __future__ import annotations

MAX_FILE = 50_000_000
"""Bytes in a file."""
MAX_TEXT = 1_000_000
"""Characters in a document's text: the longest real ones have a few hundred thousand."""
MAX_UNPACKED = 200_000_000
"""Bytes to which a docx may unpack in all."""
MAX_MEMBER = 100_000_000
"""Bytes to which one part of a docx may unpack."""
MAX_RATIO = 200
"""Times that a part of a docx may grow when it is unpacked (text grows some 20 times)."""
MAX_MEMBERS = 5_000
"""Parts in a docx."""
MAX_PAGES = 2_000
"""Pages of a pdf."""
WALL_SECONDS = 60
"""Seconds for one file, or for one page of a scan, waiting included."""
MEMORY = 1_500_000_000
"""Bytes of address space of the process that reads a file."""
MAX_SCANNED = 60
"""Pages of one file in which characters are recognised."""
SCAN_MEMORY = 6_000_000_000
"""Bytes of address space of the process while it recognises characters: a third of it is used at most."""
CONVERSION_SECONDS = 45
"""Seconds that LibreOffice has for one file."""


class UnreadableError(Exception):
    """A file that can't be imported; the message says why and what to do, in the words of the person who has it."""
