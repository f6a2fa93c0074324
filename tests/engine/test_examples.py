"""Questions that people are shown: a document's own, else made of it; each is answered rightly."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from bot.engine.assistant import Assistant
from bot.engine.documents.examples import MOST, kinds
from bot.staff.question_tests import DAY
from knowledge import ROOT
from knowledge.base.load import examine, load_base
from tests.bases import shared
from tests.smallbase import small_field, thin_lexicon

DOCUMENTS = Path(__file__).parents[1] / "documents"
SEED = ROOT / "policies" / "wuhan-development-zones"
FOLDERS = sorted(path.parent.name for path in DOCUMENTS.glob("*/policy.yaml"))


WITH_ALL = ("chengchuan-night-works", "jiangcheng-hightech", "songzhou-parks")
"""One of each place, beside all questions that the project's lexicon knows; the others beside some of them."""


def base_of(folder: Path, names: list[str], *, thin: bool = False) -> Assistant:
    """An assistant on these test documents, with the project's lexicon and field; ``thin``: with parts of them."""
    if thin:
        shutil.copytree(ROOT / "lexicon", folder / "lexicon")
        thin_lexicon(folder / "lexicon")
        small_field(folder)
    for name in names:
        shutil.copytree(DOCUMENTS / name, folder / "policies" / name, dirs_exist_ok=True)
    base, faults = examine(folder)
    assert faults == []
    assert base is not None
    return Assistant(shared(folder), today=lambda: DAY)


def local_names() -> list[str]:
    """What the place of the project's own document is called, as its folder says."""
    data = yaml.safe_load((SEED / "lexicon" / "places.yaml").read_text(encoding="utf-8"))
    return [str(name) for name in data["names"]]


@pytest.mark.parametrize("name", FOLDERS)
def test_each_document_alone_has_questions_that_it_answers(tmp_path: Path, name: str) -> None:
    assistant = base_of(tmp_path, [name], thin=name not in WITH_ALL)
    shown = assistant.library.examples.questions
    assert 3 <= len(shown) <= MOST
    assert "文件还有效吗" in shown
    right = {c.question: c for kind in kinds(assistant.library) for c in kind}
    for question in shown:
        assert right[question].fits(assistant.reply(question)), question
        assert assistant.reply(question).status in ("answer", "info")


def test_all_of_them_together_name_nothing_of_another_place(tmp_path: Path) -> None:
    assistant = base_of(tmp_path, FOLDERS)
    shown = assistant.library.examples.questions
    assert len(shown) >= 3
    names = re.compile("|".join(map(re.escape, local_names())), re.I)
    for asked in (*shown, "你好", "你能做什么", "外星人落户补贴", "今天吃什么", "", "人才公寓怎么申请"):
        reply = assistant.reply(asked)
        assert not names.search(reply.text), (asked, reply.text)
    refused = assistant.reply("今天晚上吃什么")
    assert refused.status == "none"
    assert shown[0] in refused.text


def test_the_examples_of_the_document_that_comes_with_the_project_are_its_own(assistant: Assistant) -> None:
    own = load_base().examples[SEED.name]
    assert assistant.library.examples.questions == own
    for question in own:
        assert assistant.reply(question).status in ("answer", "info"), question


def test_a_document_may_bring_its_own(tmp_path: Path) -> None:
    path = tmp_path / "policies" / "songzhou-parks" / "examples.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("examples: [改造老旧厂房补贴多少]\n", encoding="utf-8")
    assistant = base_of(tmp_path, ["songzhou-parks"], thin=True)
    assert assistant.library.examples.questions == ("改造老旧厂房补贴多少",)


def test_no_refusal_offers_the_clause_of_another_document(tmp_path: Path) -> None:
    """Every topic that the shared lexicon knows, asked in its own words of a base with one foreign document."""
    assistant = base_of(tmp_path, ["jiangcheng-hightech"])
    topics = assistant.ready.base.lexicon.not_covered.topics
    assert len(topics) > 400
    assert [topic.id for topic in topics if topic.nearest] == []
    for topic in topics[::7]:
        question = next(iter(topic.phrasings.values()))[0]
        reply = assistant.reply(question)
        words = assistant.understanding.question(question).rest_reading.words
        for offered in reply.suggestions:
            target = f"{offered.policy}/{offered.clause}"
            lacking = assistant.evidence.lacking(assistant.looked_for(question), target, words)
            assert len(lacking) < len(words), (question, target)
