"""The API, /api/v1: for others' programs. What it takes and gives stands in openapi.json, and tests hold it to that.

A question is answered within its request, and recorded before the answer goes out: a caller who gets an answer can go
on from it after a crash, and one who gets none knows so.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from weakref import WeakValueDictionary

from aiohttp import web

from bot.channels.web.access import Access
from bot.channels.web.looks import HERE
from bot.channels.web.quotations import LONGEST as LONGEST_QUOTE
from bot.channels.web.safety import ProblemError
from bot.channels.web.shapes import Shapes
from bot.channels.web.site import Site
from bot.days import BEIJING
from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply
from bot.service.buttons import REASONS
from bot.service.limits import LONGEST
from bot.service.masks import masked
from bot.service.turns import Conversations, Memory
from bot.staff.question_record import record
from bot.store import answers
from bot.store import web as store
from bot.store.keys import Delivery, Talk, hashed_name
from bot.store.questions import clean
from bot.store.store import Change, Kept, Verdict

CHANNEL = "api"
BASE = "/api/v1"
PAGE = 50
"""Entries of a list in one response."""
MOST_COMMENT, MOST_REASON = 1_000, 100
OTHER_DAYS = 4
"""Assistants for other days than today that are kept."""


class Api:
    """Its handlers."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.access = Access(site)
        self._conversations = Conversations(site.parts.store)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._days: dict[date, Assistant] = {}
        contract = json.loads((HERE / "openapi.json").read_text(encoding="utf-8"))
        contract["servers"] = [{"url": site.settings.prefix or "/"}]
        self._contract = json.dumps(contract, ensure_ascii=False)

    def add(self, app: web.Application) -> None:
        """Its routes."""
        self.site.route(app, "GET", "/openapi.json", self.contract, "contract")
        if self.site.settings.api == "off":
            return
        routes: Sequence[tuple[str, str, Any, str]] = (
            ("POST", "/ask", self.ask, "ask"),
            ("POST", "/feedback", self.feedback, "feedback"),
            ("POST", "/verify", self.verify, "read"),
            ("GET", "/policies", self.policies, "read"),
            ("GET", "/policies/{policy}", self.policy, "read"),
            ("GET", "/policies/{policy}/clauses/{clause}", self.clause, "read"),
            ("GET", "/units", self.units, "read"),
            ("GET", "/units/{unit}", self.unit, "read"),
            ("GET", "/search", self.search, "read"),
            ("GET", "/events", self.events, "read"),
        )
        for n, (method, path, handler, scope) in enumerate(routes):
            self.site.route(app, method, BASE + path, self.access.guarded(handler, scope), f"api.r{n}")

    async def contract(self, _: web.Request) -> web.Response:
        """openapi.json."""
        return web.Response(text=self._contract, content_type="application/json")

    # -- asking --------------------------------------------------------------------------------------------------------

    async def ask(self, request: web.Request) -> web.Response:
        """Answer a question."""
        began = time.perf_counter()
        body = await _body(request, {"text": str, "conversation": str, "policy": str, "on": str}, ("text",))
        text = masked(body["text"])
        if not text.strip() or len(text) > LONGEST:
            raise ProblemError(400, f"text：应有 1 到 {LONGEST} 个字", field="text")
        off = await self.site.parts.off.reason(self.site.parts.store)
        if off:
            raise ProblemError(503, self.site.parts.words("off", reason=off))
        policy, on = self._policy_named(body.get("policy")), _day(body.get("on"))
        new = "conversation" not in body
        name = self.site.tokens.fresh.name(12) if new else self._conversation(body["conversation"])
        await self._limit(request, name)
        lock = self._locks.setdefault(name, asyncio.Lock())
        async with lock:
            talk = Talk(CHANNEL, name, name)
            if self.site.parts.replica is not None:
                self._conversations.leave(name)
            with self.site.parts.replies.hold():
                before = Conversation() if new else (await self._conversations.get(talk)).conversation
                reply = await self._reply(text, before, policy, on)
            answer = await self._record(talk, text, reply, time.perf_counter() - began)
        data = reply.to_json() | {"conversation": self.site.tokens.of("api", name), "answer": answer}
        return _json(data)

    async def _reply(self, text: str, before: Conversation, policy: str, on: date | None) -> Reply:
        if not policy and on is None:
            return await self.site.parts.replies.reply_soon(text, before)
        assistant = self.site.assistant if on is None else await self._on(on)
        return assistant.reply(text, before, policy=policy)

    async def _on(self, day: date) -> Assistant:
        """The base as of another day."""
        known = self._days.get(day)
        if known is None or known.ready is not self.site.assistant.ready:
            known = await asyncio.to_thread(Assistant, self.site.assistant.ready, lambda: day)
            self._days[day] = known
            while len(self._days) > OTHER_DAYS:
                del self._days[next(iter(self._days))]
        return known

    async def _record(self, talk: Talk, text: str, reply: Reply, seconds: float) -> str:
        """Keep the conversation and the question; returns when that is safe. The answer's id."""
        parts, now = self.site.parts, time.time()
        delivery = Delivery(CHANNEL, self.site.tokens.fresh.name(15))
        asker = parts.askers.of(hashed_name(CHANNEL, talk.person))
        asked = record(
            text, reply, "private", asker, delivery, keep_text=parts.keep_days > 0, seconds=round(seconds, 4)
        )
        memory = Memory(reply.conversation)
        await parts.store.change(Change(kept=[Kept(talk, memory.to_json(), now)], asked=[asked]))
        self._conversations.put(talk, memory)
        parts.metrics.answered(reply.status, seconds)
        return delivery.id

    def _conversation(self, token: str) -> str:
        """The name of the conversation. Raises ProblemError for a token that is none of ours."""
        name = self.site.tokens.name("api", token)
        if name is None:
            raise ProblemError(404, "没有这个对话：conversation 应是 ask 给出的；不写就另起一个", field="conversation")
        return name

    async def _limit(self, request: web.Request, conversation: str) -> None:
        if not self.access.by_key(request):
            await self.site.limit_address(request)
        seconds = self.site.buckets.wait(("api", conversation), self.site.parts.limit.per_minute)
        if seconds:
            raise ProblemError(429, "这个对话问得太快了", retry_after=seconds)

    async def feedback(self, request: web.Request) -> web.Response:
        """What somebody thinks of an answer; the last verdict holds."""
        fields = {"answer": str, "value": str, "reason": str, "comment": str}
        body = await _body(request, fields, ("answer", "value"))
        value, reason = body["value"], body.get("reason", "")
        if value not in ("up", "down"):
            raise ProblemError(400, "value：应为 up 或 down", field="value")
        comment = body.get("comment", "")
        for name, text, most in (("reason", reason, MOST_REASON), ("comment", comment, MOST_COMMENT)):
            if len(text) > most:
                raise ProblemError(400, f"{name}：最多 {most} 个字", field=name)
        if reason not in REASONS.values():  # in the caller's own words
            reason, comment = "", "\n".join(filter(None, [reason, comment]))
        await self.site.limit_address(request)
        found = await self.site.parts.store.transact(
            lambda c: answers.answer(c, (CHANNEL, store.CHANNEL), body["answer"])
        )
        if found is None:
            raise ProblemError(404, "没有这个答复：answer 应是 ask 给出的", field="answer")
        key = self.site.parts.askers.of(f"answer {found.delivery.channel}:{found.delivery.id}")
        verdict = Verdict(
            key,
            found.clause,
            value,
            reason if value == "down" else "",
            time.time(),
            found.asker,
            found.delivery,
            found.delivery.channel,
            clean(masked(comment)),
        )
        await self.site.parts.store.change(Change(verdicts=[verdict]))
        return _json({"answer": body["answer"], "value": value})

    # -- reading -------------------------------------------------------------------------------------------------------

    @property
    def _shapes(self) -> Shapes:
        return Shapes(
            self.site.library,
            lambda *at: self.site.settings.url.removesuffix(self.site.settings.prefix) + self.site.link(*at),
        )

    def _policy_named(self, policy: str | None) -> str:
        if policy is not None and policy not in self.site.library.by_id:
            raise ProblemError(404, "没有这份文件", field="policy")
        return policy or ""

    async def policies(self, request: web.Request) -> web.Response:
        """All documents, those that hold first."""
        library = self.site.library
        ordered = [library.by_id[p] for p in library.ordered(library.by_id)]
        return _listed(request, ordered, self._shapes.policy)

    async def policy(self, request: web.Request) -> web.Response:
        """A document and its contents."""
        name = self._policy_named(request.match_info["policy"])
        return _json(self._shapes.whole_policy(self.site.library.by_id[name]))

    async def clause(self, request: web.Request) -> web.Response:
        """A clause, whole."""
        policy = self.site.library.by_id[self._policy_named(request.match_info["policy"])]
        name = request.match_info["clause"]
        if name not in policy.by_id:
            raise ProblemError(404, "这份文件没有这一条", field="clause")
        return _json(self._shapes.clause(policy, policy.clause(name)))

    async def units(self, request: web.Request) -> web.Response:
        """All units, those of most clauses first."""
        counts = list(self.site.library.unit_counts.items())
        return _listed(request, counts, lambda one: {"unit": one[0], "clauses": one[1]})

    async def unit(self, request: web.Request) -> web.Response:
        """The clauses for which a unit is responsible."""
        library, name = self.site.library, request.match_info["unit"]
        found = library.by_unit.get(name)
        if found is None:
            raise ProblemError(404, "没有这个责任单位", field="unit")
        targets = [(library.by_id[p], c) for p in library.ordered(found) for c in found[p]]
        shapes = self._shapes
        return _listed(request, targets, lambda at: shapes.entry(at[0], at[0].clause(at[1])), unit=name)

    async def search(self, request: web.Request) -> web.Response:
        """Clauses by words."""
        query = request.query.get("q", "").strip()
        if not query or len(query) > 200:
            raise ProblemError(400, "q：应有 1 到 200 个字", field="q")
        reading = self.site.assistant.understanding.question(query).reading
        found = self.site.finder.search([*reading.words, query])
        by_id, shapes = self.site.library.by_id, self._shapes
        return _listed(
            request,
            found,
            lambda one: (
                shapes.entry(by_id[one[0].policy], one[0].clause) | {"text": one[0].clause.text, "score": one[1]}
            ),
        )

    async def verify(self, request: web.Request) -> web.Response:
        """Whether a quotation is true."""
        quote = (await _body(request, {"quote": str}, ("quote",)))["quote"]
        if not quote.strip() or len(quote) > LONGEST_QUOTE:
            raise ProblemError(400, f"quote：应有 1 到 {LONGEST_QUOTE} 个字", field="quote")
        await self.site.limit_address(request)
        found = await asyncio.to_thread(self.site.quotations.verify, quote)
        return _json(found.to_json())

    async def events(self, request: web.Request) -> web.Response:
        """What changed in the documents since a time, the oldest first; next: the cursor to go on from."""
        after, since = _cursor(request), _since(request.query.get("since"))
        found = await self.site.parts.store.transact(lambda c: store.events(c, after, since, PAGE + 1))
        items = [vars(one) | {"at": datetime.fromtimestamp(one.at, BEIJING).isoformat()} for one in found[:PAGE]]
        more = {"next": str(found[PAGE - 1].id)} if len(found) > PAGE else {}
        return _json({"items": items} | more)


