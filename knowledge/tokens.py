"""From a typed question to comparable features: words, terms, character and sound n-grams.

What people type is first brought to plain Chinese (dialect and Cantonese words, fillers, English through a glossary,
pinyin, homophone and shape typos), each repair noted so that an answer can be explained; then cut by jieba.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jieba

from knowledge.fold import fold
from knowledge.phrases import Phrases

HAN = re.compile(r"[一-鿿]+")
_LATIN = re.compile(r"[a-z][a-z'&-]*")
_RUN = re.compile(r"[一-鿿]+|[a-z][a-z'&-]*|\d+(?:\.\d+)?")
_STRETCHED = re.compile(r"([^\W\d])\1{2,}")
_PUNCTUATION = re.compile(r"[^\w\s]|_")
_LATIN_PHRASE = re.compile(r"[a-z][a-z'&-]*(?: [a-z][a-z'&-]*)*")

SOUND_MIN_CHARS = 2
"""Shortest term that a homophone may be mended to; one character sounds like too many others."""
SHAPE_MIN_CHARS = 4
"""Shortest term in which one wrong character is mended: below, one character is too large a part of the meaning."""
MAX_TERM_CHARS = 10
PARTICLE_SCORE = 0.9
"""What reading one syllable as a particle counts beside a word of n syllables (n squared)."""


@dataclass(frozen=True)
class Repair:
    """Typed words that were read as others."""

    typed: str
    read: str
    how: str
    """sound, shape, pinyin, initials, english or dialect."""


@dataclass(frozen=True)
class Reading:
    """A question as the engine sees it."""

    folded: str
    """fold() of what was typed."""
    plain: str
    """Plain Chinese after all repairs; what is cut and compared."""
    words: tuple[str, ...]
    """Words that carry a topic, in order, stop words left out."""
    terms: tuple[str, ...]
    """Concepts by synonym group, each once."""
    features: tuple[str, ...]
    """w: words, t: terms, c: character n-grams, p: sound pairs; with repeats."""
    repairs: tuple[Repair, ...] = ()


@dataclass
class Vocabulary:
    """Word tables, ready to use; plain data, so that the compiled base can hold it."""

    freq: dict[str, int]
    """jieba's prefix dictionary: words with counts, prefixes with 0."""
    term_of: dict[str, str]
    """Surface form -> concept."""
    english: dict[str, str]
    dialect: dict[str, str]
    fillers: list[str]
    stop: list[str]
    syllable_of: dict[str, str]
    """Character -> its most common reading, without tone."""
    terms_by_sound: dict[str, str]
    """Syllables joined by blanks -> term."""
    words_by_sound: dict[str, str]
    """The same with common words, for whole sentences in pinyin."""
    terms_by_initials: dict[str, str]
    """Syllables of long terms -> term; their first letters are what people type."""


