"""Whether a question names another subject than the one that a clause's sums are for: 学校整体搬迁谁出钱."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.engine.matching.swaps import Swaps
from bot.engine.matching.things import COUNTING, Things
from bot.engine.understanding.understanding import Question, Understanding
from bot.engine.values.reply import FigureRef
from bot.engine.values.thresholds import OWN_WORDS
from knowledge.base.document import Clause, Figure, Policy
from knowledge.compiled import Ready
from knowledge.reading.word_class import names_thing, word_class
from knowledge.retrieval.evidence import Asking, Evidence
from knowledge.retrieval.holding import share_of_pairs
from knowledge.text.fold import fold, fold_whole
from knowledge.text.numbers import numbers

REMEMBERED = 256
"""Clauses whose known words are remembered."""
OFTEN = 2
"""Times that a word stands in what people ask of a clause, from which it belongs to it: one story has its own words."""
SHORT = 7
"""Telling words of a question that is no story."""
TURN = 4
"""Words of a turn that only names a thing: 省级农业产业园呢."""
_STOPS = "。；;\n"
_PARTS = re.compile(r"[,.;?!:]+")
_TELLS = ("v", "d")
"""Classes of words that tell something of a thing: verbs and adverbs."""
STORY = 14
"""Telling words of a question above which it is a story."""
THINGS = 2
"""Things that a question names, and the clause doesn't, from which it is on something else: one may be its own word."""
WIDELY = 0.2
"""Share of a document's clauses in which its own subject stands: 人工智能 is no other thing in a plan on it."""
COMMON_NOUN = 1_500
"""Times in jieba's corpus from which a noun is an abstract one, that any question may hold: 实际, 性质, 基金."""
HEADS = 4
"""Words behind a subject's name of which one may be what is meant: 高企员工的孩子."""
LEAST_BODY = 3
"""Characters of the shortest name of a public body, the kind of body among them: 科技局."""
APART = 3
"""Characters between the parts of a name that a text has with something said between them."""
SHARED = 2
"""Characters in a row of the subject that make a word another name of it: 高新证."""


@dataclass(frozen=True)
class _Known:
    """What is known of a clause's subject."""

    text: str
    """The sentences that state its figures."""
    whole: str
    """All of the clause."""
    said: str
    """All that people are known to ask of these."""
    names: tuple[str, ...]
    """The subject, and what else it is called."""
    terms: frozenset[str]
    """Its concepts."""
    stated: frozenset[str]
    """Those of the sentences that state its figures."""


