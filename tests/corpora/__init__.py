"""Measures retrieval on corpora that nobody of the project wrote, and that are not part of it."""
