"""The README's pictures of the web: `make screenshots`, or `python -m tests.web.screenshots [folder]`.

Everything in them is really done: a question is asked, handed over and answered, a document is handed in and published.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
from pathlib import Path

from PIL import Image
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from tests.smallbase import small_base
from tests.web.chrome import chrome, wait
from tests.web.process import Served
from tests.web.test_browser import ask
from tests.web.test_papers import letter

HERE = Path(__file__).resolve().parents[1] / "pictures"
FILES = ("web-page.png", "web-phone.png", "web-console.png")
WIDEST = 900
"""Points."""
PASSWORD = "a password for pictures 1"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.web.screenshots")
    parser.add_argument("folder", nargs="?", type=Path, default=HERE)
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory(prefix="policybot-pictures-") as place:
        for name, picture in taken(Path(place)).items():
            new = folder / f".{name}.new"
            new.write_bytes(picture)
            os.replace(new, folder / name)
            print(folder / name, len(picture))


def taken(place: Path) -> dict[str, bytes]:
    """The pictures, by name."""
    data, base = place / "data", small_base(place / "base")
    data.mkdir()
    pictures = {}
    with Served(data, POLICYBOT_KNOWLEDGE=str(base)) as served:
        for name, role in (("小编", "editor"), ("老审", "reviewer")):
            served.command("staff", "add", name, "--role", role, "--password-stdin", said=f"{PASSWORD}\n")
        with chrome(place / "one", 900, 1180) as browser:
            browser.get(f"{served.address}/")
            for text in ("我们刚认定高企，能拿多少补贴？", "谁负责"):
                ask(browser, text)
            browser.execute_script("window.scrollTo(0, 0)")
            pictures[FILES[0]] = _small(browser)
        with chrome(place / "two", 390, 844) as browser:
            browser.get(f"{served.address}/look?change=elder")
            ask(browser, "首次认定的高企补贴多少")
            browser.find_elements(By.CSS_SELECTOR, "#log > li")[-1].location_once_scrolled_into_view  # noqa: B018
            pictures[FILES[1]] = _small(browser)
        with chrome(place / "three", 1280, 900) as browser:
            pictures[FILES[2]] = _console(browser, served, place)
    return pictures


def _console(browser: Chrome, served: Served, place: Path) -> bytes:
    browser.get(f"{served.address}/console")
    browser.find_element(By.ID, "name").send_keys("小编")
    browser.find_element(By.ID, "password").send_keys(PASSWORD, Keys.ENTER)
    letter(place / "夜间经济.docx")
    _wait(browser, "//button[contains(., '退出')]")
    browser.get(f"{served.address}/console/documents")
    browser.find_element(By.ID, "file").send_keys(str(place / "夜间经济.docx"))
    browser.find_element(By.XPATH, "//button[. = '交上去']").click()
    _wait(browser, "//*[contains(., '收下了')]")
    browser.find_element(By.XPATH, "//h2[. = '原文和认出来的']").location_once_scrolled_into_view  # noqa: B018
    return _small(browser)


def _wait(browser: Chrome, path: str) -> None:
    wait(browser, lambda b: b.find_elements(By.XPATH, path))


def _small(browser: Chrome) -> bytes:
    """What is seen, with few colours: the repository keeps it."""
    picture = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    picture.thumbnail((WIDEST, picture.height))
    out = io.BytesIO()
    picture.quantize(32, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    main()