class Subjects:
    """Looks at clauses of documents with phrasings, whose card says whom their sums are for, and at those without.

    Of these nobody has said what else is asked of them: there it counts which of the known subjects (lexicon/subjects)
    a short question names that the clause doesn't. In a story people also say what they are. Of both, what is asked in
    the words of the sentence that states the sum, with the name of a thing that stands nowhere in the clause.
    """

    def __init__(self, ready: Ready, understanding: Understanding, evidence: Evidence, things: Things) -> None:
        self._ready = ready
        self._evidence = evidence
        self._subjects = frozenset(map(fold, ready.base.lexicon.subjects.subjects))
        self._general = frozenset(map(fold, ready.base.lexicon.subjects.general))
        self._things = things
        self._sizes = frozenset(map(fold, ready.base.lexicon.subjects.sizes))
        self._measures = tuple(map(fold, ready.base.lexicon.subjects.measures))
        self._bodies = tuple(map(fold, ready.base.lexicon.subjects.bodies))
        self._persons = tuple(map(fold, ready.base.lexicon.subjects.persons))
        self._people = tuple(map(fold, ready.base.lexicon.subjects.people))
        self._firms = tuple(map(fold, ready.base.lexicon.subjects.firms))
        self._papers = tuple(map(fold, ready.base.lexicon.subjects.papers))
        self._swaps = Swaps(ready.base.lexicon.swaps)
        self._understanding = understanding
        self._policies = {policy.id: policy for policy in ready.base.policies}
        self._of = lru_cache(REMEMBERED)(self._known)
        self._asked = lru_cache(REMEMBERED)(self._phrasings)

    def another(self, policy: Policy, clause: Clause, question: Question, figures: Sequence[FigureRef]) -> bool:
        """Whether the question names a thing that nobody asks this clause for, and not the clause's own subject.

        ``figures``: what is put forward; without any, what the clause states.
        """
        if self._turned(question, clause):
            return True
        known = self._known_of(policy, clause)
        named = [name for name in known.names if name in question.reading.plain] if known is not None else []
        meant = self._understanding.money.meant(question.reading.plain)
        if named and not any(name in meant for name in named):  # 不是高企
            return True
        if self._of_people(clause, question, figures):
            return True
        if known is not None and named:
            return self._only_within(max(named, key=len), policy, clause, question, known)
        told = figures or clause.figures
        if self._in_its_words(question, told) and self._names_thing(policy, clause, question, known):
            return True
        if known is None and (
            self._foreign(policy, clause, question, figures) or self._of_person(policy, clause, question, figures)
        ):
            return True
        if known is None:
            asks = bool(figures) and self._asks_number(question) and len(question.telling) <= SHORT
            return asks and (self._unnamed(policy, clause, question) or self._names_others(policy, clause, question))
        if not figures:  # where sums are for a subject, nobody asks them for what the clause doesn't speak of
            of_sums = any(figure.is_money for figure in clause.figures)
            return of_sums and self._of_another_thing(policy, clause, question, known)
        return self._unknown(clause, question, known) or self._of_another_thing(policy, clause, question, known)

    def names_own(self, policy: Policy, clause: Clause, question: Question) -> bool:
        """Whether it names whom the clause's sums are for, by any name that people have for them."""
        known = self._known_of(policy, clause)
        return known is not None and any(name in question.reading.plain for name in known.names)

    def _of_another_thing(self, policy: Policy, clause: Clause, question: Question, known: _Known) -> bool:
        """Whether a short question names only a thing of which neither the clause speaks nor who asks for it."""
        words = [word for word in question.telling if not self.is_general(word)]
        if len(words) > SHORT or any(self.is_thing(word) and word in known.whole for word in words):
            return False
        asked = self._asked(policy.id, clause.id)
        lacking = self._lacking(policy, clause, question, known)
        if any(self.is_thing(word) and asked.count(word) < OFTEN for word in lacking):
            return True
        names = (run for run in self._runs(question) if _ends_as_noun(run) and run[0] not in COUNTING)
        return len(question.telling) <= TURN and any(
            _is_unknown(run, (known.whole, asked)) for run in names
        )  # 首次生伢

    def _of_people(self, clause: Clause, question: Question, figures: Sequence[FigureRef | Figure]) -> bool:
        """Whether a firm's sum is put forward for a family that no firm is named with: 外地人整家搬来补多少."""
        typed, plain = question.reading.folded, question.reading.plain
        named = [word for word in self._people if word in typed]  # 整村 is no slip for 整体
        if not named or any(word in plain for word in self._firms) or any(word in clause.text for word in named):
            return False
        return bool(figures) and all(any(word in f.quote for word in self._firms) for f in figures)

    def _of_person(self, policy: Policy, clause: Clause, question: Question, figures: Sequence[FigureRef]) -> bool:
        """Whether a sum is put forward for a person of whom the clause doesn't speak: 首店的店长个人奖多少."""
        plain = question.reading.plain
        if not figures or not any(person in plain for person in self._persons):
            return False
        lacking = [word for word in self._lacking(policy, clause, question, None) if len(word) > 1]
        return any(f"{word}{person}" in plain for word in lacking for person in self._persons)

    def _asks_number(self, question: Question) -> bool:
        """Whether it asks for a number, or whether one is right."""
        confirms = "confirm" in question.asks and bool(question.claimed)
        return confirms or self._understanding.money.asks_number(question)

    def _names_others(self, policy: Policy, clause: Clause, question: Question) -> bool:
        """Whether it names things, and the clause none of them."""
        asked = self._asked_about(question, clause)
        things = {word for word in question.reading.words if word in asked and self.is_thing(word)}
        return len(things) >= THINGS and things <= set(self._lacking(policy, clause, question, None))

    def has_term_of_its_own(self, policy: Policy, question: Question) -> bool:
        """Whether it names a paper with a term of its own, of which the document does not speak: 我的居住证有效期."""
        papers = [w for w in question.reading.words if len(w) > 1 and w.endswith(self._papers)]
        return any(not any(word in fold_whole(clause.text) for clause in policy.clauses) for word in papers)

    def goes_off(self, policy: Policy, clause: Clause, question: Question) -> bool:
        """Whether a turn that goes on from a clause's sum is on something else: 外地大学整体搬迁呢.

        What people call the things of a document without phrasings, nobody has said: 屋里装扶手的 of its 适老化改造.
        """
        sums = [figure for figure in clause.figures if figure.unit == "元"]
        if self._turned(question, clause) or self._of_people(clause, question, sums):
            return True
        known = self._known_of(policy, clause)
        if known is None:
            return _only_named(question.reading.words) and self._unnamed(policy, clause, question, every=False)
        if any(name in question.reading.plain for name in known.names):
            return False
        return self._names_thing(policy, clause, question, known)

    def _turned(self, question: Question, clause: Clause) -> bool:
        """Whether it turns round what the clause says; a story also tells of other things."""
        return len(question.telling) <= STORY and self._swaps.turned(question.reading.plain, clause)

    def _known_of(self, policy: Policy, clause: Clause) -> _Known | None:
        """None of a document without phrasings."""
        return self._of(policy.id, clause.id) if self._ready.base.phrasings[policy.id].written else None

    def _only_within(self, name: str, policy: Policy, clause: Clause, question: Question, known: _Known) -> bool:
        """Whether the subject's name only tells of what another thing is: 高企食堂, 高企员工的孩子."""
        tail = question.reading.plain.partition(name)[2].removeprefix("的")
        if not tail or tail[0] in " ,.;:?!":
            return False
        lacking = set(self._lacking(policy, clause, question, known))
        for word in self._ready.reader.read(tail).words[:HEADS]:
            if word in lacking and self.is_thing(word):
                return True
            if not (self.is_general(word) or len(word) == 1 or word in known.text):
                return False
        return False

    def _unknown(self, clause: Clause, question: Question, known: _Known) -> bool:
        """Whether it names a thing that nobody asks the clause's sums with, where the card has their subject."""
        if clause.card is None or not clause.card.subject or known.terms & set(question.reading.terms):
            return False
        money = self._understanding.money
        telling = (w for w in question.telling if not (w.isascii() or self.is_general(w) or money.says("beside", w)))
        unknown = (w for w in telling if w not in known.text and known.said.count(w) < OFTEN)
        unknown = (w for w in unknown if known.stated.isdisjoint(self._terms_of(w)))  # 挪过来 is its 搬迁
        return any(self.is_thing(word) or self._things.ends(word) for word in unknown)

    @staticmethod
    def _in_its_words(question: Question, figures: Sequence[FigureRef | Figure]) -> bool:
        """Whether a question has the words of the sentences that state the figures.

        Who asks in a document's own words has its word for the thing, too: nobody asks 首次入选的酒店奖励多少 where
        it says 餐厅. Who asks in others may call the thing what he likes.
        """
        stated = fold_whole("\n".join(dict.fromkeys(figure.quote for figure in figures)))
        return share_of_pairs(question.reading.plain, stated) >= OWN_WORDS

    def _foreign(self, policy: Policy, clause: Clause, question: Question, figures: Sequence[FigureRef]) -> bool:
        """Whether a part of a question has the words of the sentence that states a number, and a foreign thing.

        Who asks in the document's words, and for something of which it nowhere speaks, has put it in another's place.
        What stands in the other parts of a story is the asker's.
        """
        quotes = dict.fromkeys(_sentence(clause, figure.quote) for figure in figures or clause.figures)
        stated, held = fold_whole("\n".join(quotes)), self._evidence.clauses.holding
        lacking = [w for w in self._lacking(policy, clause, question, None) if not held(w, policy.id)]
        lacking = [word for word in lacking if word[0] not in stated]  # 铁水联运 is of 铁路 and 水运
        foreign = [word for word in lacking if self._is_particular(word, clause, question)]
        parts = _PARTS.split(self._understanding.unintroduced(question.reading.plain)) if foreign else []
        return any(word in part and share_of_pairs(part, stated) >= OWN_WORDS for part in parts for word in foreign)

    def _is_particular(self, word: str, clause: Clause, question: Question) -> bool:
        """Whether a word names a particular thing, person or place: neither any question's word, nor one made of such.

        jieba's classes of names are of little worth (幼儿园 is a person); common nouns are the abstract ones.
        """
        if len(word) < 2 or self.is_general(word) or word[0] in COUNTING:
            return False
        if self._subject(word):
            return True
        if word.isascii() and word.isalpha() and word in question.text:
            return False  # lab, say, which is a common noun in another language
        known = word_class(word)
        if known:
            return known.startswith("n") and self._evidence.often(word) < COMMON_NOUN
        text = fold_whole(clause.text)
        return not any(word[i : i + 2] in text for i in range(len(word) - 1))

    def _lacking(self, policy: Policy, clause: Clause, question: Question, known: _Known | None) -> Iterator[str]:
        """The question's words that the clause hasn't, nor what people ask of its sums."""
        asking = Asking(question.reading, self._understanding.generic)
        words = [word for word in asking.words if not _of_number(word, question)]
        lacking = self._evidence.lacking(asking, f"{policy.id}/{clause.id}", words)
        lacking = [word for word in lacking if word in question.reading.folded]  # no corrected one: nobody has said it
        lacking = [word for word in lacking if not self._is_cut_off(word, question)]
        if known is not None:
            return (word for word in lacking if known.said.count(word) < OFTEN)
        text = fold_whole(clause.text)
        lacking = [w for w in lacking if not (w[0] in self._sizes and w[1:] in text) and not self._is_made_of(w, text)]
        asked = self._asked_about(question, clause)
        return (word for word in lacking if word in asked and not self._is_widely_said(policy, word))

    def _is_cut_off(self, word: str, question: Question) -> bool:
        """Whether its first character ends a longer word with the one before: 性能 of 一次性能补多少."""
        words = question.reading.words
        before = next((one for one, after in pairwise(words) if after == word), "")
        side_by_side = bool(before) and f"{before}{word}" in question.reading.plain
        return side_by_side and self._evidence.often(before + word[0]) > 0

    def _is_made_of(self, word: str, text: str) -> bool:
        """Whether a text has its parts side by side, or calls the unit otherwise: 智能化技术改造, 市场监管部门."""
        if word.endswith(self._bodies) and len(word) > LEAST_BODY and word[:-1] in text:
            return True
        halves = ((word[:i], word[i:]) for i in range(2, len(word) - 1))
        return any(re.search(f"{re.escape(a)}.{{1,{APART}}}{re.escape(b)}", text) for a, b in halves)

    def _asked_about(self, question: Question, clause: Clause) -> str:
        """The question, without who asks it where no money is asked for, or for a thing that the clause names.

        我们茶叶厂,流动资金贷款贴多少 is on loans; 我们民宿,首次认定给多少 is on guesthouses.
        """
        plain = question.reading.folded
        rest = self._understanding.unintroduced(plain)
        if rest == plain or not self._understanding.money.asks_money(question):
            return rest
        text = fold_whole(clause.text)
        names = any(self.is_thing(word) and word in rest and word in text for word in question.reading.words)
        return rest if names else plain

    def _is_widely_said(self, policy: Policy, word: str) -> bool:
        """Whether the whole document is on it, wherever a clause doesn't say so again."""
        return self._evidence.clauses.holding(word, policy.id) >= max(2.0, WIDELY * len(policy.clauses))

    def _names_thing(self, policy: Policy, clause: Clause, question: Question, known: _Known | None) -> bool:
        """Whether a word that the clause lacks names a thing."""
        lacking = self._lacking(policy, clause, question, known)
        return any(map(self.is_thing, lacking)) or self._names_unknown(policy, clause, question, known)

    def _names_unknown(self, policy: Policy, clause: Clause, question: Question, known: _Known | None) -> bool:
        """Whether a part in the clause's words names what no dictionary has, and neither text nor asker: 非遗工坊."""
        names = list(filter(_may_name, self._runs(question)))
        if not names:
            return False
        texts = [fold_whole(c.text) for c in policy.clauses] if known is None else [known.whole, known.said]
        own = fold_whole(clause.text)
        parts = [part for part in _PARTS.split(question.reading.plain) if share_of_pairs(part, own) >= OWN_WORDS]
        return any(_is_unknown(name, texts) for name in names if any(name in part for part in parts))

    def _runs(self, question: Question) -> Iterator[str]:
        """The characters that stand side by side as words of their own, where a word unknown to the cutter was cut."""
        plain, at, run = question.reading.plain, 0, ""
        for word in question.reading.words:
            start = plain.find(word, at)
            lone = len(word) == 1 and word >= "一" and word not in self._understanding.generic and start >= 0
            if run and not (lone and start == at):
                yield run
                run = ""
            run += word if lone and not self.is_general(word) else ""
            at = start + len(word) if start >= 0 else at
        if run:
            yield run

    def is_thing(self, word: str) -> bool:
        """Whether a word names what money may be for; 一家企业 is anybody."""
        return (
            not self.is_general(word) and word[0] not in COUNTING and (names_thing(word) or bool(self._subject(word)))
        )

    def is_general(self, word: str) -> bool:
        """Whether any question may hold it."""
        return word in self._general or word.endswith(self._measures)

    def _unnamed(self, policy: Policy, clause: Clause, question: Question, every: bool = True) -> bool:
        """Whether a question names known subjects, and the clause and its titles none of them, or not ``every`` one."""
        asked = self._asked_about(question, clause)
        named = (self._subject(word) for word in question.reading.words)
        words = [word for word in named if word and word in asked]
        asking = Asking(question.reading, self._understanding.generic)
        lacking = self._evidence.lacking(asking, f"{policy.id}/{clause.id}", words) if words else []
        return bool(lacking) and (len(lacking) == len(words) or not every)

    def _subject(self, word: str) -> str:
        """The subject that a word is or begins with (绿色工厂); empty: none."""
        return next((word[:end] for end in range(len(word), 1, -1) if word[:end] in self._subjects), "")

    def _phrasings(self, policy_id: str, clause_id: str) -> str:
        """All that people are known to ask of a clause."""
        written = self._ready.base.phrasings[policy_id].clauses.get(clause_id)
        lines = (line for many in written.values() for line in many) if written is not None else ()
        return "\n".join(map(fold, lines))

    def _known(self, policy_id: str, clause_id: str) -> _Known:
        clause, asked = self._policies[policy_id].clause(clause_id), self._ready.base.phrasings[policy_id]
        figures = [cues for name, cues in asked.figures.items() if name.partition("/")[0] == clause_id]
        by_writer = [cues.ask for cues in figures]
        said = [line for writers in by_writer for lines in writers.values() for line in lines]
        subjects = tuple(fold(one.quote) for one in clause.card.subject) if clause.card is not None else ()
        called = {fold(name) for cues in figures for name in cues.subject}
        terms = frozenset(term for subject in subjects for term in self._terms_of(subject))
        names = {*subjects, *(name for name in called if any(_another_name(name, subject) for subject in subjects))}
        stated = fold_whole("\n".join(figure.quote for figure in clause.figures))
        whole, of_stated = fold_whole(clause.text), frozenset(self._terms_of(stated))
        return _Known(stated, whole, "\n".join(map(fold, said)), tuple(sorted(names)), terms, of_stated)

    def _terms_of(self, text: str) -> tuple[str, ...]:
        """The concepts that a text names."""
        return self._ready.reader.read(text).terms


