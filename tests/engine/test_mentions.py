"""All clauses that speak of something: of the document with phrasings, and of one that was only imported."""

from __future__ import annotations

import pytest

from bot.engine.answering.mentioned import READABLE, passage
from bot.engine.assistant import Assistant
from bot.engine.values.reply import Quote, Reply, quotes
from bot.engine.values.why import Rule


def ids(reply: Reply) -> list[str]:
    return [ref.clause for ref in reply.clauses]


@pytest.mark.parametrize(
    ("question", "clauses"),
    [
        ("照顾小微的有哪些", ["1.5", "2.2"]),
        ("和成果转化有关的有几条", ["4.1", "4.2"]),
        ("涉及供应链的条款", ["3.2", "4.4"]),
        ("哪几条写了比例", ["4.2"]),
    ],
)
def test_a_list_that_is_asked_for_is_whole(assistant: Assistant, question: str, clauses: list[str]) -> None:
    reply = assistant.reply(question)
    held = [c.id for c in assistant.policy.clauses if c.id in clauses]
    assert (reply.status, reply.why.rule) == ("answer", Rule.MENTIONED)
    assert set(ids(reply)) >= set(held)
    assert f"有 {len(reply.clauses)} 条" in reply.text


def test_every_line_shows_the_words_that_matter(assistant: Assistant) -> None:
    reply = assistant.reply("和供应链有关的有哪几条")
    lines = [block for block in reply.blocks if block.role == "list"]
    assert len(lines) == len(reply.clauses) > 1
    for line, ref in zip(lines, reply.clauses, strict=True):
        quote = next(piece.text for piece in line.pieces if isinstance(piece, Quote))
        assert "供应链" in quote
        assert quote in assistant.policy.clause(ref.clause).text


@pytest.mark.parametrize(
    "question",
    [
        "芯片产业",
        "科技方面有什么政策",
        "5G、智慧城市那块",
        "人才这块怎么搞",
        "人才方面有啥支持没得",
        "示范这一摊讲了些么事咧",
        "贸易上作了哪些具体安排",
        "小企业",
    ],
)
def test_words_that_several_clauses_fit_get_them_all(assistant: Assistant, question: str) -> None:
    reply = assistant.reply(question)
    assert reply.status in ("choose", "answer")
    assert len(reply.clauses) > 1


def test_the_choice_goes_on_by_number(assistant: Assistant) -> None:
    first = assistant.reply("照顾小微的有哪些")
    assert ids(assistant.reply("第二个", first.conversation))[0] == ids(first)[1]


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("出台这个意见的目的是什么", Rule.DOCUMENT),
        ("高企的补贴有多少", Rule.BEST_MATCH),
        ("这份文件有哪些政策", Rule.DOCUMENT),
        ("照顾宠物的有哪些", Rule.NOT_COVERED),
        ("用综合保税区建产业园要满足哪些条件", Rule.BEST_MATCH),
        ("哪些项目能进目录", Rule.BEST_MATCH),
    ],
)
def test_other_questions_are_no_lists(assistant: Assistant, question: str, rule: Rule) -> None:
    assert assistant.reply(question).why.rule is not Rule.MENTIONED, rule


def test_the_only_clause_that_speaks_of_it_is_shown_whole(assistant: Assistant) -> None:
    reply = assistant.reply("和产业集群有关的有哪几条")
    assert (reply.status, ids(reply), reply.why.unstated) == ("answer", ["3.2"], "")
    assert assistant.policy.clause("3.2").without_list in quotes(reply.blocks)


@pytest.mark.parametrize(
    ("question", "names"),
    [("和民宿有关的有哪几条", "民宿"), ("餐饮企业方面都有哪些条款", "餐饮企业")],
)
def test_of_an_imported_document(langu: tuple[Assistant, str], question: str, names: str) -> None:
    assistant, policy = langu
    reply = assistant.reply(question, policy=policy)
    assert reply.policy == policy
    assert len(reply.clauses) > 1
    assert all(names in assistant.library.clause(ref.target).text for ref in reply.clauses)


def test_the_clauses_with_a_deadline_of_an_imported_document(langu: tuple[Assistant, str]) -> None:
    assistant, policy = langu
    shown = quotes(assistant.reply("哪几条写了时间要求", policy=policy).blocks)
    for words in ("每年4月1日至4月30日受理", "15个工作日内完成初审"):
        assert any(words in quote for quote in shown)
    assert not any("优先安排公交车位" in quote for quote in shown)


def test_a_passage_is_verbatim_and_readable() -> None:
    text = "一、前面的话。" + "甲乙丙，" * 40 + "支持做灯笼的作坊，" + "子丑寅，" * 40 + "完。"
    shown = passage(text, ("灯笼",))
    assert "灯笼" in shown
    assert shown in text
    assert len(shown) <= READABLE


