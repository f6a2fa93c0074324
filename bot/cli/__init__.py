"""The command line, a module a command; command.py lists them."""

from bot.cli.command import main, parser, program

__all__ = ["main", "parser", "program"]
