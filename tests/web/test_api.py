"""The API: what it answers, and that openapi.json says so."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from sqlalchemy import func, select

from bot.channels.web.access import new_key
from bot.channels.web.looks import HERE
from bot.serving.reply_cache import RecentReplies
from bot.store import web as kept
from bot.store.store import Store
from bot.store.tables import api_keys, feedback, questions
from tests.web.web import UNLIMITED, Web, within

CONTRACT = json.loads((HERE / "openapi.json").read_text(encoding="utf-8"))
DOCUMENT = "wuhan-development-zones"
QUESTION = "首次认定的高企补贴多少"


class Caller:
    """Somebody's program; every response is held to the contract."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.session = ClientSession()
        self.seen: set[tuple[str, str, str]] = set()
        self._registry: Registry[Any] = Registry().with_resource("urn:c", Resource.opaque(CONTRACT))

    async def __aenter__(self) -> Caller:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def call(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        async with self.session.request(method, f"{self.web.address}{path}", **more) as response:
            text = await response.text()
            data = json.loads(text) if text else None
            self._true_to_the_contract(method, path.partition("?")[0], response.status, response.content_type, data)
            self.headers = response.headers
            return response.status, data

    def _true_to_the_contract(self, method: str, path: str, status: int, kind: str, data: Any) -> None:
        template = next(t for t in CONTRACT["paths"] if _fits(t, path))
        responses = CONTRACT["paths"][template][method.lower()]["responses"]
        assert str(status) in responses, f"{method} {template} answers {status}, which the contract doesn't know"
        self.seen.add((method, template, str(status)))
        told = responses[str(status)]
        if "$ref" in told:
            told = CONTRACT["components"]["responses"][told["$ref"].rpartition("/")[2]]
        if "content" in told:
            schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **told["content"][kind]["schema"]}
            Draft202012Validator(schema | {"components": CONTRACT["components"]}).validate(data)
        else:
            assert data is None

    async def ask(self, text: str, **more: Any) -> Any:
        status, data = await self.call("POST", "/api/v1/ask", json={"text": text} | more)
        assert status == 200, data
        return data


def _fits(template: str, path: str) -> bool:
    ours, theirs = template.split("/"), path.split("/")
    return len(ours) == len(theirs) and all(a == b or a.startswith("{") for a, b in zip(ours, theirs, strict=True))


@pytest.fixture
async def caller(web: Web) -> AsyncIterator[Caller]:
    async with Caller(web) as made:
        yield made


async def test_a_question_is_answered_as_the_command_line_answers_it(web: Web, caller: Caller) -> None:
    data = await caller.ask(QUESTION)
    conversation, answer = data.pop("conversation"), data.pop("answer")
    assert data == web.parts.replies.assistant.reply(QUESTION).to_json()
    assert conversation
    assert answer
    assert data["figures"][0]["text"] == "20万元"


async def test_a_conversation_goes_on_over_a_restart(store: Store, recent: RecentReplies) -> None:
    first = await Web(store, recent).open()
    async with Caller(first) as caller:
        conversation = (await caller.ask(QUESTION))["conversation"]
    await first.close()
    second = await Web(store, recent).open()
    async with Caller(second) as caller:
        data = await caller.ask("谁负责", conversation=conversation)
        assert data["conversation"] == conversation
        assert [c["clause"] for c in data["clauses"]] == ["4.2"]
    await second.close()


async def test_what_is_not_known_is_404_and_says_which(caller: Caller) -> None:
    for more, field in (
        ({"conversation": "x"}, "conversation"),
        ({"conversation": "aaaaaaaaaaaaaaaa." + "0" * 32}, "conversation"),
        ({"policy": "nothing"}, "policy"),
    ):
        status, data = await caller.call("POST", "/api/v1/ask", json={"text": QUESTION} | more)
        assert (status, data["field"]) == (404, field)
    for method, path, body, field in (
        ("POST", "/api/v1/feedback", {"answer": "x", "value": "up"}, "answer"),
        ("GET", "/api/v1/policies/nothing", None, "policy"),
        ("GET", "/api/v1/policies/nothing/clauses/1.1", None, "policy"),
        ("GET", f"/api/v1/policies/{DOCUMENT}/clauses/99.9", None, "clause"),
        ("GET", "/api/v1/units/nobody", None, "unit"),
    ):
        status, data = await caller.call(method, path, json=body)
        assert (status, data["field"]) == (404, field)


