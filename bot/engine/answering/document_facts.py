"""A document's own data: its number, issuer, date, attachments, and what it repeals; or that they aren't stated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from bot.engine.documents.library import Library
from bot.engine.values.reply import Block, Quote, Say
from knowledge.base.document import Policy
from knowledge.text.dates import days

Particular = Literal["repeals", "attachments", "number", "issuer", "published", "title"]
PARTICULARS: tuple[Particular, ...] = ("repeals", "attachments", "number", "issuer", "published", "title")
"""Their names are those of the lists in lexicon/cues.yaml; the first that is asked for is answered."""
MOST_QUOTED = 6
"""Sentences on what it repeals that are quoted."""
_SENTENCE = re.compile(r"[^。；;\n]+[。；;]?")
_REPEALS = re.compile(r"(?:废止|停止执行|停止施行|不再执行|失效|取代|代替|替代)")
_NAMES_ONE = re.compile(r"《|〔\d{4}〕|号|原|此前|以前|同时废止")
_ATTACHED = re.compile(r"^\s*附\s*件")


class Particulars:
    """Builds the paragraphs. Pure."""

    def __init__(self, library: Library, policy: Policy) -> None:
        self._library = library
        self._policy = policy
        self._words = library.words

    def blocks(self, topic: Particular) -> list[Block]:
        """What the document states, verbatim; what it doesn't is said not to be stated."""
        blocks: list[Block] = getattr(self, f"_{topic}")()
        return blocks

    def _say(self, name: str, /, **slots: object) -> Block:
        return Block("say", (Say(self._words(f"particulars.{name}", **slots)),))

    def _lead(self, name: str, quote: str) -> Block:
        return Block("lead", (Say(self._words(f"particulars.{name}")), Quote(quote, bare=True)))

    def _number(self) -> list[Block]:
        number = self._policy.number
        return [self._lead("number", number) if number else self._say("no_number")]

    def _title(self) -> list[Block]:
        title, name = self._policy.title, self._policy.display_name
        return [self._lead("title", title) if title else self._say("no_title", name=name)]

    def _issuer(self) -> list[Block]:
        issuer = self._policy.issuer
        return [self._lead("issuer", issuer) if issuer else self._say("no_issuer")]

    def _published(self) -> list[Block]:
        policy = self._policy
        if policy.published is None:
            effective = policy.validity.effective_quote
            stated = [Block("note", (Say(self._words("particulars.effective")), Quote(effective)))] if effective else []
            return [self._say("no_published"), *stated]
        for line in (*policy.masthead, *policy.signature):
            if any(day.first == day.last == policy.published for day in days(line)):
                return [self._lead("published", line.strip())]
        day = policy.published
        return [self._say("published_day", day=f"{day.year}年{day.month}月{day.day}日")]

    def _attachments(self) -> list[Block]:
        policy = self._policy
        blocks = []
        for n, attachment in enumerate(policy.attachments, 1):
            named = attachment.title or attachment.heading.strip()
            count = sum(len(section.all_clauses) for section in attachment.sections)
            end = Say(self._words("particulars.attachment_end", count=count, n=n))
            blocks.append(Block("list", (Say(f"{n}. "), Quote(named, bare=True), end)))
        if blocks:
            return [self._say("attachments", count=len(blocks)), *blocks]
        listed = [line.strip() for line in (*policy.masthead, *policy.signature) if _ATTACHED.match(line)]
        if listed:
            return [self._say("attachments_listed"), *(Block("list", (Quote(line),)) for line in listed)]
        return [self._say("no_attachments")]

    def _repeals(self) -> list[Block]:
        policy, library = self._policy, self._library
        quoted = list(dict.fromkeys(self._sentences()))[:MOST_QUOTED]
        blocks = [Block("lead", (Quote(sentence),)) for sentence in quoted]
        blocks = [self._say("repeals"), *blocks] if blocks else [self._say("no_repeals")]
        replaced = [p.id for p in library.policies if p.superseded_by == policy.id]
        by_number = [p.id for p in library.policies if p.repealed and policy.number and policy.number in p.repealed.by]
        known = list(dict.fromkeys((*replaced, *by_number)))
        if known:
            blocks.append(self._say("replaced"))
            blocks += [Block("list", (Say(library.document(p)),)) for p in known]
        return blocks

    def _sentences(self) -> Iterator[str]:
        policy = self._policy
        for text in (policy.preamble, *(c.text for c in policy.clauses), policy.closing):
            if text and _REPEALS.search(text):
                for sentence in _SENTENCE.findall(text):
                    if _REPEALS.search(sentence) and _NAMES_ONE.search(sentence):
                        yield sentence.strip()