def test_the_words_of_a_list_are_the_documents(assistant: Assistant) -> None:
    reply = assistant.reply("照顾小微的有哪些")
    texts = [clause.text for clause in assistant.policy.clauses]
    assert all(any(quote in text for text in texts) or "有效期" in quote for quote in quotes(reply.blocks))


def test_a_word_of_the_document_is_no_question_on_another(assistant: Assistant) -> None:
    """However like questions from elsewhere it is by itself."""
    reply = assistant.reply("中小微")
    assert (reply.status, ids(reply)[:2]) == ("choose", ["1.5", "2.2"])


def test_the_title_of_a_part_speaks_for_its_clauses(assistant: Assistant) -> None:
    reply = assistant.reply("自主权")
    part = assistant.policy.sections[0]
    assert "自主权" in part.title
    assert {*ids(reply)} == {*(clause.id for clause in part.all_clauses), "4.1"}


def test_a_bare_word_of_one_clause_alone_is_its_answer_though_an_unsure_one(assistant: Assistant) -> None:
    reply = assistant.reply("保险")
    assert (reply.status, ids(reply)) == ("answer", ["2.2"])
    assert assistant.library.words("likely") in reply.text


@pytest.mark.parametrize("question", ["我们能拿到现钱的有哪几条", "单位从这里头能捞到哪些资金"])
def test_what_gives_money_is_asked_for_in_other_words(assistant: Assistant, question: str) -> None:
    told = assistant.reply("哪几条给钱")
    assert ids(assistant.reply(question)) == ids(told) != []


def test_a_word_that_stands_nearly_everywhere_means_no_one_clause(assistant: Assistant) -> None:
    reply = assistant.reply("园区")
    assert reply.status == "answer"
    assert len(reply.clauses) > 4


@pytest.mark.parametrize(
    "question", ["领导叫我找链长制是哪几家在负责，帮我列一下", "每年公开发布多少条公交线路调整的清单"]
)
def test_who_does_it_and_how_many_of_a_thing_ask_for_no_list(assistant: Assistant, question: str) -> None:
    assert assistant.reply(question).why.rule is not Rule.MENTIONED


@pytest.mark.parametrize(
    ("question", "clauses"),
    [("融资", {"1.2", "1.5"}), ("采购", {"2.2", "4.4"}), ("数字化", {"3.3", "4.3"})],
)
def test_a_broad_subject_is_what_clauses_say_of_it(assistant: Assistant, question: str, clauses: set[str]) -> None:
    """They rarely name it: what is bought by the public is 政府采购, 市场采购贸易 as well."""
    reply = assistant.reply(question)
    assert reply.status == "choose"
    assert clauses <= {*ids(reply)[:4]}


def test_a_broad_subject_of_an_imported_document(langu: tuple[Assistant, str]) -> None:
    assistant, policy = langu
    reply = assistant.reply("金融", policy=policy)
    assert reply.status == "choose"
    assert "2.7" in ids(reply)  # 贷款利息
    assert all("金融" not in quote for quote in quotes(reply.blocks))


def test_a_broad_subject_of_which_nothing_is_said(assistant: Assistant) -> None:
    assert assistant.reply("税收").status == "none"


def test_a_word_with_a_title_of_its_own_is_that_clause(assistant: Assistant) -> None:
    reply = assistant.reply("招商引资")
    assert (reply.status, ids(reply)[0]) == ("answer", "2.1")


@pytest.mark.parametrize("question", ["省级开发区有什么额外的照顾", "微型企业能沾到啥光", "小企业得到什么帮助"])
def test_what_is_in_it_for_somebody_in_other_words(assistant: Assistant, question: str) -> None:
    reply = assistant.reply(question)
    assert reply.status == "choose"
    assert len(reply.clauses) > 1


def test_which_chains_are_no_clauses(assistant: Assistant) -> None:
    reply = assistant.reply("六链统筹是哪几条链")
    assert (reply.status, ids(reply)[0], reply.why.rule is Rule.MENTIONED) == ("answer", "3.2", False)


@pytest.mark.parametrize("question", ["企业能捞到什么扶持", "企业可以得到哪些帮助", "企业"])
def test_what_is_in_it_for_firms_are_the_clauses_that_speak_of_them(assistant: Assistant, question: str) -> None:
    reply = assistant.reply(question)
    assert {"1.5", "2.2", "4.2"} <= {*ids(reply)}


def test_a_word_for_a_broad_subject_is_of_one_theme_and_no_others(assistant: Assistant) -> None:
    themes = assistant.ready.base.lexicon.themes.themes
    words = [word for theme in themes for word in theme.asked.split()]
    assert len(words) == len(set(words)) > 0
    assert all(theme.name in theme.asked.split() for theme in themes)
