"""The clause base as values: frozen, typed, each field with its meaning.

The YAML files have exactly this shape, so the models are the schema as well (see load.py). Text fields that hold a
document's words are verbatim: verify.py proves it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]
ClauseId = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)*$")]

InfoTopic = Literal["validity", "effective", "basis", "addressees", "purpose", "structure", "definition", "units"]
"""What people ask about a document as a whole."""


TargetKind = Literal["clause", "info", "chat", "near", "far"]
SignalName = Literal["linear", "nearest", "fuzzy", "text", "cover"]


class Record(BaseModel):
    """Base of every model: frozen, and a field that the schema doesn't know is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NamedUnit(Record):
    """One unit in a responsibility list, where its printed form differs from its name."""

    unit: Text
    """The unit's name in the lexicon."""
    quote: Text
    """As printed in the list, such as 武汉东湖新技术开发区 where three names share one 管委会."""


class Responsible(Record):
    """A clause's 责任单位 list."""

    quote: Text
    """The whole list, verbatim, brackets included."""
    units: tuple[Text | NamedUnit, ...] = Field(min_length=1)
    """In printed order."""

    @property
    def names(self) -> tuple[str, ...]:
        """The units' names in the lexicon, in printed order."""
        return tuple(u if isinstance(u, str) else u.unit for u in self.units)


class Figure(Record):
    """A number that a clause states. There is none without a quote."""

    id: Id
    kind: Literal["amount", "ratio", "count", "limit", "duration"]
    """amount is money; limit is a bound on a count."""
    text: Text
    """The number with its unit as printed, such as 20万元."""
    quote: Text
    """The words of the clause that state it, verbatim, condition included; ``text`` stands in it."""
    value: float
    """The number in ``unit``: 200000 for 20万元; for a ratio of 1∶1, 1.0."""
    unit: Text
    """元, 项, 个, 年, or 比例."""
    bound: Literal["exact", "at_least", "at_most"] = "exact"
    subject: Text
    """The one whom, or the thing that, the number is for, in the clause's words."""
    case: Text | None = None
    """The condition that tells this figure from its siblings, in the clause's words."""
    per: Text | None = None
    """Per what, verbatim: 每户, 每年, 每个开发区."""
    payer: Text | None = None
    """Who pays, verbatim; only for money and its matching."""
    matching: Id | None = None
    """Id of the figure (of this clause) by which others match this amount."""
    note: Text | None = None
    """What the wording leaves open; editorial, never shown as the document's words."""


class Clause(Record):
    """One measure, verbatim."""

    id: ClauseId
    """Part and clause, such as 4.2."""
    number: Text
    """As printed, part and clause: 四(二)."""
    title: Text
    text: Text
    """The whole measure as printed, from its marker to the end of its 责任单位 list."""
    responsible: Responsible | None = None
    figures: tuple[Figure, ...] = ()

    @property
    def body(self) -> str:
        """The measure without marker, title and 责任单位 list; what follows the title's full stop."""
        end = self.text.rfind(self.responsible.quote) if self.responsible else len(self.text)
        start = self.text.find(self.title) + len(self.title)
        return self.text[start:end].lstrip("。. ")


class Section(Record):
    """A part of the document."""

    id: ClauseId
    number: Text
    """As printed: 四."""
    heading: Text
    """The whole heading line, verbatim: 四、增强产业创新发展能力."""
    title: Text
    clauses: tuple[Clause, ...] = Field(min_length=1)


class Definition(Record):
    """A term that the document defines once for all later clauses (下同)."""

    term: Text
    includes: tuple[Text, ...] = Field(min_length=1)
    """Names of units in the lexicon."""
    quote: Text
    """The definition, verbatim."""
    clause: ClauseId
    """Where it is made; it holds from there on."""


class Basis(Record):
    """A document that this one implements or cites."""

    title: Text
    number: Text | None = None
    """Document number as printed."""
    quote: Text
    role: Literal["basis", "cited"]
    """basis: named in the preamble as what is implemented; cited: named inside a measure."""
    level: Literal["国家", "省", "市"]
    clause: ClauseId | None = None
    """Where it is cited; None for the preamble."""


class Validity(Record):
    """When the document holds."""

    quote: Text
    """The sentence on effect and expiry, verbatim."""
    effective_quote: Text
    """The words on when it takes effect."""
    effective_from: date | None = None
    """None where the document doesn't let it be computed."""
    until_quote: Text | None = None
    """The words on expiry."""
    until: date | None = None
    """Last day on which it holds, that day included."""

    def expired(self, today: date) -> bool:
        """Whether ``today`` is after the last day."""
        return self.until is not None and today > self.until


