"""Policies side by side and on their way out and in: what changed between versions, exports, questions from a table."""
