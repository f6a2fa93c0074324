"""What the engine learns from: every phrasing of the base as an example, and the words of the clauses themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from knowledge.base.contents import Base
from knowledge.base.document import Clause
from knowledge.base.field import Field
from knowledge.learned.index import Example
from knowledge.reading.reader import Reading
from knowledge.text.fold import key

TEXT_WRITER = "document"
"""Writer of the examples that are taken from a document's own words."""
TITLE_WEIGHT = 1.0
BODY_WEIGHT = 0.9
"""A word in the title speaks a little louder for its clause than one in the body."""
_SENTENCE = re.compile(r"[。;；]")
_QUOTED = re.compile(r"[“‘「]([^”’」]{2,12})[”’」]")
_MIN_PART = 4


def examples(base: Base) -> list[Example]:
    """All examples, each question once a target."""
    out: list[Example] = []
    for policy in base.policies:
        asked = base.phrasings[policy.id]
        for clause in policy.clauses:
            if clause.id not in asked.clauses:  # found by its own words (retrieval)
                continue
            target = f"{policy.id}/{clause.id}"
            out += [Example(target, TEXT_WRITER, part) for part in parts(clause)]
            out += _by_writer(target, asked.clauses.get(clause.id, {}))
        for name, figure in asked.figures.items():
            out += _by_writer(f"{policy.id}/{name.split('/')[0]}", figure.ask)
    lexicon = base.lexicon
    shared = lexicon.document_questions.info
    asked_of = [shared, *(base.phrasings[policy.id].info for policy in base.policies)]
    for topic in dict.fromkeys(topic for info in asked_of for topic in info):
        for info in asked_of:
            out += _by_writer(f"info:{topic}", info.get(topic, {}))
    for near in lexicon.not_covered.topics:
        out += [Example("near", writer, line, near.id) for writer, lines in near.phrasings.items() for line in lines]
    out += _by_writer("far", lexicon.unrelated.far)
    out += _by_writer("far", lexicon.unrelated.attack)
    for topic_id, by_writer in lexicon.unrelated.chat.items():
        out += _by_writer(f"chat:{topic_id}", by_writer)
    seen: set[tuple[str, str]] = set()
    unique = []
    for example in out:
        mark = (example.target, key(example.text))
        if mark[1] and mark not in seen:
            seen.add(mark)
            unique.append(example)
    return unique


def said(base: Base) -> dict[str, list[str]]:
    """By dialogue act, how people put it."""
    return {
        act: [text for texts in by_writer.values() for text in texts]
        for act, by_writer in base.lexicon.dialogue_acts.acts.items()
    }


def subjects(base: Base, field: Field | None) -> list[str]:
    """Questions on what documents are about: of the clauses that somebody has written some for, and of the field."""
    asked = [text for topic in field.topics for text in topic.asked] if field is not None else []
    for phrasings in base.phrasings.values():
        for by_writer in phrasings.clauses.values():
            asked += [text for texts in by_writer.values() for text in texts]
    return asked


def clause_texts(base: Base, read: Callable[[str], Reading]) -> dict[str, list[tuple[Reading, float]]]:
    """Per clause target its fields, read, with their weights."""
    return {
        f"{p.id}/{c.id}": [(read(c.title), TITLE_WEIGHT), (read(c.body), BODY_WEIGHT)]
        for p in base.policies
        for c in p.clauses
        if c.id in base.phrasings[p.id].clauses
    }


def _by_writer(target: str, by_writer: Mapping[str, tuple[str, ...]]) -> list[Example]:
    return [Example(target, writer, line) for writer, lines in by_writer.items() for line in lines]


def parts(clause: Clause) -> list[str]:
    """The title, the sentences, their halves, and what stands in quotation marks: what people copy and paste."""
    out = [clause.title]
    for sentence in _SENTENCE.split(clause.body):
        if len(sentence) < _MIN_PART:
            continue
        out.append(sentence)
        out += [half for half in re.split(r"[,，]", sentence) if _MIN_PART <= len(half) < len(sentence)]
    out += _QUOTED.findall(clause.text)
    return list(dict.fromkeys(out))
