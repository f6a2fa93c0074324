"""What is known of words, of any policy: knowledge/lexicon as values."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from knowledge.base.record import ClauseId, Id, Record, Text


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


class Units(Record):
    """lexicon/units.yaml, shared; and units.yaml of a policy, for those that only it names."""

    units: tuple[Unit, ...] = ()
    """Those that documents make responsible for something."""
    others: tuple[Unit, ...] = ()
    """Those that people ask for though no document names them; so that the bot can say so."""
    brought: tuple[Unit, ...] = ()
    """Those that only policies' own lists hold; put here by the loader."""

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


class Variants(Record):
    """lexicon/variants.yaml: dialect and Cantonese words, fillers, words without a topic."""

    dialect: dict[Text, Text]
    fillers: tuple[Text, ...]
    stop: tuple[Text, ...]
    asking: tuple[Text, ...]
    """An expression with one of these is a way of asking, not a term that a typo is mended to."""
    elsewhere: tuple[Text, ...]
    """Places for which other documents hold: a question about what they pay is not covered."""
    particles: dict[Text, Text]
    """Single syllables that are almost always particles or pronouns in a question typed in pinyin."""
    money: tuple[Text, ...]
    """Words for money in a question that names nothing else: 有哪些补贴."""
    money_around: tuple[Text, ...]
    """Words that may stand beside them and name nothing: 企业能拿什么补贴."""
    money_paid: tuple[Text, ...]
    """Words by which a clause gives money, whether or not it states how much."""


class Cues(Record):
    """lexicon/cues.yaml: expressions that tell what is asked for."""

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
    attachments: tuple[Text, ...] = ()
    repeals: tuple[Text, ...] = ()
    """These five ask for a document's own data: 文号多少, 谁发的, 什么时候印发, 有没有附件, 废止了哪些文件."""
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
    nearest: tuple[ClauseId, ...] = ()
    phrasings: dict[str, tuple[Text, ...]]


class NotCoveredTopics(Record):
    """lexicon/not_covered.yaml."""

    topics: tuple[NotCovered, ...]


class Unrelated(Record):
    """lexicon/unrelated.yaml: what has nothing to do with any document, and small talk, by writer."""

    far: dict[str, tuple[Text, ...]]
    attack: dict[str, tuple[Text, ...]]
    chat: dict[Id, dict[str, tuple[Text, ...]]]


def _expression(text: str) -> str:
    """A regular expression that says something."""
    try:
        says_something = re.compile(text).match("") is None
    except re.error as error:
        raise PydanticCustomError("expression", "不是正则表达式：{why}", {"why": str(error)}) from error
    if not says_something:
        raise PydanticCustomError("expression", "什么都不写也合得上；请写出要找的字")
    return text


Expressions = tuple[Annotated[Text, AfterValidator(_expression)], ...]
"""Regular expressions in folded text; any of them will do, the first that fits counts."""


class FollowUpTalk(Record):
    """How a question leans on what was talked about."""

    begins: Expressions
    ends: Expressions
    pronoun: Expressions
    away: Expressions
    """What leaves what is talked about now for what was before: 回到."""
    earlier: Expressions
    """What points at something said before: 刚才说的那个."""
    this_document: Expressions
    contrast: Expressions
    """A rejection that names what was wrong: 我不是…，是…."""
    together: Expressions
    """What joins two things that are asked for at once."""
    counts: Expressions
    """Words that count and name no subject."""
    everything: Expressions
    """What asks for all of a document, whatever clause is talked about."""
    sides: Expressions
    """Words around what is compared: 在…方面."""


class PickTalk(Record):
    """How people pick from what was offered."""

    which: Expressions
    """With the groups nth, n, last and first."""
    article: Expressions
    english: dict[Text, int]
    """Ordinals; negative ones count from the end."""
    other: Expressions
    all: Expressions
    around: Expressions
    """Words around the name of what is picked."""


class UnitTalk(Record):
    """How people ask about units."""

    asked_about: Expressions
    listing: Expressions
    without: Expressions
    only: Expressions
    includes: Expressions


class PlaceTalk(Record):
    """How people speak of other places."""

    policy_of: Expressions
    """What stands behind a place whose own policy is asked for."""
    moves: Expressions
    """Words of coming from there: this place's policy is asked for after all."""
    leaves: Expressions
    """What stands before the place that somebody moves to."""
    left: Expressions
    """What stands behind it."""


class FigureTalk(Record):
    """Which kind of number is asked for."""

    number: Expressions
    how_many: Expressions
    """What asks for one number; twice in a question, for two."""
    several: Expressions
    most: Expressions
    least: Expressions
    times: Expressions
    """What is counted where most and least are of no amount."""
    which_of_two: Expressions
    time: Expressions
    limit: Expressions
    """Money that is a condition."""


class MoneyTalk(Record):
    """Words of money; what names it and nothing else stands in variants.yaml, what asks how much in cues.yaml."""

    words: Expressions
    also: Expressions
    """Further ones, that count where nobody taught how the figures of a clause are asked for."""
    given: Expressions
    """That money is given: an amount beside one of these is claimed of the document."""
    whether: Expressions
    """What asks whether there is money at all."""
    paid: Expressions
    """Money that is paid, told from money that is a condition."""


class Talk(Record):
    """lexicon/talk.yaml: how a question goes on from what was said, whatever the documents."""

    follow_up: FollowUpTalk
    pick: PickTalk
    units: UnitTalk
    places: PlaceTalk
    figures: FigureTalk
    money: MoneyTalk


class Lexicon(Record):
    """All word knowledge shared by the policies."""

    units: Units
    synonyms: Synonyms
    english: English
    variants: Variants
    cues: Cues
    not_covered: NotCoveredTopics
    unrelated: Unrelated
    talk: Talk
    domain_words: tuple[Text, ...]
