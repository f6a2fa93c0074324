"""The page in a real browser: with and without scripts, by keyboard, small, large, and to axe's satisfaction."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from bot.serving.base_files import BaseFiles
from tests.web.chrome import axe_faults, chrome, forget, logged, resize, severe, wait
from tests.web.process import Served
from tests.web.test_papers import letter

QUESTION = "首次认定的高企补贴多少"
PATHS = (
    "/",
    "/h5",
    "/p",
    "/p/wuhan-development-zones",
    "/p/wuhan-development-zones/4.2",
    "/units",
    "/money",
    "/privacy",
    "/x",
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("web"), POLICYBOT_WEB_EMBED="http://localhost:1") as made:
        yield made


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chrome(tmp_path_factory.mktemp("profile")) as made:
        yield made


@pytest.fixture
def browser(started: Chrome, served: Served) -> Chrome:
    """One for all, as if it was new: a start takes two seconds of a processor."""
    forget(started, served.address)
    started.get(f"{served.address}/")
    return started


def ask(browser: Chrome, text: str) -> str:
    """Ask with the keyboard alone; the answer."""
    before = len(browser.find_elements(By.CSS_SELECTOR, "#log > li.answer"))
    browser.find_element(By.ID, "text").send_keys(text, Keys.ENTER)
    found: list[str] = []

    def answered(b: Chrome) -> bool:
        found[:] = [one.text for one in b.find_elements(By.CSS_SELECTOR, "#log > li.answer")]
        return len(found) > before

    wait(browser, answered)
    return found[-1]


def told(browser: Chrome, text: str) -> None:
    wait(browser, lambda b: text in b.find_element(By.ID, "told").text)


def test_asking_following_up_and_judging_with_scripts(browser: Chrome) -> None:
    kept = browser.find_element(By.TAG_NAME, "h1")
    assert "20万元" in ask(browser, QUESTION)
    assert "市科技局" in ask(browser, "谁负责")
    assert kept.is_displayed(), "the page was never left"
    assert browser.find_element(By.ID, "text").get_attribute("value") == ""
    items = browser.find_elements(By.CSS_SELECTOR, "#log > li")
    assert [("asked" in (i.get_attribute("class") or "")) for i in items] == [True, False, True, False]
    items[-1].find_element(By.XPATH, ".//button[contains(., '没有用')]").click()
    wait(browser, lambda b: "不完整" in b.find_elements(By.CSS_SELECTOR, "#log > li.answer")[-1].text)
    browser.find_element(By.XPATH, "//button[contains(., '不完整')]").click()
    told(browser, "谢谢")
    browser.refresh()
    assert len(browser.find_elements(By.CSS_SELECTOR, "#log > li[data-id]")) == 4
    assert severe(browser) == []


def test_what_is_typed_is_suggested(browser: Chrome) -> None:
    browser.find_element(By.ID, "text").send_keys("市科技")
    wait(browser, lambda b: b.find_elements(By.CSS_SELECTOR, "#suggested option"))


def test_everything_works_without_scripts(tmp_path: Path, served: Served) -> None:
    with chrome(tmp_path / "profile", scripts=False) as browser:
        browser.get(f"{served.address}/")
        assert "20万元" in ask(browser, QUESTION)
        assert "市科技局" in ask(browser, "谁负责")
        browser.find_elements(By.XPATH, "//button[contains(., '没有用')]")[-1].click()
        told(browser, "哪里不好")
        browser.find_element(By.XPATH, "//button[contains(., '不完整')]").click()
        told(browser, "谢谢")
        browser.find_element(By.LINK_TEXT, "长者模式").click()
        assert "elder" in (browser.find_element(By.TAG_NAME, "html").get_attribute("class") or "")


def test_the_keyboard_reaches_everything(browser: Chrome) -> None:
    ask(browser, QUESTION)
    wanted = {
        e.get_attribute("outerHTML") for e in browser.find_elements(By.CSS_SELECTOR, "a, button, input[type=text]")
    }
    reached: set[str | None] = set()
    browser.execute_script("document.activeElement.blur(); window.scrollTo(0, 0)")
    for _ in range(len(wanted) + 15):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        found = browser.switch_to.active_element
        reached.add(found.get_attribute("outerHTML"))
        if found.tag_name != "body":
            outline = found.value_of_css_property("outline-style")
            assert outline != "none", f"it can't be seen where one is: {found.get_attribute('outerHTML')}"
    assert wanted <= reached


@pytest.mark.parametrize("look", ["", "elder", "dark", "elder.dark", "light.en"])
def test_axe_finds_nothing(browser: Chrome, served: Served, look: str) -> None:
    browser.add_cookie({"name": "look", "value": look or "none"})
    browser.get(f"{served.address}/")
    ask(browser, QUESTION)
    ask(browser, "产业补贴有哪些")
    assert axe_faults(browser) == []
    for path in PATHS[1:]:
        browser.get(f"{served.address}{path}")
        assert axe_faults(browser) == [], path


@pytest.mark.parametrize(("width", "look"), [(360, ""), (320, ""), (342, ""), (360, "elder")])
def test_nothing_has_to_be_scrolled_sideways(browser: Chrome, served: Served, width: int, look: str) -> None:
    """320 pixels are 1280 at 400 %, 342 are 1366 at 400 %."""
    resize(browser, width, 640)
    browser.add_cookie({"name": "look", "value": look or "none"})
    for path in PATHS:
        browser.get(f"{served.address}{path}")
        if path == "/":
            ask(browser, QUESTION)
        wide = browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} wide"
        for one in browser.find_elements(By.CSS_SELECTOR, "button, input[type=text], .top a"):
            assert one.size["height"] >= 44, one.get_attribute("outerHTML")


def test_nothing_is_asked_of_anybody_else(browser: Chrome, served: Served) -> None:
    ask(browser, QUESTION)
    sent = [json.loads(entry["message"])["message"] for entry in logged(browser, "performance")]
    asked = [m["params"] for m in sent if m["method"] == "Network.requestWillBeSent"]
    addresses = [one["request"]["url"] for one in asked if one["documentURL"].startswith(served.address)]
    assert len(addresses) >= 4
    assert [one for one in addresses if not one.startswith((served.address, "data:"))] == []


def test_copy_and_read_aloud_are_offered(browser: Chrome, served: Served) -> None:
    browser.add_cookie({"name": "look", "value": "elder"})
    browser.get(f"{served.address}/")
    ask(browser, QUESTION)
    labels = [b.text for b in browser.find_elements(By.CSS_SELECTOR, "#log .share button")]
    assert labels == ["复制（带出处）", "朗读"]
    browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    browser.find_element(By.XPATH, "//button[contains(., '复制')]").click()
    wait(browser, lambda b: b.find_elements(By.XPATH, "//button[contains(., '已复制')]"))
    text = browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert "市级财政每户补贴20万元" in text
    assert "/p/wuhan-development-zones/4.2" in text


def test_the_widget_on_another_site(tmp_path: Path) -> None:
    """On an origin that may embed it; and not on one that may not."""
    site = tmp_path / "site"
    site.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(site))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    data = tmp_path / "data"
    data.mkdir()
    with (
        Served(data, POLICYBOT_WEB_EMBED=f"http://localhost:{port}") as served,
        chrome(tmp_path / "profile") as browser,
    ):
        script = f'<script src="{served.address}/widget.js" defer></script>'
        page = f'<!doctype html><html lang="zh-CN"><title>市网站</title><h1>市网站</h1>{script}'
        (site / "index.html").write_text(page, encoding="utf-8")
        browser.get(f"http://localhost:{port}/index.html")
        _open_widget(browser)
        wait(browser, lambda b: b.find_elements(By.ID, "text"))
        assert "20万元" in ask(browser, QUESTION)
        assert "市科技局" in ask(browser, "谁负责")
        assert axe_faults(browser) == []
        assert browser.get_cookies() == []
        browser.get(f"http://127.0.0.1:{port}/index.html")
        _open_widget(browser)
        time.sleep(1.0)  # long enough for a page that may be shown
        assert browser.find_elements(By.ID, "text") == []
    server.shutdown()
    server.server_close()


def _open_widget(browser: Chrome) -> None:
    script = "return [...document.body.children].map(e => e.shadowRoot).find(Boolean)"
    wait(browser, lambda b: b.execute_script(script))
    root = browser.execute_script(script)
    root.find_element(By.CSS_SELECTOR, "button").click()
    frame = root.find_element(By.CSS_SELECTOR, "iframe")
    browser.switch_to.frame(frame)


def test_the_whole_way_from_a_question_to_a_published_document(files: BaseFiles, tmp_path: Path) -> None:
    """A person asks, follows up, is handed over; the staff answers; an editor hands in a docx, mends a figure; it is
    published, and the page answers from it without a restart."""
    data = tmp_path / "served"
    data.mkdir()
    with Served(data, POLICYBOT_KNOWLEDGE=str(files.root)) as served:
        for name, role in (("小编", "editor"), ("老审", "reviewer")):
            served.command("staff", "add", name, "--role", role, "--password-stdin", said="a password for tests 1\n")
        with chrome(tmp_path / "asker") as asker, chrome(tmp_path / "staff") as staff:
            asker.get(f"{served.address}/")
            assert "20万元" in ask(asker, QUESTION)
            assert "市科技局" in ask(asker, "谁负责")
            wait(asker, lambda b: b.execute_script("location.reload(); return true"))
            wait(asker, lambda b: b.find_elements(By.XPATH, "//button[. = '转人工']"))
            asker.find_element(By.XPATH, "//button[. = '转人工']").click()
            wait(asker, lambda b: "工单 #1" in b.find_elements(By.CSS_SELECTOR, "#log > li.answer")[-1].text)

            sign_in(staff, served, "小编")
            staff.get(f"{served.address}/console/tickets/1")
            staff.find_element(By.ID, "answer").send_keys("由市科技局受理，请打开官网申报。")
            staff.find_element(By.XPATH, "//button[. = '送出答复']").click()
            wait(asker, lambda b: "由市科技局受理" in b.find_elements(By.CSS_SELECTOR, "#log > li.answer")[-1].text)

            letter(tmp_path / "夜间经济.docx")
            staff.get(f"{served.address}/console/documents")
            staff.find_element(By.ID, "file").send_keys(str(tmp_path / "夜间经济.docx"))
            staff.find_element(By.XPATH, "//button[. = '交上去']").click()
            wait(staff, lambda b: "收下了" in b.find_element(By.CSS_SELECTOR, ".told").text)
            draft = staff.current_url
            assert axe_faults(staff) == []
            staff.find_element(By.XPATH, "//summary[contains(., '个数字')]").click()
            value = staff.find_element(By.CSS_SELECTOR, "input[name$='.value']")
            told_of = f'[id="w-{value.get_attribute("name")}"]'
            value.send_keys("0")
            wait(staff, lambda b: "180000" in b.find_element(By.CSS_SELECTOR, told_of).text)
            assert axe_faults(staff) == []
            value.send_keys(Keys.BACKSPACE)
            wait(staff, lambda b: b.find_element(By.CSS_SELECTOR, told_of).text == "")
            case = staff.find_element(By.CSS_SELECTOR, "input[name$='.case']")
            case.clear()
            case.send_keys("新建成并开业的夜市")
            staff.find_element(By.XPATH, "//fieldset/following-sibling::p/button[. = '保存']").click()
            wait(staff, lambda b: "改好了，没有错误" in b.find_element(By.CSS_SELECTOR, ".told").text)

            for page in ("", "/tickets", "/tickets/1", "/documents", "/questions", "/numbers"):
                staff.get(f"{served.address}/console{page}")
                assert axe_faults(staff) == [], page
            staff.delete_all_cookies()
            sign_in(staff, served, "老审")
            staff.get(draft)
            staff.find_element(By.XPATH, "//button[contains(., '发布')]").click()
            wait(staff, lambda b: "已经生效" in b.find_element(By.CSS_SELECTOR, ".told").text)
            assert "18万元" in ask(asker, "《关于支持夜间经济发展的若干措施》给夜市补助多少")
            assert severe(staff) == []


def sign_in(browser: Chrome, served: Served, name: str) -> None:
    browser.get(f"{served.address}/console")
    assert axe_faults(browser) == []
    browser.find_element(By.ID, "name").send_keys(name)
    browser.find_element(By.ID, "password").send_keys("a password for tests 1", Keys.ENTER)
    wait(browser, lambda b: b.find_elements(By.XPATH, "//button[contains(., '退出')]"))
