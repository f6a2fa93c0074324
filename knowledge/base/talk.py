"""How a question goes on from what was said, whatever the documents: lexicon/talk.yaml as values."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from knowledge.base.card import Part
from knowledge.base.phrasings import InfoTopic
from knowledge.base.record import COMPILED, Record, Text

GENERAL = ("talk", "dialogue_acts")
"""Lists of the lexicon that hold for any documents: one without them uses those that come with the project."""


def _expression(text: str, about: ValidationInfo) -> str:
    """A regular expression that says something; one of a compiled form was looked at when that was made."""
    if about.context == COMPILED:
        return text
    try:
        fits_nothing = _fits_nothing(text)
    except re.error as error:
        raise PydanticCustomError("expression", "不是正则表达式：{why}", {"why": str(error)}) from error
    if fits_nothing:
        raise PydanticCustomError("expression", "什么都不写也合得上；请写出要找的字")
    return text


@lru_cache(4096)
def _fits_nothing(expression: str) -> bool:
    """Whether it fits where nothing is said. There are more than re remembers: each load would compile all anew."""
    return re.compile(expression).match("") is not None


Expressions = tuple[Annotated[Text, AfterValidator(_expression)], ...]
"""Regular expressions in folded text; any of them will do, the first that fits counts."""


NEVER: Expressions = ("(?!)",)
"""What no text holds."""


class FollowUpTalk(Record):
    """How a question leans on what was talked about."""

    begins: Expressions
    ends: Expressions
    pronoun: Expressions
    away: Expressions
    """What leaves what is talked about now for what was before: 回到."""
    earlier: Expressions
    """What points at something said before: 刚才说的那个."""
    first: Expressions = NEVER
    """What goes back to what was talked about first: 我最开始问的那条."""
    this_document: Expressions
    hanging: Expressions = NEVER
    """A whole turn that asks, and says nothing of what: 我这种能算上吗."""
    pointing: Expressions = NEVER
    """A whole turn that points at something and asks of it no more than how or how much: 这个咋申请."""
    questioning: Expressions = NEVER
    """What asks something: whoever does gives no thanks and takes no leave, 干得好有啥好处."""
    opens: Expressions = NEVER
    """A whole turn that says no more than that something will be asked: 在吗,想咨询个事."""
    contrast: Expressions
    """A rejection that names what was wrong: 我不是…，是…."""
    clarifies: Expressions = NEVER
    """What says more of what was meant, and not that the answer was wrong: 我是说…."""
    disputes: Expressions = NEVER
    """A whole turn that holds another number against what was said: 不是20万吗; 不对吧,我客户说是100项."""
    hearsay: Expressions = NEVER
    """Who said it: 招商的人跟我讲的."""
    rejecting: Expressions = NEVER
    """What may stand before a rejection; behind anything else 错了 and 不对 reject nothing."""
    meant: Expressions = NEVER
    """Behind a rejection, what only says that something is asked: 我问的…."""
    together: Expressions
    """What joins two things that are asked for at once."""
    counts: Expressions
    """Words that count and name no subject."""
    everything: Expressions
    """What asks for all of a document, whatever clause is talked about."""
    whole: Expressions = NEVER
    """What says that the whole document is meant while one of its clauses is talked about."""
    sides: Expressions
    """Words around what is compared: 在…方面."""


class PickTalk(Record):
    """How people pick from what was offered."""

    which: Expressions
    """With the groups nth, n, last, first and middle."""
    these: Expressions = NEVER
    """What stands before what is asked of all that was listed, with the group n: 这两条分别, of 这两条分别谁负责."""
    counted: Expressions = NEVER
    """How one is picked where only one was there to pick: 第二个."""
    nth_sum: Expressions = NEVER
    """How one of a clause's sums is counted, with the group nth: 第二档多少."""
    nth_item: Expressions = NEVER
    """How one of the things is counted that a clause lists: 第三个是啥."""
    nth_unit: Expressions = NEVER
    """How one of the responsible units is counted, with the groups nth and last: 第三个局是哪个."""
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
    own: Expressions
    """What speaks of the unit that asks."""
    doing: Expressions
    """What a sentence of a document says where it names a body that does something."""


