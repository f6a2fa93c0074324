"""Whether a question is on a thing of which a document nowhere speaks: 驾校复审谁管, 出租车司机竞争上岗.

Who puts another thing into a document's own sentence gets what the sentence says of its own, however well the rest of
it fits. The things are known by name (lexicon/things.txt); what nobody wrote down there is not noticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from bot.engine.understanding.understanding import Question, Understanding
from bot.engine.values.thresholds import ITS_WORDS, RARELY, THING
from knowledge.base.document import Clause, Policy
from knowledge.compiled import Ready
from knowledge.reading.word_class import word_class
from knowledge.retrieval.evidence import Evidence
from knowledge.retrieval.holding import share_of_pairs
from knowledge.text.fold import fold, fold_whole
from knowledge.text.words import inside_words

COUNTING = frozenset("一两几每各")
"""What begins a word that counts or takes all: 一家企业, 各单位."""
_ABBREVIATION = re.compile(r"(?<![A-Za-z\d])(?=[A-Z\d]{3})[A-Z]+\d*(?![A-Za-z\d])")
"""A name in capitals that nothing could be read as: ISO9001."""
_LATIN = re.compile(r"[a-z][a-z\d]*")
REMEMBERED = 64
"""Documents whose text is remembered, folded."""


class Things:
    """Looks for them; pure but for what it remembers."""

    def __init__(self, ready: Ready, understanding: Understanding, evidence: Evidence) -> None:
        lexicon = ready.base.lexicon
        self._ready = ready
        self._understanding = understanding
        self._evidence = evidence
        self._general = frozenset(map(fold, lexicon.subjects.general))
        self._names = frozenset(lexicon.things) - self._general
        self._subjects = self._names | (frozenset(map(fold, lexicon.subjects.subjects)) - self._general)
        self._longest = max(map(len, self._names), default=0)
        self._policies = {policy.id: policy for policy in ready.base.policies}
        self._text = lru_cache(REMEMBERED)(self._read)
        self._asked = lru_cache(REMEMBERED)(self._phrasings)

    @cached_property
    def _uncovered(self) -> frozenset[str]:
        """What the matters are called that no document covers; few questions need it."""
        topics = self._ready.base.lexicon.not_covered.topics
        terms = (fold(term) for topic in topics for term in topic.terms)
        return frozenset(term for term in terms if term[0] not in COUNTING) - self._general  # 一度电 is what is counted

    def ends(self, word: str) -> bool:
        """Whether a word is a known thing, or something done with one: 坐地铁."""
        return any(word[i:] in self._names for i in range(len(word) - 1))

    def foreign(self, policy: Policy, question: Question, clause: Clause | None = None) -> bool:
        """Whether a short question in the words of a clause, or of a document, names a thing that this doesn't.

        Who asks in other words tells of his own (开个小面馆亏惨了,哪儿能借到钱), and so does a story.
        """
        if not self.names_foreign(policy, question):
            return False
        text = self._text(policy.id) if clause is None else fold_whole(clause.text)
        return share_of_pairs(question.reading.plain, text) >= ITS_WORDS

    def names_foreign(self, policy: Policy, question: Question, whole: bool = False) -> bool:
        """Whether a short question names a thing of which a document doesn't speak, in whatever words.

        ``whole``: it must speak of the thing itself: 信用保险 is no 保险公司.
        """
        names = self._subjects if whole else self._names
        named = self._named(question, names) if len(question.telling) <= THING else ()
        return not all(self._is_known(name, policy, question, whole) for name in named)

    def names_uncovered(self, policy: Policy, question: Question) -> bool:
        """Whether a short question names a matter that is known to be covered nowhere: 首次升规奖多少."""
        if len(question.telling) > THING:
            return False
        plain = self._understanding.unintroduced(question.reading.plain)
        return any(term in plain and not self._is_known(term, policy, question) for term in self._uncovered)

    def _is_known(self, name: str, policy: Policy, question: Question, whole: bool = False) -> bool:
        """Whether a document speaks of a thing, or of part of it, by whatever name; or people ask it for that."""
        text = self._text(policy.id)
        if name.isascii():  # KIP考核
            return any(sorted(word) == sorted(name) for word in _LATIN.findall(text))
        head = name[-2:]  # nothing across its parts: 育机 of 托育机构 stands in 培育机制
        of_its_kind = head in text and head not in self._general and not word_class(head).startswith("v")
        of_part = not whole and (name[:2] in text or of_its_kind)
        if name in text or of_part or self._evidence.stands(name, text):
            return True
        called = self._evidence.clauses.called(question.reading.plain)  # 装扶手 is 适老化改造
        return (
            any(term in text for said, terms in called.items() if name in said for term in terms)
            or self._asked(policy.id).count(name) > RARELY
        )

    def _named(self, question: Question, names: frozenset[str]) -> Iterator[str]:
        """The longest names that stand in a question from the beginning of a word to the end of one, who asks apart.

        And abbreviations in capitals, which no list need have.
        """
        plain = self._understanding.unintroduced(question.reading.plain)
        inside, at = inside_words(plain, question.reading.words), 0
        while at < len(plain):
            longest = min(self._longest, len(plain) - at) if at not in inside else 0
            ends = (end for end in range(at + longest, at + 1, -1) if end not in inside)
            end = next((end for end in ends if plain[at:end] in names), 0)
            if end and plain[at:end] in question.reading.folded:  # no corrected one: nobody has said it
                yield plain[at:end]
            at = end or at + 1
        named = (name.lower() for name in _ABBREVIATION.findall(question.text))
        yield from (name for name in named if name in question.telling and name not in self._general)

    def _read(self, policy_id: str) -> str:
        policy = self._policies[policy_id]
        clauses = (f"{clause.title}\n{clause.text}" for clause in policy.clauses)
        texts = (policy.title or policy.display_name, policy.preamble, *policy.attached_titles, *clauses)
        return fold_whole("\n".join(filter(None, texts)))

    def _phrasings(self, policy_id: str) -> str:
        """All that people are known to ask of a document's clauses."""
        return "\n".join(self._ready.index.phrasings(policy_id))