def _may_name(run: str) -> bool:
    """Whether characters side by side may be a noun: they end as one, and begin neither as a verb nor as a count."""
    return _ends_as_noun(run) and run[0] not in COUNTING and word_class(run[0])[:1] not in tuple("vqmpdru")


def _ends_as_noun(run: str) -> bool:
    return len(run) > 1 and word_class(run[-1]).startswith("n")


def _is_unknown(name: str, texts: Sequence[str]) -> bool:
    """Whether no text has any two characters of a name side by side."""
    return not any(name[i : i + 2] in text for i in range(len(name) - 1) for text in texts)


def _sentence(clause: Clause, quote: str) -> str:
    """The sentence of a clause that holds a quote."""
    at = max(clause.text.find(quote), 0)
    start = max(clause.text.rfind(stop, 0, at) for stop in _STOPS) + 1
    ends = [end for stop in _STOPS if (end := clause.text.find(stop, at + len(quote))) >= 0]
    return clause.text[start : min(ends, default=len(clause.text))]


def _only_named(words: Sequence[str]) -> bool:
    """Whether a turn's words name a thing and tell nothing of it, as 学校刚毕业的 does."""
    return len(words) <= TURN and not any(word_class(word).startswith(_TELLS) for word in words)


def _of_number(word: str, question: Question) -> bool:
    """Whether a word begins with the end of a number, so that it is no word: 成规 of 九成规上企业."""
    plain = question.reading.plain
    ends = (number.text[-1] for number in numbers(plain, own=True) if number.text + word[1:] in plain)
    return word[0] in ends


def _another_name(name: str, subject: str) -> bool:
    """Whether a word shares characters in a row with the subject, or is made of them in their order: 高企."""
    if any(name[i : i + SHARED] in subject for i in range(len(name) - SHARED + 1)):
        return True
    rest = iter(subject)
    return len(name) >= SHARED and all(char in rest for char in name)
