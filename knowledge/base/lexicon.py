"""What is known of words, of any policy: knowledge/lexicon as values."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import Field

from knowledge.base.phrasings import InfoTopic
from knowledge.base.record import ClauseId, Id, Record, Text
from knowledge.base.talk import NEVER, Expressions, Talk
from knowledge.text.fold import fold


class Unit(Record):
    """A unit of government."""

    name: Text
    """As printed in the documents: 市发展改革委."""
    official: Text | None = None
    """Full official name; None where it isn't known."""
    aliases: tuple[Text, ...] = ()
    """Abbreviations, nicknames and former names that mean this unit and nothing else."""
    short: tuple[Text, ...] = ()
    """Words that mean it only where units are talked of (发改, 财政), since they mean other things as well."""

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is called."""
        return (self.name, *((self.official,) if self.official else ()), *self.aliases)

    @property
    def described(self) -> bool:
        """Whether somebody has written down more of it than the name that an import found."""
        return bool(self.official or self.aliases or self.short)


class Units(Record):
    """lexicon/units.yaml, shared; and units.yaml of a policy, for those that only it names."""

    units: tuple[Unit, ...] = ()
    """Those that documents make responsible for something."""
    others: tuple[Unit, ...] = ()
    """Those that people ask for though no document names them; so that the bot can say so."""
    brought: tuple[Unit, ...] = ()
    """Those that only policies' own lists hold; put here by the loader (own_lexicon.py)."""

    @property
    def own(self) -> tuple[Unit, ...]:
        """All that documents make responsible for something."""
        return (*self.units, *self.brought)


class SynonymGroup(Record):
    """Words that mean the same here."""

    term: Text
    same: tuple[Text, ...]


class Synonyms(Record):
    """lexicon/synonyms.yaml; ``confusable`` are pairs that look alike and must be kept apart."""

    groups: tuple[SynonymGroup, ...]
    confusable: tuple[tuple[Text, Text], ...] = ()


class English(Record):
    """lexicon/english.yaml: English words and what they are called in the documents."""

    words: dict[Text, Text]


GovernmentLevel = Literal["nation", "province", "city", "district"]


class LevelWords(Record):
    """Of one level of government; both are regular expressions."""

    asked: Text
    """Words of people who ask what that level does: 省里, 我省."""
    said: Text
    """Words of documents of that level: 全省, 我省."""


class Variants(Record):
    """lexicon/variants: dialect and Cantonese words, fillers, words without a topic."""

    dialect: dict[Text, Text]
    fillers: tuple[Text, ...]
    stop: tuple[Text, ...]
    asking: tuple[Text, ...]
    """An expression with one of these is a way of asking, not a term that a typo is mended to."""
    elsewhere: tuple[Text, ...]
    """Places for which other documents hold: a question about what they pay is not covered."""
    whose: tuple[Text, ...] = ()
    """Words after a place's name that make it the one whose policy is asked for: 补贴, 政策."""
    moves: tuple[Text, ...] = ()
    """Words by which one comes from another place, so that naming it asks for nobody else's policy: 迁, 落户."""
    levels: dict[GovernmentLevel, LevelWords] = Field(default_factory=dict)
    particles: dict[Text, Text]
    """Single syllables that are almost always particles or pronouns in a question typed in pinyin."""
    money: tuple[Text, ...]
    """Words for money in a question that names nothing else: 有哪些补贴."""
    money_around: tuple[Text, ...]
    """Words that may stand beside them and name nothing: 企业能拿什么补贴."""
    money_paid: tuple[Text, ...]
    """Words by which a clause gives money, whether or not it states how much."""


