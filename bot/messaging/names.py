"""Names that a messenger gives to its messages, as the store and buttons can hold them."""

from __future__ import annotations

import hashlib

LONGEST = 40
"""Characters of a delivery's id with which the data of a button still hold it (see service/buttons.py)."""


def short(name: str) -> str:
    """The name, or 32 hexadecimal digits that stand for it where it is longer or not ASCII."""
    if 0 < len(name) <= LONGEST and name.isascii() and name.isprintable():
        return name
    return hashlib.blake2s(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
