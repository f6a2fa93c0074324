"""Signs of the symbol fonts, which have no code of their own: what they look like. Data, and its look-up."""

from __future__ import annotations

_WINGDINGS = {
    0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x72: "❒", 0x75: "◆", 0x76: "❖", 0xA1: "○", 0xA2: "○", 0xA3: "○",
    0xA4: "◉", 0xA7: "▪", 0xA8: "☐", 0xAB: "★", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔",
    0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑", 0x80: "⓪", 0x8B: "⓿", 0x4A: "☺", 0x28: "☎", 0x2A: "✉",
    **{0x81 + n: chr(0x2460 + n) for n in range(10)},
    **{0x8C + n: chr(0x2776 + n) for n in range(10)},
}  # fmt: skip
_WINGDINGS_2 = {
    0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "☐", 0x98: "●", 0x9E: "·", 0x97: "●",
    0x69: "⓪", 0x74: "⓿",
    **{0x6A + n: chr(0x2460 + n) for n in range(10)},
    **{0x75 + n: chr(0x2776 + n) for n in range(10)},
}  # fmt: skip
_SYMBOL = {
    0xA3: "≤", 0xB3: "≥", 0xB4: "×", 0xB8: "÷", 0xB1: "±", 0xB0: "°", 0xB7: "•", 0xB9: "≠", 0xBB: "≈", 0xAE: "→",
    0xAC: "←", 0xA5: "∞", 0xE5: "∑", 0xD6: "√", 0xCE: "∈", 0xDE: "⇒", 0xA2: "′", 0xB2: "″", 0x2D: "−", 0x61: "α",
    0x62: "β", 0x67: "γ", 0x64: "δ", 0x6D: "μ", 0x70: "π", 0x71: "θ", 0x6C: "λ", 0x73: "σ", 0x44: "Δ", 0x57: "Ω",
}  # fmt: skip
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "symbol": _SYMBOL}


def sign(font: str, code: str) -> str | None:
    """The sign of a font at a code in hexadecimal (F0FE); None where it isn't known."""
    try:
        number = int(code, 16)
    except ValueError:
        return None
    known = _FONTS.get(font.strip().lower())
    if known is not None:
        return known.get(number & 0xFF if 0xF000 <= number <= 0xF0FF else number)
    return chr(number) if 0x20 < number < 0xD800 or 0xF900 <= number < 0xFFFE else None
