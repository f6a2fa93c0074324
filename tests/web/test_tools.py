"""The documents as tools: MCP over lines."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.channels.web.tools import TOOLS, Tools, answered
from bot.engine.assistant import Assistant
from tests.patience import PATIENCE
from tests.web.process import ROOT

DOCUMENT = "wuhan-development-zones"


@pytest.fixture(scope="module")
def tools(assistant: Assistant) -> Tools:
    return Tools(assistant, "https://zc.example.cn")


def said(tools: Tools, *asked: Any) -> list[Any]:
    lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in asked]
    return [json.loads(line) for line in answered(tools, lines)]


def call(tools: Tools, name: str, **arguments: Any) -> Any:
    params = {"name": name, "arguments": arguments}
    (answer,) = said(tools, {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    result = answer["result"]
    (content,) = result["content"]
    return content["text"] if result["isError"] else json.loads(content["text"])


def test_the_greeting_and_the_list(tools: Tools) -> None:
    hello = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    first, listed, pong = said(
        tools,
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": "two", "method": "tools/list"},
        {"jsonrpc": "2.0", "id": 3, "method": "ping"},
    )
    assert first["result"]["protocolVersion"] == "2025-03-26"
    assert pong == {"jsonrpc": "2.0", "id": 3, "result": {}}
    assert {one["name"] for one in listed["result"]["tools"]} == set(TOOLS)
    for one in listed["result"]["tools"]:
        Draft202012Validator.check_schema(one["inputSchema"])
        assert one["annotations"]["readOnlyHint"] is True


def test_every_result_has_its_source(assistant: Assistant, tools: Tools) -> None:
    policy = assistant.library.by_id[DOCUMENT]
    found = call(tools, "ask", text="首次认定的高企补贴多少")
    assert found["figures"][0]["text"] == "20万元"
    clauses = [*found["sources"], *call(tools, "search_clauses", query="高新技术企业")]
    clauses += [call(tools, "get_clause", policy=DOCUMENT, clause="4.2")]
    verified = call(tools, "verify_quote", quote="对首次认定的高新技术企业,市级财政每户补贴30万元")
    assert verified["result"] == "nearest"
    clauses.append(verified["source"])
    for one in clauses:
        assert one["text"] == policy.clause(one["clause"]).text, "verbatim"
        assert one["document"]
        assert one["valid_until"] == "2025-10-08"
        assert one["url"] == f"https://zc.example.cn/p/{DOCUMENT}/{one['clause']}"
    assert call(tools, "list_documents")[0]["id"] == DOCUMENT
    assert len(call(tools, "get_document", policy=DOCUMENT)["contents"]) == len(policy.clauses)


def test_wrong_calls_are_told(tools: Tools) -> None:
    assert "没有工具" in call(tools, "delete_everything")
    assert "没有编号" in call(tools, "get_document", policy="x")
    assert "没有第" in call(tools, "get_clause", policy=DOCUMENT, clause="99")
    for arguments in ({}, {"query": 1}, {"query": " "}, {"query": "x", "else": "y"}):
        assert "参数不对" in call(tools, "search_clauses", **arguments)
    codes = [
        one["error"]["code"]
        for one in said(tools, b"{", b"[]", b"1", {"id": 1, "method": "x"}, {"id": 2, "method": "tools/call"})
    ]
    assert codes == [-32700, -32600, -32600, -32601, -32602]


@pytest.mark.process
def test_as_a_program() -> None:
    asked = [{"jsonrpc": "2.0", "id": 1, "method": "initialize"}, {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}]
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "mcp"],
        cwd=ROOT,
        input="".join(json.dumps(one) + "\n" for one in asked),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 2]