class Reader:
    """Reads questions with one vocabulary. Pure; safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = v = vocabulary
        self._jieba: Any = jieba.Tokenizer()
        self._jieba.FREQ = v.freq
        self._jieba.total = sum(v.freq.values())
        self._jieba.initialized = True
        self._stop = frozenset(v.stop)
        self._syllables = frozenset(v.syllable_of.values())
        self._max_term = max(map(len, v.term_of), default=0)
        self._dialect = Phrases(v.dialect)
        self._fillers = Phrases(dict.fromkeys(v.fillers, True))
        self._known = frozenset(term for term in v.terms_by_sound.values())
        self._blanks = _blanks(self._known)
        self._swapped = {"".join(sorted(t)): t for t in sorted(self._known) if SHAPE_MIN_CHARS <= len(t) <= 8}
        self._initials = {"".join(s[0] for s in sound.split()): t for sound, t in v.terms_by_initials.items()}
        self._pinyin_starts = {
            " ".join(sound.split()[:n]) for sound in v.terms_by_sound for n in range(1, sound.count(" ") + 2)
        }

    # -- reading ---------------------------------------------------------------------------------------------------

    def read(self, text: str) -> Reading:
        """Read any text; never raises. Empty features mean that there is nothing to go by."""
        repairs: list[Repair] = []
        folded = fold(text)
        plain = self._replace(_STRETCHED.sub(r"\1\1", folded), repairs)
        plain = self._latin(plain, repairs)
        plain = self._mend(plain, repairs)
        pieces = list(self._jieba.cut(plain, HMM=False))
        all_words = [w for w in pieces if _RUN.match(w)]
        words = [w for w in all_words if w not in self._stop]
        terms = self._terms(plain, pieces)
        return Reading(
            folded=folded,
            plain=plain,
            words=tuple(words),
            terms=tuple(dict.fromkeys(terms)),
            features=tuple(self._features(plain, words or all_words, terms)),
            repairs=tuple(repairs),
        )

    def cut(self, plain: str) -> list[str]:
        """Words of a folded text, punctuation left out."""
        return [w for w in self._jieba.cut(plain, HMM=False) if _RUN.match(w)]

    def _terms(self, plain: str, pieces: list[str]) -> list[str]:
        """Concepts whose words stand in the text, longest first at each place, in order.

        They begin and end where jieba's words do: 高企 is not in 提高企业.
        """
        table = self.vocabulary.term_of
        starts, at = [], 0
        for piece in pieces:
            starts.append(at)
            at += len(piece)
        starts.append(at)
        ends = set(starts)
        found = []
        done = 0
        for start in starts:
            if start < done:
                continue
            for n in range(min(self._max_term, len(plain) - start), 1, -1):
                if start + n in ends and (term := table.get(plain[start : start + n])) is not None:
                    found.append(term)
                    done = start + n
                    break
        return found

    def syllables(self, han: str) -> list[str]:
        """One reading a character; unknown characters keep themselves."""
        table = self.vocabulary.syllable_of
        return [table.get(char, char) for char in han]

    def _features(self, plain: str, words: Iterable[str], terms: Iterable[str]) -> list[str]:
        out = ["w:" + word for word in words]
        out += ["t:" + term for term in terms]
        for match in HAN.finditer(_PUNCTUATION.sub(" ", plain)):
            run = match.group()
            out += ["c:" + run[i : i + 2] for i in range(len(run) - 1)]
            out += ["c:" + run[i : i + 3] for i in range(len(run) - 2)]
            sounds = self.syllables(run)
            out += ["p:" + sounds[i] + sounds[i + 1] for i in range(len(run) - 1)]
        return out

    # -- repairs ---------------------------------------------------------------------------------------------------

    def _replace(self, text: str, repairs: list[Repair]) -> str:
        """Dialect and Cantonese words to plain ones, fillers away."""
        out = []
        done = 0
        for found in self._dialect.scan(text):
            typed = text[found.start : found.end]
            if typed != found.value:
                repairs.append(Repair(typed, found.value, "dialect"))
            out += [text[done : found.start], found.value]
            done = found.end
        plain = "".join([*out, text[done:]])
        without = self._fillers.without(plain, "")
        return without if _RUN.search(without) else plain  # 哈哈哈 alone is an answer, not a filler

    def _latin(self, text: str, repairs: list[Repair]) -> str:
        if not _LATIN.search(text):
            return text
        return _LATIN_PHRASE.sub(lambda m: self._latin_phrase(m.group(), repairs), text)

    def _latin_phrase(self, phrase: str, repairs: list[Repair]) -> str:
        """English through the glossary, pinyin through the terms' sounds; the rest stays."""
        words = phrase.split(" ")
        pinyin = [self._spell(word) for word in words]
        known = [word for word in words if self._english(word) is not None]
        spelled = sum(bool(p) for p in pinyin)
        syllables = sum(len(p or ()) for p in pinyin)
        if spelled and syllables >= 2 and spelled > len(words) - spelled and spelled > len(known):
            sounds = [s for word, p in zip(words, pinyin, strict=True) for s in (p or (word,))]
            read = self._from_pinyin(sounds)
            repairs.append(Repair(phrase, read, "pinyin"))
            return read
        out: list[str] = []
        i = 0
        while i < len(words):
            for n in range(min(4, len(words) - i), 0, -1):
                chunk = " ".join(words[i : i + n])
                chinese = self._english(chunk)
                if chinese is None and n == 1:
                    chinese = self._initials.get(chunk) if len(chunk) >= 3 else None
                    if chinese is None and pinyin[i] and len(pinyin[i] or ()) >= 2:
                        chinese = self._from_pinyin(list(pinyin[i] or ()))
                if chinese is not None:
                    repairs.append(Repair(chunk, chinese, "english"))
                    out.append(chinese)
                    i += n
                    break
            else:
                out.append(words[i])
                i += 1
        return " ".join(out)

    def _english(self, chunk: str) -> str | None:
        table = self.vocabulary.english
        for form in _stems(chunk):
            if form in table:
                return table[form]
        return None

    def _spell(self, word: str) -> tuple[str, ...] | None:
        """The word as pinyin syllables, if it can be read so; the fewest syllables win (xian: xian)."""
        best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for size in range(min(6, end), 0, -1):
                before = best[end - size]
                syllable = word[end - size : end]
                if before is None or syllable not in self._syllables or (size == 1 and syllable not in "aeo"):
                    continue
                here = best[end]
                if here is None or len(before) + 1 < len(here):
                    best[end] = (*before, syllable)
        return best[len(word)]

    def _from_pinyin(self, sounds: list[str]) -> str:
        """Known words for the sounds, the cut with the longest words; sounds without a word stay as they are."""
        table = self.vocabulary.words_by_sound
        best: list[tuple[float, tuple[str, ...]]] = [(0.0, ())]
        for end in range(1, len(sounds) + 1):
            options = [(best[end - 1][0], (*best[end - 1][1], f" {sounds[end - 1]} "))]
            for size in range(1, min(MAX_TERM_CHARS, end) + 1):
                word = table.get(" ".join(sounds[end - size : end]))
                if word is not None:
                    score, before = best[end - size]
                    options.append((score + (size * size if size > 1 else PARTICLE_SCORE), (*before, word)))
            best.append(max(options, key=lambda option: option[0]))
        return "".join(best[-1][1])

    def _mend(self, text: str, repairs: list[Repair]) -> str:
        return HAN.sub(lambda m: self._mend_run(m.group(), repairs), text)

    def _mend_run(self, run: str, repairs: list[Repair]) -> str:
        """Homophones and single wrong characters, only where jieba found no word or the term is long enough to tell."""
        if len(run) < SOUND_MIN_CHARS:
            return run
        loose = self._loose(run)
        sounds = self.syllables(run)
        out = []
        i = 0
        while i < len(run):
            term, how, size = self._mended(run, sounds, loose, i)
            if term is not None:
                typed = run[i : i + size]
                if typed != term:
                    repairs.append(Repair(typed, term, how))
                out.append(term)
                i += size
            else:
                out.append(run[i])
                i += 1
        return "".join(out)

    def _mended(self, run: str, sounds: list[str], loose: list[bool], i: int) -> tuple[str | None, str, int]:
        by_sound = self.vocabulary.terms_by_sound
        freq = self.vocabulary.freq
        for n in range(min(MAX_TERM_CHARS, len(run) - i), SOUND_MIN_CHARS - 1, -1):
            typed = run[i : i + n]
            if typed in self._known:
                return typed, "", n
            stray = sum(loose[i : i + n])
            if n < 3 and (stray < n or freq.get(typed) or typed[0] in self._stop or typed[1] in self._stop):
                continue
            if n >= 3 and self._word_and_more(typed):
                continue
            joined = " ".join(sounds[i : i + n])
            if joined not in self._pinyin_starts:
                continue
            term = by_sound.get(joined)
            if term is not None and (n >= 4 or stray >= 1) and not (n < 4 and freq.get(typed)):
                return term, "sound", n
        if any(loose[i : i + SHAPE_MIN_CHARS]):
            for n in range(min(8, len(run) - i), SHAPE_MIN_CHARS - 1, -1):
                if sum(loose[i : i + n]) < 1:
                    continue
                if self._word_and_more(run[i : i + n]):
                    continue
                term = self._swapped.get("".join(sorted(run[i : i + n])))
                if term is not None:
                    return term, "swapped", n
                for j in range(n):
                    if not loose[i + j] or run[i + j] in self._stop:
                        continue
                    term = self._blanks.get(run[i : i + j] + "*" + run[i + j + 1 : i + n])
                    if term is not None:
                        return term, "shape", n
        return None, "", 0

    def _word_and_more(self, typed: str) -> bool:
        """Whether the span is a known word with a stray character before or after: that is no typo."""
        freq = self.vocabulary.freq
        return any(rest in self._known or (len(rest) >= 3 and freq.get(rest)) for rest in (typed[1:], typed[:-1]))

    def _loose(self, run: str) -> list[bool]:
        """For each character whether jieba left it alone: the places where typos are."""
        out: list[bool] = []
        for word in self._jieba.cut(run, HMM=False):
            out += [len(word) == 1] * len(word)
        return out


