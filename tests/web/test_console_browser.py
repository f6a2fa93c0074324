"""Every page of the console in a real browser: small, enlarged, large, dark, and to axe's satisfaction."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from bot.serving.base_files import BaseFiles
from tests.web.chrome import axe_faults, chrome, next_page, resize, severe, wait
from tests.web.process import Served
from tests.web.test_browser import QUESTION, ask, sign_in
from tests.web.test_papers import TABLE, TEXT, letter

WIDTHS = (1366, 360, 342, 320)
"""Pixels: a desk, a phone, and 1366 and 1280 at 400 %."""
PRESSED = "main button, main select, main input:not([type=hidden], [type=checkbox])"
PAGES = (
    *("/console", "/console/tickets", "/console/tickets/1", "/console/documents", "/console/questions"),
    *(f"/console/try?q={QUESTION}", "/console/numbers", "/console/documents/nothing"),
)


@pytest.fixture
def served(files: BaseFiles, tmp_path: Path) -> Iterator[Served]:
    data = tmp_path / "served"
    data.mkdir()
    with Served(data, POLICYBOT_KNOWLEDGE=str(files.root)) as made:
        for name, role in (("老管", "admin"), ("老查", "auditor")):
            made.command("staff", "add", name, "--role", role, "--password-stdin", said="a password for tests 1\n")
        yield made


def _something_to_see(browser: Chrome, served: Served, place: Path) -> str:
    """A question, one that was handed over, and a draft; the draft's address."""
    browser.get(f"{served.address}/")
    ask(browser, QUESTION)
    ask(browser, "有没有食堂补贴")
    browser.refresh()
    browser.find_element(By.XPATH, "//button[. = '转人工']").click()
    wait(browser, lambda b: "工单 #1" in b.find_elements(By.CSS_SELECTOR, "#log > li.answer")[-1].text)
    sign_in(browser, served, "老管")
    letter(place / "夜间经济.docx", (*TEXT[:7], "（三）对评为星级的夜市，按下表给予奖励。", *TEXT[7:]), TABLE)
    browser.get(f"{served.address}/console/documents")
    browser.find_element(By.ID, "file").send_keys(str(place / "夜间经济.docx"))
    browser.find_element(By.XPATH, "//button[. = '交上去']").click()
    wait(browser, lambda b: "收下了" in b.find_element(By.CSS_SELECTOR, ".told").text)
    draft = browser.current_url
    for n in range(len(browser.find_elements(By.CSS_SELECTOR, "section.card form"))):
        browser.execute_script("for (const one of document.querySelectorAll('details')) one.open = true;")
        form = browser.find_elements(By.CSS_SELECTOR, "section.card form")[n]
        with next_page(browser):
            form.find_element(By.XPATH, ".//button[. = '保存']").click()
        assert "改好了，没有错误" in browser.find_element(By.CSS_SELECTOR, ".told").text
    return draft.removeprefix(served.address)


def _narrow(browser: Chrome) -> list[str]:
    """What has to be scrolled sideways on some width, and what is too small to be pressed."""
    found = []
    for width in WIDTHS:
        resize(browser, width, 640)
        wide = browser.execute_script("return document.documentElement.scrollWidth")
        found += [f"{wide} wide on {width}"] if wide > width else []
        for one in browser.find_elements(By.CSS_SELECTOR, PRESSED):
            if one.is_displayed() and one.size["height"] < 44:
                found.append(f"{one.size} on {width}: {one.get_attribute('outerHTML')}")
    return found


def _faults(browser: Chrome, served: Served, pages: tuple[str, ...]) -> list[str]:
    found = []
    for look in ("none", "elder.dark"):
        browser.add_cookie({"name": "look", "value": look})
        for page in pages:
            browser.get(f"{served.address}{page}")
            browser.execute_script("for (const one of document.querySelectorAll('details')) one.open = true;")
            found += [f"{page} {look}: {fault}" for fault in (*_narrow(browser), *axe_faults(browser))]
    return found


def test_every_page_of_the_console_fits_and_has_no_faults(served: Served, tmp_path: Path) -> None:
    with chrome(tmp_path / "profile") as browser:
        draft = _something_to_see(browser, served, tmp_path)
        assert _faults(browser, served, (*PAGES, draft)) == []
        browser.delete_all_cookies()
        browser.get(f"{served.address}/console")
        assert _faults(browser, served, ("/console/sign-in",)) == []
        sign_in(browser, served, "老查")
        assert _faults(browser, served, ("/console/audit", "/console/numbers")) == []
        assert [told for told in severe(browser) if "404" not in told] == []
