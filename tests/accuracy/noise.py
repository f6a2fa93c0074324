"""`python -m tests.accuracy.noise`: writes noise.md, how questions are answered that are typed as people type them.

Each kind of noise is put into the project's test questions, and into those on the documents of tests/fitting, which
nobody taught; what is right of them is set beside the same questions without noise. A minute or two.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import opencc
import yaml
from pypinyin import Style, lazy_pinyin, pinyin

from bot.cli.tune import beside_ours
from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.staff.question_tests import DAY, IN_SCOPE, OUTSIDE, Case, cases, verdict
from knowledge import compiled
from knowledge.fitting.evidence import read_questions, tight
from knowledge.text.numbers import numbers

HERE = Path(__file__).resolve().parent
PAGE, FOLDER = HERE / "noise.md", HERE.parent / "fitting"
TABLES: Mapping[str, Any] = yaml.safe_load((HERE / "noise.yaml").read_text(encoding="utf-8"))
SEED = 7
_HAN = re.compile(r"[一-鿿]+")
_RUNS = re.compile(r"[一-鿿]+|[^一-鿿]")
_PUNCTUATION = re.compile(r"[^\w\s%.:]+")
_TENS = re.compile(r"(?<![\d.])(\d{1,3}|[一二三四五六七八九十百两]{1,4})\s*万")
Noise = Callable[[str, random.Random], str]
"""A question and a source of chance to the question as it is typed; the same where there is nothing to change."""


@dataclass(frozen=True)
class Asked:
    """A question, and whether a reply to it is right."""

    name: str
    ask: str
    outside: bool
    right: Callable[[Assistant, str], bool]


# -- kinds of noise ---------------------------------------------------------------------------------------------------


def _spelled(text: str, style: Style, joint: str) -> str:
    return _HAN.sub(lambda run: f" {joint.join(p[0] for p in pinyin(run.group(), style=style))} ", text).strip()


def _places(text: str, wanted: Callable[[int], bool]) -> list[int]:
    return [n for n in range(len(text)) if wanted(n)]


def _changed(text: str, chance: random.Random, of: Callable[[str], str], most: int = 1) -> str:
    """The text with one character or so changed to another that ``of`` gives for it."""
    places = _places(text, lambda n: of(text[n]) != text[n])
    out = list(text)
    for n in chance.sample(places, min(most, len(places))):
        out[n] = of(text[n])
    return "".join(out)


@cache
def _by_sound() -> Mapping[str, str]:
    """Syllable -> characters that are read so, of the commonest few thousand."""
    out: dict[str, str] = defaultdict(str)
    for code in range(0x4E00, 0x9FA6):
        char = chr(code)
        try:
            char.encode("gb2312")
        except UnicodeEncodeError:
            continue
        if char.encode("gb2312")[0] < 0xD8:  # the first level: in common use
            out[lazy_pinyin(char)[0]] += char
    return out


def _homophone(text: str, chance: random.Random) -> str:
    def of(char: str) -> str:
        alike = _by_sound().get(lazy_pinyin(char)[0], "").replace(char, "") if _HAN.match(char) else ""
        return chance.choice(alike) if alike else char

    return _changed(text, chance, of)


def _doubled(text: str, chance: random.Random) -> str:
    places = _places(text, lambda n: bool(_HAN.match(text[n])))
    at = set(chance.sample(places, min(2, len(places))))
    return "".join(char * 2 if n in at else char for n, char in enumerate(text))


def _half_spelled(text: str, chance: random.Random) -> str:
    """With two characters of it in pinyin, as they are read where they stand: 外zi企业."""
    runs = _RUNS.findall(text)
    read = [one for run in runs for one in (lazy_pinyin(run) if _HAN.match(run) else [run])]  # of each character
    places = _places(text, lambda n: bool(_HAN.match(text[n])))
    at = set(chance.sample(places, min(2, len(places))))
    return "".join(read[n] if n in at else char for n, char in enumerate(text))


def _swapped(text: str, chance: random.Random) -> str:
    places = _places(text, lambda n: n > 0 and bool(_HAN.fullmatch(text[n - 1 : n + 1])) and text[n - 1] != text[n])
    if not places:
        return text
    n = chance.choice(places)
    return text[: n - 1] + text[n] + text[n - 1] + text[n + 1 :]


def _mixed(text: str, _: random.Random) -> str:
    for chinese in sorted(TABLES["english"], key=len, reverse=True):
        text = text.replace(chinese, f" {TABLES['english'][chinese]} ")
    return text.strip()


def _numerals(text: str, chance: random.Random) -> str:
    def other(match: re.Match[str]) -> str:
        found = numbers(match.group())
        if not found:
            return match.group()
        tens = int(found[0].value / 10_000)
        wide = "".join(chr(ord(digit) + 0xFEE0) for digit in str(tens))
        forms = [f"{tens}w", f"{tens}W", f"{tens}萬", f"{wide}万", str(tens * 10_000), f"{tens * 10_000:,}"]
        forms += [f"{TABLES['numbers'][tens]}万"] if tens in TABLES["numbers"] else []
        return chance.choice([form for form in forms if form != match.group()])

    return _TENS.sub(other, text)


_TRADITIONAL = opencc.OpenCC("s2t")
KINDS: Mapping[str, Noise] = {
    "拼音": lambda text, _: _spelled(text, Style.NORMAL, " "),
    "拼音连写": lambda text, _: _spelled(text, Style.NORMAL, ""),
    "拼音带声调": lambda text, _: _spelled(text, Style.TONE, " "),
    "拼音加隔音号": lambda text, _: _spelled(text, Style.NORMAL, "'"),
    "半拼音": _half_spelled,
    "叠字": _doubled,
    "两字颠倒": _swapped,
    "形近字": lambda text, chance: _changed(text, chance, lambda char: TABLES["shapes"].get(char, char)),
    "同音字": _homophone,
    "夹英文": _mixed,
    "数字的写法": _numerals,
    "没有标点": lambda text, _: _PUNCTUATION.sub("", text),
    "字间空格": lambda text, _: _HAN.sub(lambda run: " ".join(run.group()), text),
    "繁体": lambda text, _: _TRADITIONAL.convert(text),
}


# -- what is asked ----------------------------------------------------------------------------------------------------


def of_seed() -> list[Asked]:
    """The project's test questions, those that are typed plainly."""

    def right(case: Case) -> Callable[[Assistant, str], bool]:
        return lambda assistant, ask: verdict(case, assistant.reply(ask, Conversation())) == "right"

    asked = [c for c in cases() if not c.dialog and c.kind in (*IN_SCOPE, *OUTSIDE) and _HAN.search(c.ask)]
    return [Asked(c.name, c.ask, c.kind in OUTSIDE, right(c)) for c in asked]


