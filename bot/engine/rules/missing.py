"""A question about a document, by number or 《title》, that the base neither holds nor cites."""

from __future__ import annotations

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources
from bot.engine.values.why import Rule


def missing(asked: Asked, use: Resources) -> Outcome:
    """Says so."""
    typed = "" if asked.scope.only else use.citations.unknown(asked.question.reading.folded)
    if not typed:
        return None
    home = use.home(asked.scope, asked.conversation)
    return home.note("none", "none.no_document", asked.conversation, Rule.NO_SUCH_DOCUMENT, typed=typed)
