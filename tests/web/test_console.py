"""The console: signing in, roles, tickets, the log."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import DatabaseError

from bot.channels.web.console import session
from bot.service.journal import Raw
from bot.serving.reply_cache import RecentReplies
from bot.staff import passwords
from bot.store import accounts, tickets
from bot.store.accounts import ROLES, Account
from bot.store.keys import Delivery
from bot.store.store import Store
from bot.store.tables import audit, sessions
from tests.service.town import ROOM
from tests.web.web import UNLIMITED, Browser, Web, within

PASSWORD = "a password for tests 1"
KEPT = passwords.hashed(PASSWORD)


@pytest.fixture
async def web(store: Store, recent: RecentReplies) -> AsyncIterator[Web]:
    made = await Web(store, recent, console=True).open()
    await made.web._look_for_staff()
    yield made
    await made.close()


async def account(web: Web, role: str, name: str = "") -> str:
    name = name or f"小{role}"
    await web.store.transact(lambda c: accounts.put(c, Account(name, role, KEPT, time.time())))
    await web.web._look_for_staff()
    return name


async def signed_in(web: Web, role: str, name: str = "") -> Browser:
    name = await account(web, role, name)
    browser = web.browser()
    await sign_in(browser, name, PASSWORD)
    assert browser.url.endswith("/console"), browser.text
    return browser


async def sign_in(browser: Browser, name: str, password: str) -> None:
    await browser.open("/console/sign-in")
    form = browser.page.css_first("form")
    assert form is not None
    await browser.send(form, {"name": name, "password": password})


async def logged(web: Web) -> list[tuple[str, str, str]]:
    found = await web.store.transact(lambda c: accounts.entries(c))
    return [(e.who, e.what, e.detail) for e in reversed(found)]


async def test_nobody_sees_the_console_without_signing_in(web: Web) -> None:
    async with web.browser() as browser:
        for path in ("", "/tickets", "/tickets/1", "/questions", "/numbers", "/audit"):
            await browser.open(f"/console{path}")
            assert browser.url.endswith("/console/sign-in"), path


async def test_signing_in_and_out(web: Web) -> None:
    browser = await signed_in(web, "editor")
    cookie = next(c for c in browser.session.cookie_jar if c.key == "console")
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["path"] == "/console"
    stored = await web.store.transact(lambda c: str(list(c.execute(select(sessions)))))
    assert cookie.value not in stored
    await browser.press_plain("退出")
    await browser.open("/console")
    assert browser.url.endswith("/console/sign-in")
    browser.session.cookie_jar.update_cookies({"console": cookie.value})
    await browser.open("/console")
    assert browser.url.endswith("/console/sign-in"), "what was signed out stays so"
    await browser.session.close()
    assert [what for _, what, _ in await logged(web)] == ["signed in", "signed out"]


async def test_no_page_of_the_console_runs_what_is_not_its_own_file(web: Web) -> None:
    staff = await signed_in(web, "admin")
    for path in ("", "/tickets", "/questions", "/try?q=有没有食堂补贴", "/numbers", "/sign-in"):
        await staff.open(f"/console{path}")
        policy = staff.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert staff.headers["Cache-Control"] == "no-store"
        assert all(node.attributes.get("src", "").startswith("/static/") for node in staff.page.css("script")), path  # type: ignore[union-attr]
        assert staff.page.css("style, [style]") == []
        assert not [n for node in staff.page.css("*") for n in node.attributes if n.startswith("on")], path
    await staff.session.close()


async def test_over_https_the_consoles_cookie_is_secure(store: Store, recent: RecentReplies) -> None:
    web = await Web(store, recent, within(UNLIMITED, url="https://zc.example.cn"), console=True).open()
    name, host = await account(web, "viewer"), {"Host": "zc.example.cn", "Origin": "https://zc.example.cn"}
    async with ClientSession() as session:
        sent, to = {"name": name, "password": PASSWORD}, f"{web.address}/console/sign-in"
        async with session.post(to, data=sent, headers=host, allow_redirects=False) as response:
            cookie = next(one for one in response.headers.getall("Set-Cookie") if one.startswith("console="))
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    await web.close()


async def test_a_wrong_name_and_a_wrong_password_look_alike(web: Web) -> None:
    name = await account(web, "editor")
    texts = []
    async with web.browser() as browser:
        for who, password in ((name, "wrong"), ("nobody", PASSWORD), ("", "")):
            await sign_in(browser, who, password)
            assert browser.status == 403
            texts.append(browser.text)
    assert len(set(texts)) == 1


async def test_five_wrong_passwords_lock_an_account(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.web.console.session.TRIES", 0)
    name = await account(web, "editor")
    async with web.browser() as browser:
        for _ in range(5):
            await sign_in(browser, name, "wrong")
        await sign_in(browser, name, PASSWORD)
        assert browser.status == 403
        now = time.time()
        monkeypatch.setattr("bot.channels.web.console.session.time.time", lambda: now + accounts.LOCKED_FOR + 1)
        await sign_in(browser, name, PASSWORD)
        assert browser.url.endswith("/console")


async def test_an_address_may_try_only_so_often(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten a minute; with two, no machine is so slow that another one is allowed meanwhile."""
    assert session.TRIES == 10
    monkeypatch.setattr(session, "TRIES", 2)
    async with web.browser() as browser:
        for _ in range(2):
            await sign_in(browser, "nobody", "wrong")
            assert browser.status == 403
        await sign_in(browser, "nobody", "wrong")
        assert browser.status == 429


