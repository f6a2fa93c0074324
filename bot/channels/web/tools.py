"""What programs that think in tools may look up: the read-only functions of the API, each result with its source.

Model Context Protocol over lines of JSON-RPC on standard input and output; no model and no network. The protocol is
small enough to be written here, so that nothing has to be installed for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from bot.channels.web.finding import Finder
from bot.channels.web.quotations import LONGEST, Quotations
from bot.channels.web.shapes import Shapes
from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from knowledge.base.document import Policy

PROTOCOLS = ("2025-06-18", "2025-03-26", "2024-11-05")
"""Versions that are spoken, the newest first."""
MOST_LINE = 1_000_000
MOST_FOUND = 10
_PARSE, _REQUEST, _METHOD, _PARAMS = -32700, -32600, -32601, -32602


class WrongCallError(Exception):
    """A tool was called wrongly; says how."""


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


TOOLS: Mapping[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "ask": (
        "照原文回答一句政策问题：不用语言模型，凡政策内容都是逐字引用，没有规定的说没有规定",
        {"text": _text("问题"), "policy": _text("只从这份文件答（编号）")},
        ("text",),
    ),
    "search_clauses": (
        "按字词找条款，逐字给出",
        {"query": _text("字词"), "policy": _text("只在这份文件里找")},
        ("query",),
    ),
    "get_clause": (
        "一条的全文、责任单位、数字和出处",
        {"policy": _text("文件编号"), "clause": _text("条款编号")},
        ("policy", "clause"),
    ),
    "get_document": ("一份文件：名称、文号、有效期、目录", {"policy": _text("文件编号")}, ("policy",)),
    "list_documents": ("收录的全部文件", {}, ()),
    "verify_quote": (
        "一句引文是不是真的：逐字相同，或最接近的原文和差别，或没有",
        {"quote": _text("引文")},
        ("quote",),
    ),
}
"""Name -> (what it does, its arguments, those that are needed)."""


class Tools:
    """The functions over one base."""

    def __init__(self, assistant: Assistant, address: str = "") -> None:
        """``address``: of the page, for links; empty for paths alone."""
        self._assistant = assistant
        self._library = assistant.library
        self._finder, self._quotations = Finder(self._library), Quotations(self._library)
        self._shapes = Shapes(self._library, lambda *at: "/".join((f"{address}/p", *at)))
        self._of: Mapping[str, Callable[[Mapping[str, str]], Any]] = {
            "ask": self._ask,
            "search_clauses": self._search,
            "get_clause": self._clause,
            "get_document": lambda given: self._shapes.whole_policy(self._policy(given["policy"])),
            "list_documents": lambda _: [self._shapes.policy(p) for p in self._library.leading()],
            "verify_quote": self._verify,
        }

    def call(self, name: str, given: Mapping[str, Any]) -> Any:
        """What the tool gives, as plain data. Raises WrongCallError."""
        if name not in TOOLS:
            raise WrongCallError(f"没有工具「{name}」；有 {'、'.join(TOOLS)}")
        _, known, needed = TOOLS[name]
        odd = [key for key, value in given.items() if key not in known or not isinstance(value, str)]
        missing = [key for key in needed if not str(given.get(key, "")).strip()]
        if odd or missing:
            raise WrongCallError(f"{name} 的参数不对：{'、'.join([*odd, *missing])}")
        return self._of[name](given)

    def _policy(self, one: str) -> Policy:
        found = self._library.by_id.get(one)
        if found is None:
            raise WrongCallError(f"没有编号为「{one}」的文件；list_documents 列出全部")
        return found

    def _sourced(self, policy: Policy, clause: str) -> dict[str, Any]:
        return self._shapes.clause(policy, policy.clause(clause))

    def _ask(self, given: Mapping[str, str]) -> Any:
        policy = self._policy(given["policy"]).id if given.get("policy") else ""
        reply = self._assistant.reply(given["text"][:2000], Conversation(), policy=policy)
        sources = [self._sourced(self._library.by_id[c.policy], c.clause) for c in reply.clauses[:3]]
        return reply.to_json() | {"sources": sources}

    def _search(self, given: Mapping[str, str]) -> Any:
        only = self._policy(given["policy"]).id if given.get("policy") else ""
        reading = self._assistant.understanding.question(given["query"][:200]).reading
        found = self._finder.search([*reading.words, given["query"][:200]])
        places = [place for place, _ in found if not only or place.policy == only][:MOST_FOUND]
        return [self._sourced(self._library.by_id[p.policy], p.clause.id) for p in places]

    def _clause(self, given: Mapping[str, str]) -> Any:
        policy = self._policy(given["policy"])
        if given["clause"] not in policy.by_id:
            raise WrongCallError(f"「{policy.display_name}」没有第 {given['clause']} 条；get_document 列出目录")
        return self._sourced(policy, given["clause"])

    def _verify(self, given: Mapping[str, str]) -> Any:
        found = self._quotations.verify(given["quote"][:LONGEST])
        source = None
        if found.policy is not None and found.clause is not None:
            source = self._sourced(self._library.by_id[found.policy], found.clause)
        return found.to_json() | {"source": source}


def answered(tools: Tools, lines: Iterable[bytes]) -> Iterator[str]:
    """The answers to lines of JSON-RPC, a line each; notifications get none."""
    for line in lines:
        if line.strip():
            answer = _answer(tools, line)
            if answer is not None:
                yield json.dumps(answer, ensure_ascii=False)


def _answer(tools: Tools, line: bytes) -> dict[str, Any] | None:
    try:
        asked = json.loads(line.decode("utf-8")) if len(line) <= MOST_LINE else None
    except (ValueError, RecursionError):
        return _fault(None, _PARSE, "不是合法的 JSON")
    if not isinstance(asked, dict) or not isinstance(asked.get("method"), str):
        return _fault(None, _REQUEST, "应是 JSON-RPC 2.0 的请求")
    if "id" not in asked:
        return None
    given = asked.get("params", {})
    given = given if isinstance(given, dict) else {}
    if asked["method"] == "initialize":
        return _result(asked["id"], _welcome(given))
    if asked["method"] == "ping":
        return _result(asked["id"], {})
    if asked["method"] == "tools/list":
        return _result(asked["id"], {"tools": [_described(name) for name in TOOLS]})
    if asked["method"] == "tools/call":
        return _called(tools, asked["id"], given)
    return _fault(asked["id"], _METHOD, f"没有「{asked['method'][:60]}」")


def _called(tools: Tools, one: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    arguments = given.get("arguments", {})
    if not isinstance(given.get("name"), str) or not isinstance(arguments, dict):
        return _fault(one, _PARAMS, "要有 name 和 arguments")
    try:
        found, wrong = json.dumps(tools.call(given["name"], arguments), ensure_ascii=False), False
    except WrongCallError as error:
        found, wrong = str(error), True
    return _result(one, {"content": [{"type": "text", "text": found}], "isError": wrong})


def _welcome(given: Mapping[str, Any]) -> dict[str, Any]:
    wanted = given.get("protocolVersion")
    version = wanted if wanted in PROTOCOLS else PROTOCOLS[0]
    server = {"name": "policybot", "version": "1"}
    return {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": server}


def _described(name: str) -> dict[str, Any]:
    what, known, needed = TOOLS[name]
    schema = {"type": "object", "properties": known, "required": list(needed), "additionalProperties": False}
    return {"name": name, "description": what, "inputSchema": schema, "annotations": {"readOnlyHint": True}}


def _result(one: Any, result: Mapping[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": one, "result": dict(result)}


def _fault(one: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": one, "error": {"code": code, "message": message}}
