"""Match keys: one plain form for everything that people can type for the same words. Never shown to anyone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import opencc

MAX_CHARS = 1200
"""Longer texts keep their beginning and end: no honest question is longer, and time stays bounded."""

REMEMBERED = 20_000
"""Characters that are remembered."""
SHORT, REMEMBERED_TEXTS = 60, 4_000
"""Characters of a text that is worth remembering, and how many are: names and questions are folded again and again."""

_TO_SIMPLIFIED = opencc.OpenCC("t2s")
# NFKC leaves these alone, though people type them for one another.
_LIKE = str.maketrans(
    {
        "∶": ":", "﹕": ":", "〔": "[", "〕": "]", "【": "[", "】": "]", "［": "[", "］": "]", "〈": "《", "〉": "》",
        "—": "-", "–": "-", "―": "-", "－": "-", "~": "-", "～": "-", "“": '"', "”": '"', "‘": "'", "’": "'",
        "。": ".", "、": ",", "「": '"', "」": '"', "『": '"', "』": '"', "·": " ", "•": " ", "�": " ",
    }
)  # fmt: skip
DIAERESIS = "\u0308"
_SPACE = re.compile(r"\s+")
_SPACED_OUT = re.compile(r"(?<!\w)(?:[一-鿿\d,()] ){3,}[一-鿿\d,()](?!\w)|^(?:[一-鿿] ){2}[一-鿿]\W*$")
"""Characters typed with a blank between any two: so many of them that it is no matter of single words."""
_SINGLE = re.compile(r"(?<!\w)(?:[一-鿿\d,()] )+[一-鿿\d,()](?!\w)")
"""The same, however few, in a text that is typed so."""
_NOT_KEY = re.compile(r"[\W_]+")
_KEEP = ("L", "N", "P", "Z", "M")
"""Unicode categories that carry words; symbols and emoji (S) become blanks, control and format characters (C) go."""
_KEEP_SYMBOLS = "+=<>$¥￥%|`^"


def fold(text: str) -> str:
    """The plain form: NFKC, simplified, lower case, no marks on letters, no emoji, single blanks.

    >>> fold("第４部分（二）　瞪羚企業　有補貼嗎？😀")
    '第4部分(二) 瞪羚企业 有补贴吗?'
    """
    return _remembered(text) if len(text) <= SHORT else _fold(text)


def _fold(text: str) -> str:
    if len(text) > MAX_CHARS:
        text = text[: MAX_CHARS // 2] + " " + text[-MAX_CHARS // 2 :]
    plain = text.translate(_ALONE)
    if _JOINED in plain:
        plain = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    text = plain if plain.isascii() else _TO_SIMPLIFIED.convert(plain)
    text = _SPACE.sub(" ", text.lower()).strip()
    if " " not in text or not _SPACED_OUT.search(text):
        return text
    return _SINGLE.sub(lambda run: run.group().replace(" ", ""), text)


_remembered = lru_cache(REMEMBERED_TEXTS)(_fold)


def fold_whole(text: str, piece: int = 1_000) -> str:
    """fold() of a text of any length."""
    return "".join(fold(text[at : at + piece]) for at in range(0, len(text), piece))


class _Characters(dict[int, str]):
    """Characters by code, as they stand in the plain form; worked out when first met."""

    def __init__(self, plain: Callable[[str], str]) -> None:
        super().__init__()
        self._plain = plain

    def __missing__(self, code: int) -> str:
        plain = self._plain(chr(code))
        if len(self) < REMEMBERED:
            self[code] = plain
        return plain


def _plain(char: str) -> str:
    """A character of a text in NFKC."""
    char = char.translate(_LIKE)
    apart = unicodedata.normalize("NFD", char)
    letter, marks = apart[0], apart[1:]
    if marks and letter.isascii() and letter.isalpha():  # pinyin with its tones, ü as people type it
        return "v" if letter in "uU" and DIAERESIS in marks else letter
    category = unicodedata.category(char)
    if category[0] in _KEEP or char in _KEEP_SYMBOLS:
        return char
    if category in ("Cf", "Cs", "Co", "Cn"):
        return ""
    return " "


def _alone(char: str) -> str:
    """A character of any text, where NFKC, which is slow, would change nothing but each character by itself."""
    normal = unicodedata.normalize("NFKC", char)
    if any(unicodedata.category(part)[0] == "M" or part in _SYLLABLES for part in normal):
        return _JOINED
    return "".join(map(_plain, normal))


_JOINED = "\ue000"
"""Stands for what joins the character before it, marks and parts of Korean syllables; no folded text has it itself."""
_SYLLABLES = frozenset(map(chr, range(0x1100, 0x1200)))
_PLAIN, _ALONE = _Characters(_plain), _Characters(_alone)


def key(text: str) -> str:
    """Letters and digits of the folded text alone: equal keys are the same words.

    >>> key("谁 负责？") == key("誰負責")
    True
    """
    return _NOT_KEY.sub("", fold(text))
