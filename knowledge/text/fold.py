"""Match keys: one plain form for everything that people can type for the same words. Never shown to anyone."""

from __future__ import annotations

import re
import unicodedata

import opencc

MAX_CHARS = 1200
"""Longer texts keep their beginning and end: no honest question is longer, and time stays bounded."""

REMEMBERED = 20_000
"""Characters that are remembered."""

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
_SPACED_OUT = re.compile(r"(?<![^\s])(?:[一-鿿\d,()] ){3,}[一-鿿\d,()](?![^\s])")
_NOT_KEY = re.compile(r"[\W_]+")
_KEEP = ("L", "N", "P", "Z", "M")
"""Unicode categories that carry words; symbols and emoji (S) become blanks, control and format characters (C) go."""
_KEEP_SYMBOLS = "+=<>$¥￥%|`^"


def fold(text: str) -> str:
    """The plain form: NFKC, simplified, lower case, no marks on letters, no emoji, single blanks.

    >>> fold("第４部分（二）　瞪羚企業　有補貼嗎？😀")
    '第4部分(二) 瞪羚企业 有补贴吗?'
    """
    if len(text) > MAX_CHARS:
        text = text[: MAX_CHARS // 2] + " " + text[-MAX_CHARS // 2 :]
    text = unicodedata.normalize("NFKC", text.translate(_LIKE)).translate(_LIKE)
    if not text.isascii():
        text = text.translate(_PLAIN)
        text = _TO_SIMPLIFIED.convert(text)
    text = _SPACE.sub(" ", text.lower()).strip()
    return _SPACED_OUT.sub(lambda m: m.group().replace(" ", ""), text) if " " in text else text


def fold_whole(text: str, piece: int = 1_000) -> str:
    """fold() of a text of any length."""
    return "".join(fold(text[at : at + piece]) for at in range(0, len(text), piece))


class _Plain(dict[int, str]):
    """Characters by code, as they stand in the plain form; worked out when first met."""

    def __missing__(self, code: int) -> str:
        plain = _plain(chr(code))
        if len(self) < REMEMBERED:
            self[code] = plain
        return plain


def _plain(char: str) -> str:
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


_PLAIN = _Plain()


def key(text: str) -> str:
    """Letters and digits of the folded text alone: equal keys are the same words.

    >>> key("谁 负责？") == key("誰負責")
    True
    """
    return _NOT_KEY.sub("", fold(text))
