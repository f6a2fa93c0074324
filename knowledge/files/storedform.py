"""Arrays in one file that is looked at where it lies: written whole or not at all, checked before it is believed."""

from __future__ import annotations

import json
import mmap
import os
import tempfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic_core import from_json

MAGIC = b"policybot arrays 2\n"
ALIGNED = 64
"""Bytes at whose multiples arrays begin."""
PACKED = 200
"""Entries from which a list or a mapping of words is stored as a single text: cut up in a fifth of the time that JSON
takes for as many texts."""
_LINES, _PAIRS = "=lines", "=pairs"
PAGE = 512
"""Words of 64 bits that are summed up together in the check."""


class SpoiltError(Exception):
    """The file is not what was written."""


def write(path: Path, plain: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write ``plain`` (JSON) and ``arrays``; OSError when the folder can't be written, and then nothing is left."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            places = {}
            file.write(MAGIC.ljust(ALIGNED, b"\0"))
            at = ALIGNED
            for array_name, array in arrays.items():
                data = np.ascontiguousarray(array)
                content = data.tobytes() + b"\0" * (-data.nbytes % ALIGNED)
                places[array_name] = [data.dtype.str, list(data.shape), at]
                at += file.write(content)
            file.flush()
            check = _check(np.memmap(name, dtype=np.uint8, mode="r")[ALIGNED:at])
            head = json.dumps({"plain": _packed(plain), "places": places, "check": check}, ensure_ascii=False).encode()
            file.write(head)
            file.write(at.to_bytes(8, "little") + len(head).to_bytes(8, "little"))
            file.write(zlib.crc32(head).to_bytes(4, "little"))
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def read(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What write() wrote; the arrays can't be changed. Raises SpoiltError; OSError where there is no such file."""
    with path.open("rb") as file:
        try:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            raise SpoiltError(f"{path} is empty") from None
    view = memoryview(mapped)
    try:
        if bytes(view[: len(MAGIC)]) != MAGIC or len(view) < ALIGNED + 20:
            raise SpoiltError(f"{path} is another kind of file, or cut short")
        at, size = (int.from_bytes(view[-20 + i : -12 + i], "little") for i in (0, 8))
        head = view[at : at + size]
        if at + size + 20 != len(view) or zlib.crc32(head) != int.from_bytes(view[-4:], "little"):
            raise SpoiltError(f"{path} is cut short or changed")
        document = from_json(bytes(head))
        if _check(np.frombuffer(view[ALIGNED:at], dtype=np.uint8)) != document["check"]:
            raise SpoiltError(f"{path} is changed")
        if hasattr(mmap, "MADV_DONTNEED"):  # all was looked at once; what is needed again comes back by itself
            mapped.madvise(mmap.MADV_DONTNEED)
        arrays = {
            name: np.frombuffer(view, dtype=np.dtype(kind), count=int(np.prod(shape)), offset=start).reshape(shape)
            for name, (kind, shape, start) in document["places"].items()
        }
    except (ValueError, KeyError, TypeError) as error:
        raise SpoiltError(f"{path}: {error}") from error
    return _unpacked(document["plain"]), arrays


def _packed(value: Any) -> Any:
    """Plain data with long lists of words, and long mappings of words to words or numbers, in one text."""
    if isinstance(value, Mapping):
        texts, numbers = _all_of(value.values(), str), _all_of(value.values(), int) or _all_of(value.values(), float)
        if len(value) < PACKED or not (texts or numbers) or not _one_line(value):
            return {name: _packed(one) for name, one in value.items()}
        if not texts:
            return {_PAIRS: ["\n".join(value), list(value.values())]}
        return {_PAIRS: ["\n".join(value), "\n".join(value.values())]} if _one_line(value.values()) else dict(value)
    long = isinstance(value, (list, tuple)) and len(value) >= PACKED and _all_of(value, str) and _one_line(value)
    return {_LINES: "\n".join(value)} if long else value


def _all_of(values: Iterable[object], kind: type) -> bool:
    return all(type(value) is kind for value in values)


def _one_line(words: Iterable[str]) -> bool:
    return not any("\n" in word for word in words)


def _unpacked(value: Any) -> Any:
    """The reverse of _packed(), as deep as mappings go; the value is changed."""
    if not isinstance(value, dict):
        return value
    if _LINES in value:
        return value[_LINES].split("\n")
    if _PAIRS in value:
        words, others = value[_PAIRS]
        return dict(zip(words.split("\n"), others.split("\n") if isinstance(others, str) else others, strict=True))
    for name, one in value.items():  # in place, so that each text goes when it is cut up
        if isinstance(one, dict):
            value[name] = _unpacked(one)
    return value


def _check(content: NDArray[np.uint8]) -> int:
    """Checksum of the sums of all pages: as sharp as a start needs it (torn, zeroed, swapped pages, flipped bits), and
    five times as fast as one of every byte."""
    words = content.view(np.uint64)
    whole = len(words) // PAGE * PAGE
    sums = [words[:whole].reshape(-1, PAGE).sum(axis=1, dtype=np.uint64), words[whole:].sum(keepdims=True)]
    return zlib.crc32(np.concatenate(sums).astype("<u8").tobytes())
