"""What one document knows of words: the folder lexicon/ of a policy, and how it joins what is true of any policy.

Its files have the names and shapes of the shared ones (knowledge/lexicon), each optional and each with what only this
document brings: local units and their names, local words, topics that it doesn't cover, with their nearest clauses.
What both name (a unit, a term, a topic) is put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from knowledge.base.lexicon import (
    English,
    Lexicon,
    NotCovered,
    NotCoveredTopics,
    SynonymGroup,
    Synonyms,
    Unit,
    Units,
    Unrelated,
    Variants,
)
from knowledge.base.record import Id, Record, Text

FOLDER = "lexicon"
"""Folder of a policy with its own words."""
WORDS = "domain_words.txt"
ByWriter = Mapping[str, tuple[str, ...]]


class OwnVariants(Record):
    """lexicon/variants.yaml of a policy."""

    elsewhere: tuple[Text, ...] = ()
    moves: tuple[Text, ...] = ()


class OwnTopics(Record):
    """lexicon/not_covered.yaml of a policy."""

    topics: tuple[NotCovered, ...] = ()
    """Those that only it brings, or that have a nearest clause in it."""
    phrasings: dict[Id, dict[str, tuple[Text, ...]]] = {}  # noqa: RUF012  a model's default, copied by pydantic
    """Questions on shared topics that name its places: topic -> writer -> questions."""


class OwnUnrelated(Record):
    """lexicon/unrelated.yaml of a policy: what names its places, as Unrelated."""

    far: dict[str, tuple[Text, ...]] = {}  # noqa: RUF012
    attack: dict[str, tuple[Text, ...]] = {}  # noqa: RUF012
    chat: dict[Id, dict[str, tuple[Text, ...]]] = {}  # noqa: RUF012


class OwnLexicon(Record):
    """All of it."""

    units: Units = Units()
    synonyms: Synonyms = Synonyms(groups=())
    english: English = English(words={})
    variants: OwnVariants = OwnVariants()
    not_covered: OwnTopics = OwnTopics()
    unrelated: OwnUnrelated = OwnUnrelated()
    domain_words: tuple[Text, ...] = ()


FILES: Mapping[str, type[Record]] = {
    "units": Units,
    "synonyms": Synonyms,
    "english": English,
    "variants": OwnVariants,
    "not_covered": OwnTopics,
    "unrelated": OwnUnrelated,
}
"""The files by name, without their suffix."""


def own_files(folder: Path) -> list[Path]:
    """The files of a policy's own lexicon that there are."""
    return sorted(path for name in FILES if (path := folder / FOLDER / f"{name}.yaml").exists())


def joined(shared: Lexicon, policy_id: str, own: OwnLexicon) -> Lexicon:
    """The lexicon with what a policy brings."""
    return shared.model_copy(
        update={
            "units": _units(shared.units, own.units),
            "synonyms": _synonyms(shared.synonyms, own.synonyms),
            "english": English(words={**shared.english.words, **own.english.words}),
            "variants": _variants(shared.variants, own.variants),
            "not_covered": NotCoveredTopics(topics=_topics(shared.not_covered.topics, policy_id, own.not_covered)),
            "unrelated": _unrelated(shared.unrelated, own.unrelated),
            "domain_words": (*shared.domain_words, *own.domain_words),
        }
    )


def both(one: Unit, other: Unit) -> Unit:
    """A unit that two files name, with all that either calls it."""
    aliases = tuple(dict.fromkeys((*one.aliases, *other.aliases)))
    short = tuple(dict.fromkeys((*one.short, *other.short)))
    return one.model_copy(update={"official": one.official or other.official, "aliases": aliases, "short": short})


def _units(shared: Units, own: Units) -> Units:
    return shared.model_copy(
        update={
            "units": _by_name(shared.units, own.units),
            "others": _by_name(shared.others, own.others),
        }
    )


def _by_name(shared: Iterable[Unit], own: Iterable[Unit]) -> tuple[Unit, ...]:
    known = {unit.name: unit for unit in shared}
    for unit in own:
        known[unit.name] = both(known[unit.name], unit) if unit.name in known else unit
    return tuple(known.values())


def _synonyms(shared: Synonyms, own: Synonyms) -> Synonyms:
    known = {group.term: group for group in shared.groups}
    for group in own.groups:
        same = known[group.term].same if group.term in known else ()
        known[group.term] = SynonymGroup(term=group.term, same=tuple(dict.fromkeys((*same, *group.same))))
    return Synonyms(groups=tuple(known.values()), confusable=(*shared.confusable, *own.confusable))


def _variants(shared: Variants, own: OwnVariants) -> Variants:
    return shared.model_copy(
        update={"elsewhere": (*shared.elsewhere, *own.elsewhere), "moves": (*shared.moves, *own.moves)}
    )


def _topics(shared: Sequence[NotCovered], policy_id: str, own: OwnTopics) -> tuple[NotCovered, ...]:
    known = {topic.id: topic for topic in shared}
    for topic in own.topics:
        nearest = tuple(f"{policy_id}/{clause}" for clause in topic.nearest)
        before = known.get(topic.id)
        if before is not None:
            nearest = (*before.nearest, *nearest)
            terms = tuple(dict.fromkeys((*before.terms, *topic.terms)))
            said = _both_said(before.phrasings, topic.phrasings)
            topic = topic.model_copy(update={"name": before.name, "terms": terms, "phrasings": said})
        known[topic.id] = topic.model_copy(update={"nearest": nearest})
    for topic_id, said in own.phrasings.items():
        if topic_id in known:
            topic = known[topic_id]
            known[topic_id] = topic.model_copy(update={"phrasings": _both_said(topic.phrasings, said)})
    return tuple(known.values())


def _unrelated(shared: Unrelated, own: OwnUnrelated) -> Unrelated:
    chat = {**shared.chat}
    for topic, said in own.chat.items():
        chat[topic] = _both_said(chat.get(topic, {}), said)
    return Unrelated(far=_both_said(shared.far, own.far), attack=_both_said(shared.attack, own.attack), chat=chat)


def _both_said(one: ByWriter, other: ByWriter) -> dict[str, tuple[str, ...]]:
    return {writer: (*one.get(writer, ()), *other.get(writer, ())) for writer in dict.fromkeys((*one, *other))}
