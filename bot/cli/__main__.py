"""python -m bot.cli."""

import sys

from bot.cli.command import program

sys.exit(program())
