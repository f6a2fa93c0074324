"""python -m bot.cli."""

import sys

from bot.cli.command import main

sys.exit(main())
