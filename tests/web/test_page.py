"""What people do on the page, without scripts."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from bot.channels.web.door import Done
from bot.service.journal import Raw
from bot.service.port import Address
from bot.serving.reply_cache import RecentReplies
from bot.store import web as kept
from bot.store.keys import Delivery
from bot.store.store import Received, Store
from bot.store.tables import conversations, feedback, questions
from tests.service.written import written
from tests.web.web import UNLIMITED, Browser, Web, within

QUESTION = "首次认定的高企补贴多少"


async def test_the_question_stands_above_its_answer_which_quotes_and_links(browser: Browser) -> None:
    await browser.ask(QUESTION)
    assert browser.status == 200
    (asked, question), (_, answer) = browser.said
    assert asked
    assert QUESTION in question
    assert "20万元" in answer.split("\n")[3] or "20万元" in answer[:120], "what was asked comes first"
    original = browser.page.css_first("blockquote")
    assert original is not None
    assert "对首次认定的高新技术企业,市级财政每户补贴20万元" in original.text()
    for part in ("责任单位", "出处", "有效期至2025年10月8日"):
        assert part in answer
    link = browser.page.css_first(".share a")
    assert link is not None
    assert link.attributes["href"] == "/p/wuhan-development-zones/4.2"


async def test_a_conversation_goes_on_and_only_in_its_own_browser(web: Web, browser: Browser) -> None:
    await browser.ask(QUESTION)
    await browser.ask("谁负责")
    assert browser.url.endswith("/#last") or browser.url.endswith("/"), "sent forms end on a page that can be reloaded"
    assert "市科技局" in browser.last
    assert len(browser.said) == 4
    async with web.browser() as other:
        await other.open("/")
        assert other.said == []
        await other.ask("谁负责")
        assert "市科技局、市财政局" not in other.last


async def test_no_cookie_is_set_before_anything_was_asked(browser: Browser) -> None:
    assert "Set-Cookie" not in browser.headers
    await browser.ask(QUESTION)
    cookie = browser.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


async def test_the_same_form_sent_again_is_answered_once(web: Web, browser: Browser) -> None:
    await browser.ask("文件还有效吗")
    form = browser.page.css_first("#ask")
    assert form is not None
    await browser.send(form, {"text": QUESTION})
    await browser.send(form, {"text": QUESTION})
    assert [text for asked, text in browser.said if asked and QUESTION in text] == [browser.said[2][1]]
    await browser.send(form, {"text": "谁负责招商引资"})
    assert "招商引资" in browser.said[-2][1], "another question from the same form is another question"
    assert len(browser.said) == 6


async def test_choosing_and_buttons(browser: Browser) -> None:
    await browser.ask("市科技局负责哪些")
    buttons = [b.text() for b in browser.page.css("#log .buttons button")]
    wanted = next(label for label in buttons if re.match(r"4\.2 ", label))
    await browser.press(wanted)
    assert wanted in browser.said[-2][1], "what was pressed stands above what came of it"
    assert "完善新兴产业培育机制" in browser.last
    await browser.press("责任单位")
    assert "市财政局" in browser.last


async def test_examples_can_be_pressed(browser: Browser) -> None:
    first = browser.page.css("section form button")[0].text()
    await browser.press(first)
    assert first in browser.said[0][1]
    assert not browser.said[1][0]


async def test_feedback_with_a_reason(web: Web, browser: Browser) -> None:
    await browser.ask(QUESTION)
    await browser.press("没有用")
    assert browser.told == web.parts.words("judging.ask_reason")
    await browser.press("不完整")
    assert browser.told == web.parts.words("judging.thanks_bad")
    found = await web.store.transact(lambda c: list(c.execute(select(feedback.c.verdict, feedback.c.reason))))
    assert [tuple(row) for row in found] == [("down", "incomplete")]
    row = await web.store.transact(
        lambda c: list(
            c.execute(
                select(feedback.c.delivery, questions.c.text).join(
                    questions, questions.c.delivery == feedback.c.delivery
                )
            )
        )
    )
    assert [one.text for one in row] == [QUESTION], "the verdict finds its question"
    assert len(browser.said) == 2, "judging says nothing in the conversation"


async def test_a_button_of_somebody_elses_page_does_nothing(web: Web, browser: Browser) -> None:
    await browser.ask(QUESTION)
    under = browser.page.css_first("form.judging input[name=under]")
    assert under is not None
    async with web.browser() as other:
        await other.open("/")
        await other.ask("文件还有效吗")
        form = other.page.css_first("form.judging")
        assert form is not None
        await other.send(form, {"under": str(under.attributes["value"]), "press": "g:x"})
        assert len(other.said) == 2


async def test_handing_over_and_reading_the_answer_there(store: Store, recent: RecentReplies) -> None:
    web = await Web(store, recent, room=True).open()
    async with web.browser() as browser:
        await browser.open("/")
        await browser.ask("我的公司在外地，能申请吗")
        await browser.press("转人工")
        assert "工单 #1" in browser.last
        (ticket,) = web.in_room
        assert "我的公司在外地" in ticket.text
        quoted = {"text": ticket.text, "ours": True}
        raw: dict[str, Any] = {
            "in": "工作群",
            "by": "小王",
            "place": "group",
            "text": "可以，请带营业执照。",
            "message": "s1",
            "quoted": quoted,
        }
        await web.staff.take([_raw(raw)])
        await web.staff.idle()
        await browser.open("/")
        assert "人工答复" in browser.last
        assert "可以，请带营业执照。" in browser.last
        reply = browser.page.css("form.reply")[-1]
        await browser.send(reply, {"text": "外地的执照行吗"})
        assert "已补充" in browser.last
        assert "外地的执照行吗" in web.in_room[-1].text
        await browser.press("已解决")
        assert "已结束" in browser.last
    await web.close()


def _raw(data: dict[str, Any]) -> Raw:
    return Raw("staff-1", json.dumps(data, ensure_ascii=False), "小王")


async def test_without_staff_nothing_is_offered_that_nobody_would_read(browser: Browser) -> None:
    await browser.ask(QUESTION)
    assert not [b for b in browser.page.css("button") if b.text() == "转人工"]


async def test_everything_can_be_forgotten(web: Web, browser: Browser) -> None:
    await browser.ask(QUESTION)
    await browser.press("有用")
    await browser.press("删掉我的记录")
    assert "已删" in browser.last or "删掉" in browser.last
    assert len(browser.said) == 1

    def left(c: Connection) -> list[int]:
        tables = (questions, feedback, conversations)
        return [int(c.execute(select(func.count()).select_from(t)).scalar() or 0) for t in tables]

    assert await web.store.transact(left) == [0, 0, 0]


@pytest.mark.parametrize("number", ["420106199001011234", "13812345678", "6222020200112233445"])
async def test_numbers_of_people_are_masked_before_anything_is_kept(web: Web, browser: Browser, number: str) -> None:
    with written(web.store) as rows:
        await browser.ask(f"我的号码是{number}，首次认定的高企补贴多少")
    assert "20万元" in browser.last
    assert number not in browser.text
    assert [row for row in rows if number in row] == []
    assert "首次认定的高企补贴多少" in "".join(rows)


async def test_over_the_limit_people_are_told_when_to_come_again(store: Store, recent: RecentReplies) -> None:
    web = await Web(store, recent, limit=2).open()
    async with web.browser() as browser:
        await browser.open("/")
        for _ in range(2):
            await browser.ask(QUESTION)
        await browser.ask(QUESTION)
        assert re.search(r"请过 \d+ 秒再问", browser.told)
        assert len(browser.said) == 4
    await web.close()


async def test_over_an_addresss_limit_it_is_429(store: Store, recent: RecentReplies) -> None:
    web = await Web(store, recent, within(UNLIMITED, address_limit=1)).open()
    async with web.browser() as browser:
        await browser.open("/")
        await browser.ask(QUESTION)
        await browser.ask(QUESTION)
        assert browser.status == 429
        assert int(browser.headers["Retry-After"]) >= 1
    await web.close()


async def test_too_long_and_empty_are_told(browser: Browser) -> None:
    await browser.ask("补贴" * 1001)
    assert "2000" in browser.told
    await browser.open("/")
    await browser.ask("   ")
    assert browser.told == "请先写下问题。"


async def test_what_people_write_is_never_markup(browser: Browser) -> None:
    await browser.ask("<script>alert(1)</script><img src=x onerror=alert(1)> 补贴")
    assert "<script>alert(1)</script>" in browser.said[0][1]
    assert all(one.attributes.get("src") for one in browser.page.css("script"))
    assert browser.page.css("img") == []


async def test_what_was_accepted_is_answered_after_a_crash(store: Store, recent: RecentReplies) -> None:
    """Killed between the journal and the answer: the next start answers, and the page shows it."""
    web = Web(store, recent)
    token = web.web.site.tokens.new("page")
    name = web.web.site.tokens.name("page", token)
    assert name is not None
    done = Done(name, "abcdefgh", QUESTION)
    await store.receive([Received(Delivery("web", done.delivery), done.to_json(), 1.0, person=name)])
    await web.open()
    await web.web.site.door.intake.idle()
    async with web.browser() as browser:
        browser.session.cookie_jar.update_cookies({"policybot": token})
        await browser.open("/")
        assert "20万元" in browser.last
        await browser.ask("谁负责")
        assert "市科技局" in browser.last
    await web.close()


async def test_a_restart_changes_nothing_on_the_page(store: Store, recent: RecentReplies) -> None:
    first = await Web(store, recent).open()
    async with first.browser() as browser:
        await browser.open("/")
        await browser.ask(QUESTION)
        before = browser.said
        await first.close()
        second = await Web(store, recent).open()
        browser.address = second.address
        await browser.open("/")
        assert browser.said == before
        await browser.ask("谁负责")
        assert "市科技局" in browser.last
        await second.close()


async def test_a_message_that_is_sent_twice_stands_once(web: Web) -> None:
    to = Address("web", "c", "c", "q1")
    await web.web.site.channel.send(to, "[]")
    await web.web.site.channel.send(to, "[]")
    assert len(await web.store.transact(lambda c: kept.messages(c, "c"))) == 1


async def test_pieces_for_scripts_hold_what_is_new(browser: Browser) -> None:
    await browser.ask(QUESTION)
    last = browser.page.css("#log > li[data-id]")[-1].attributes["data-id"]
    form = browser.page.css_first("#ask")
    assert form is not None
    await browser.send(form, {"text": "谁负责"}, headers={"X-Piece": str(last)})
    assert browser.page.css_first("h1") is None
    assert [("asked" in (li.attributes["class"] or "")) for li in browser.page.css("li[data-id]")] == [True, False]
    await browser.open(f"/updates?after={last}")
    assert len(browser.page.css("li[data-id]")) == 2


async def test_suggestions_while_typing(web: Web, browser: Browser) -> None:
    async with browser.session.get(f"{web.address}/suggest", params={"q": "市科技"}) as response:
        assert "市科技局" in await response.json()


async def test_the_first_page_is_small_and_asks_nobody_else(web: Web, browser: Browser) -> None:
    size = 0
    for node in [*browser.page.css("link[href]"), *browser.page.css("script[src]"), *browser.page.css("img[src]")]:
        address = node.attributes.get("href") or node.attributes.get("src") or ""
        assert address.startswith("/static/"), address
        async with browser.session.get(f"{web.address}{address}") as response:
            assert "immutable" in response.headers["Cache-Control"]
            text = await response.text()
            assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
            assert "https://" not in text
            size += len(text.encode())
    size += int(browser.headers["Content-Length"])
    assert size < 60_000


@pytest.mark.parametrize(("change", "mark"), [("elder", "elder"), ("dark", "dark")])
async def test_a_look_is_kept(browser: Browser, change: str, mark: str) -> None:
    await browser.open(f"/look?change={change}&back=/p")
    assert browser.url.endswith("/p")
    await browser.open("/")
    assert mark in (browser.page.css_first("html").attributes["class"] or "")  # type: ignore[union-attr]
    await browser.open(f"/look?change={change}")
    assert mark not in (browser.page.css_first("html").attributes["class"] or "").split()  # type: ignore[union-attr]


async def test_its_own_words_in_english(browser: Browser) -> None:
    await browser.open("/look?change=language")
    assert "What do you want to ask" in browser.text
    await browser.ask(QUESTION)
    assert "20万元" in browser.last
