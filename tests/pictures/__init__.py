"""The pictures of the README: what the bot and the command line really say, drawn as SVG. `make pictures`.

They are made here, among the tests, for they need the stand-in Bot API server: `stories.yaml` says who does what,
`play.py` has it happen with the bot as a process, `bubbles.py` and `terminal.py` draw what came of it.
"""