async def test_one_document_and_another_day(web: Web, caller: Caller) -> None:
    data = await caller.ask("文件还有效吗", on="2024-01-01", policy=DOCUMENT)
    assert "仍在有效期内" in data["text"]
    data = await caller.ask("文件还有效吗", on="2030-01-01")
    assert "已过有效期" in data["text"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "  "}, "text"),
        ({"text": "补" * 2001}, "text"),
        ({"text": 1}, "text"),
        ({"text": QUESTION, "on": "2026-13-01"}, "on"),
        ({"text": QUESTION, "on": "20260101"}, "on"),
        ({"text": QUESTION, "else": "x"}, "else"),
    ],
)
async def test_what_is_wrong_with_a_question_is_named(caller: Caller, body: dict[str, Any], field: str) -> None:
    status, data = await caller.call("POST", "/api/v1/ask", json=body)
    assert (status, data["field"]) == (400, field)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"text": NaN}', b"[" * 50_000, b'"text"'])
async def test_what_is_no_json_object_is_400(caller: Caller, body: bytes) -> None:
    status, _ = await caller.call("POST", "/api/v1/ask", data=body, headers={"Content-Type": "application/json"})
    assert status == 400


async def test_other_types_and_sizes_are_refused(caller: Caller) -> None:
    assert (await caller.call("POST", "/api/v1/ask", data={"text": QUESTION}))[0] == 415
    big = json.dumps({"text": "x" * 70_000}).encode()
    assert (await caller.call("POST", "/api/v1/ask", data=big, headers={"Content-Type": "application/json"}))[0] == 413


async def test_a_question_is_recorded_masked(web: Web, caller: Caller) -> None:
    await caller.ask("我的电话13812345678，文件还有效吗")
    (text,) = await web.store.transact(lambda c: list(c.execute(select(questions.c.text)).scalars()))
    assert text == "我的电话＊＊＊＊＊＊＊＊＊＊＊，文件还有效吗"


async def test_feedback_finds_its_question_and_the_last_one_holds(web: Web, caller: Caller) -> None:
    answer = (await caller.ask(QUESTION))["answer"]
    for body in (
        {"value": "up"},
        {"value": "down", "reason": "incomplete", "comment": "请打 13812345678"},
    ):
        assert (await caller.call("POST", "/api/v1/feedback", json={"answer": answer} | body))[0] == 200
    rows = await web.store.transact(lambda c: [r._asdict() for r in c.execute(select(feedback))])
    (row,) = rows
    assert (row["verdict"], row["reason"], row["target"]) == ("down", "incomplete", f"{DOCUMENT}/4.2")
    assert row["delivery"] == answer
    assert row["comment"] == "请打 ＊＊＊＊＊＊＊＊＊＊＊"
    own = {"answer": answer, "value": "down", "reason": "字太小", "comment": "看不清"}
    assert (await caller.call("POST", "/api/v1/feedback", json=own))[0] == 200
    rows = await web.store.transact(lambda c: [r._asdict() for r in c.execute(select(feedback))])
    assert [(row["reason"], row["comment"]) for row in rows] == [("", "字太小\n看不清")]
    for body in ({"value": "sideways"}, {"value": "down", "reason": "x" * 101}, {"value": "up", "comment": "x" * 1001}):
        assert (await caller.call("POST", "/api/v1/feedback", json={"answer": answer} | body))[0] == 400