class Cues(Record):
    """lexicon/cues: expressions that tell what is asked for."""

    units: tuple[Text, ...]
    amount: tuple[Text, ...]
    count: tuple[Text, ...]
    original: tuple[Text, ...]
    confirm: tuple[Text, ...]
    by_unit: tuple[Text, ...]
    follow_up: tuple[Text, ...]
    assertion: tuple[Text, ...]
    """Expressions that hold something out as true: 对吧, 听说."""
    contact: tuple[Text, ...]
    """What people ask about a unit that is no measure: its head, its telephone, its address."""
    more: tuple[Text, ...]
    correction: tuple[Text, ...]
    number: tuple[Text, ...] = ()
    issuer: tuple[Text, ...] = ()
    published: tuple[Text, ...] = ()
    title: tuple[Text, ...] = ()
    attachments: tuple[Text, ...] = ()
    repeals: tuple[Text, ...] = ()
    """These six ask for a document's own data: 文号多少, 谁发的, 什么时候印发, 全称, 有没有附件, 废止了哪些文件."""
    repealed: tuple[Text, ...] = ()
    """What asks what took the document's place: 被哪份文件替代."""
    documents: tuple[Text, ...] = ()
    """What asks for the list of documents: 有哪些文件."""
    contents: tuple[Text, ...] = ()
    """What asks for the contents, of a document or of all there is: 目录."""
    compares: tuple[Text, ...] = ()
    """What asks how two documents differ: 有什么不同."""
    aspects: tuple[Text, ...] = ()
    """Sides that any measure has (申请, 条件, 期限): asking for one names no subject."""
    generic: tuple[Text, ...]
    """Words of asking and showing that name no subject: 是什么, 讲的什么, 展开说说."""


class NotCovered(Record):
    """A topic near the documents that none of them covers."""

    id: Id
    name: Text
    """Stands in 本文件没有规定「…」."""
    terms: tuple[Text, ...] = ()
    nearest: tuple[Text, ...] = ()
    """Clauses that may be shown along, as ``<policy>/<clause>``: the loader takes them from the policies' own lists."""
    phrasings: dict[str, tuple[Text, ...]]


class NotCoveredTopics(Record):
    """lexicon/not_covered: one file, or a folder with a file for each subject."""

    topics: tuple[NotCovered, ...]


class NotCoveredHere(Record):
    """not_covered of a policy: what it says of the shared topics, and topics that are about it or its place alone."""

    nearest: dict[Id, tuple[ClauseId, ...]] = Field(default_factory=dict)
    """Topic -> clauses of this policy that may be shown along."""
    terms: dict[Id, tuple[Text, ...]] = Field(default_factory=dict)
    """Topic -> further terms, with local names."""
    phrasings: dict[Id, dict[str, tuple[Text, ...]]] = Field(default_factory=dict)
    """Topic -> further questions with local names, by writer."""
    topics: tuple[NotCovered, ...] = ()


class DocumentQuestions(Record):
    """lexicon/document_questions.yaml: how people ask about any document as a whole, by topic and writer."""

    info: dict[InfoTopic, dict[str, tuple[Text, ...]]] = Field(default_factory=dict)


DialogueAct = Literal[
    "original",
    "shorter",
    "more",
    "complaint",
    "units",
    "amount",
    "payer",
    "deadline",
    "materials",
    "procedure",
    "contact",
    "term",
    "goals",
    "contents",
    "leads",
    "interprets",
    "review",
    "following",
    "preceding",
    "mentioned",
    "leaves",
    "adds",
    "question",
]
"""What a message does in a conversation; ``leaves`` and ``adds`` stand before a question, ``question`` is none."""


class ActPhrasings(Record):
    """lexicon/dialogue_acts: how people put what they ask of what was shown, or of a document as a whole, by writer."""

    acts: dict[DialogueAct, dict[str, tuple[Text, ...]]] = Field(default_factory=dict)


class Unrelated(Record):
    """lexicon/unrelated.yaml: what has nothing to do with any document, and small talk, by writer."""

    far: dict[str, tuple[Text, ...]]
    attack: dict[str, tuple[Text, ...]]
    chat: dict[Id, dict[str, tuple[Text, ...]]]


class VariantsHere(Record):
    """variants of a policy: places that are others beside its own, and words for coming to its place (来某地)."""

    elsewhere: tuple[Text, ...] = ()
    whose: tuple[Text, ...] = ()
    """Its own subjects that, right behind another place's name, ask for that place's policy: 某地高企."""
    moves: tuple[Text, ...] = ()


