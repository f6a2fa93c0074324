"""What the documents say: the clause base, its lexicon and the index over both. Knows no messenger."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent
"""Folder of the clause base that comes with the project."""
