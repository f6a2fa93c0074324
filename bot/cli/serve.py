"""policybot serve: every channel that is configured, in one process."""

from __future__ import annotations

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """It has no arguments of its own: all is in the environment."""


def run(_: argparse.Namespace) -> int:
    """Read the settings and serve until told to stop."""
    from bot.hosting import serving

    return serving.run(*serving.settings_for())
