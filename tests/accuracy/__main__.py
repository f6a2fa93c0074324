"""`make accuracy`: writes the accuracy page beside this file.

On the project's own test questions: policybot by kind and difficulty, and plain engines that know the very same
phrasings (the nearest phrasing's target is the answer; each has the threshold that is best for held-out writers).
On the phrasings with whole writers held out: calibration, and what each kind of feature and each signal is worth.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bm25s
import jieba
import matplotlib as mpl
import numpy as np
import tantivy
import yaml
from rapidfuzz import fuzz, process

from bot.engine.assistant import Assistant
from bot.engine.matching import decide
from bot.engine.values.reply import Reply
from bot.staff.question_tests import DAY, IN_SCOPE, OUTSIDE, Case, cases, run
from knowledge import compiled
from knowledge.base.target import kind_of
from knowledge.fitting import weights as tuning
from knowledge.learned.examples import TEXT_WRITER, examples
from knowledge.learned.index import Example, Weights, load_weights
from knowledge.text.fold import key

HERE = Path(__file__).resolve().parent
PAGE, ABLATIONS = HERE / "README.md", HERE / "ablations.yaml"
SAMPLE = 130
"""Phrasings of each held-out writer on which a plain engine's threshold is set."""
KINDS = ("measure", "unit_of", "figure", "no_figure", "false_premise")
WORST = 10
SEVERITY = {"leak": 0, "wrong": 1, "miss": 2, "assisted": 3}
Results = list[tuple[Case, Reply, str]]
Ranker = Callable[[str], tuple[str, float]]
"""A question to (best target, score)."""


def by_bm25s(docs: Sequence[Example]) -> Ranker:
    """jieba and bm25s."""
    retriever = bm25s.BM25()
    retriever.index([jieba.lcut(d.text) for d in docs], show_progress=False)

    def rank(question: str) -> tuple[str, float]:
        scores = retriever.get_scores(jieba.lcut(question))
        best = int(scores.argmax())
        return docs[best].target, float(scores[best])

    return rank