class PlaceTalk(Record):
    """How people speak of moving to other places; what makes one the place asked of stands in variants."""

    leaves: Expressions
    """What stands before the place that somebody moves to."""
    left: Expressions
    """What stands behind it."""
    comes_to: Expressions
    """What stands before the place that somebody comes to, or moves to, for good."""


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
    ruled_out: Expressions = NEVER
    """A case that is said not to be meant: 不是复评."""


class NumberTalk(Record):
    """Which kind of number is asked for, where nobody taught how people ask; each is looked for apart."""

    share: Expressions
    time: Expressions
    count: Expressions
    """With what is counted as the group ``unit``, where it is said."""
    money: Expressions
    any: Expressions
    """What asks for a number of any kind."""
    each: Expressions
    """That it is asked for each of something, the group ``unit`` where that is said."""
    most: Expressions
    """That a cap is asked for."""
    needed: Expressions
    """That a condition is asked for, not what is given."""
    starting: Expressions = NEVER
    """From how much on: beside a word for the most, two numbers are asked for at once."""
    listed: Expressions = NEVER
    """That what stands before it is a list, of each of which a number is asked for: 比例和上限分别是多少."""
    often: Expressions = NEVER
    """That it is asked how often: 多久一次."""
    given: Expressions = NEVER
    """That it is asked how much is given, so that no condition answers it."""
    others: Expressions = NEVER
    """That it is asked for those of which nothing was said yet: 其他部门呢."""
    claimed: Expressions = NEVER
    """That a number is stated and asked back."""
    otherwise: Expressions = NEVER
    """That something else is asked for: the number that was asked for before is not meant again."""


class MoneyTalk(Record):
    """Words of money; what names it and nothing else stands in variants, what asks how much in cues."""

    words: Expressions
    given: Expressions
    """That money is given: an amount beside one of these is claimed of the document."""
    whether: Expressions
    """What asks whether there is money at all."""
    beside: Expressions = NEVER
    """What is said beside money and names no subject."""
    charges: Expressions = NEVER
    """What anything may be charged for or bear, and what asks of it: 收费, 租金, 利息."""


class PartKind(Record):
    """One kind of a part: of what is said of whom to ask, the telephone."""

    asks: Expressions
    says: Expressions
    """What words that say it hold."""


class PartAsk(Record):
    """One thing that is asked of the measure talked about: its materials, its deadline, who pays."""

    asks: Expressions
    """How it is asked for; nothing else is in the question but words of ``around``."""
    story: Expressions = NEVER
    """What in a story asks for it, whatever else is told, once a measure is talked about: 后来想搬走."""
    unless: Expressions = NEVER
    """With which the story is another one: 从外地搬来."""
    parts: tuple[Part, ...]
    """Parts of a card that may say it."""
    says: Expressions
    """What words that say it hold, the plainest first: looked for in the parts, and in clauses that have no card."""
    of_document: Expressions = NEVER
    """What the words hold by which a document says it for all that it provides, the plainest first: 资金保障."""
    kinds: tuple[PartKind, ...] = ()
    """Kinds of it that may be asked for alone."""
    lines: bool = True
    """Whether a part says it by being there, whatever its words: materials are materials."""

    @property
    def in_stories(self) -> bool:
        """Whether stories ask for it."""
        return self.story != NEVER

    @property
    def is_said_for_all(self) -> bool:
        """Whether a document may say it once for all that it provides."""
        return self.of_document != NEVER


