"""Where the base is: the knowledge files, what was taught, the test questions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from knowledge import ROOT


@dataclass(frozen=True)
class BaseFiles:
    """Where the base is."""

    root: Path
    """Folder with policies/, lexicon/ and weights.yaml."""
    overlay: Path
    """The file of taught phrasings; it need not exist."""
    questions: Path | None
    """Folder of test questions; None where there are none."""


def questions_folder(root: Path = ROOT) -> Path | None:
    """The test questions of the base under ``root``: in it, where the package is installed; else in the checkout."""
    folders = (root / "questions", root.parent / "tests" / "questions")
    return next((folder for folder in folders if folder.is_dir()), None)
