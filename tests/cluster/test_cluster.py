"""Against three real nodes: the same candidates, whatever is killed; a base is visible whole or not at all."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge.retrieval import Entry, LocalRetriever, Members, Within
from knowledge.retrieval.clause_finder import ClauseFinder
from knowledge.retrieval.opensearch import PREFIX, alias_of, layout
from knowledge.retrieval.opensearch.cluster import Cluster
from knowledge.retrieval.opensearch.engine import ClusterLook, ClusterRetriever
from knowledge.retrieval.opensearch.search import ClusterSearch
from knowledge.retrieval.opensearch.versions import IndexingError, Versions
from tests.cluster.generated import Corpus, corpus
from tests.cluster.server import REQUIRED, NoCluster, Nodes, cluster
from tests.patience import PATIENCE

CLAUSES, QUESTIONS = 3_000, 308
DEPTH = 50
"""Candidates that must be equal, in their order and to the bit of their scores."""
GAP = 1.0
"""Seconds within which a question is answered, whatever happens to the cluster."""


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    try:
        with cluster() as found:
            yield found
    except NoCluster as error:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"no search cluster here, and {REQUIRED}=1: {error}")
        pytest.skip(f"no search cluster here: {error}")


@pytest.fixture(scope="module")
def made() -> Corpus:
    return corpus(CLAUSES, QUESTIONS)


@pytest.fixture(scope="module")
def local(made: Corpus) -> LocalRetriever:
    return LocalRetriever.build(made.entries)


@pytest.fixture(scope="module")
def versions(nodes: Nodes) -> Versions:
    return Versions(Cluster(nodes.urls))


@pytest.fixture(scope="module")
def indexed(versions: Versions, local: LocalRetriever, made: Corpus) -> Versions:
    index, new = versions.make(local, made.entries)
    assert (index.entries, new) == (len(made.entries), True)
    return versions


@pytest.fixture
def several(small_template: Path, tmp_path: Path) -> Path:
    """A base with documents that nobody has written phrasings for."""
    root = Path(shutil.copytree(small_template, tmp_path / "knowledge"))
    for document in (Path(__file__).parents[1] / "documents").glob("jiangcheng-*"):
        shutil.copytree(document, root / "policies" / document.name)
    return root


@dataclass
class Told:
    """What is said of the cluster, in its order; "" that it is back."""

    reasons: list[str] = field(default_factory=list)


def searching(nodes: Nodes, local: LocalRetriever) -> tuple[ClusterSearch, ClusterRetriever, Told]:
    told = Told()
    search = ClusterSearch(nodes.urls, told.reasons.append)
    retriever = search.behind(ClauseFinder(tuple(f"p/{n}" for n in range(len(local))), local)).retriever
    assert isinstance(retriever, ClusterRetriever)
    return search, retriever, told


def same(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    return np.array_equal(one[0], other[0]) and np.array_equal(one[1], other[1])


def of_documents(made: Corpus, wanted: Callable[[str], bool]) -> Members:
    groups = [policy for policy in made.town if wanted(policy)]
    return Members(groups, [n for n, entry in enumerate(made.entries) if wanted(entry.group)])


@pytest.mark.usefixtures("indexed")
def test_the_same_candidates_in_the_same_order(nodes: Nodes, local: LocalRetriever, made: Corpus) -> None:
    look = ClusterLook(local, Cluster(nodes.urls), alias_of(local.version))
    for question in made.questions:
        asked = local.question(question)
        assert same(look.best(asked, DEPTH), local.best(asked, DEPTH)), question


@pytest.mark.usefixtures("indexed")
def test_the_same_answers_of_the_second_look(nodes: Nodes, local: LocalRetriever, made: Corpus) -> None:
    search, retriever, told = searching(nodes, local)
    for question in made.questions[:60]:
        assert retriever.search(question, 12) == local.search(question, 12), question
    standing = search.standing()
    assert (standing.asked, standing.local, standing.reason, told.reasons) == (60, 0, "", [])


@pytest.mark.usefixtures("indexed")
def test_the_same_of_some_documents_alone(nodes: Nodes, local: LocalRetriever, made: Corpus) -> None:
    town, held = made.town, {policy for n, policy in enumerate(made.town) if n % 3}
    one = of_documents(made, lambda policy: policy == "p00004")
    filters: list[Within] = [
        one,  # a document
        range(one.numbers[0], one.numbers[-1] + 1),
        of_documents(made, lambda policy: town[policy] in ("江城", "澜州")),  # those of two places
        of_documents(made, lambda policy: policy in held),  # those that hold
        of_documents(made, lambda policy: False),
        [5, 9, 700, 701],
    ]
    look = ClusterLook(local, Cluster(nodes.urls), alias_of(local.version))
    for question in made.questions[:40]:
        asked = local.question(question)
        for within in filters:
            there, here = look.best(asked, DEPTH, within), local.best(asked, DEPTH, within)
            assert same(there, here), (question, within)


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize("question", ["", "？！", "zzz qqq", "补贴" * 400, "\ud800补贴", "a" * 900, "第5条 3.5%"])
def test_odd_questions(nodes: Nodes, local: LocalRetriever, question: str) -> None:
    _, retriever, told = searching(nodes, local)
    assert retriever.search(question, 12) == local.search(question, 12)
    assert told.reasons == []


def test_a_base_is_visible_when_it_is_whole_and_the_one_before_stays(
    indexed: Versions, nodes: Nodes, local: LocalRetriever, made: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [*made.entries[:400], Entry("江城市对养鸵鸟的农户给予补贴。", "p-new")]
    other = LocalRetriever.build(entries)
    look = ClusterLook(local, Cluster(nodes.urls), alias_of(local.version))
    asked = local.question(made.questions[0])
    seen: list[list[str]] = []
    documents = layout.documents

    def watched(*args: Any) -> Iterator[dict[str, Any]]:
        yield from documents(*args)
        seen.append([index.version for index in indexed.all() if index.current])
        assert same(look.best(asked, DEPTH), local.best(asked, DEPTH))
        _, retriever, told = searching(nodes, other)
        assert retriever.search("鸵鸟")[0].number == 400
        assert "there is no index" in told.reasons[0]

    monkeypatch.setattr(layout, "documents", watched)
    new, _ = indexed.make(other, entries)
    assert seen == [[local.version]]
    assert [index.version for index in indexed.all() if index.current] == [other.version]
    assert len(indexed.all()) == 2
    assert same(look.best(asked, DEPTH), local.best(asked, DEPTH)), "replicas with the base before it"
    assert indexed.make(other, entries)[1] is False, "what is there is not made again"

    gone, back = indexed.back()
    assert (gone.name, back.version) == (new.name, local.version)
    _, retriever, told = searching(nodes, other)
    assert retriever.search("鸵鸟")[0].number == 400
    assert "there is no index" in told.reasons[0]
    assert same(look.best(asked, DEPTH), local.best(asked, DEPTH))
    with pytest.raises(IndexingError, match="没有可以退回的索引"):
        indexed.back()
    _, new_again = indexed.make(other, entries)
    assert new_again is True, "what somebody went back from is not believed again"
    indexed.back()
    indexed.make(local, made.entries)
    assert [i.version for i in indexed.all() if i.current] == [local.version]


@pytest.mark.parametrize("how", ["stopped", "one is missing", "another engine"])
def test_what_is_half_made_is_removed(
    indexed: Versions, made: Corpus, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    entries = made.entries[:1_500]
    other = LocalRetriever.build(entries)
    documents, before = layout.documents, indexed.all()

    def spoilt(engine: LocalRetriever, given: Any) -> Iterator[dict[str, Any]]:
        for document in documents(engine, given):
            if how == "one is missing" and document["number"] == 7:
                continue
            if how == "another engine":
                document["pairs"] = "别的"
            yield document
            if how == "stopped" and document["number"] == 1_200:
                raise KeyboardInterrupt

    monkeypatch.setattr(layout, "documents", spoilt)
    expected = {"stopped": KeyboardInterrupt}.get(how, IndexingError)
    with pytest.raises(expected):
        indexed.make(other, entries)
    assert indexed.all() == before


def test_the_command_makes_the_index_and_the_answers_stay(
    nodes: Nodes, several: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bot.cli import main

    monkeypatch.setenv("POLICYBOT_KNOWLEDGE", str(several))
    question = "江城的高企认定补贴怎么申请"
    main(["ask", "--json", question])
    alone = capsys.readouterr().out
    assert main(["index", "--to", ",".join(nodes.urls)]) == 0
    assert "已启用" in capsys.readouterr().out
    monkeypatch.setenv("POLICYBOT_SEARCH_URL", ",".join(nodes.urls))
    assert main(["index"]) == 0
    assert "已经有了" in capsys.readouterr().out
    main(["ask", "--json", question])
    assert capsys.readouterr().out == alone
    from bot.serving.searching import search_at

    search = search_at(tuple(nodes.urls))
    assert search is not None
    assert search.standing().asked > 0
    assert search.standing().local == 0
    assert main(["index", "--back"]) == 0
    assert "已退回" in capsys.readouterr().out


class Load:
    """Two people who ask without a pause, each in a thread; what they get is compared with what is right."""

    def __init__(self, local: LocalRetriever, retriever: ClusterRetriever, made: Corpus) -> None:
        self._right = [(question, local.search(question, 12)) for question in made.questions[:60]]
        self._retriever = retriever
        self._over = threading.Event()
        self.wrong: list[str] = []
        self.longest = 0.0
        self.answered = 0

    def _ask(self) -> None:
        while not self._over.is_set():
            for question, right in self._right:
                began = time.monotonic()
                try:
                    if self._retriever.search(question, 12) != right:
                        self.wrong.append(question)
                except Exception as error:
                    self.wrong.append(f"{question}: {error!r}")
                self.longest = max(self.longest, time.monotonic() - began)
                self.answered += 1

    def __enter__(self) -> Load:
        self._threads = [threading.Thread(target=self._ask) for _ in range(2)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def go_on(self, answers: int) -> None:
        """Until so many more have been answered."""
        until = self.answered + answers
        end = time.monotonic() + PATIENCE
        while self.answered < until and time.monotonic() < end:
            time.sleep(0.01)
        assert self.answered >= until


@pytest.mark.usefixtures("indexed")
def test_a_node_is_killed_under_load(nodes: Nodes, local: LocalRetriever, made: Corpus) -> None:
    nodes.until_green()
    search, retriever, told = searching(nodes, local)
    with Load(local, retriever, made) as load:
        load.go_on(100)
        asked = search.standing().asked
        nodes.kill(1)
        load.go_on(300)
        nodes.until(lambda: not search.standing().reason)
        before = search.standing()
        load.go_on(100)
        after = search.standing()
        nodes.boot(1)
        nodes.until_green()
        load.go_on(100)
    print(
        f"{load.answered} answers, the longest {load.longest:.2f} s, {after.local} of them local, told {told.reasons}"
    )
    assert load.wrong == []
    assert load.longest < GAP
    assert asked >= 100
    assert after.asked > before.asked, "the two that are left answer"


@pytest.mark.usefixtures("indexed")
def test_two_nodes_are_killed_and_come_back(nodes: Nodes, local: LocalRetriever, made: Corpus) -> None:
    nodes.until_green()
    search, retriever, told = searching(nodes, local)
    with Load(local, retriever, made) as load:
        load.go_on(100)
        assert told.reasons == []
        nodes.kill(0, 2)
        nodes.until(lambda: search.standing().reason)
        load.go_on(300)
        fallen = search.standing()
        assert fallen.reason
        assert fallen.local > 0
        nodes.boot(0, 2)
        nodes.until_green()
        nodes.until(lambda: not search.standing().reason)
        load.go_on(100)
        assert search.standing().asked > fallen.asked
    print(f"{load.answered} answers, the longest {load.longest:.2f} s, told {told.reasons}")
    assert load.wrong == []
    assert load.longest < GAP
    assert told.reasons[0]
    assert told.reasons[-1] == ""


def test_the_name_of_the_current_one_is_on_one_index(nodes: Nodes, indexed: Versions) -> None:
    aliases = Cluster(nodes.urls).client.indices.get_alias(name=PREFIX)
    assert list(aliases) == [index.name for index in indexed.all() if index.current]