def of_imported(ids: Mapping[str, str]) -> list[Asked]:
    """The questions of tests/fitting, each of its own document. ``ids``: of the documents, by file."""

    def right(policy: str, quote: str) -> Callable[[Assistant, str], bool]:
        def told(assistant: Assistant, ask: str) -> bool:
            reply = assistant.reply(ask, policy=policy)
            if not quote:
                return reply.status in ("none", "clarify", "chat")
            shown = [assistant.library.clause(ref.target).text for ref in reply.clauses[:1]]
            return reply.status in ("answer", "info") and any(quote in tight(text) for text in (reply.text, *shown))

        return told

    questions = [(n, q) for n, q in enumerate(read_questions(FOLDER / "questions")) if q.document in ids]
    return [
        Asked(f"{q.document}#{n}", q.ask, not q.quote, right(ids[q.document], tight(q.quote))) for n, q in questions
    ]


def typed(asked: Iterable[Asked], kind: str) -> list[tuple[Asked, str]]:
    """Those that the noise changes, with what is typed; the same at every run."""
    made = ((one, KINDS[kind](one.ask, random.Random(f"{SEED}{kind}{one.name}"))) for one in asked)
    return [(one, text) for one, text in made if text != one.ask]


def shares(assistant: Assistant, asked: Sequence[tuple[Asked, str]]) -> tuple[int, float, float]:
    """(how many, share that is right without the noise, with it)."""
    plain = sum(one.right(assistant, one.ask) for one, _ in asked)
    noisy = sum(one.right(assistant, text) for one, text in asked)
    return len(asked), plain / len(asked), noisy / len(asked)


# -- the page ---------------------------------------------------------------------------------------------------------


def _row(kind: str, of: Sequence[tuple[Assistant, Sequence[Asked]]]) -> str:
    cells = []
    for assistant, asked in of:
        for outside in (False, True):
            noisy = typed([one for one in asked if one.outside is outside], kind)
            if not noisy:
                cells.append("—")
                continue
            count, plain, share = shares(assistant, noisy)
            cells.append(f"{plain:.1%} → {share:.1%}（{count}）")
    return f"| {kind} | " + " | ".join(cells) + " |"


def page(rows: Sequence[str]) -> str:
    """The page."""
    return "\n".join(
        [
            "# 打字不规矩的问题",
            "",
            "本页由 `python -m tests.accuracy.noise` 生成（几分钟）。同一批测试问题，加一种毛病再问一遍："
            "加之前答对的比例 → 加之后的（有多少问因此变了样）。种子文件用 `tests/questions/`；没有问法的文件用 "
            "`tests/fitting/`，各问自己的那一份。形近字和英文的表在 `noise.yaml`，写的时候没有看引擎的表。",
            "",
            "| 毛病 | 种子文件：有答案的 | 没有规定的（拒答） | 没有问法的文件：有答案的 | 没有答案的（拒答） |",
            "| --- |" + " ---: |" * 4,
            *rows,
            "",
        ]
    )


def main() -> None:
    """Ask, and write the page."""
    seed = Assistant(compiled.ready(), today=lambda: DAY)
    with tempfile.TemporaryDirectory() as scratch:
        imported, ids = beside_ours(FOLDER / "documents", Path(scratch))
        of = [(seed, of_seed()), (imported, of_imported(ids))]
        rows = [_row(kind, of) for kind in KINDS]
    PAGE.write_text(page(rows), encoding="utf-8")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