@pytest.mark.parametrize("after", [accounts.IDLE + 1, accounts.WHOLE + 1])
async def test_sessions_end(web: Web, monkeypatch: pytest.MonkeyPatch, after: float) -> None:
    browser = await signed_in(web, "editor")
    began = time.time()
    if after > accounts.WHOLE:  # used all the time
        for minutes in range(20, int(accounts.WHOLE / 60), 20):
            monkeypatch.setattr("bot.channels.web.console.session.time.time", lambda m=minutes: began + m * 60)
            await browser.open("/console")
            assert browser.url.endswith("/console")
    monkeypatch.setattr("bot.channels.web.console.session.time.time", lambda: began + after)
    await browser.open("/console")
    assert browser.url.endswith("/console/sign-in")
    await browser.session.close()


async def test_an_ended_account_is_out_at_once(web: Web) -> None:
    browser = await signed_in(web, "editor", "老李")
    await web.store.transact(lambda c: accounts.end(c, "老李", time.time()))
    await browser.open("/console/tickets")
    assert browser.url.endswith("/console/sign-in")
    await browser.session.close()


SEES = {
    "viewer": {"", "/tickets", "/questions", "/numbers"},
    "editor": {"", "/tickets", "/questions", "/numbers"},
    "reviewer": {"", "/tickets", "/questions", "/numbers"},
    "admin": {"", "/tickets", "/questions", "/numbers"},
    "auditor": {"", "/numbers", "/audit"},
}


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_sees_what_it_may_and_nothing_else(web: Web, role: str) -> None:
    browser = await signed_in(web, role)
    for path in ("", "/tickets", "/questions", "/numbers", "/audit"):
        await browser.open(f"/console{path}")
        assert browser.status == (200 if path in SEES[role] else 403), path
    await browser.session.close()


async def _handed_over(browser: Browser, question: str = "外地公司能申请吗") -> None:
    await browser.open("/")
    await browser.ask(question)
    await browser.press("转人工")


async def test_a_ticket_is_answered_in_the_console_and_read_where_it_was_asked(web: Web) -> None:
    staff = await signed_in(web, "viewer", "小王")
    async with web.browser() as asker:
        await _handed_over(asker)
        assert "工单 #1" in asker.last
        await staff.open("/console/tickets")
        assert "外地公司能申请吗" in staff.text
        await staff.open("/console/tickets/1")
        await staff.send(staff.page.css("form")[-1], {"text": "可以，请带营业执照。\n周一到周五都行。", "do": "answer"})
        assert "已送达" in staff.text or "送" in staff.page.css_first(".told").text()  # type: ignore[union-attr]
        await asker.open("/")
        assert "人工答复（工单 #1）" in asker.last
        assert "周一到周五都行。" in asker.last
        await staff.send(staff.page.css("form")[-1], {"do": "close"})
        assert "已结束" in staff.text
        await asker.open("/")
        assert "已" in asker.last
        assert not [f for f in asker.page.css("form.reply") if "工单 #2" in f.text()]
    assert [what for _, what, _ in await logged(web)] == ["signed in", "ticket answered", "ticket closed"]
    await staff.session.close()


async def test_an_answer_that_is_sent_twice_arrives_once(web: Web) -> None:
    staff = await signed_in(web, "viewer", "小王")
    async with web.browser() as asker:
        await _handed_over(asker)
        await staff.open("/console/tickets/1")
        form = staff.page.css("form")[-1]
        for _ in range(2):
            await staff.send(form, {"text": "可以。", "do": "answer"})
        await asker.open("/")
        assert sum("可以。" in text for _, text in asker.said) == 1
    await staff.session.close()


