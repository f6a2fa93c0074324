"""Play the stories and draw them: `python -m tests.pictures [folder]`."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from knowledge.compiled import CACHE_VARIABLE
from tests.pictures import play, terminal

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Write every picture, each whole or not at all."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures")
    parser.add_argument("folder", nargs="?", type=Path, default=HERE)
    folder = parser.parse_args().folder
    pictures: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="policybot-pictures-") as data:
        played, stories = asyncio.run(play.run(Path(data)))
        for wanted in stories["chats"]:
            chat = played.chat(wanted["of"], wanted["in"])
            pictures[wanted["file"]] = played.played.drawing(wanted["title"], chat, played.names).svg()
        settings = play.environment(played, Path(data))
        settings |= {name: os.environ[name] for name in (CACHE_VARIABLE, "PYTHONPATH", "HOME") if name in os.environ}
        for wanted in stories["terminals"]:
            name = Path(wanted["file"]).stem
            pictures[wanted["file"]] = terminal.svg(wanted["title"], wanted["commands"], settings, name)
    for name, text in pictures.items():
        new = folder / f".{name}.new"
        new.write_text(text, encoding="utf-8")
        os.replace(new, folder / name)
        print(folder / name)


if __name__ == "__main__":
    main()
