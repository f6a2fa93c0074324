"""Phrasings that were taught or come from a table, merged into the base."""