class Policy(Record):
    """A document: all of its text, and what stands where."""

    id: Id
    display_name: Text
    """Editorial: how the bot calls the document. Not a title."""
    city: Text
    title: Text | None
    """As printed; None where the source has none."""
    number: Text | None
    issuer: Text | None
    published: date | None
    absent: tuple[Text, ...] = ()
    """What the source doesn't state, in words for the reader: 标题, 文号, ..."""
    addressees: Text
    """Verbatim, without the colon."""
    salutation: Text
    """The line of addressees, verbatim."""
    preamble: Text
    purpose: Text
    """The words of the preamble on what it is for, verbatim."""
    basis: tuple[Basis, ...] = ()
    sections: tuple[Section, ...] = Field(min_length=1)
    definitions: tuple[Definition, ...] = ()
    closing: Text
    validity: Validity

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """All clauses in printed order."""
        return tuple(clause for section in self.sections for clause in section.clauses)

    def clause(self, clause_id: str) -> Clause:
        """The clause with that id; KeyError if there is none."""
        for clause in self.clauses:
            if clause.id == clause_id:
                return clause
        raise KeyError(clause_id)

    def section_of(self, clause: Clause) -> Section:
        """The part in which the clause stands."""
        return next(section for section in self.sections if clause in section.clauses)


class FigureAsked(Record):
    """How people ask for one figure."""

    subject: tuple[Text, ...] = Field(min_length=1)
    """Words of which one must be in the question (or in what is talked about) before the figure is put forward."""
    case: tuple[Text, ...] = ()
    """Words of which one tells this figure from its siblings; none: it goes with its subject."""
    unless: tuple[Text, ...] = ()
    """Words that speak against this figure though its case fits."""
    against: tuple[Text, ...] = ()
    """Words that speak against the case's own condition: then all cases are shown, for the reader to judge."""
    others: tuple[Text, ...] = ()
    """Words for somebody or something else: a question with one of them is not about this figure at all."""
    mask: tuple[Text, ...] = ()
    """Names that contain a subject word without meaning it (东湖高新区), taken out before looking for the subject."""
    ask: dict[str, tuple[Text, ...]] = {}
    """Questions by writer."""


class Misreading(Record):
    """A wrong belief about a clause that people have, and the words that correct it."""

    clause: ClauseId
    all: tuple[tuple[Text, ...], ...] = Field(min_length=1)
    """It is met when of each group one word is in the question."""
    unless: tuple[Text, ...] = ()
    quote: Text
    """What the clause says, verbatim."""


class Phrasings(Record):
    """How people ask about one policy: what the engine learns from. Each list is kept by writer (see CONTRIBUTING)."""

    clauses: dict[ClauseId, dict[str, tuple[Text, ...]]]
    figures: dict[str, FigureAsked] = {}
    """By clause and figure id: 4.2/first."""
    info: dict[InfoTopic, dict[str, tuple[Text, ...]]] = {}
    misreadings: tuple[Misreading, ...] = ()


class Unit(Record):
    """A unit of government."""

    name: Text
    """As printed in the documents: 市发展改革委."""
    official: Text
    """Full official name."""
    aliases: tuple[Text, ...] = ()
    """Abbreviations, nicknames and former names that mean this unit and nothing else."""


class Units(Record):
    """lexicon/units.yaml."""

    units: tuple[Unit, ...]
    """Those that documents make responsible for something."""
    others: tuple[Unit, ...] = ()
    """Those that people ask for though no document names them; so that the bot can say so."""


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


class Lexicon(Record):
    """All word knowledge shared by the policies."""

    units: Units
    synonyms: Synonyms
    english: English
    variants: Variants
    cues: Cues
    not_covered: NotCoveredTopics
    unrelated: Unrelated
    domain_words: tuple[Text, ...]


class WeightsFile(Record):
    """weights.yaml, as `policybot tune` writes it."""

    signal: dict[TargetKind, dict[SignalName, float]] = Field(min_length=5)
    bias: dict[TargetKind, float] = Field(min_length=5)


class Base(Record):
    """Everything the bot knows."""

    policies: tuple[Policy, ...]
    phrasings: dict[Id, Phrasings]
    lexicon: Lexicon
