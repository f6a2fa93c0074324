"""How Word writes the number of a list's item, by the name of its format (ST_NumberFormat of ISO 29500)."""

from __future__ import annotations

from collections.abc import Callable

_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_FULL = str.maketrans("0123456789", "０１２３４５６７８９")
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def written(count: int, kind: str, pattern: str = "") -> str | None:
    """``count`` in the format ``kind``; None where the format isn't known here.

    ``pattern``: of the format custom, its example (001, 002, 003, ...).
    """
    if kind == "custom":
        first = pattern.split(",", 1)[0].strip()
        return str(count).zfill(len(first)) if first.isdigit() else None
    make = _FORMATS.get(kind)
    return make(count) if make is not None else None


def _counted(  # noqa: PLR0913  the characters of one way of counting
    digits: str, ten: str, hundred: str, thousand: str, *, zero: str, short: bool
) -> Callable[[int], str]:
    """21 as 二十一; ``short``: 10 is 十 and not 一十, and a hundred 百 where ``zero`` is empty."""

    def make(count: int) -> str:
        if not 0 < count < 10_000:
            return str(count) if count else digits[0]
        out, gap = "", False
        for value, name in ((1000, thousand), (100, hundred), (10, ten), (1, "")):
            digit = count // value % 10
            if not digit:
                gap = gap or bool(out)
                continue
            lone = digit == 1 and value > 1 and not out and short and (value == 10 or not zero)
            out += (zero if gap else "") + ("" if lone else digits[digit]) + name
            gap = False
        return out

    return make


def _hundreds(count: int) -> str:
    """To 99 as 九十九, beyond digit by digit: 一〇〇."""
    return _tens(count) if count < 100 else _by_digit(count)


def _by_digit(count: int) -> str:
    return "".join(_DIGITS[int(char)] for char in str(count))


def _cycle(signs: str) -> Callable[[int], str]:
    return lambda count: signs[count - 1] if 0 < count <= len(signs) else str(count)


def _span(first: str, most: int) -> Callable[[int], str]:
    """①, ②, … to ``most``; digits beyond."""
    return lambda count: chr(ord(first) + count - 1) if 0 < count <= most else str(count)


def _circle(count: int) -> str:
    """① to ㊿, which Unicode has in three places."""
    for first, sign, most in ((1, "①", 20), (21, "㉑", 15), (36, "㊱", 15)):
        if first <= count < first + most:
            return chr(ord(sign) + count - first)
    return str(count)


def _letters(first: str) -> Callable[[int], str]:
    """A to Z, then AA, BB."""
    return lambda n: chr(ord(first) + (n - 1) % 26) * ((n - 1) // 26 + 1) if 0 < n <= 26 * 20 else str(n)


def _roman(count: int) -> str:
    if not 0 < count < 5000:
        return str(count)
    out = ""
    for value, sign in _ROMAN:
        out += sign * (count // value)
        count %= value
    return out


def _ordinal(count: int) -> str:
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"


_tens = _counted(_DIGITS, "十", "百", "千", zero="零", short=True)
_thousands = _counted("零" + _DIGITS[1:], "十", "百", "千", zero="零", short=True)
_japanese = _counted(_DIGITS, "十", "百", "千", zero="", short=True)
_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalHalfWidth": str,
    "decimalZero": lambda count: f"{count:02d}",
    "decimalFullWidth": lambda count: str(count).translate(_FULL),
    "decimalFullWidth2": lambda count: str(count).translate(_FULL),
    "numberInDash": lambda count: f"- {count} -",
    "chineseCounting": _hundreds,
    "taiwaneseCounting": _hundreds,
    "chineseCountingThousand": _thousands,
    "taiwaneseCountingThousand": _thousands,
    "japaneseCounting": _japanese,
    "ideographDigital": _by_digit,
    "japaneseDigitalTenThousand": _by_digit,
    "taiwaneseDigital": _by_digit,
    "ideographTraditional": _cycle(_STEMS),
    "ideographZodiac": _cycle(_BRANCHES),
    "ideographZodiacTraditional": lambda n: _STEMS[(n - 1) % 10] + _BRANCHES[(n - 1) % 12] if 0 < n <= 60 else str(n),
    "chineseLegalSimplified": _counted(_LEGAL, "拾", "佰", "仟", zero="零", short=False),
    "ideographLegalTraditional": _counted(_LEGAL_TRADITIONAL, "拾", "佰", "仟", zero="零", short=False),
    "decimalEnclosedCircle": _circle,
    "decimalEnclosedCircleChinese": _circle,
    "decimalEnclosedFullstop": _span("⒈", 20),
    "decimalEnclosedParen": _span("⑴", 20),
    "ideographEnclosedCircle": _span("㊀", 10),
    "upperLetter": _letters("A"),
    "lowerLetter": _letters("a"),
    "upperRoman": _roman,
    "lowerRoman": lambda count: _roman(count).lower(),
    "ordinal": _ordinal,
    "none": lambda _: "",
    "bullet": lambda _: "",
}
