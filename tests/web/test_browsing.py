"""Documents, clauses, units and money, page by page."""

from __future__ import annotations

from tests.web.web import Browser, Web

DOCUMENT = "wuhan-development-zones"


async def test_every_clause_can_be_reached_and_is_verbatim(web: Web, browser: Browser) -> None:
    await browser.open("/p")
    links = [str(a.attributes["href"]) for a in browser.page.css(".entries a")]
    assert links == [f"/p/{DOCUMENT}"]
    await browser.open(links[0])
    clauses = [str(a.attributes["href"]) for a in browser.page.css(".entries a")]
    policy = web.parts.replies.assistant.library.by_id[DOCUMENT]
    assert clauses == [f"/p/{DOCUMENT}/{c.id}" for c in policy.clauses]
    for address, clause in zip(clauses, policy.clauses, strict=True):
        await browser.open(address)
        assert browser.status == 200
        quoted = browser.page.css_first("blockquote")
        assert quoted is not None
        assert quoted.text() == clause.without_list


async def test_a_clause_leads_on(browser: Browser) -> None:
    await browser.open(f"/p/{DOCUMENT}/4.2")
    assert {a.attributes.get("rel") for a in browser.page.css(".turn a")} == {"prev", "next"}
    unit = browser.page.css(".entries a")[0]
    await browser.open(str(unit.attributes["href"]))
    assert browser.status == 200
    assert "4.2 完善新兴产业培育机制" in browser.text


async def test_units_and_money(browser: Browser) -> None:
    await browser.open("/units")
    assert "市科技局（" in browser.text
    await browser.open("/money")
    link = browser.page.css(".entries a")[0]
    await browser.open(str(link.attributes["href"]))
    assert "20万元" in browser.text


async def test_what_there_is_not_is_404_and_says_which(browser: Browser) -> None:
    for path, text in (
        ("/p/nothing", "没有这份文件"),
        (f"/p/{DOCUMENT}/99.9", "这份文件没有这一条"),
        ("/units/nobody", "没有这个责任单位"),
        ("/money/nothing", "没有这份文件"),
        ("/static/nothing.css", "没有这个文件"),
        ("/nothing", "没有这个页面"),
    ):
        await browser.open(path)
        assert browser.status == 404
        assert text in browser.text


async def test_a_question_can_be_asked_from_a_clause(browser: Browser) -> None:
    await browser.open(f"/p/{DOCUMENT}/4.2")
    await browser.ask("文件还有效吗")
    assert "有效期" in browser.last


async def test_what_is_kept_is_told(browser: Browser) -> None:
    await browser.open("/privacy")
    assert "90 天" in browser.text
