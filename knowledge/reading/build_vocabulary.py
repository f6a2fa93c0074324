"""Builds the word tables: jieba's common words, the lexicon's, the documents', and how all of them sound."""

from __future__ import annotations

import functools
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from math import log

from pypinyin.constants import PINYIN_DICT

from knowledge.base.contents import Base
from knowledge.base.lexicon import Lexicon
from knowledge.reading.cutter import counted, jieba
from knowledge.reading.cutting import Cutter
from knowledge.reading.sounds import syllables
from knowledge.reading.typos import HAN, NUMERALS, Mender
from knowledge.reading.vocabulary import Repair, Vocabulary, frequencies
from knowledge.text.fold import fold

COMMON = 100
"""jieba words counted less often in its corpus are left out: a tenth of the table, a thirtieth of the start-up time,
and the words that our texts use are added anyway."""
DOMAIN_FREQUENCY = 20_000
"""High enough that a domain word is never cut apart."""
SPOKEN = 500
"""Common words counted less often are not looked for in pinyin."""
WHOLE = 4
"""Longer synonyms are expressions rather than words: matched as concepts, but cut."""
COMMON_CHARACTER = 3000
"""A dialect word of one character is only replaced when the character is rarer than this: 係 folds to 系."""
REAL = 20
"""How often a word stands in jieba's corpus from which it is one, and no slip: 尾气, but not 认订."""
LONGEST_REAL = 4
"""Characters of the longest word of which it is looked whether it only sounds like a term."""
LONGEST_WORD = 16
"""Characters of the longest word of jieba's dictionary."""
MIN_SOUND = 2
LONGEST, LONGEST_OWN = 5, 10
"""Characters of the longest word, and of the longest of the lexicon, that is looked for in pinyin."""
PLACES = frozenset(f"第{char}{what}" for char in "一二三四五六七八九十" for what in ("", "条", "部分"))
OURS, OWN = 0.8, 1
"""Weight of our texts beside all texts in how often a word is said; how often one of the lexicon is, at least."""


def build(base: Base, texts: Sequence[str], field: Iterable[str] = ()) -> Vocabulary:
    """The vocabulary of a base; ``texts``: all phrasings and clauses, whose words are kept.

    ``field``: folded words of the field, which are never taken for slips.
    """
    lexicon = base.lexicon
    logging.getLogger("jieba").setLevel(logging.WARNING)
    counts = counted()
    plain = [fold(text) for text in texts]

    term_of: dict[str, str] = {}
    for group in lexicon.synonyms.groups:
        term = fold(group.term)
        for word in (group.term, *group.same):
            term_of.setdefault(fold(word), term)
    described = [unit for unit in lexicon.units.brought if unit.described]
    unit_names = {fold(n) for u in (*lexicon.units.units, *described) for n in u.names}
    own = {fold(word) for word in lexicon.domain_words} | {w for w in term_of if len(w) <= WHOLE} | unit_names
    own = {word for word in own if len(word) >= 2 and HAN.search(word)}

    words = {word: count for word, count in counts.items() if count >= COMMON}
    words |= {word: counts[word] for word in _cut_by_all(counts, plain) if word in counts}
    words |= {word: max(DOMAIN_FREQUENCY, counts.get(word, 0)) for word in own if HAN.fullmatch(word)}

    not_mended = re.compile(
        "|".join(map(re.escape, map(fold, lexicon.variants.asking))) + f"|[{NUMERALS}]"
    )  # 三十二项 is a claim, no misspelt 二十三项
    sounds: dict[str, str] = {}
    for word in sorted(own, key=lambda w: (-counts.get(w, 0), w)):
        if HAN.fullmatch(word) and MIN_SOUND <= len(word) <= LONGEST_OWN:
            sound = " ".join(syllables(word))
            if not not_mended.search(word):
                sounds.setdefault(sound, word)
    spoken, said = _spoken(lexicon, own, _Likely(plain, words, counts, own | PLACES))
    initials: dict[str, str] = {}
    for sound, word in sounds.items():
        if len(word) >= 4:
            initials.setdefault(sound, word)
    made = Vocabulary(
        freq=frequencies(words),
        term_of=term_of,
        english={fold(k): v for k, v in lexicon.english.words.items()},
        dialect={
            fold(k): v
            for k, v in lexicon.variants.dialect.items()
            if len(fold(k)) > 1 or counts.get(fold(k), 0) < COMMON_CHARACTER
        },
        fillers=[fold(word) for word in lexicon.variants.fillers],
        stop=[fold(word) for word in lexicon.variants.stop],
        syllable_of=_syllables(),
        terms_by_sound=sounds,
        words_by_sound=spoken,
        said=said,
        terms_by_initials=initials,
    )
    made.spared += sorted({*_real(counts, made), *_of_field(field, made)})
    return made