def by_tantivy(docs: Sequence[Example]) -> Ranker:
    """jieba's search cut and tantivy's BM25."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", stored=False, tokenizer_name="whitespace")
    builder.add_integer_field("row", stored=True)
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer()
    for row, doc in enumerate(docs):
        writer.add_document(tantivy.Document(body=" ".join(jieba.cut_for_search(doc.text)), row=row))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def rank(question: str) -> tuple[str, float]:
        words = [w for w in jieba.cut_for_search(question) if w.strip()]
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "body", w)) for w in words]
        )
        hits = searcher.search(query, 1).hits
        if not hits:
            return "far", 0.0
        score, address = hits[0]
        return docs[searcher.doc(address)["row"][0]].target, float(score)

    return rank


def by_rapidfuzz(docs: Sequence[Example]) -> Ranker:
    """RapidFuzz ratio over all phrasings."""
    keys = [key(d.text) for d in docs]

    def rank(question: str) -> tuple[str, float]:
        found = process.extractOne(key(question), keys, scorer=fuzz.ratio)
        return (docs[found[2]].target, float(found[1])) if found else ("far", 0.0)

    return rank


PEERS: dict[str, Callable[[Sequence[Example]], Ranker]] = {
    "bm25s": by_bm25s,
    "tantivy": by_tantivy,
    "RapidFuzz ratio": by_rapidfuzz,
}


def threshold(build: Callable[[Sequence[Example]], Ranker], known: Sequence[Example]) -> float:
    """The score below which declining makes in-scope right plus out-of-scope declined largest, on held-out writers."""
    chance = random.Random(7)
    ranked: list[tuple[Example, str, float]] = []
    for writer in sorted({e.writer for e in known} - {TEXT_WRITER}):
        rank = build([e for e in known if e.writer != writer])
        own = [e for e in known if e.writer == writer]
        ranked += [(e, *rank(e.text)) for e in chance.sample(own, min(SAMPLE, len(own)))]
    inside = [(s, t == e.target) for e, t, s in ranked if kind_of(e.target) == "clause"]
    outside = [(s, kind_of(t) in OUTER) for e, t, s in ranked if kind_of(e.target) in OUTER]

    def worth(at: float) -> float:
        right = sum(ok and s >= at for s, ok in inside) / len(inside)
        declined = sum(far or s < at for s, far in outside) / len(outside)
        return right + declined

    return max(sorted({round(s, 2) for _, _, s in ranked}), key=worth)


OUTER = ("near", "far")


def peer_shares(rank: Ranker, least: float, singles: Sequence[Case], policy: str) -> dict[str, float]:
    """Right by column of the table."""
    verdicts: list[tuple[Case, bool]] = []
    for case in singles:
        target, score = rank(case.ask)
        declined = score < least or kind_of(target) != "clause"
        if case.kind in OUTSIDE:
            verdicts.append((case, declined))
        elif case.kind in KINDS:
            verdicts.append((case, not declined and target == f"{policy}/{case.clauses[0]}"))
    return columns(verdicts)


def columns(verdicts: Sequence[tuple[Case, bool]]) -> dict[str, float]:
    """Shares of right answers: in scope, by difficulty, out of scope."""

    def share(chosen: list[bool]) -> float:
        return sum(chosen) / len(chosen) if chosen else float("nan")

    inside = [(c, ok) for c, ok in verdicts if c.kind in KINDS]
    return {
        "in scope": share([ok for _, ok in inside]),
        **{f"hard {h}": share([ok for c, ok in inside if c.hard == h]) for h in (1, 2, 3)},
        **{k: share([ok for c, ok in inside if c.kind == k]) for k in KINDS},
        "out of scope": share([ok for c, ok in verdicts if c.kind in OUTSIDE]),
    }


def reliability(targets: Sequence[str], rows: Sequence[tuning.HeldOut], weights: Weights) -> None:
    """Picture: stated probability of the best target against how often it is right, writers held out."""
    from matplotlib import pyplot

    kinds = np.array([kind_of(t) for t in targets])
    p = tuning.stated(targets, rows, weights)
    outside = np.isin(kinds, OUTER)
    joined = np.concatenate([p[:, ~outside], p[:, outside].sum(axis=1, keepdims=True)], axis=1)
    names = [t for t, out in zip(targets, outside, strict=True) if not out] + ["outside"]
    gold = [names.index(r.example.target if kind_of(r.example.target) not in OUTER else "outside") for r in rows]
    said, right = joined.max(axis=1), joined.argmax(axis=1) == np.array(gold)
    edges = np.linspace(0.2, 1.0, 9)
    points = [(said[m].mean(), right[m].mean(), int(m.sum())) for lo, hi in itertools.pairwise(edges)
              if (m := (said >= lo) & (said < hi + (hi == 1.0))).sum() >= 20]  # fmt: skip
    figure, axes = pyplot.subplots(figsize=(4.6, 4.2))
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.plot([x for x, _, _ in points], [y for _, y, _ in points], "o-", color="#1f6f5c")
    for x, y, n in points:
        axes.annotate(f"{n}", (x, y), textcoords="offset points", xytext=(6, -10), fontsize=8, color="0.35")
    axes.set(xlabel="stated probability", ylabel="share right", xlim=(0, 1), ylim=(0, 1.02))
    axes.set_title("Reliability, writers held out", fontsize=10)
    save(figure, "reliability.svg")


def risk_coverage(results: Results) -> None:
    """Picture: of the questions answered with one clause, most probable first, the share that is wrong or a leak."""
    from matplotlib import pyplot

    answered = []
    for case, reply, verdict in results:
        if case.kind not in (*IN_SCOPE, *OUTSIDE) or case.dialog or reply.status != "answer":
            continue
        answered.append((reply.clauses[0].score, verdict in ("wrong", "leak", "assisted")))
    answered.sort(key=lambda pair: -pair[0])
    asked = sum(1 for c, _, _ in results if not c.dialog and c.kind in (*IN_SCOPE, *OUTSIDE))
    bad = np.cumsum([b for _, b in answered])
    n = np.arange(1, len(answered) + 1)
    figure, axes = pyplot.subplots(figsize=(4.6, 4.2))
    axes.plot(n / asked, bad / n, color="#8a3b12")
    axes.set(xlabel="share of all questions answered with one clause", ylabel="share of these not right", xlim=(0, 1))
    axes.set_ylim(0, max(0.05, float((bad / n).max()) * 1.2))
    axes.set_title("Risk and coverage, test questions", fontsize=10)
    save(figure, "risk-coverage.svg")


def save(figure: Any, name: str) -> None:
    """Write a picture that is the same to the byte each time it shows the same."""
    figure.tight_layout()
    figure.savefig(HERE / name, metadata={"Date": None, "Creator": None})


def page(results: Results, peers: dict[str, tuple[float, dict[str, float]]], report: str) -> str:
    """The page."""
    singles = [(c, v == "right") for c, _, v in results if not c.dialog]
    ours = columns(singles)
    others = {k: [ok for c, ok in singles if c.kind == k] for k in ("by_unit", "info", "place", "ambiguous", "chat")}
    dialogs = [v == "right" for c, _, v in results if c.dialog]
    heads = list(ours)
    counts = dict.fromkeys(heads, 0)
    for case, _ in singles:
        for head in heads:
            counts[head] += (
                (head == "in scope" and case.kind in KINDS)
                or (head == f"hard {case.hard}" and case.kind in KINDS)
                or head == case.kind
                or (head == "out of scope" and case.kind in OUTSIDE)
            )
    lines = [
        "# 准确率 Accuracy",
        "",
        "本页由 `make accuracy` 生成。测试问题（`tests/questions/`）由只看过文件、没看过问法的人写成；"
        "对照引擎与 policybot 知道同样的问法：取最近的一句问法所属的条款为答案，"
        "各自的阈值在留出写作者的问法上取最好的一个。第一位测试作者的问题在开发中看过，第二位的在引擎写成后才写。",
        "",
        "| 引擎（阈值） | " + " | ".join(f"{h}（{counts[h]}）" for h in heads) + " |",
        "| --- |" + " ---: |" * len(heads),
        "| **policybot** | " + " | ".join(f"**{ours[h]:.1%}**" for h in heads) + " |",
    ]
    second = columns([(c, ok) for c, ok in singles if c.name.startswith("second")])
    lines.append("| 其中第二位测试作者 | " + " | ".join(f"{second[h]:.1%}" for h in heads) + " |")
    for name, (least, shares) in peers.items():
        lines.append(f"| {name}（{least:.2f}） | " + " | ".join(f"{shares[h]:.1%}" for h in heads) + " |")
    lines += ["", "policybot 的其他种类：" + "，".join(f"{k} {sum(v)}/{len(v)}" for k, v in others.items())
              + f"，对话轮次 {sum(dialogs)}/{len(dialogs)}。"]  # fmt: skip
    wrong = sum(v == "wrong" for c, _, v in results if c.kind in IN_SCOPE and not c.dialog)
    lines += [f"答错（既不对，也没有给出可选的正确条款，也没有说没有）：{wrong}/{counts['in scope']}。", ""]
    lines += [
        "## 概率是否诚实",
        "",
        "![可靠性](reliability.svg) ![风险与覆盖](risk-coverage.svg)",
        "",
        "```",
        report,
        "```",
        "",
    ]
    lines += ["## 代价", "", "决定（回答、请选、说没有）取预期代价最小者（`bot/decide.py`）：", ""]
    for name in ("WRONG", "LEAK", "WRONG_CHOICE", "LEAK_CHOICE", "MISS", "CHOICE", "CHAT_MIX"):
        lines.append(f"- {name} = {getattr(decide, name)}")
    if ABLATIONS.exists():
        lines += ["", "## 每样东西值多少", ""]
        lines += ["留出写作者，每次去掉一样，权重重新拟合（`python -m tests.accuracy --ablate`）：", ""]
        lines += [
            "| 配置 | 条款对 | 其中难的两位写作者 | 范围外拒答 | 对数损失 |",
            "| --- | ---: | ---: | ---: | ---: |",
        ]
        for name, q in yaml.safe_load(ABLATIONS.read_text(encoding="utf-8")).items():
            lines.append(f"| {name} | {q['inside']:.1%} | {q['hard']:.1%} | {q['outside']:.1%} | {q['loss']:.3f} |")
    lines += ["", "没有问法的文件答得怎样、领域知识值多少、与对照引擎相比：见[另一页](documents.md)。"]
    lines += ["", "## 最差的十个问题，以及为什么", ""]
    bad = sorted((r for r in results if r[2] != "right"), key=lambda r: SEVERITY[r[2]])
    for case, reply, verdict in bad[:WORST]:
        want = "、".join(case.clauses) or case.info or case.kind
        got = "、".join(c.clause for c in reply.clauses) or reply.info or reply.status
        best = "；".join(f"{m.target.split('/')[-1]} {m.probability:.2f}" for m in reply.why.matches[:3])
        lines.append(f"- {verdict}：「{case.ask}」应为 {want}，得到 {got}。规则：{reply.why.name}。{best}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page and its pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ablate", action="store_true", help="measure the ablations anew (some minutes)")
    options = parser.parse_args()
    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "policybot", "axes.spines.top": False, "axes.spines.right": False})
    jieba.setLogLevel(logging.WARNING)
    jieba.dt.tmp_dir = tempfile.mkdtemp(prefix="policybot-accuracy-")

    made = compiled.ready()
    if options.ablate:
        found = {name: vars(q) for name, q in tuning.ablations(made.base, made.reader).items()}
        rounded = {name: {k: round(v, 4) for k, v in q.items()} for name, q in found.items()}
        ABLATIONS.write_text(yaml.safe_dump(rounded, sort_keys=False), encoding="utf-8")
    assistant = Assistant(made, today=lambda: DAY)
    results = list(run(assistant, cases()))
    known = examples(made.base)
    singles = [c for c in cases() if not c.dialog]
    peers = {}
    for name, build in PEERS.items():
        least = threshold(build, known)
        peers[name] = (least, peer_shares(build(known), least, singles, assistant.policy.id))
    targets, rows = tuning.held_out(made.base, made.reader)
    weights = load_weights(compiled.ROOT)
    reliability(targets, rows, weights)
    risk_coverage(results)
    PAGE.write_text(page(results, peers, tuning.report(targets, rows, weights)), encoding="utf-8")
    print(f"{PAGE.relative_to(HERE.parents[1])} written")


if __name__ == "__main__":
    main()