# -- requests and responses --------------------------------------------------------------------------------------------


async def _body(request: web.Request, fields: Mapping[str, type], needed: Sequence[str]) -> dict[str, Any]:
    """The JSON object of a request, its fields of the right types. Raises ProblemError."""
    if request.content_type != "application/json":
        raise ProblemError(415, "内容应是 application/json")
    try:
        data = json.loads((await request.read()).decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ProblemError(400, "内容不是合法的 JSON（UTF-8）") from None
    if not isinstance(data, dict):
        raise ProblemError(400, '内容应是一个对象，如 {"text": "文件还有效吗"}')
    for name, value in data.items():
        if name not in fields:
            raise ProblemError(400, f"不认识「{name[:40]}」；可以写 {'、'.join(fields)}", field=name[:40])
        if not isinstance(value, fields[name]):
            raise ProblemError(400, f"{name}：应是文字", field=name)
    missing = [name for name in needed if name not in data]
    if missing:
        raise ProblemError(400, f"缺少 {'、'.join(missing)}", field=missing[0])
    return {name: clean(value) for name, value in data.items()}


def _no_constant(_: str) -> None:
    raise ValueError("NaN and Infinity are no JSON")


def _json(data: Any) -> web.Response:
    return web.Response(text=json.dumps(data, ensure_ascii=False), content_type="application/json")


def _listed(request: web.Request, found: Sequence[Any], shape: Callable[[Any], Any], **more: Any) -> web.Response:
    """A page of a list; next: the cursor to go on from."""
    start = _cursor(request)
    items = [shape(one) for one in found[start : start + PAGE]]
    further = {"next": str(start + PAGE)} if len(found) > start + PAGE else {}
    return _json(more | {"items": items} | further)


def _cursor(request: web.Request) -> int:
    text = request.query.get("cursor", "0")
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return int(text)
    raise ProblemError(400, "cursor：应是上一页给出的 next", field="cursor")


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ProblemError(400, "on：应是日期，如 2026-01-31", field="on")


def _since(text: str | None) -> float:
    if text is None:
        return 0.0
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo is not None else when.replace(tzinfo=BEIJING)).timestamp()
    except (ValueError, OverflowError, OSError):
        raise ProblemError(400, "since：应是时间，如 2026-01-31 或 2026-01-31T08:00:00+08:00", field="since") from None
