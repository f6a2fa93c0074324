"""The page within another site: one script tag there, a frame here, for the origins that the settings name only."""

from __future__ import annotations

import json

from aiohttp import web

from bot.channels.web.looks import HERE
from bot.channels.web.site import Site


class Embedding:
    """Its handler; the framed page is the talk's own (talking.py)."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._script = (HERE / "widget.js").read_text(encoding="utf-8")

    def add(self, app: web.Application) -> None:
        """Its routes."""
        self.site.route(app, "GET", "/widget.js", self.widget, "widget")

    async def widget(self, request: web.Request) -> web.Response:
        """The script for the other site: it makes a button, and the frame when that is pressed."""
        address = self.site.public(request, f"{self.site.settings.prefix}/embed")
        label = self.site.looks.words["zh"]("title")
        text = f"const address = {json.dumps(address)}, label = {json.dumps(label)};\n{self._script}"
        headers = {"Cache-Control": "public, max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"}
        return web.Response(text=f"{{\n{text}\n}}\n", content_type="text/javascript", headers=headers)