def _blanks(terms: Iterable[str]) -> dict[str, str]:
    """Each long term with each of its characters blanked, unless two terms would share the form."""
    out: dict[str, str] = {}
    clash = set()
    for term in sorted(terms):
        if SHAPE_MIN_CHARS <= len(term) <= 8:
            for j in range(len(term)):
                form = term[:j] + "*" + term[j + 1 :]
                if out.setdefault(form, term) != term:
                    clash.add(form)
    for form in clash:
        del out[form]
    return out


def _stems(chunk: str) -> Iterable[str]:
    """The word or phrase and its likely base forms."""
    yield chunk
    for ending, base in (("'s", ""), ("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"),
                         ("ing", ""), ("ing", "e"), ("ly", "")):  # fmt: skip
        if chunk.endswith(ending) and len(chunk) - len(ending) >= 3:
            yield chunk[: -len(ending)] + base
    if len(chunk) > 5 and chunk.endswith(("ted", "ped", "ned", "red")):
        yield chunk[:-3]


def frequencies(words: Mapping[str, int]) -> dict[str, int]:
    """jieba's prefix dictionary for the words."""
    out: dict[str, int] = {}
    for word, count in words.items():
        out[word] = max(count, out.get(word, 0))
        for i in range(1, len(word)):
            out.setdefault(word[:i], 0)
    return out