def _cut_by_all(counts: Mapping[str, int], texts: Sequence[str]) -> Iterable[str]:
    """The words of folded texts, each once, as jieba cuts them with its whole dictionary.

    Only words that stand there can matter: of the others no prefixes need to be made.
    """
    standing = {
        text[i : i + size] for text in texts for size in range(1, LONGEST_WORD + 1) for i in range(len(text) - size + 1)
    }
    full = jieba.Tokenizer()
    full.FREQ = frequencies({word: counts[word] for word in standing & counts.keys()})
    full.total, full.initialized = sum(counts.values()), True
    return dict.fromkeys(word for text in texts for word in full.cut(text, HMM=False))


def _real(counts: Mapping[str, int], made: Vocabulary) -> Iterator[str]:
    """Words that sound like a term."""
    for word, count in counts.items():
        if REAL <= count < COMMON and MIN_SOUND <= len(word) <= LONGEST_REAL and not made.freq.get(word):
            term = made.terms_by_sound.get(" ".join(map(made.syllable_of.get, word, word)))
            if term is not None and term != word:
                yield word


def _of_field(field: Iterable[str], made: Vocabulary) -> Iterator[str]:
    """What in the words of the field would be mended."""
    mender = Mender(made, Cutter(made.freq).cut)
    for word in field:
        repairs: list[Repair] = []
        mender.mend(word, repairs)
        yield from (repair.typed for repair in repairs)


class _Likely:
    """How likely words are said, as logarithms: mostly as our texts say them, less as all texts do."""

    def __init__(
        self, texts: Iterable[str], words: Mapping[str, int], counts: Mapping[str, int], own: Set[str]
    ) -> None:
        """``texts``: folded; ``words``: of the vocabulary; ``counts``: of all texts.

        ``own``: those that count as said once at least.
        """
        cut = Cutter(frequencies(words)).cut
        self._told = Counter(word for text in texts for word in cut(text) if HAN.fullmatch(word))
        self._words, self._counts, self._own = words, counts, own
        self._ours, self._all = max(1, sum(self._told.values())), sum(counts.values())

    def __call__(self, word: str) -> float:
        often = max(self._told[word], OWN if word in self._own else 0)
        return log(OURS * often / self._ours + (1.0 - OURS) * (self._counts.get(word, 0) + 1) / self._all)

    def all(self) -> set[str]:
        """The words that are said at all: those of our texts, and the commonest."""
        return self._told.keys() | {word for word, count in self._words.items() if count >= SPOKEN}


def _spoken(lexicon: Lexicon, own: Set[str], likely: _Likely) -> tuple[dict[str, str], dict[str, float]]:
    """(the likeliest word of each sound, how likely it is)."""
    cues = (cue for cues in lexicon.cues.model_dump().values() for cue in cues)
    words = likely.all() | own | PLACES | {fold(word) for word in (*lexicon.variants.stop, *cues)}
    spoken: dict[str, str] = {}
    for word in sorted(words, key=lambda w: (-likely(w), w)):
        if HAN.fullmatch(word) and len(word) <= (LONGEST_OWN if word in own else LONGEST):
            spoken.setdefault(" ".join(syllables(word)), word)
    spoken |= lexicon.variants.particles
    return spoken, {word: likely(word) for word in spoken.values()}


@functools.cache
def _syllables() -> dict[str, str]:
    """Each common character's first reading without tone."""
    out = {}
    for code in range(0x4E00, 0x9FA6):
        if code in PINYIN_DICT:
            reading = syllables(chr(code))[0]
            if reading.isascii():
                out[chr(code)] = reading
    return out
