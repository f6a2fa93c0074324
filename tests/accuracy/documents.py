"""`python -m tests.accuracy.documents`: writes documents.md, how questions on documents without phrasings are answered.

The documents and questions of tests/fitting, asked of their own document and of all of them: the engine with weights
that were fitted without the half of the documents, and without the writer, that are asked; what each kind of evidence
is worth, fitted anew without it; and bm25s, tantivy and RapidFuzz over the same clauses with the titles above them.
Some minutes.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import bm25s
import jieba
import numpy as np
import tantivy
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.cli.tune import beside_ours
from knowledge.base.document import Policy
from knowledge.fitting import evidence as fitting
from knowledge.fitting.evidence import Question, Row
from knowledge.retrieval.clause_finder import headings
from knowledge.retrieval.evidence import SIGNALS
from knowledge.text.fold import fold_whole

HERE = Path(__file__).resolve().parent
FOLDER, PAGE = HERE.parent / "fitting", HERE / "documents.md"
WITHOUT: Mapping[str, tuple[str, ...]] = {
    "全部迹象": (),
    "不用领域（field）的话题（说法还在用）": ("topic", "first_topic", "other_topic"),
    "不用字对": ("pairs",),
    "不用检索分数": ("ahead",),
    "不用标题": ("title", "above"),
    "不看问的是不是钱、单位": ("stated", "silent", "units"),
    "不用「不在范围内」的问法": ("outside", "off_topic"),
}
Scores = NDArray[np.float64]
Scorer = Callable[[str], Scores]
"""A question to the scores (clauses,)."""
Asked = tuple[bool, Sequence[bool], float]
"""Whether some clause answers, whether the best, second, third does, and how surely the best one is meant."""


def by_bm25s(texts: Sequence[str]) -> Scorer:
    """jieba and bm25s."""
    retriever = bm25s.BM25()
    retriever.index([jieba.lcut(text) for text in texts], show_progress=False)
    return lambda question: np.asarray(retriever.get_scores(jieba.lcut(question)), dtype=np.float64)


def by_tantivy(texts: Sequence[str]) -> Scorer:
    """jieba's search cut and tantivy's BM25."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", stored=False, tokenizer_name="whitespace")
    builder.add_integer_field("row", stored=True)
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer()
    for row, text in enumerate(texts):
        writer.add_document(tantivy.Document(body=" ".join(jieba.cut_for_search(text)), row=row))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def score(question: str) -> Scores:
        words = {word for word in jieba.cut_for_search(question) if word.strip()}
        terms = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "body", word)) for word in sorted(words)]
        out = np.zeros(len(texts))
        for value, address in searcher.search(tantivy.Query.boolean_query(terms), len(texts)).hits:
            out[searcher.doc(address)["row"][0]] = value
        return out

    return score


def by_rapidfuzz(texts: Sequence[str]) -> Scorer:
    """RapidFuzz partial_ratio."""
    return lambda question: process.cdist([question], texts, scorer=fuzz.partial_ratio)[0].astype(np.float64)


PEERS: Mapping[str, Callable[[Sequence[str]], Scorer]] = {
    "bm25s": by_bm25s,
    "tantivy": by_tantivy,
    "RapidFuzz partial_ratio": by_rapidfuzz,
}


def of_rows(found: Sequence[Row], without: Sequence[str], questions: Sequence[Question]) -> list[tuple[bool, Asked]]:
    """Each question of the engine, with whether its document was named; fitted on the other half each time.

    One without any candidate is not answered.
    """
    blind = [replace(row, signals=[{**s, **dict.fromkeys(without, 0.0)} for s in row.signals]) for row in found]
    documents = sorted({row.document for row in found})
    half = len(documents) // 2
    out: list[tuple[bool, Asked]] = []
    for group in (documents[:half], documents[half:]):
        for row, p in fitting.held_out(blind, set(group)):
            if not row.derived:
                best = np.argsort(-p[:-1], kind="stable")[:3].tolist()
                out.append((row.named, (row.inside, [n in row.right for n in best], float(p[:-1].max()))))
    for named in (True, False):
        for inside in (True, False):
            of_kind = sum(n is named and answers is inside for n, (answers, _, _) in out)
            missing = sum(bool(question.quote) is inside for question in questions) - of_kind
            out += [(named, (inside, [False], 0.0))] * missing
    return out


def of_peer(
    build: Callable[[Sequence[str]], Scorer], asked: Sequence[Question], held: Held
) -> list[tuple[bool, Asked]]:
    """The same of a plain engine."""
    score = build(held.texts)
    out: list[tuple[bool, Asked]] = []
    for question in asked:
        scores, right = score(fold_whole(question.ask)), held.right(question)
        for named in (True, False):
            allowed = held.of_document[question.document] if named else range(len(held.texts))
            best = sorted(allowed, key=lambda n: -scores[n])[:3]
            out.append((named, (bool(right), [n in right for n in best], float(scores[best[0]]))))
    return out


