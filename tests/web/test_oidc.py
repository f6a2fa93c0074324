"""Signing in to the console at an identity provider, over HTTP, against a strict stand-in."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from bot.channels.web.settings import OidcSettings, WebSettings, read_web_settings
from bot.serving.reply_cache import RecentReplies
from bot.settings import SettingsError
from bot.store import accounts
from bot.store.store import Store
from tests.ports import free_port
from tests.standins.oidc import CLIENT_ID, SECRET, Provider
from tests.web.test_console import account, logged, sign_in
from tests.web.web import Browser, Web

ROLES = {"zc-editors": "editor", "zc-admins": "admin"}


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with Provider(f"http://127.0.0.1:{free_port()}/console/oidc/back") as made:
        yield made


@pytest.fixture
async def web(store: Store, recent: RecentReplies, provider: Provider) -> AsyncIterator[Web]:
    oidc = OidcSettings(provider.url, CLIENT_ID, SECRET, ROLES)
    url = provider.back.removesuffix("/console/oidc/back")
    port = int(url.rpartition(":")[2])
    made = await Web(store, recent, WebSettings(port=port, url=url, address_limit=0, oidc=oidc), console=True).open()
    yield made
    await made.close()


async def came(web: Web) -> Browser:
    """Somebody who followed the link on the page for signing in, to the end."""
    browser = web.browser()
    await browser.open("/console/sign-in")
    link = next(a for a in browser.page.css("a") if "单位帐号" in a.text())
    await browser.open(str(link.attributes["href"]))
    return browser


async def test_somebody_signs_in_there_and_has_the_role_that_is_given(web: Web, provider: Provider) -> None:
    async with await came(web) as browser:
        assert browser.status == 200, browser.text
        refresh = browser.page.css_first("meta[http-equiv=refresh]")
        assert refresh is not None, "a redirect from another site would come without the strict cookie"
        await browser.open("/console")
        assert "wang@127.0.0.1" in browser.text
        await browser.press_plain("退出")
        await browser.open("/console/audit")
        assert browser.url.endswith("/console/sign-in")
    provider.person["roles"] = ["zc-editors", "zc-admins", "others"]
    async with await came(web) as browser:
        await browser.open("/console")
        assert "wang@127.0.0.1，admin" in browser.text, "the role is the one of today"
    assert [what for _, what, _ in await logged(web)] == ["signed in by OIDC", "signed out", "signed in by OIDC"]
    assert provider.refusals == []


async def test_a_changed_key_is_looked_for(web: Web, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.web.oidc.KEYS_AGAIN", 0.0)
    for _ in range(2):
        async with await came(web) as browser:
            assert browser.status == 200
        provider.rotate()


def unsigned(claims: dict[str, Any], _: RSAKey) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in ({"alg": "none"}, claims)]
    return f"{parts[0].decode()}.{parts[1].decode()}."


def by_another(claims: dict[str, Any], key: RSAKey) -> str:
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, RSAKey.generate_key(2048))


def by_the_public_key(claims: dict[str, Any], key: RSAKey) -> str:
    """The public key as a shared secret."""
    secret = OctKey.import_key(base64.b64encode(key.as_pem(private=False)).decode())
    return jwt.encode({"alg": "HS256", "kid": key.kid}, claims, secret)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-program"},
        {"aud": [CLIENT_ID, "another-program"], "azp": "another-program"},
        {"aud": [CLIENT_ID, "another-program"]},
        {"iss": "https://elsewhere.example"},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": None},
        {"sub": None},
    ],
)
async def test_a_token_that_is_not_for_us_now_is_refused(web: Web, provider: Provider, claims: dict[str, Any]) -> None:
    provider.faults.claims = claims
    async with await came(web) as browser:
        assert browser.status == 403
        await browser.open("/console")
        assert browser.url.endswith("/console/sign-in")


@pytest.mark.parametrize("sign", [unsigned, by_another, by_the_public_key, lambda *_: "nonsense"])
async def test_a_token_that_the_provider_did_not_sign_is_refused(web: Web, provider: Provider, sign: Any) -> None:
    provider.faults.sign = sign
    async with await came(web) as browser:
        assert browser.status == 403


@pytest.mark.parametrize("roles", [[], ["others"], None, "zc-admins-not"])
async def test_without_a_role_nobody_comes_in(web: Web, provider: Provider, roles: Any) -> None:
    provider.person["roles"] = roles
    async with await came(web) as browser:
        assert browser.status == 403
        assert "没有这里的角色" in browser.text
    assert [what for _, what, _ in await logged(web)] == ["refused by OIDC"]


async def test_what_another_browser_began_is_not_finished_here(web: Web) -> None:
    """Nobody can be signed in as somebody else by a link."""
    async with web.browser() as attacker, web.browser() as victim:
        async with attacker.session.get(f"{web.address}/console/oidc", allow_redirects=False) as response:
            there = response.headers["Location"]
        async with attacker.session.get(there, allow_redirects=False) as response:
            back = response.headers["Location"]
        await victim.open(back.removeprefix(web.address))
        assert victim.status == 403
        await attacker.open(back.removeprefix(web.address))
        assert attacker.status == 200
        await attacker.open(back.removeprefix(web.address))
        assert attacker.status == 403, "a state is used once"


async def test_a_name_that_is_somebody_elses_is_not_taken_over(web: Web, provider: Provider) -> None:
    async with await came(web) as browser:
        assert browser.status == 200
    provider.person["sub"] = "u-2002"
    async with await came(web) as browser:
        assert browser.status == 403, "another person of the same name"
    provider.person["sub"] = "u-1001"
    await web.store.transact(lambda c: accounts.end(c, "wang@127.0.0.1", time.time()))
    async with await came(web) as browser:
        assert browser.status == 403, "an account that was ended here stays so"


async def test_no_password_opens_an_account_of_the_providers(web: Web) -> None:
    async with await came(web) as browser:
        assert browser.status == 200
    async with web.browser() as browser:
        for password in ("", "x", "oidc$", "a password for tests 1"):
            await sign_in(browser, "wang@127.0.0.1", password)
            assert browser.status == 403
        await sign_in(browser, await account(web, "viewer"), "a password for tests 1")
        assert browser.url.endswith("/console"), "accounts of our own go on"


async def test_a_provider_that_is_away_or_another_is_told(web: Web, provider: Provider) -> None:
    provider.faults.issuer = "https://elsewhere.example"
    async with await came(web) as browser:
        assert browser.status == 503
    await provider.stop()
    async with await came(web) as browser:
        assert browser.status == 503
        assert "连不上" in browser.text


def test_its_settings() -> None:
    good = {
        "POLICYBOT_WEB_URL": "https://zc.example.cn",
        "POLICYBOT_WEB_OIDC_ISSUER": "https://id.example.cn",
        "POLICYBOT_WEB_OIDC_CLIENT_ID": "policybot",
        "POLICYBOT_WEB_OIDC_CLIENT_SECRET": "the secret",
        "POLICYBOT_WEB_OIDC_ROLES": "zc-editors:editor,zc:admins:admin",
    }
    found = read_web_settings(good).oidc
    assert found is not None
    assert found.roles == {"zc-editors": "editor", "zc:admins": "admin"}
    assert "the secret" not in repr(found)
    assert read_web_settings({}).oidc is None
    for name, wrong in (
        ("POLICYBOT_WEB_OIDC_ISSUER", "http://id.example.cn"),
        ("POLICYBOT_WEB_OIDC_ROLES", "zc-editors:king"),
        ("POLICYBOT_WEB_OIDC_CLIENT_ID", ""),
        ("POLICYBOT_WEB_URL", ""),
    ):
        with pytest.raises(SettingsError) as error:
            read_web_settings(good | {name: wrong})
        assert [fault.split("：")[0] for fault in error.value.faults] == [name]
