"""All kinds of replies on one document, each built whole from verbatim text."""

from __future__ import annotations

from bot.engine.answering.clause_answers import ClauseAnswers
from bot.engine.answering.document_answers import DocumentAnswers
from bot.engine.answering.part_answers import PartAnswers
from bot.engine.answering.refusals import Refusals
from bot.engine.answering.unit_answers import UnitAnswers


class Answers(ClauseAnswers, UnitAnswers, DocumentAnswers, PartAnswers, Refusals):
    """Builds replies on one policy."""