class UnrelatedHere(Record):
    """unrelated of a policy: the same with the names of its place."""

    far: dict[str, tuple[Text, ...]] = Field(default_factory=dict)
    attack: dict[str, tuple[Text, ...]] = Field(default_factory=dict)
    chat: dict[Id, dict[str, tuple[Text, ...]]] = Field(default_factory=dict)


class Examples(Record):
    """examples.yaml of a policy: questions that people are shown, each of which it answers."""

    examples: tuple[Text, ...] = Field(min_length=1)


class Places(Record):
    """places.yaml of a policy: what its place and the places in it are called. The shared lexicon has none of them."""

    names: tuple[Text, ...]


class MoneySubjects(Record):
    """lexicon/subjects.yaml: whom and what money may be for."""

    subjects: tuple[Text, ...] = ()
    general: tuple[Text, ...] = ()
    """Nouns that may stand in any question: they tell who asks, when and about what sort of thing, but not for what."""
    sizes: tuple[Text, ...] = ()
    """Characters that may stand before a thing's name without making it another: 小汽车."""
    measures: tuple[Text, ...] = ()
    """What nouns end in that say how much, how high or how far: 销售额, 年龄, 市级."""
    bodies: tuple[Text, ...] = ()
    """What names of public bodies end in; official texts end them otherwise: 市场监管部门."""
    persons: tuple[Text, ...] = ()
    """What stands behind somebody's name or post where money is asked for him and not for whom he works."""
    people: tuple[Text, ...] = ()
    """Words of a question that is on a family or a person."""
    firms: tuple[Text, ...] = ()
    """Words of one that is on a firm after all, and of sums that are for firms."""
    papers: tuple[Text, ...] = ()
    """Ends of words for what has a term of its own: 居住证."""
    introduces: Expressions = NEVER
    """Who somebody says they are before they ask: 我们铝厂. Only where money is asked for is it asked about as well."""


class Theme(Record):
    """A broad subject, of which a document may speak in many places without naming it.

    Its words stand in one text each, divided by blanks: they are thousands, and few questions need them.
    """

    name: Text
    asked: Text
    """Words for all of it, its name among them; each belongs to one theme."""
    official: Text
    """Words of official texts, any of which shows that a clause is on it."""

    @cached_property
    def official_words(self) -> tuple[str, ...]:
        """The words of official texts, folded."""
        return tuple(fold(self.official).split())


class Themes(Record):
    """lexicon/themes.yaml."""

    themes: tuple[Theme, ...] = ()


class Contrasts(Record):
    """lexicon/contrasts.yaml: cases that exclude one another, with how they are said."""

    denied: Expressions = NEVER
    """What stands before a case that is denied, with at most two characters between: 不是国家级, 非新引进."""
    contrasts: dict[Text, dict[Text, Expressions]] = Field(default_factory=dict)


class Swap(Record):
    """What makes a question one on something else than a clause that doesn't say it."""

    asked: Expressions
    said: Expressions = ()
    """What a clause says for which it isn't another; those of ``asked`` where none are given."""
    where: Expressions = (".",)
    """What a clause must say for the swap to count."""


class Swaps(Record):
    """lexicon/swaps.yaml: verbs, directions, payers, levels, ranks and recipients that turn a question round."""

    swaps: dict[Text, Swap] = Field(default_factory=dict)


class Lexicon(Record):
    """All word knowledge: what is true of any policy, with what the policies of a base bring along."""

    units: Units
    synonyms: Synonyms
    english: English
    variants: Variants
    cues: Cues
    not_covered: NotCoveredTopics
    unrelated: Unrelated
    talk: Talk
    document_questions: DocumentQuestions = DocumentQuestions()
    subjects: MoneySubjects = MoneySubjects()
    themes: Themes = Themes()
    contrasts: Contrasts = Contrasts()
    swaps: Swaps = Swaps()
    dialogue_acts: ActPhrasings = ActPhrasings()
    domain_words: tuple[Text, ...]
    things: tuple[Text, ...] = ()
    """Particular things, people and places that a question may be on (things.txt), folded."""