async def test_documents_clauses_and_units(web: Web, caller: Caller) -> None:
    _, data = await caller.call("GET", "/api/v1/policies")
    assert [one["id"] for one in data["items"]] == [DOCUMENT]
    _, data = await caller.call("GET", f"/api/v1/policies/{DOCUMENT}")
    policy = web.parts.replies.assistant.library.by_id[DOCUMENT]
    assert [one["clause"] for one in data["contents"]] == [c.id for c in policy.clauses]
    _, data = await caller.call("GET", f"/api/v1/policies/{DOCUMENT}/clauses/4.2")
    assert data["text"] == policy.clause("4.2").text
    assert data["valid_until"] == "2025-10-08"
    assert all(f["quote"] in data["text"] for f in data["figures"])
    _, data = await caller.call("GET", "/api/v1/units")
    assert "市科技局" in [one["unit"] for one in data["items"]]
    _, data = await caller.call("GET", "/api/v1/units/市科技局")
    assert "4.2" in [one["clause"] for one in data["items"]]


async def test_search(caller: Caller) -> None:
    _, data = await caller.call("GET", "/api/v1/search?q=高新技术企业")
    assert data["items"][0]["clause"] == "4.2"
    assert (await caller.call("GET", "/api/v1/search"))[0] == 400
    assert (await caller.call("GET", "/api/v1/search?q=zzz"))[1] == {"items": []}
    assert (await caller.call("GET", "/api/v1/search?q=a&cursor=x"))[0] == 400