async def test_an_answer_is_never_a_command(web: Web) -> None:
    staff = await signed_in(web, "admin", "老李")
    async with web.browser() as asker:
        await _handed_over(asker)
        await staff.open("/console/tickets/1")
        await staff.send(staff.page.css("form")[-1], {"text": "/export", "do": "answer"})
        await asker.open("/")
        assert "/export" in asker.last
    await staff.session.close()


async def test_tickets_of_other_channels_are_answered_in_the_console(store: Store, recent: RecentReplies) -> None:
    """The staff's group is in a messenger; the console answers as well."""
    web = await Web(store, recent, room=True).open()
    staff = await signed_in(web, "viewer", "小王")
    said = {"in": "with-甲", "by": "甲", "text": "/human 外地公司能申请吗", "message": "q1"}
    await web.staff.take([Raw("m-1", json.dumps(said, ensure_ascii=False), "甲")])
    await web.staff.idle()
    assert any("工单 #1" in one.text for one in web.in_room)
    await staff.open("/console/tickets/1")
    await staff.send(staff.page.css("form")[-1], {"text": "可以。", "do": "answer"})
    assert [one.text for one in web.memory.shown if one.conversation == "with-甲" and "可以。" in one.text]
    assert not [one for one in web.memory.shown if one.conversation == ROOM and "可以。" in one.text]
    await staff.session.close()
    await web.close()


async def test_a_ticket_of_another_processs_channel_is_left_to_it(web: Web) -> None:
    staff = await signed_in(web, "viewer", "小王")
    asked = (Delivery("telegram", "9"), ("55", "55", "1"), "外地公司能申请吗", "")
    await web.store.transact(lambda c: tickets.open_one(c, *asked, time.time(), asker="h"))
    await staff.open("/console/tickets/1")
    for do in ("answer", "close"):
        await staff.send(staff.page.css("form")[-1], {"text": "可以。", "do": do})
        assert "另一个程序" in staff.text
    await staff.session.close()


async def test_a_form_without_the_sessions_mark_does_nothing(web: Web) -> None:
    staff = await signed_in(web, "viewer", "小王")
    other = await signed_in(web, "viewer", "小张")
    async with web.browser() as asker:
        await _handed_over(asker)
        before = len(asker.said)
        await other.open("/console/tickets/1")
        mark = str(other.page.css_first("input[name=csrf]").attributes["value"])  # type: ignore[union-attr]
        await staff.open("/console/tickets/1")
        for wrong in ("", "x", mark):
            await staff.open("/console/tickets/1")
            await staff.send(staff.page.css("form")[-1], {"text": "可以。", "do": "answer", "csrf": wrong})
            assert staff.status == 403
        await asker.open("/")
        assert len(asker.said) == before
    await staff.session.close()
    await other.session.close()


async def test_without_accounts_nobody_is_handed_over(web: Web) -> None:
    async with web.browser() as asker:
        await asker.open("/")
        await asker.ask("外地公司能申请吗")
        assert not [b for b in asker.page.css("button") if b.text() == "转人工"]


async def test_questions_and_numbers(web: Web) -> None:
    staff = await signed_in(web, "viewer")
    async with web.browser() as asker:
        await asker.open("/")
        for text in ("有没有食堂补贴", "首次认定的高企补贴多少"):
            await asker.ask(text)
    await staff.open("/console/questions?days=30")
    assert "食堂补贴" in staff.text
    await staff.open("/console/numbers")
    assert staff.status == 200
    assert staff.page.css("table")
    shown = {h.text(): h.next for h in staff.page.css("h2")}
    assert {"结果", "从哪个渠道问", "问得最多的文件", "问得最多的条款", "涉及最多的单位"} <= set(shown)
    async with staff.session.get(f"{web.address}/console/numbers.csv?days=7") as response:
        assert response.headers["Content-Disposition"].startswith("attachment")
        taken = (await response.text()).splitlines()
    assert ",messenger,web,2" in taken
    assert not [line for line in taken if "食堂" in line], "no question is in it"
    assert staff.page.css("ul.bars meter[value='1']")
    picture = str(staff.page.css_first("img.chart").attributes["src"])  # type: ignore[union-attr]
    async with staff.session.get(f"{web.address}{picture}") as response:
        assert (await response.read()).startswith(b"\x89PNG")
    await staff.session.close()


def _log(connection: Connection) -> None:
    for n in range(3):
        accounts.log(connection, "小王", "tested", f"<b>{n}</b>", 1.0 + n)


