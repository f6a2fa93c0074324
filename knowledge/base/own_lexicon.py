"""What the policies of a base add to the lexicon: local units and places, words, topics that they don't cover.

It lies in the folder lexicon/ of a policy, in files with the names and forms of the shared lists (knowledge/lexicon);
all may be missing. units.yaml beside policy.yaml is what an import writes. A base without the policy is without
its words. What both name (a unit, a term, a topic) is put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from knowledge.base.document import Policy
from knowledge.base.lexicon import (
    English,
    Examples,
    Lexicon,
    NotCovered,
    NotCoveredHere,
    Places,
    SynonymGroup,
    Synonyms,
    Unit,
    Units,
    UnrelatedHere,
    Variants,
    VariantsHere,
)
from knowledge.base.lexicon_files import FOLDER, WORDS, read_words
from knowledge.base.parse import parse
from knowledge.base.record import Record
from knowledge.files.faults import Fault
from knowledge.files.yamlfile import Loc, YamlFile
from knowledge.files.yamlparts import part_paths, read_parts

R = TypeVar("R", bound=Record)
D = TypeVar("D")
ByWriter = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class OwnLexicon:
    """What one policy brings along."""

    policy: str
    """Its id: the name of its folder."""
    units: Units
    synonyms: Synonyms
    english: English
    variants: VariantsHere
    domain_words: tuple[str, ...]
    unrelated: UnrelatedHere
    not_covered: NotCoveredHere
    places: Places
    examples: tuple[str, ...]
    """Questions that people are shown."""
    files: Mapping[str, YamlFile]
    """Those that were read, by the name of their list."""


def read_own(folder: Path, faults: list[Fault]) -> OwnLexicon:
    """What a policy's folder holds; a list with faults, which are added to ``faults``, is as one that isn't there."""
    files: dict[str, YamlFile] = {}
    own = folder / FOLDER

    def read(name: str, model: type[R], default: D, inside: Path = own) -> R | D:
        if not part_paths(inside, name):
            return default
        files[name] = read_parts(inside, name)
        found = parse(files[name], model, faults)
        return default if found is None else found

    words = read_words(own / WORDS, faults) if (own / WORDS).exists() else ()
    shown = read("examples", Examples, None, folder)
    imported = read("units", Units, Units(), folder)
    units = read("units", Units, Units())
    return OwnLexicon(
        folder.name,
        Units(units=(*units.units, *imported.units), others=(*units.others, *imported.others)),
        read("synonyms", Synonyms, Synonyms(groups=())),
        read("english", English, English(words={})),
        read("variants", VariantsHere, VariantsHere()),
        words or (),
        read("unrelated", UnrelatedHere, UnrelatedHere()),
        read("not_covered", NotCoveredHere, NotCoveredHere()),
        read("places", Places, Places(names=())),
        shown.examples if shown is not None else (),
        files,
    )


def together(lexicon: Lexicon, brought: Sequence[OwnLexicon]) -> Lexicon:
    """The lexicon with all that the policies bring along."""
    unrelated = lexicon.unrelated
    chat = {**dict.fromkeys(unrelated.chat), **dict.fromkeys(name for own in brought for name in own.unrelated.chat)}
    return lexicon.model_copy(
        update={
            "units": _units(lexicon.units, brought),
            "synonyms": _synonyms(lexicon.synonyms, brought),
            "english": English(
                words=lexicon.english.words | {k: v for o in brought for k, v in o.english.words.items()}
            ),
            "variants": _variants(lexicon.variants, brought),
            "domain_words": tuple(
                dict.fromkeys((*lexicon.domain_words, *(w for o in brought for w in o.domain_words)))
            ),
            "not_covered": lexicon.not_covered.model_copy(update={"topics": _topics(lexicon, brought)}),
            "unrelated": unrelated.model_copy(
                update={
                    "far": _lines(unrelated.far, (own.unrelated.far for own in brought)),
                    "attack": _lines(unrelated.attack, (own.unrelated.attack for own in brought)),
                    "chat": {
                        name: _lines(
                            unrelated.chat.get(name, {}), (own.unrelated.chat.get(name, {}) for own in brought)
                        )
                        for name in chat
                    },
                }
            ),
        }
    )


def _variants(shared: Variants, brought: Sequence[OwnLexicon]) -> Variants:
    here = [own.variants for own in brought]
    elsewhere = (*shared.elsewhere, *(word for own in here for word in own.elsewhere))
    moves = (*shared.moves, *(word for own in here for word in own.moves))
    whose = (*shared.whose, *(word for own in here for word in own.whose))
    return shared.model_copy(update={"elsewhere": elsewhere, "moves": moves, "whose": whose})


def _units(shared: Units, brought: Sequence[OwnLexicon]) -> Units:
    units = {unit.name: unit for unit in shared.units}
    others = {unit.name: unit for unit in shared.others}
    own: dict[str, Unit] = {}
    for unit in (unit for words in brought for unit in words.units.units):
        known = units if unit.name in units else own
        known[unit.name] = _both(known.get(unit.name, unit), unit)
    for unit in (unit for words in brought for unit in words.units.others):
        others[unit.name] = _both(others.get(unit.name, unit), unit)
    return Units(units=tuple(units.values()), others=tuple(others.values()), brought=tuple(own.values()))


def _both(one: Unit, other: Unit) -> Unit:
    """A unit that is described twice, with all that it is called in either place."""
    aliases = tuple(dict.fromkeys((*one.aliases, *other.aliases)))
    short = tuple(dict.fromkeys((*one.short, *other.short)))
    return one.model_copy(update={"official": one.official or other.official, "aliases": aliases, "short": short})


def _synonyms(shared: Synonyms, brought: Sequence[OwnLexicon]) -> Synonyms:
    groups = {group.term: group for group in shared.groups}
    for group in (group for own in brought for group in own.synonyms.groups):
        same = (*groups[group.term].same, *group.same) if group.term in groups else group.same
        groups[group.term] = SynonymGroup(term=group.term, same=tuple(dict.fromkeys(same)))
    pairs = (*shared.confusable, *(pair for own in brought for pair in own.synonyms.confusable))
    return Synonyms(groups=tuple(groups.values()), confusable=tuple(dict.fromkeys(pairs)))


def _topics(lexicon: Lexicon, brought: Sequence[OwnLexicon]) -> tuple[NotCovered, ...]:
    """The shared topics and the policies' own, each with what the policies add; of one that two bring, both parts."""
    topics = {topic.id: topic for topic in lexicon.not_covered.topics}
    for own in brought:
        for topic in own.not_covered.topics:
            nearest = tuple(f"{own.policy}/{clause}" for clause in topic.nearest)
            known = topics.get(topic.id)
            topics[topic.id] = (
                topic.model_copy(update={"nearest": nearest})
                if known is None
                else _more(known, nearest, topic.terms, topic.phrasings)
            )
    for own in brought:
        here = own.not_covered
        for name in dict.fromkeys((*here.nearest, *here.terms, *here.phrasings)):
            if name in topics:  # else a fault, told by faults()
                nearest = tuple(f"{own.policy}/{clause}" for clause in here.nearest.get(name, ()))
                topics[name] = _more(topics[name], nearest, here.terms.get(name, ()), here.phrasings.get(name, {}))
    return tuple(topics.values())


