"""Candidates from a cluster, without one: whole answers or none, the same as the local engine's, and never a wait."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from bot.operations.health import search_warnings
from bot.operations.metrics import Metrics
from knowledge.retrieval import LocalRetriever, Members
from knowledge.retrieval.opensearch import UnavailableError, circuit, cluster
from knowledge.retrieval.opensearch.circuit import Circuit, Standing
from knowledge.retrieval.opensearch.cluster import Cluster
from knowledge.retrieval.opensearch.engine import SIZES, ClusterLook, ClusterRetriever
from knowledge.retrieval.opensearch.layout import body as index_body
from knowledge.retrieval.opensearch.layout import documents
from knowledge.retrieval.opensearch.query import askable, query
from tests.cluster.generated import corpus

MADE = corpus(600, 40)
DEPTH = 50
SHARDS = {"total": 3, "successful": 3, "failed": 0}
GOOD = {"timed_out": False, "_shards": SHARDS, "hits": {"hits": [{"sort": [2.5, 7]}, {"sort": [1.5, 3]}]}}


@pytest.fixture(scope="module")
def local() -> LocalRetriever:
    return LocalRetriever.build(MADE.entries)


class Rough:
    """Stands for a cluster that holds the same entries, and scores them a little too high, as Lucene does."""

    def __init__(self, local: LocalRetriever, question: str, factor: Callable[[int], float]) -> None:
        numbers, scores = local.best(local.question(question), len(local))
        rough = [(float(s) * factor(n), n) for n, s in zip(numbers.tolist(), scores.tolist(), strict=True)]
        self._ranked = sorted(rough, key=lambda pair: (-pair[0], pair[1]))
        self.sizes: list[int] = []
        self.down = ""

    def search(self, _: str, body: Mapping[str, Any]) -> list[tuple[float, int]]:
        if self.down:
            raise UnavailableError(self.down)
        self.sizes.append(body["size"])
        return self._ranked[: body["size"]]

    def probe(self, _: str) -> None:
        if self.down:
            raise UnavailableError(self.down)


def look(local: LocalRetriever, rough: Rough) -> ClusterLook:
    return ClusterLook(local, rough, "index")  # type: ignore[arg-type]


@pytest.mark.parametrize("question", MADE.questions[:20])
def test_rough_scores_change_nothing(local: LocalRetriever, question: str) -> None:
    rough = Rough(local, question, lambda n: 1 + (n * 37 % 15) / 100)
    asked = local.question(question)
    there, here = look(local, rough).best(asked, DEPTH), local.best(asked, DEPTH)
    assert there[0].tolist() == here[0].tolist()
    assert np.array_equal(there[1], here[1])


def test_more_are_asked_for_until_nothing_can_be_missing(local: LocalRetriever) -> None:
    question = "补贴"
    best = local.best(local.question(question), 10)[0].tolist()
    far = Rough(local, question, lambda n: 1.0 if n in best else 1.2)
    there = look(local, far).best(local.question(question), 10)
    assert there[0].tolist() == best
    assert len(far.sizes) > 1
    assert far.sizes == [10 * times for times in SIZES][: len(far.sizes)]


@pytest.mark.parametrize("factor", [0.9, 1.4])
def test_scores_of_other_entries_are_refused(local: LocalRetriever, factor: float) -> None:
    with pytest.raises(UnavailableError, match="scores"):
        look(local, Rough(local, "补贴", lambda _: factor)).best(local.question("补贴"), DEPTH)


def test_numbers_that_are_not_here_are_refused(local: LocalRetriever) -> None:
    rough = Rough(local, "补贴", lambda _: 1.0)
    rough._ranked = [(9.0, len(local)), *rough._ranked]
    with pytest.raises(UnavailableError, match="other entries"):
        look(local, rough).best(local.question("补贴"), DEPTH)


def test_the_local_engine_answers_meanwhile_and_the_cluster_again(
    local: LocalRetriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("knowledge.retrieval.opensearch.circuit.time.monotonic", lambda: now[0])
    rough, told, state = Rough(local, "江城补贴", lambda _: 1.0), list[str](), Circuit()
    retriever = ClusterRetriever(local, rough, state, told.append)  # type: ignore[arg-type]
    right = local.search("江城补贴")
    assert retriever.search("江城补贴") == right
    rough.down = "the nodes are gone"
    assert retriever.search("江城补贴") == right
    asked = len(rough.sizes)
    assert retriever.search("江城补贴") == right
    assert len(rough.sizes) == asked, "it is left alone"
    assert (state.standing.reason, state.standing.local) == ("the nodes are gone", 2)
    now[0] += circuit.AGAIN[0] + 0.1
    assert retriever.search("江城补贴") == right
    rough.down = ""
    assert retriever.search("江城补贴") == right
    assert state.is_open, "not before the next look, which comes later each time"
    now[0] += 2 * circuit.AGAIN[0] + 0.1
    assert retriever.search("江城补贴") == right
    assert told == ["the nodes are gone", ""]
    assert (state.standing.reason, state.standing.asked, state.standing.local) == ("", 2, 4)


def test_what_one_process_finds_out_the_other_knows() -> None:
    state = Circuit()
    child = os.fork()
    if child == 0:
        state.open("gone")
        state.count(local=True)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (state.standing.reason, state.standing.local) == ("gone", 1)
    assert state.standing.since == pytest.approx(time.time(), abs=60)


# -- one node, as a stand-in ----------------------------------------------------------------------------------------


class Node(ThreadingHTTPServer):
    """Answers every search with what comes next: a status and a body, or nothing for a while."""

    daemon_threads = True

    def __init__(self, answers: list[Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers, self.asked = answers, list[tuple[str, dict[str, list[str]], Any]]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Node)
        content = self.rfile.read(int(self.headers["Content-Length"]))
        at = urlsplit(self.path)
        self.server.asked.append((at.path, parse_qs(at.query), json.loads(content)))
        answer = self.server.answers[min(len(self.server.asked), len(self.server.answers)) - 1]
        if isinstance(answer, float):
            time.sleep(answer)
            answer = (200, GOOD)
        status, told = answer
        data = told if isinstance(told, bytes) else json.dumps(told).encode()
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@contextlib.contextmanager
def standing_in(*answers: Any) -> Iterator[Node]:
    with Node(list(answers)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


PARTIAL = GOOD | {"_shards": {"total": 3, "successful": 2, "failed": 1}}
SHORT = GOOD | {"_shards": {"total": 3, "successful": 2, "failed": 0}}
LATE = GOOD | {"timed_out": True}


def test_a_whole_answer_is_asked_for() -> None:
    with standing_in((200, GOOD)) as node:
        assert Cluster([node.url]).search("one", {"size": 2}) == [(2.5, 7), (1.5, 3)]
    ((path, params, body),) = node.asked
    assert path == "/one/_search"
    assert params["allow_partial_search_results"] == ["false"]
    assert params["search_type"] == ["dfs_query_then_fetch"]
    assert body == {"size": 2}


@pytest.mark.parametrize("first", [(200, PARTIAL), (200, LATE), (500, {}), (503, {}), (429, {}), (200, b"{")])
def test_what_passes_is_tried_again(first: tuple[int, Any]) -> None:
    with standing_in(first, (200, GOOD)) as node:  # it has time: a busy machine's pause is no answer of the node's
        assert Cluster([node.url], one=5.0, every=20.0).search("one", {}) == [(2.5, 7), (1.5, 3)]
    assert len(node.asked) == 2


@pytest.mark.parametrize("answer", [(200, PARTIAL), (200, SHORT), (200, LATE), (500, {}), (200, {}), (200, b"[]")])
def test_a_part_is_never_taken_for_the_whole(answer: tuple[int, Any]) -> None:
    with standing_in(answer) as node:
        began = time.monotonic()
        with pytest.raises(UnavailableError):
            Cluster([node.url]).search("one", {})
        assert time.monotonic() - began > cluster.ALL / 2, "it was tried again for as long as a question may wait"
        with pytest.raises(UnavailableError):
            Cluster([node.url]).probe("one")
    assert len(node.asked) > 2


@pytest.mark.parametrize(("status", "says"), [(404, "policybot index"), (400, "400"), (401, "401")])
def test_what_does_not_pass_is_not_tried_again(status: int, says: str) -> None:
    with standing_in((status, {"error": {"type": "no"}, "status": status})) as node:
        with pytest.raises(UnavailableError, match=says):
            Cluster([node.url]).search("one", {})
        assert len(node.asked) == 1
        with pytest.raises(UnavailableError, match=says):
            Cluster([node.url]).probe("one")


def test_a_node_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "LEFT_OUT", 60.0)
    with standing_in(30.0) as slow, standing_in((200, GOOD)) as good:
        asked = Cluster([slow.url, good.url], one=1.0, every=10.0)
        for _ in range(6):
            assert asked.search("one", {}) == [(2.5, 7), (1.5, 3)]
        assert len(slow.asked) <= 1
        began = time.monotonic()
        with pytest.raises(UnavailableError):
            Cluster([slow.url]).search("one", {})
        assert time.monotonic() - began < 15


def test_nobody_there() -> None:
    with standing_in((200, GOOD)) as node:
        gone = node.url
    with pytest.raises(UnavailableError):
        Cluster([gone]).search("one", {})


# -- queries and documents ------------------------------------------------------------------------------------------


def test_the_documents_hold_our_own_cut(local: LocalRetriever) -> None:
    first = next(documents(local, MADE.entries))
    assert first["number"] == 0
    assert first["group"] == MADE.entries[0].group
    words, pairs = first["words"].split(" "), first["pairs"].split(" ")
    assert {"市", "企业"} & set(words)
    assert all(len(pair) == 2 for pair in pairs)
    for word in set(words):
        assert 0 in np.asarray(local.entries(word))
    fields = index_body(local, 3, {})
    assert set(fields["mappings"]["properties"]) == set(first) - {"_id"}
    assert fields["settings"]["similarity"]["default"] == {"type": "BM25", "k1": 0.7, "b": 0.6}


def test_an_entry_without_any_term_counts_too() -> None:
    texts = [MADE.entries[0], type(MADE.entries[0])("……", "p")]
    made = LocalRetriever.build(texts)
    assert [d["words"] for d in documents(made, texts)][1] == "∅"


def test_what_is_too_much_for_a_query_is_not_asked() -> None:
    term = ("words", "补贴", 1.0)
    assert askable([term], None)
    assert not askable([], None)
    assert not askable([term] * 1_000, None)
    assert askable([term], range(10**6))
    assert not askable([term], list(range(0, 200_000, 2)))
    assert askable([term], Members(["p1"], list(range(0, 200_000, 2))))
    assert query([term], 5, Members(["p1"], [1, 2]), False)["query"]["bool"]["filter"] == [{"terms": {"group": ["p1"]}}]
    assert query([term], 5, range(3, 8), False)["query"]["bool"]["filter"] == [
        {"range": {"number": {"gte": 3, "lte": 7}}}
    ]
    assert query([term], 5, [3, 9], False)["query"]["bool"]["filter"] == [{"terms": {"number": [3, 9]}}]
    assert "function_score" in query([term], 5, None, True)["query"]


# -- what is told ---------------------------------------------------------------------------------------------------


def test_healthz_and_the_metrics_tell_of_it() -> None:
    assert search_warnings(None) == search_warnings(Standing("", 0.0, 4, 0)) == []
    (told,) = search_warnings(Standing("the nodes are gone", time.time() - 30, 4, 9))
    assert "the nodes are gone" in told
    assert "local index" in told
    metrics = Metrics()
    metrics.searched(4, 0, False)
    metrics.searched(4, 9, True)
    page = metrics.page().decode()
    assert "policybot_search_fallback 1.0" in page
    assert 'policybot_searches_total{where="cluster"} 4.0' in page
    assert 'policybot_searches_total{where="local"} 9.0' in page
