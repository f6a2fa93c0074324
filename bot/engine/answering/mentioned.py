"""The clauses that speak of something, each with the words in which it does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.engine.answering.composer import Composer, Composers
from bot.engine.answering.on_policy import SAID_CHARS
from bot.engine.documents.mentions import Mention
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Block, Quote, Reply, Say
from bot.engine.values.why import Rule, Why
from knowledge.base.target import Target
from knowledge.text.fold import fold_whole

MOST = 12
"""Clauses that are listed."""
READABLE = 90
"""Characters of a sentence that is shown whole; of a longer one the part with the words."""
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]?")
_PART = re.compile(r"[^。！？!?\n;；,，]+[。！？!?;；,，]?")


class Mentioned:
    """Builds the lists."""

    def __init__(self, composers: Composers) -> None:
        self._composers = composers

    def reply(self, found: Sequence[Mention], policy_id: str, asked: str, kept: Conversation, word: str = "") -> Reply:
        """All that were found, up to MOST; a choice of them where one may be meant.

        ``word``: what all of them speak of, as it is called above them; empty: a choice.
        """
        compose, shown = self._composers.of(policy_id), found[:MOST]
        head = compose.say("mentions.head", word=word, count=len(found), document=compose.document)
        blocks = [head if word else compose.say("choose")]
        blocks += [self._line(n, mention, compose, named=not word) for n, mention in enumerate(shown, 1)]
        if len(found) > MOST:
            blocks.append(compose.say("mentions.more", count=len(found) - MOST))
        targets = tuple(str(Target.of_clause(policy_id, m.clause.id)) for m in shown)
        return Reply(
            "answer" if word else "choose",
            (*blocks, *compose.notice(self._composers.library.today())),
            Conversation(
                choices=targets,
                said="" if word else asked[-SAID_CHARS:],  # 哪几条 asks for clauses, and for no number of them
                policy=kept.policy,
                named=kept.named,
            ),
            policy_id,
            clauses=tuple(compose.ref(m.clause.id) for m in shown),
            why=Why(Rule.MENTIONED),
        )

    def _line(self, n: int, mention: Mention, compose: Composer, named: bool) -> Block:
        """A clause with its words; ``named``: with its document, which is not named above."""
        place = self._composers.library.words("choose_line", n=n, place=compose.place(mention.clause, named=named))
        return Block("list", (Say(f"{place}\n   "), Quote(passage(mention.clause.body, mention.names))))


def passage(text: str, names: Sequence[str]) -> str:
    """The first sentence that holds the most of the names, verbatim; of a long one the parts around them."""
    sentences = _SENTENCE.findall(text)
    if not sentences:
        return ""
    best: str = sentences[_best(sentences, names)]
    if len(best) <= READABLE:
        return best.strip()
    parts: list[str] = _PART.findall(best)
    first = last = _best(parts, names)
    size = len(parts[first])
    while last + 1 < len(parts) and size + len(parts[last + 1]) <= READABLE:
        last += 1
        size += len(parts[last])
    while first and size + len(parts[first - 1]) <= READABLE:
        first -= 1
        size += len(parts[first])
    return "".join(parts[first : last + 1]).strip(" \u3000，,；;")


def _best(pieces: Sequence[str], names: Sequence[str]) -> int:
    """Number of the first piece that holds the most of the names."""
    held = [sum(name in fold_whole(piece) for name in names) for piece in pieces]
    return held.index(max(held))
