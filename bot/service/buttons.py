"""What a button carries: a verb, the key of what it names, an argument."""

from __future__ import annotations

import hashlib


def key_of(name: str) -> str:
    """Ten hexadecimal digits that stand for a target, a policy, a section or a unit."""
    return hashlib.blake2s(name.encode(), digest_size=5).hexdigest()
