"""Debian's Chromium, driven by Selenium; axe from npm. Both are found, never fetched by the tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import (
    NoSuchElementException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.support.ui import WebDriverWait

from tests.patience import PATIENCE

REQUIRED = "POLICYBOT_REQUIRE_BROWSER"
"""With 1, as in CI, a test without a browser fails instead of being skipped."""
AXE = "POLICYBOT_AXE"
"""Where axe.min.js lies."""
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

SIZE = (1366, 900)
"""Width and height of a page."""
GONE = "does not belong to the document"
"""How chromedriver says, in the middle of a change of pages, that an element is stale, without its name for that."""


def missing(what: str) -> None:
    """Skip, or fail where it is required."""
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, but there is no {what}")
    pytest.skip(f"no {what}")


@contextmanager
def chrome(profile: Path, width: int = SIZE[0], height: int = SIZE[1], scripts: bool = True) -> Iterator[Chrome]:
    """A browser with a profile of its own."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        missing("chromium with chromedriver (Debian: chromium, chromium-driver)")
    options = ChromeOptions()
    options.binary_location = str(program)
    quiet = ("background-networking", "component-update", "sync", "gpu", "quic", "dev-shm-usage")
    for switch in (
        *(
            "headless",
            "no-sandbox",
            "no-first-run",
            "hide-scrollbars",
            "force-prefers-reduced-motion",
            f"user-data-dir={profile}",
        ),
        *(f"disable-{one}" for one in quiet),
    ):
        options.add_argument(f"--{switch}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    made = Chrome(options, ChromeService(driver))
    try:
        made.set_window_size(width, height)
        resize(made, width, height)
        yield made
    finally:
        made.quit()


def resize(browser: Chrome, width: int, height: int) -> None:
    """Of the page, whatever the window's least is."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def forget(browser: Chrome, origin: str) -> None:
    """As it was when it started: nothing kept of that origin, nothing allowed, nothing logged, its size."""
    browser.get("about:blank")
    resize(browser, *SIZE)
    browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
    browser.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    browser.execute_cdp_cmd("Browser.resetPermissions", {})
    for kind in ("browser", "performance"):
        logged(browser, kind)


def wait(browser: Chrome, what: Callable[[Chrome], object]) -> None:
    """Until it is so; what a page that is just left held counts as nothing."""

    def so(b: Chrome) -> bool:
        try:
            return bool(what(b))
        except (StaleElementReferenceException, NoSuchElementException):
            return False
        except WebDriverException as e:
            if GONE in (e.msg or ""):
                return False
            raise

    WebDriverWait(browser, PATIENCE, 0.05).until(so)


@contextmanager
def next_page(browser: Chrome) -> Iterator[None]:
    """What is done inside leads to another page, even one of the same address; after it that page is there."""
    browser.execute_script("window.left = true")
    yield
    wait(browser, lambda b: b.execute_script("return !window.left && document.readyState === 'complete'"))


def axe_faults(browser: Chrome) -> list[str]:
    """What axe finds on the page, a line each."""
    path = os.environ.get(AXE, "")
    if not Path(path).is_file():
        missing(f"axe ({AXE} names no file)")
    browser.execute_script(Path(path).read_text(encoding="utf-8"))
    result: dict[str, Any] = browser.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {runOnly: {type: 'tag', values: arguments[0]}})"
        ".then(done, e => done({violations: [], e: String(e)}))",
        list(RULES),
    )
    assert "e" not in result, result
    return [
        f"{v['id']}: {v['help']}: {n['target']} {n['html'][:150]}" for v in result["violations"] for n in v["nodes"]
    ]


def logged(browser: Chrome, kind: str) -> list[dict[str, Any]]:
    """What the browser logged of that kind since it was asked last."""
    return list(browser.get_log(kind))  # type: ignore[no-untyped-call]


def severe(browser: Chrome) -> list[str]:
    """What the console complained of."""
    return [entry["message"] for entry in logged(browser, "browser") if entry["level"] in ("SEVERE", "WARNING")]
