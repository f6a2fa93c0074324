"""policybot build: the base compiled ahead of its first use."""

from __future__ import annotations

import argparse


def add(_: argparse.ArgumentParser) -> None:
    """It has no arguments."""


def run(_: argparse.Namespace) -> int:
    """Compile it, where that is not done yet."""
    from bot.settings import base_files
    from knowledge import compiled

    files = base_files()
    made = compiled.ready(files.root, files.overlay)
    print(f"已就绪：{len(made.index.targets)} 个目标，{len(made.index.tables.phrase_key)} 条问法")
    return 0