class ActTalk(Record):
    """What a turn does to the conversation, by the whole of what it says."""

    around: Expressions = NEVER
    """Words around an act that add nothing to it."""
    leaves: Expressions = NEVER
    """What begins something new: 换个问题."""
    acknowledges: Expressions = NEVER
    """What says, before a question, that the answer was heard: 行吧,…"""
    asking: Expressions = NEVER
    """What makes a part of a message a question of its own."""
    whether: Expressions = NEVER
    """What asks whether something is so, in a turn that else would only name a case."""
    fits: Expressions = NEVER
    """What asks whether a case falls under what is talked about: 光搬一个车间算不算."""
    two: Expressions = NEVER
    """Those that were spoken of, without a name: 这俩."""
    each: Text = "-"
    """What asks for the number of each case that is named."""
    person: Expressions = NEVER
    """Who somebody is, by name."""
    this_document: Expressions = NEVER
    """How a sentence begins that is on a document as a whole."""
    own_part: Expressions = NEVER
    """The part of the document that the clause is in: 本部分, of 本部分第三条."""
    this_clause: Expressions = NEVER
    """What says that the clause is meant, not the document: 那条具体讲什么."""
    among: Expressions = NEVER
    """What picks from all that was listed: 其中科技局管的."""
    following: Expressions = NEVER
    """The clause behind the one that is talked about; with the group ``twice``, the one behind that."""
    preceding: Expressions = NEVER
    no_step: Expressions = NEVER
    """What goes back to what was talked about, and steps nowhere: 回前面那条."""
    named_step: Expressions = NEVER
    """The clause before or behind one that is named; groups ``named`` and ``step``: 招商那条的下一条."""
    beside: Expressions = NEVER
    """The one behind it or, with the group ``before``, before it, of which something is asked: 它后面那条补多少."""
    shorter: Expressions = NEVER
    """The answer is too long."""
    outdated: Expressions = NEVER
    """Why a document is shown that holds no more."""
    lapses: Expressions = NEVER
    """That something runs out and is done again, which no document is: 过期了再评."""
    complains: Expressions = NEVER
    """Of those who carry the measure out, not of the answer."""
    which: Expressions = NEVER
    """All of the things that the clause names side by side: 哪几样."""
    parts: dict[Text, PartAsk] = Field(default_factory=dict)


class Facet(Record):
    """What clauses can be listed by that is no subject: those that state a deadline."""

    asks: Expressions
    """How it is asked for."""
    says: Expressions
    """What such clauses hold."""


class ListTalk(Record):
    """How people ask for all clauses of a document that speak of something."""

    every: Expressions = NEVER
    """What asks for clauses, as many as there are: 哪几条."""
    whole: Expressions = NEVER
    """What says that all of a document is to be gone through: 全文."""
    some: Expressions = NEVER
    """What asks what there is on something, or stands beside nothing but that: 有哪些政策."""
    phrases: Expressions = NEVER
    """What is said before or behind what they are to speak of, and is no part of it."""
    around: Expressions = NEVER
    """Words that stand there, each a word by itself."""
    money: Expressions = NEVER
    """What they are to do that give money, and name nothing for which."""
    facets: dict[Text, Facet] = Field(default_factory=dict)


class DefinitionTalk(Record):
    """How people ask what a term means, and how texts say it."""

    asks: Expressions = NEVER
    """With a group ``term``; the first that fits counts."""
    says: Expressions = NEVER
    """With {term} in its place."""


class OfDocumentTalk(Record):
    """How people ask one thing of a document as such in a sentence of its own: 为落实哪个规划制定的."""

    asks: Expressions = NEVER
    plainly: Expressions = NEVER
    """What asks it right behind ``acts.this_document``, to the end: nothing else is meant, even if it isn't said."""
    says: Expressions = NEVER
    """What sentences of a document hold that say it."""


class Absent(Record):
    """What people ask that documents seldom say."""

    asks: Expressions
    unless: Expressions = NEVER
    """With which it is asked of somebody else: 客服电话."""
    around: Expressions = NEVER
    """What may be said beside it: 起草的."""
    says: Expressions
    """What documents that say it hold."""


class Talk(Record):
    """lexicon/talk.yaml: how a question goes on from what was said, whatever the documents."""

    follow_up: FollowUpTalk
    pick: PickTalk
    units: UnitTalk
    places: PlaceTalk
    figures: FigureTalk
    asked_numbers: NumberTalk
    units_of_numbers: dict[Text, tuple[Text, ...]]
    """Counting words by which people may ask for one another."""
    money: MoneyTalk
    reported: Expressions = NEVER
    """What says that somebody else says or asks it: 他问, 据来电人称."""
    acts: ActTalk = ActTalk()
    lists: ListTalk = ListTalk()
    definitions: DefinitionTalk = DefinitionTalk()
    of_document: dict[InfoTopic, OfDocumentTalk] = Field(default_factory=dict)
    absent: dict[Text, Absent] = Field(default_factory=dict)
