"""Why a reply is what it is: the rule that decided, what it weighed, and how the question was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from knowledge.learned.index import Match
    from knowledge.reading.vocabulary import Repair


class Rule(StrEnum):
    """What decided, as it stands in JSON and in the record of questions."""

    UNTOLD = ""
    """The reply of nobody's rule: one made by hand."""
    TOO_LONG = "too long"
    EMPTY = "empty"
    PLACE = "place"
    """A place that the question names: 4.2, 第三部分第二条."""
    PLACE_AND_MATCH = "place and match"
    """A part that it names, and in it the clause that its other words mean."""
    NO_SUCH_PLACE = "no such place"
    BARE_NUMBER = "bare number"
    """24: of a clause, a part, or what?"""
    PICKED = "picked"
    """One of what the last reply offered."""
    PICKED_ALL = "picked all"
    NO_SUCH_CHOICE = "no such choice"
    RETURNED = "returned"
    """What was talked about before the last answer."""
    REJECTED = "rejected"
    """That the last answer was wrong, and nothing else."""
    NO_SUCH_DOCUMENT = "no such document"
    WHICH_DOCUMENT = "which document"
    DOCUMENT_NAMED = "document named"
    """A document's name and nothing else: an overview of it."""
    DOCUMENT = "document"
    """A topic on a document as a whole."""
    DOCUMENT_FACTS = "document's own data"
    DOCUMENTS_LISTED = "list of documents"
    DOCUMENTS_APART = "several documents apart"
    """Several documents, or places, each answered from by itself."""
    MORE = "more"
    NO_MORE = "no more"
    FOLLOW_UP = "follow-up"
    """What goes on from the last answer."""
    FOLLOW_UP_ON_LIST = "follow-up on a list"
    PART = "part of a measure"
    """One thing asked of the clause that is talked about: its materials, who pays."""
    WALKED = "walked"
    """The clause before or behind the one that was talked about."""
    LEFT = "left"
    """What was talked about, and nothing is asked yet."""
    NO_CONTEXT = "no context"
    ALL_MONEY = "all money of a document"
    NO_MONEY = "no money stated"
    ELSEWHERE = "another place"
    """Another city's or province's policy."""
    CONTACT = "contact"
    """A unit's telephone, address, head."""
    OF_UNIT = "measures of a unit"
    OF_UNIT_ACROSS = "measures of a unit in several documents"
    ONLY_UNITS = "only_units"
    WITHOUT_UNITS = "without_units"
    UNIT_NOWHERE = "unit of no clause"
    TWO_AT_ONCE = "two at once"
    BEST_MATCH = "best match"
    LIKELIEST = "likeliest"
    """The best match, marked as merely the likeliest."""
    ANOTHER_SUBJECT = "another subject"
    """A sum is asked for something that the clause's sums aren't for."""
    CLOSE_MATCH = "close match"
    """Several clauses that are about as probable."""
    TERM_IN_SEVERAL = "term in several clauses"
    """Bare words that several clauses hold verbatim."""
    ABSENT = "not in the document"
    """A name, a telephone, a website: no clause says any."""
    MENTIONED = "clauses that speak of it"
    """All of a document that do, or a choice of them."""
    DEFINED = "definition of a term"
    """The clause that says what a document means by it."""
    SMALL_TALK = "small talk"
    NOT_COVERED = "not covered"
    FAR = "far"
    NOTHING_IN_DOCUMENT = "nothing in the document"
    NOTHING_KNOWN = "nothing known in it"


POINTED = frozenset({Rule.PLACE, Rule.PICKED, Rule.FOLLOW_UP, Rule.WALKED})
"""The clause was pointed at, so that the question need not name the subject of a figure.

Where words chose the clause (returned, place and match), they must name it as they must in any other question.
"""
ANEW = frozenset({Rule.BEST_MATCH, Rule.LIKELIEST, Rule.RETURNED})
"""The question said by itself what it is about, so that it left the list from which its clause was picked."""
ABOUT_PLACES = frozenset({Rule.PLACE, Rule.PLACE_AND_MATCH, Rule.NO_SUCH_PLACE, Rule.BARE_NUMBER, Rule.WHICH_DOCUMENT})
"""What a text that names a place may come to, whatever it finds there."""


@dataclass(frozen=True)
class By:
    """How a clause was chosen to answer from."""

    rule: Rule
    probability: float = 1.0


@dataclass(frozen=True)
class Heard:
    """How a question was read."""

    plain: str
    words: tuple[str, ...]
    telling: tuple[str, ...]
    """The words that may name a subject."""
    terms: tuple[str, ...]
    repairs: tuple[Repair, ...]
    asks: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "plain": self.plain,
            "words": list(self.words),
            "telling": list(self.telling),
            "terms": list(self.terms),
            "repairs": [vars(repair) for repair in self.repairs],
            "asks": list(self.asks),
        }


@dataclass(frozen=True)
class Why:
    """What the rule that decided went by."""

    rule: Rule = Rule.UNTOLD
    topic: str = ""
    """Of small talk, or the topic that is not covered."""
    figures: tuple[str, ...] = ()
    """Ids of the figures put forward."""
    unstated: str = ""
    """money or number, when one was asked for that the clause does not state."""
    matches: tuple[Match, ...] = ()
    """What was weighed, most probable first."""
    costs: Mapping[str, float] = field(default_factory=dict)
    """Expected cost by act."""
    heard: Heard | None = None

    @property
    def name(self) -> str:
        """The rule as it is recorded, with the topic of small talk."""
        return f"{self.rule}: {self.topic}" if self.rule is Rule.SMALL_TALK else str(self.rule)

    @property
    def asks_for_person(self) -> bool:
        """Whether the question was for a person to answer."""
        return self.rule is Rule.SMALL_TALK and self.topic == "human"

    @property
    def not_covered(self) -> str:
        """The topic that no document covers, when that is what the reply says."""
        return self.topic if self.rule is Rule.NOT_COVERED else ""

    def to_json(self) -> dict[str, Any]:
        """Plain data for --explain; what there is none of is left out."""
        matches = [{**vars(m), "probability": round(m.probability, 4)} for m in self.matches]
        weighed = {"matches": matches, "costs": dict(self.costs)} if matches else {}
        told = {"figures": list(self.figures), "unstated": self.unstated, "topic": self.not_covered}
        heard = self.heard.to_json() if self.heard is not None else {}
        return {**heard, **weighed, "rule": self.name, **{name: value for name, value in told.items() if value}}