async def test_lists_have_pages(web: Web, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.web.api.PAGE", 7)
    found, path = [], "/api/v1/units"
    while True:
        _, data = await caller.call("GET", path)
        assert len(data["items"]) <= 7
        found += [one["unit"] for one in data["items"]]
        if "next" not in data:
            break
        path = f"/api/v1/units?cursor={data['next']}"
    assert found == list(web.parts.replies.assistant.library.unit_counts)


async def test_verify(caller: Caller) -> None:
    async def verified(quote: str) -> Any:
        status, data = await caller.call("POST", "/api/v1/verify", json={"quote": quote})
        assert status == 200
        return data

    exact = await verified("对首次认定的高新技术企业,市级财政每户补贴20万元")
    assert (exact["result"], exact["policy"], exact["clause"]) == ("exact", DOCUMENT, "4.2")
    near = await verified("对首次认定的高新技术企业,市级财政每户补贴30万元")
    assert (near["result"], near["clause"]) == ("nearest", "4.2")
    assert {"quoted": "3", "original": "2"} in near["difference"]
    none = await verified("今天天气不错，我们去吃火锅吧")
    assert none == {"result": "none", "policy": None, "clause": None, "text": None, "difference": []}
    assert (await caller.call("POST", "/api/v1/verify", json={"quote": " "}))[0] == 400


async def test_events_tell_what_changed(web: Web, caller: Caller) -> None:
    _, data = await caller.call("GET", "/api/v1/events")
    (added,) = data["items"]
    assert (added["policy"], added["what"]) == (DOCUMENT, "added")
    now = time.time()
    changed = {DOCUMENT: ("another digest", "改过的文件"), "second": ("digest", "第二份")}
    await web.store.transact(lambda c: kept.note_documents(c, changed, now))
    await web.store.transact(lambda c: kept.note_documents(c, changed, now))
    await web.store.transact(lambda c: kept.note_documents(c, {"second": ("digest", "第二份")}, now))
    _, data = await caller.call("GET", f"/api/v1/events?cursor={added['id']}")
    assert [(e["policy"], e["what"]) for e in data["items"]] == [
        (DOCUMENT, "changed"),
        ("second", "added"),
        (DOCUMENT, "removed"),
    ]
    assert (await caller.call("GET", "/api/v1/events?since=2999-01-01"))[1] == {"items": []}
    assert (await caller.call("GET", "/api/v1/events?since=yesterday"))[0] == 400


async def _key(web: Web, scopes: str, per_minute: int = 0) -> tuple[str, str]:
    text, key = new_key("某系统", scopes, per_minute, time.time())
    await web.store.transact(lambda c: kept.add_key(c, key))
    return text, key.id


async def test_a_key_opens_what_its_scopes_say(store: Store, recent: RecentReplies) -> None:
    web = await Web(store, recent, within(UNLIMITED, api="keys")).open()
    text, _ = await _key(web, "read")
    async with Caller(web) as caller:
        assert (await caller.call("GET", "/api/v1/policies"))[0] == 401
        headers = {"Authorization": f"Bearer {text}"}
        assert (await caller.call("GET", "/api/v1/policies", headers=headers))[0] == 200
        assert (await caller.call("POST", "/api/v1/ask", json={"text": QUESTION}, headers=headers))[0] == 403
        for wrong in (f"Bearer {text}x", f"Basic {text}", "Bearer pb_", "Bearer", f"Bearer {text[:12]}_x"):
            assert (await caller.call("GET", "/api/v1/policies", headers={"Authorization": wrong}))[0] == 401
    await web.close()


async def test_a_key_is_stored_hashed_limited_and_can_be_taken_back(
    web: Web, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.web.access.KNOWN_FOR", 0.0)
    text, one = await _key(web, "ask read", per_minute=1)
    stored = await web.store.transact(lambda c: str(list(c.execute(select(api_keys)))))
    assert text not in stored
    assert text.rpartition("_")[2] not in stored
    headers = {"Authorization": f"Bearer {text}"}
    assert (await caller.call("GET", "/api/v1/policies", headers=headers))[0] == 200
    status, data = await caller.call("GET", "/api/v1/policies", headers=headers)
    assert (status, caller.headers["Retry-After"]) == (429, str(data["retry_after"]))
    await web.store.transact(lambda c: kept.revoke_key(c, one, time.time()))
    assert (await caller.call("GET", "/api/v1/policies", headers=headers))[0] == 401


async def test_limits_of_addresses_and_conversations(store: Store, recent: RecentReplies) -> None:
    web = await Web(store, recent, within(UNLIMITED, address_limit=1)).open()
    async with Caller(web) as caller:
        await caller.ask(QUESTION)
        assert (await caller.call("POST", "/api/v1/ask", json={"text": QUESTION}))[0] == 429
    await web.close()
    web = await Web(store, recent, limit=2).open()
    async with Caller(web) as caller:
        conversation = (await caller.ask(QUESTION))["conversation"]
        await caller.ask("谁负责", conversation=conversation)
        body = {"text": "谁负责", "conversation": conversation}
        assert (await caller.call("POST", "/api/v1/ask", json=body))[0] == 429
        await caller.ask(QUESTION)
    await web.close()


async def test_the_contract_knows_every_route_and_the_other_way_round(web: Web, caller: Caller) -> None:
    served = {
        (route.method.lower(), route.resource.canonical)
        for route in web.app.router.routes()
        if route.resource is not None
        and (route.resource.canonical.startswith("/api/") or "openapi" in route.resource.canonical)
    }
    told = {(method, path) for path, methods in CONTRACT["paths"].items() for method in methods}
    assert {one for one in served if one[0] != "head"} == told
    status, data = await caller.call("GET", "/openapi.json")
    assert status == 200
    assert data["openapi"] == "3.1.0"


async def test_the_api_can_be_off(store: Store, recent: RecentReplies) -> None:
    web = await Web(store, recent, within(UNLIMITED, api="off")).open()
    async with ClientSession() as session, session.get(f"{web.address}/api/v1/policies") as response:
        assert response.status == 404
        assert response.content_type == "application/problem+json"
    await web.close()


async def test_questions_at_once_are_all_recorded(web: Web, caller: Caller) -> None:
    import asyncio

    asked = [caller.ask(f"文件还有效吗{n}") for n in range(30)]
    answers = {one["answer"] for one in await asyncio.gather(*asked)}
    assert len(answers) == 30
    count = await web.store.transact(lambda c: c.execute(select(func.count()).select_from(questions)).scalar())
    assert count == 30
