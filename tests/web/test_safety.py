"""What stands before every page of the web."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest
from aiohttp import ClientSession, FormData

from bot.channels.web.limits import Buckets, address_of
from bot.channels.web.settings import read_web_settings
from bot.channels.web.tokens import Fresh, Tokens
from bot.serving.reply_cache import RecentReplies
from bot.settings import SettingsError
from bot.staff.asker_hash import Askers
from bot.store.store import Store
from tests.web.web import UNLIMITED, Browser, Web, within

PATHS = ("/", "/h5", "/p", "/p/wuhan-development-zones/4.2", "/units", "/privacy", "/nothing", "/api/v1/policies")


@pytest.mark.parametrize("path", PATHS)
async def test_no_page_runs_what_is_not_its_own_file(browser: Browser, path: str) -> None:
    await browser.open(path)
    policy = browser.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert browser.headers["X-Content-Type-Options"] == "nosniff"
    for node in browser.page.css("script"):
        assert node.attributes.get("src"), "nothing inline"
    html = browser.page.html or ""
    assert browser.page.css("style") == []
    assert " style=" not in html
    assert not [name for node in browser.page.css("*") for name in node.attributes if name.startswith("on")]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 200),
    ],
)
async def test_another_site_cannot_send_our_forms(web: Web, headers: dict[str, str], status: int) -> None:
    async with ClientSession() as session:
        async with session.post(f"{web.address}/", data={"text": "文件还有效吗"}, headers=headers) as response:
            assert response.status == status
        async with session.post(
            f"{web.address}/api/v1/ask", json={"text": "文件还有效吗"}, headers=headers
        ) as response:
            assert response.status == status


async def test_no_site_may_read_the_api_with_its_visitors_cookies(web: Web) -> None:
    async with (
        ClientSession() as session,
        session.get(f"{web.address}/api/v1/policies", headers={"Origin": "https://evil.example"}) as response,
    ):
        assert not [name for name in response.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:80"])
async def test_other_hosts_are_refused(web: Web, host: str) -> None:
    async with ClientSession() as session:
        for path in ("/", "/api/v1/policies"):
            async with session.get(f"{web.address}{path}", headers={"Host": host}) as response:
                assert response.status in (400, 421)


async def test_the_public_host_is_known_and_its_cookies_are_secure(store: Store, recent: RecentReplies) -> None:
    web = await Web(store, recent, within(UNLIMITED, url="https://zc.example.cn/policy")).open()
    async with ClientSession() as session:
        headers = {"Host": "zc.example.cn", "Origin": "https://zc.example.cn"}
        async with session.post(f"{web.address}/", data={"text": "文件还有效吗"}, headers=headers) as response:
            assert response.status == 200
            cookie = response.headers["Set-Cookie"]
            assert "Secure" in cookie
            assert "Path=/policy/" in cookie
            assert "max-age" in response.headers["Strict-Transport-Security"]
            assert 'href="/policy/p"' in await response.text()
    await web.close()


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/\\evil.example", "/%0d%0aSet-Cookie:x", "x"]
)
async def test_no_link_of_ours_leads_to_another_site(web: Web, back: str) -> None:
    async with ClientSession() as session:
        params = {"change": "dark", "back": back}
        async with session.get(f"{web.address}/look", params=params, allow_redirects=False) as response:
            assert response.status == 303
            place = response.headers["Location"]
            assert place.startswith("/")
            assert not place.startswith("//")
            assert "evil" not in place


async def test_bodies_are_bounded(web: Web) -> None:
    async with ClientSession() as session:
        async with session.post(f"{web.address}/", data={"text": "补" * 40_000}) as response:
            assert response.status == 413
        form = FormData()
        form.add_field("text", "文件还有效吗", filename="x.txt")
        form.add_field("more", "x" * 100_000)
        async with session.post(f"{web.address}/", data=form) as response:
            assert response.status == 413


async def _slow(port: int, first: bytes, then: bytes, most: float) -> tuple[bytes, float]:
    """What came back, and after how long; a byte of ``then`` every tenth of a second."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()
    writer.write(first)

    async def drip() -> None:
        for byte in then:
            await asyncio.sleep(0.1)
            writer.write(bytes([byte]))

    dripping = asyncio.create_task(drip())
    got = await asyncio.wait_for(reader.read(), most)
    dripping.cancel()
    with contextlib.suppress(Exception):
        writer.close()
    return got, time.monotonic() - began


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\n", b"Host: localhost and so on, and so on, and so on"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n", b"text=" + b"x" * 40),
        (b"POST /api/v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
         b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 8),
    ],
)  # fmt: skip
async def test_a_client_that_sends_slowly_is_cut_off(
    store: Store, recent: RecentReplies, first: bytes, then: bytes
) -> None:
    web = await Web(store, recent).open(slowest=1.0)
    got, seconds = await _slow(web.port, first, then, 6.0)
    assert got.startswith(b"HTTP/1.1 408")
    assert 0.8 < seconds < 4.0
    await web.close()


async def test_ten_seconds_are_what_a_request_has() -> None:
    from bot.messaging.listening import SLOWEST

    assert SLOWEST == 10.0


async def test_a_connection_may_stay_open_between_requests(store: Store, recent: RecentReplies) -> None:
    web = await Web(store, recent).open(slowest=0.5)
    async with ClientSession() as session:
        for _ in range(2):
            async with session.get(f"{web.address}/privacy") as response:
                assert response.status == 200
            await asyncio.sleep(0.8)
    await web.close()


