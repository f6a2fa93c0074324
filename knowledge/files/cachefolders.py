"""Where what was made from files is kept, to be used again."""

from __future__ import annotations

import os
from pathlib import Path

from knowledge import ROOT

CACHE_VARIABLE = "POLICYBOT_CACHE_DIR"
BESIDE = ".compiled"
"""Folder beside the knowledge files."""


def cache_folders(root: Path = ROOT, overlay: Path | None = None) -> list[Path]:
    """Where stored forms may lie, the preferred one first.

    POLICYBOT_CACHE_DIR, when it is set; else beside the files, or in the user's cache folder where the files can't be
    written. At last beside the overlay: an image's cache folder can't be written, and teaching makes new forms.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        folders = [Path(chosen)]
    else:
        import platformdirs

        folders = [root / BESIDE, Path(platformdirs.user_cache_dir("policybot"))]
    return folders if overlay is None else [*folders, overlay.parent / BESIDE]
