"""Another city's or province's policy: 深圳的补贴."""

from __future__ import annotations

from bot.engine.rules.asked import Asked, Outcome
from bot.engine.rules.resources import Resources


def not_ours(asked: Asked, use: Resources) -> Outcome:
    """Says that it is not among the documents; None where those that are asked speak of that place."""
    place = asked.question.elsewhere
    if place and use.matcher.evidence.speak_of(place, asked.scope.only):
        return None
    return use.home(asked.scope, asked.conversation).elsewhere(place, asked.conversation) if place else None