def _more(topic: NotCovered, nearest: Sequence[str], terms: Sequence[str], phrasings: ByWriter) -> NotCovered:
    return topic.model_copy(
        update={
            "nearest": tuple(dict.fromkeys((*topic.nearest, *nearest))),
            "terms": tuple(dict.fromkeys((*topic.terms, *terms))),
            "phrasings": _lines(topic.phrasings, (phrasings,)),
        }
    )


def _lines(shared: ByWriter, brought: Iterable[ByWriter]) -> dict[str, tuple[str, ...]]:
    """Lines by writer, those of the policies behind the shared ones."""
    out = dict(shared)
    for by_writer in brought:
        for writer, lines in by_writer.items():
            out[writer] = (*out.get(writer, ()), *lines)
    return out


def faults(own: OwnLexicon, policy: Policy, lexicon: Lexicon) -> Iterator[Fault]:
    """What is wrong with a policy's words beside its clauses and the lexicon of all, ``lexicon``."""
    here, file = own.not_covered, own.files.get("not_covered")
    if file is not None:
        topics = {topic.id for topic in lexicon.not_covered.topics}
        for name in ("nearest", "terms", "phrasings"):
            for topic in getattr(here, name):
                if topic not in topics:
                    yield file.fault((name, topic), f"没有编号为 {topic} 的事项；词库或这里的 topics 里要有它")
        listed: list[tuple[Loc, Sequence[str]]] = [(("nearest", topic), ids) for topic, ids in here.nearest.items()]
        listed += [(("topics", t, "nearest"), topic.nearest) for t, topic in enumerate(here.topics)]
        for at, clauses in listed:
            for n, clause in enumerate(clauses):
                if clause not in policy.by_id:
                    yield file.fault((*at, n), f"没有条款 {clause}")
    file = own.files.get("synonyms")
    if file is not None:
        groups = {group.term: {group.term, *group.same} for group in lexicon.synonyms.groups}
        for g, group in enumerate(own.synonyms.groups):
            for one, other in lexicon.synonyms.confusable:
                if {one, other} <= groups[group.term]:
                    yield file.fault(("groups", g), f"「{one}」与「{other}」易混而不同（confusable），不能同组")
