"""The README's pictures of the web are there, small, and shown."""

from __future__ import annotations

import pytest
from PIL import Image

from tests.web.process import ROOT
from tests.web.screenshots import FILES, HERE


@pytest.mark.parametrize("file", FILES)
def test_every_picture_is_there_and_shown_in_the_readme(file: str) -> None:
    path = HERE / file
    assert path.stat().st_size < 100_000
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.width <= 900
        colours = picture.convert("RGB").getcolors(1 << 24)
        assert colours is not None
        assert len(colours) > 8, "not an empty page"
    assert f"tests/pictures/{file}" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert sorted(p.name for p in HERE.glob("*.png")) == sorted(FILES)
