"""The bot's own sentences by name: each that the code asks for is there, and none but Telegram's is Telegram's."""

from __future__ import annotations

import re
from pathlib import Path

from bot.replies.texts import Texts

BOT = Path(__file__).resolve().parents[2] / "bot"
WEB = BOT / "channels" / "web"
"""Its pages have words of their own (tests/web)."""
_ASKED = re.compile(r"\bwords(?:\.get)?\(\s*f?\"([a-z_.]+)([\"{])")
"""The name of a sentence, as far as it is written out."""


def asked() -> dict[str, list[str]]:
    """Name -> files that ask for it."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for path in BOT.rglob("*.py") if WEB not in path.parents):
        for name, end in _ASKED.findall(path.read_text(encoding="utf-8")):
            whole = name if end == '"' else name.rpartition(".")[0]
            found.setdefault(whole, []).append(path.relative_to(BOT).as_posix())
    return found


def test_every_sentence_that_is_asked_for_is_there() -> None:
    words, names = Texts.load(), asked()
    assert len(names) > 100, "else this looks at nothing"
    assert [name for name in names if not _there(words, name)] == []


def _there(words: Texts, name: str) -> bool:
    try:
        words.get(name)
    except KeyError:
        return False
    return True


def test_only_telegrams_own_sentences_bear_its_name() -> None:
    """What every channel says has the name of what it is about."""
    users = {file for name, files in asked().items() if name.startswith("telegram.") for file in files}
    assert users
    assert [file for file in users if not file.startswith("channels/telegram/")] == []
