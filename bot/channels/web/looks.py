"""How pages look: templates, the page's own words, the assets, and what a person chose (large, dark, English)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.replies.texts import Texts
from knowledge.files.cachefolders import cache_folders
from knowledge.files.storedyaml import stored_yaml

HERE = Path(__file__).resolve().parent
LANGUAGES = ("zh", "en")
COOKIE = "look"
A_YEAR = 365 * 86_400
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Look:
    """What a person chose."""

    elder: bool = False
    dark: bool | None = None
    """None: as the system has it."""
    language: str = "zh"

    @classmethod
    def read(cls, text: str) -> Look:
        """From the cookie, or a link's look=; what is unknown is left out."""
        chosen = set(text.split("."))
        dark = True if "dark" in chosen else False if "light" in chosen else None
        return cls("elder" in chosen, dark, "en" if "en" in chosen else "zh")

    def __str__(self) -> str:
        dark = {True: ["dark"], False: ["light"], None: []}[self.dark]
        return ".".join([*(["elder"] if self.elder else []), *dark, *(["en"] if self.language == "en" else [])])

    def changed(self, change: str) -> Look:
        """With one thing changed, as the links at the top name it."""
        changes: dict[str, dict[str, Any]] = {
            "elder": {"elder": not self.elder},
            "dark": {"dark": not self.dark},
            "language": {"language": "zh" if self.language == "en" else "en"},
        }
        return replace(self, **changes.get(change, {}))


def page_words(language: str = "zh") -> Texts:
    """The page's own words."""
    return Texts(stored_yaml(HERE / "words" / f"{language}.yaml", cache_folders()))


class Looks:
    """Templates, words and assets; read once."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.words = {name: page_words(name) for name in LANGUAGES}
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    @cached_property
    def assets(self) -> Mapping[str, tuple[bytes, str]]:
        """Name with a digest of the content -> (content, type)."""
        found = {}
        for path in sorted((HERE / "assets").iterdir()):
            data = path.read_bytes()
            digest = hashlib.blake2s(data, digest_size=6).hexdigest()
            found[f"{path.stem}.{digest}{path.suffix}"] = (data, TYPES[path.suffix])
        return found

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {f"{n.split('.')[0]}.{n.rsplit('.', 1)[1]}": n for n in self.assets}

    def asset(self, name: str) -> str:
        """The address of an asset."""
        return f"{self.prefix}/static/{self._names[name]}"

    def of(self, request: web.Request) -> Look:
        """What the person chose."""
        return Look.read(request.query.get("look") or request.cookies.get(COOKIE, ""))

    def render(self, template: str, look: Look, path: str, **values: Any) -> str:
        """A page. ``path``: where it stands, for the links that change its look."""
        words = self.words[look.language]
        shared = {"look": look, "words": words, "prefix": self.prefix, "path": path, "asset": self.asset}
        return self._templates.get_template(template).render(shared | values)