class Held:
    """The clauses of the documents that are asked."""

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        """``policies``: by the name of a document's file."""
        clauses = [(name, policy, clause) for name, policy in policies.items() for clause in policy.clauses]
        self.texts = [fold_whole(f"{headings(policy, clause)}\n{clause.text}") for _, policy, clause in clauses]
        self._plain = [fitting.tight(clause.title + clause.text) for _, _, clause in clauses]
        self.of_document: dict[str, list[int]] = {}
        for n, (name, _, _) in enumerate(clauses):
            self.of_document.setdefault(name, []).append(n)

    def right(self, question: Question) -> set[int]:
        """Numbers of the clauses that hold the passage which answers it."""
        quote = fitting.tight(question.quote)
        return {n for n in self.of_document[question.document] if quote and quote in self._plain[n]}


def shares(asked: Sequence[Asked]) -> tuple[float, float, float, float]:
    """(right first, among three, right first and sure enough, declined where nothing answers).

    Sure enough: with the threshold that makes the last two largest together on these very questions.
    """
    inside = [(right, sure) for answers, right, sure in asked if answers]
    outside = [sure for answers, _, sure in asked if not answers]

    def at(least: float) -> tuple[float, float]:
        right = np.mean([bool(found and found[0] and sure >= least) for found, sure in inside])
        return float(right), float(np.mean([sure < least for sure in outside]))

    first, three = (float(np.mean([any(found[:n]) for found, _ in inside])) for n in (1, 3))
    return first, three, *max((at(least) for _, _, least in asked), key=sum)


def line(name: str, found: Sequence[tuple[bool, Asked]]) -> str:
    """A row of the table: of the own document, then of all."""
    cells = [f"{share:.1%}" for named in (True, False) for share in shares([a for n, a in found if n is named])]
    return f"| {name} | " + " | ".join(cells) + " |"


def page(count: str, rows: Sequence[str]) -> str:
    """The page."""
    return "\n".join(
        [
            "# 没有问法的文件",
            "",
            "本页由 `python -m tests.accuracy.documents` 生成（几分钟）。文件和问题在 `tests/fitting/`，"
            f"提问的人只看过文件；{count}。policybot 的权重每次在另一半文件、另一位写作者的问题上拟合，"
            "再问没有参加拟合的这一半；对照引擎检索同样的条款（连同上面的标题）。",
            "",
            "「首位」「前三」：答案所在的条款排第一、在前三个里。「答对」「拒答」：各引擎都取在这些问题上最好的一个阈值，"
            "够确定才答时答对的比例，和文件里没有答案的问题中没有回答的比例。",
            "",
            "| | 指明文件：首位 | 前三 | 答对 | 拒答 | 所有文件：首位 | 前三 | 答对 | 拒答 |",
            "| --- |" + " ---: |" * 8,
            *rows,
            "",
            "要点和卡片还没有用来给条款排序，所以没有「去掉要点」「去掉卡片」两行。"
            "种子文件上的准确率、留出写作者的检验和去掉各种特征的结果，见 [README](README.md)。",
            "",
        ]
    )


def main() -> None:
    """Ask, and write the page."""
    jieba.setLogLevel(logging.WARNING)
    jieba.dt.tmp_dir = tempfile.mkdtemp(prefix="policybot-accuracy-")
    questions = fitting.read_questions(FOLDER / "questions")
    with tempfile.TemporaryDirectory() as scratch:
        assistant, ids = beside_ours(FOLDER / "documents", Path(scratch))
        ready = assistant.ready
        made = fitting.derived(ids, ready.base, lambda text: ready.reader.read(text).words)
        found = fitting.rows([*questions, *made], ids, ready.base, assistant.evidence, assistant.looked_for)
        held = Held({name: assistant.library.by_id[policy_id] for name, policy_id in ids.items()})
    assert set().union(*WITHOUT.values()) <= set(SIGNALS)
    rows = [line(f"policybot：{name}", of_rows(found, without, questions)) for name, without in WITHOUT.items()]
    rows += [line(name, of_peer(build, questions, held)) for name, build in PEERS.items()]
    inside = sum(bool(question.quote) for question in questions)
    count = f"{len(ids)} 份文件，{inside} 个有答案的问题，{len(questions) - inside} 个没有的"
    PAGE.write_text(page(count, rows), encoding="utf-8")
    print(f"{PAGE.relative_to(HERE.parents[1])} written")


if __name__ == "__main__":
    main()