async def test_a_page_within_another_site_has_no_cookie_and_goes_on(store: Store, recent: RecentReplies) -> None:
    web = await Web(store, recent, within(UNLIMITED, embed=("https://www.example.gov.cn",))).open()
    async with web.browser() as browser:
        await browser.open("/embed")
        assert "frame-ancestors https://www.example.gov.cn" in browser.headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in browser.headers
        await browser.ask("首次认定的高企补贴多少")
        assert "Set-Cookie" not in browser.headers
        assert "frame-ancestors https://www.example.gov.cn" in browser.headers["Content-Security-Policy"]
        await browser.ask("谁负责")
        assert "市科技局" in browser.last
        assert len(browser.said) == 4
        await browser.open("/")
        assert "frame-ancestors 'none'" in browser.headers["Content-Security-Policy"]
    await web.close()


async def test_nobody_may_embed_where_no_origin_is_named(browser: Browser) -> None:
    await browser.open("/embed")
    assert "frame-ancestors 'none'" in browser.headers["Content-Security-Policy"]


async def test_the_widget_names_our_address_and_nothing_else(web: Web) -> None:
    async with ClientSession() as session, session.get(f"{web.address}/widget.js") as response:
        text = await response.text()
        assert f'"{web.address}/embed"' in text
        assert text.count("http") == 1


def test_a_token_cannot_be_made_up_or_used_elsewhere() -> None:
    tokens = Tokens(Askers(b"a key for tests only"))
    token = tokens.new("page")
    name = tokens.name("page", token)
    assert name is not None
    assert token.startswith(name)
    assert tokens.name("api", token) is None
    assert tokens.name("page", f"{name}.{'0' * 32}") is None
    assert Tokens(Askers(b"another key of the tests")).name("page", token) is None
    for odd in ("", None, name, token + "x", token.replace(".", "/"), {"a": 1}):
        assert tokens.name("page", odd) is None


class _Request:
    def __init__(self, remote: str, said: str) -> None:
        self.remote = remote
        self.headers = {"X-Forwarded-For": said} if said else {}


@pytest.mark.parametrize(
    ("remote", "said", "found"),
    [
        ("10.0.0.1", "", "10.0.0.1"),
        ("198.51.100.1", "203.0.113.9", "198.51.100.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "192.0.2.66, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "192.0.2.66, 127.0.0.1", "192.0.2.66"),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
    ],
)
def test_only_trusted_proxies_say_who_asks(remote: str, said: str, found: str) -> None:
    proxies = read_web_settings({"POLICYBOT_WEB_PROXIES": "127.0.0.0/8"}).proxies
    assert address_of(_Request(remote, said), proxies) == found  # type: ignore[arg-type]


def test_buckets_fill_evenly() -> None:
    now = [0.0]
    buckets = Buckets(lambda: now[0])
    assert [buckets.wait("a", 2) for _ in range(3)] == [0, 0, 30]
    assert buckets.wait("b", 2) == 0
    now[0] = 30.0
    assert [buckets.wait("a", 2) for _ in range(2)] == [0, 30]
    assert buckets.wait("a", 0) == 0


def test_every_fault_of_the_settings_is_named() -> None:
    wrong = {
        "POLICYBOT_WEB_LISTEN": "8000",
        "POLICYBOT_WEB_URL": "zc.example.cn",
        "POLICYBOT_WEB_PROXIES": "nginx",
        "POLICYBOT_WEB_EMBED": "https://*.example.cn https://www.example.cn/path",
        "POLICYBOT_WEB_ADDRESS_LIMIT": "-1",
        "POLICYBOT_WEB_API": "maybe",
    }
    with pytest.raises(SettingsError) as error:
        read_web_settings(wrong)
    for name in wrong:
        assert any(fault.startswith(name) for fault in error.value.faults), name
    assert len(error.value.faults) == len(wrong) + 1


async def test_other_routes_of_the_process_are_not_its_affair(store: Store, recent: RecentReplies) -> None:
    """Callbacks of messengers on the same port: another host, another origin, larger bodies."""
    from aiohttp import web as http

    from bot.messaging.listening import listen

    made = Web(store, recent)
    app = http.Application(client_max_size=1 << 20, middlewares=[made.web.middleware])

    async def callback(request: http.Request) -> http.Response:
        return http.Response(text=str(len(await request.read())))

    app.router.add_post("/callback", callback)
    made.web.add_routes(app)
    await made.web.start()
    listening = await listen(app, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.port}"
    headers = {"Host": "elsewhere.example", "Origin": "https://elsewhere.example"}
    async with ClientSession() as session:
        async with session.post(f"{address}/callback", data=b"x" * 100_000, headers=headers) as response:
            assert await response.text() == "100000"
        async with session.post(f"{address}/", data={"text": "补" * 40_000}) as response:
            assert response.status == 413
        async with session.get(f"{address}/nothing", headers=headers) as response:
            assert response.status == 421
    listening.refuse()
    await made.web.stop(1.0)
    await listening.close()


def test_fresh_names_never_come_again() -> None:
    fresh = Fresh()
    names = [fresh.name(size) for _ in range(2000) for size in (12, 15)]
    assert len(set(names)) == len(names)
    assert {len(name) for name in names} == {16, 20}