async def _changed(store: Store) -> None:
    await store.transact(_log)
    for statement in (
        update(audit).values(detail="else"),
        delete(audit),
        update(audit).where(audit.c.id == 2).values(who="x"),
    ):
        with pytest.raises(DatabaseError, match="never changed"), store.engine.begin() as connection:
            connection.execute(statement)
    assert await store.transact(accounts.broken) is None
    assert len(await store.transact(lambda c: accounts.entries(c))) == 3


async def test_the_log_cannot_be_changed(store: Store) -> None:
    await _changed(store)


async def test_the_log_cannot_be_changed_in_postgresql_either(postgres_url: str) -> None:
    store = Store(postgres_url)
    store.prepare()
    store.open()
    await _changed(store)
    await store.close()


async def test_a_log_that_was_changed_by_force_shows_it(web: Web) -> None:
    staff = await signed_in(web, "auditor")
    await web.store.transact(_log)
    await staff.open("/console/audit")
    assert "没有被改过" in staff.text
    assert "<b>2</b>" in staff.text
    with web.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.execute(update(audit).where(audit.c.id == 2).values(detail="else"))
    await staff.open("/console/audit")
    assert "从第 2 条起对不上" in staff.text
    await staff.session.close()


def test_passwords() -> None:
    kept = passwords.hashed("correct horse 1")
    assert kept.startswith("scrypt$32768$8$1$")
    assert passwords.fits("correct horse 1", kept)
    assert not passwords.fits("correct horse 2", kept)
    assert kept != passwords.hashed("correct horse 1")
    assert passwords.NOBODY.split("$")[:4] == kept.split("$")[:4]  # takes as long as one that somebody has
    assert [len(part) for part in passwords.NOBODY.split("$")] == [len(part) for part in kept.split("$")]
    assert not passwords.fits("", passwords.NOBODY)
    assert passwords.fault("short1")
    assert passwords.fault("onlyletters")
    assert not passwords.fault("letters and 1")


async def test_the_off_switch_is_told_on_every_channel(store: Store, recent: RecentReplies) -> None:
    web = await Web(store, recent, room=True).open()
    admin = await signed_in(web, "admin", "老管")
    form = next(f for f in admin.page.css("form") if f.css_first("#reason") is not None)
    await admin.send(form, {"do": "off", "reason": ""})
    assert "请写明为什么停" in admin.text
    await admin.send(form, {"do": "off", "reason": "正在更换文件，下午三点恢复"})
    async with web.browser() as asker:
        await asker.open("/")
        await asker.ask("文件还有效吗")
        assert "暂停回答：正在更换文件，下午三点恢复" in asker.last
        async with asker.session.post(f"{web.address}/api/v1/ask", json={"text": "文件还有效吗"}) as response:
            assert response.status == 503
            assert "下午三点恢复" in (await response.json())["title"]
        said = {"in": "with-甲", "by": "甲", "text": "文件还有效吗", "message": "q1"}
        await web.staff.take([Raw("m-1", json.dumps(said, ensure_ascii=False), "甲")])
        await web.staff.idle()
        assert "下午三点恢复" in web.memory.shown[-1].text
        await admin.open("/console")
        await admin.send(next(f for f in admin.page.css("form") if "恢复回答" in f.text()), {"do": "on"})
        await asker.ask("文件还有效吗")
        assert "有效期" in asker.last
    assert [(what, detail) for _, what, detail in await logged(web)][1:] == [
        ("answering off", "正在更换文件，下午三点恢复"),
        ("answering on", ""),
    ]
    await admin.session.close()
    await web.close()


async def test_a_question_can_be_tried_and_seen_why(web: Web) -> None:
    viewer = await signed_in(web, "viewer")
    await viewer.open("/console/try?q=首次认定的高企补贴多少")
    assert "20万元" in viewer.text
    assert viewer.page.css("meter")
    assert [m.text() for m in viewer.page.css("mark")]
    assert not viewer.page.css("form[method=post] #ask"), "a viewer doesn't teach"
    await viewer.session.close()


async def test_export_is_for_editors_and_logged(web: Web) -> None:
    async with web.browser() as asker:
        await asker.open("/")
        await asker.ask("=1+1 补贴")
    viewer, editor = await signed_in(web, "viewer"), await signed_in(web, "editor")
    await viewer.open("/console/export/questions.csv")
    assert viewer.status == 403
    async with editor.session.get(f"{web.address}/console/export/questions.csv") as response:
        assert "'=1+1 补贴" in await response.text()
        assert response.headers["Content-Disposition"].startswith("attachment")
    await editor.open("/console/export/secrets.csv")
    assert editor.status == 404
    assert ("小editor", "exported", "questions.csv: 1") in await logged(web)
    await viewer.session.close()
    await editor.session.close()
