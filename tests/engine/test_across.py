"""Questions over several documents: which one is meant, what stays with it, what a document says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.engine.values.reply import Reply, quotes
from bot.engine.values.why import Rule
from bot.serving.reply_cache import RecentReplies
from bot.store.store import Store
from knowledge.compiled import ROOT
from tests.botapi import BotApi
from tests.telegram.direct import Played

DOCUMENTS = Path(__file__).parents[1] / "documents"
SEED, HIGHTECH, PILOT, OLD = "wuhan-development-zones", "jiangcheng-hightech", "jiangcheng-pilot", "jiangcheng-old"
NIGHT, DIGITAL, BEFORE = "chengchuan-night-works", "chengchuan-digital-2025", "chengchuan-digital-2022"
DATA, PARKS = "songzhou-data", "songzhou-parks"


def talk(assistant: Assistant, *turns: str) -> list[Reply]:
    conversation, out = Conversation(), []
    for turn in turns:
        reply = assistant.reply(turn, conversation)
        conversation = reply.conversation
        out.append(reply)
    return out


def measures(reply: Reply) -> list[str]:
    return [f"{c.policy}/{c.clause}" for c in reply.clauses]


# -- what stays with the document that is talked about ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("turns", "policy"),
    [
        (("中试平台建设管理办法还有效吗", "谁负责？"), PILOT),
        (("江城高企措施还有效吗", "补贴多少？"), HIGHTECH),
        (("江城高企措施还有效吗", "最高能补多少"), HIGHTECH),
        (("江城高企措施还有效吗", "申请条件是什么"), HIGHTECH),
        (("江城高企措施还有效吗", "谢谢", "有效期到什么时候"), HIGHTECH),
        (("江城高企措施还有效吗", "首次认定的高新技术企业奖励多少"), HIGHTECH),
        (("夜间施工管理办法提前几天申请", "第三条呢？", "有效期到什么时候"), NIGHT),
        (("江城高企措施人才公寓配租几年", "首次认定补贴多少", "文号多少"), HIGHTECH),
    ],
)
def test_a_follow_up_without_a_subject_stays(cities: Assistant, turns: Sequence[str], policy: str) -> None:
    for turn, reply in zip(turns, talk(cities, *turns), strict=True):
        assert reply.policy in (policy, ""), turn
    assert talk(cities, *turns)[-1].policy == policy


def test_the_money_of_the_named_document(cities: Assistant) -> None:
    reply = talk(cities, "江城高企措施还有效吗", "补贴多少")[-1]
    assert measures(reply) == [f"{HIGHTECH}/1.1", f"{HIGHTECH}/1.2"]
    assert "最高不超过500万元" in reply.text


def test_the_taught_document_keeps_its_follow_ups_when_it_was_named(cities: Assistant) -> None:
    replies = talk(cities, "武汉市开发区创新提升意见还有效吗", "补贴多少", "谁负责")
    assert [r.policy for r in replies] == [SEED] * 3
    assert measures(replies[1]) == [f"{SEED}/{c}" for c in ("4.2", "1.5", "2.1")], "all its money, stated or not"


def test_a_title_goes_before_a_mention(cities: Assistant) -> None:
    talked = talk(cities, "澄政规〔2025〕6号还有效吗", "智能工厂奖励多少", "那风险补偿呢")[-1]
    assert measures(talked)[0] == f"{DIGITAL}/2.1"


def test_a_goal_among_the_clauses_is_not_what_the_document_is_for(cities: Assistant) -> None:
    reply = cities.reply("松政办发〔2025〕11号入园企业的目标是多少家")
    assert measures(reply)[0] == f"{PARKS}/a1.1.2"
    assert cities.reply("松政规〔2025〕2号的目的是什么").info == "purpose"


def test_a_new_subject_leaves(cities: Assistant) -> None:
    replies = talk(cities, "江城高企措施还有效吗", "园区平台公司能引外面的资本吗", "谁负责")
    assert measures(replies[1])[0] == f"{SEED}/1.2"
    assert measures(replies[2])[0] == f"{SEED}/1.2"
    assert measures(talk(cities, "江城高企措施还有效吗", "智能工厂一次性奖励多少")[-1])[0] == f"{DIGITAL}/1.2"


def test_a_refusal_changes_nothing(cities: Assistant) -> None:
    replies = talk(cities, "江城高企措施文号多少", "今天天气怎么样", "发文机关是谁")
    assert replies[1].status == "none"
    assert replies[2].policy == HIGHTECH


def test_without_a_document_it_is_asked_back(cities: Assistant) -> None:
    for text in ("谁负责？", "那金额多少"):
        assert cities.reply(text).status == "clarify", text


# -- attachments -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "clauses"),
    [
        ("松政办发〔2025〕11号附件1第二部分", ["a1.2.1", "a1.2.2"]),
        ("松政办发〔2025〕11号附件1的二（一）", ["a1.2.1"]),
        ("松政办发〔2025〕11号附件一第二部分第二条", ["a1.2.2"]),
        ("松政办发〔2025〕11号附件2第三条", ["a2.0.3"]),
        ("松政办发〔2025〕11号第三条", ["a2.0.3"]),
        ("松政办发〔2025〕11号第二部分", ["a1.2.1", "a1.2.2"]),
        ("松政办发〔2025〕11号 a1.2.1", ["a1.2.1"]),
        ("松政办发〔2025〕11号A1.2.1", ["a1.2.1"]),
        ("松洲市小微园区提升行动方案二（二）", ["a1.2.2"]),
        ("a2.0.4", ["a2.0.4"]),
        ("小微园区评价办法第四条", ["a2.0.4"]),
    ],
)
def test_places_in_attachments(cities: Assistant, asked: str, clauses: list[str]) -> None:
    assert measures(cities.reply(asked)) == [f"{PARKS}/{c}" for c in clauses]


def test_places_that_no_attachment_has(cities: Assistant) -> None:
    for asked, typed in (
        ("松政办发〔2025〕11号附件3第一条", "附件3第一条"),
        ("松政办发〔2025〕11号附件2第九条", "附件2第九条"),
        ("松政办发〔2025〕11号a1.9.9", "a1.9.9"),
        ("江城高企措施附件第三条", "附件第三条"),
    ):
        reply = cities.reply(asked)
        assert (reply.status, reply.clauses) == ("none", ()), asked
        assert f"没有「{typed}」" in reply.text
    assert "共 3 个部分" in cities.reply("松政办发〔2025〕11号第八部分").text


def test_the_document_goes_before_its_attachments(cities: Assistant) -> None:
    assert measures(cities.reply("江城高企措施第二部分")) == [f"{HIGHTECH}/2.1", f"{HIGHTECH}/2.2"]


# -- a place or body chooses the documents ---------------------------------------------------------------------------


def test_validity_by_place(cities: Assistant) -> None:
    reply = cities.reply("江城那份还有效吗")
    assert (reply.status, reply.documents) == ("choose", (HIGHTECH, PILOT))
    picked = cities.reply("2", reply.conversation)
    assert (picked.info, picked.policy) == ("validity", PILOT)
    assert cities.reply("武汉那份还有效吗").policy == SEED


def test_validity_by_the_body_that_issued_it(cities: Assistant) -> None:
    for asked in ("澄川市城市管理局那份还有效吗", "城市管理局印发的那个还有效吗"):
        reply = cities.reply(asked)
        assert (reply.info, reply.policy) == ("validity", NIGHT), asked


def test_a_units_measures_by_place(cities: Assistant) -> None:
    here = cities.reply("江城市科技局负责哪些")
    assert here.documents == (HIGHTECH, PILOT)
    assert {c.policy for c in cities.reply("武汉市科技局负责哪些").clauses} == {SEED}
    data = cities.reply("松洲市大数据局负责哪些")
    assert measures(data) == [f"{DATA}/1.1", f"{DATA}/1.2", f"{DATA}/1.3"]
    none = cities.reply("松洲市财政局负责哪些")
    assert (none.status, none.clauses) == ("none", ())
    assert "松洲的文件里，没有写明由「市财政局」负责的" in none.text


def test_another_place_has_no_documents(cities: Assistant) -> None:
    for asked in ("深圳市科技局负责哪些", "苏州那份还有效吗"):
        reply = cities.reply(asked)
        assert (reply.status, reply.why.rule) == ("none", Rule.ELSEWHERE), asked


def test_who_is_responsible_by_place(cities: Assistant) -> None:
    talked = talk(cities, "夜间施工管理办法第三条", "江城的中试平台归谁管")[-1]
    assert talked.clauses
    assert {c.policy for c in talked.clauses} <= {HIGHTECH, PILOT}
    assert measures(cities.reply("武汉的高新技术企业认定归谁管"))[0] == f"{SEED}/4.2"


def test_a_place_inside_a_word_is_none(cities: Assistant) -> None:
    assert measures(cities.reply("武汉造")) == [f"{SEED}/4.4"]


# -- the list of documents -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["有哪些文件", "你都知道哪些文件", "目录", "看下目录", "收录了哪些政策"])
def test_all_documents_are_listed_those_that_hold_first(cities: Assistant, asked: str) -> None:
    reply = cities.reply(asked)
    assert reply.status == "info"
    assert reply.documents[:3] == (DIGITAL, HIGHTECH, DATA)
    assert reply.documents[-1] == OLD
    lines = reply.text.split("\n")
    assert lines[1] == "【现行有效】"
    assert lines.index("【已过有效期】") < lines.index("【已废止】")
    picked = cities.reply("2", reply.conversation)
    assert picked.policy == HIGHTECH


def test_the_contents_of_the_document_talked_about(cities: Assistant) -> None:
    reply = talk(cities, "江城高企措施还有效吗", "目录")[-1]
    assert (reply.policy, reply.info) == (HIGHTECH, "structure")


def test_the_list_by_pages(cities: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.answering.several_documents.PAGE", 4)
    first, second, third, over = talk(cities, "有哪些文件", "下一页", "还有呢", "下一页")
    assert [len(r.documents) for r in (first, second, third)] == [4, 4, 1]
    assert len({d for r in (first, second, third) for d in r.documents}) == 9
    assert over.status == "clarify"
    assert cities.reply("1", second.conversation).policy == second.documents[0]


def test_the_documents_of_a_place(cities: Assistant) -> None:
    reply = cities.reply("澄川有哪些文件")
    assert reply.documents == (DIGITAL, NIGHT, BEFORE)
    assert "澄川的文件收录了 3 份" in reply.text


async def test_telegram_shows_those_that_hold_first(cities: Assistant, server: BotApi, store: Store) -> None:
    played = Played(server, store, RecentReplies(cities))
    await played.application.initialize()
    greeting = (await played.tell("/start"))[0].text
    assert greeting.index("澄川市中小企业数字化转型措施（2025）") < greeting.index("共 ")
    assert cities.library.by_id[SEED].display_name not in greeting
    labels = played.labels((await played.tell("/list"))[0])
    assert labels[0] == cities.library.by_id[DIGITAL].display_name
    assert any(label.startswith("【已过有效期】武汉市开发区") for label in labels)
    assert "小微园区评价办法" in "".join(sent.text for sent in await played.tell("/clause a2.0.1"))
    listed = (await played.tell("有哪些文件"))[-1]
    assert len([label for label in played.labels(listed) if label not in ("👍", "👎")]) == 9
    await played.application.shutdown()
    assert server.refusals == []


# -- picks -----------------------------------------------------------------------------------------------------------


def test_an_article_after_a_list_is_no_pick(cities: Assistant) -> None:
    articles = cities.reply("夜间施工管理办法第二章")
    assert len(articles.clauses) == 3
    for text, clause in (("第三条", "a1.2.1.3"), ("第5条", "a1.3.5"), ("第三个", "a1.2.2.4"), ("3", "a1.2.2.4")):
        assert measures(cities.reply(text, articles.conversation)) == [f"{NIGHT}/{clause}"], text


def test_where_nothing_is_called_an_article_it_is_a_pick(cities: Assistant) -> None:
    listed = cities.reply("江城高企措施里市财政局负责哪些")
    assert measures(listed) == [f"{HIGHTECH}/1.1", f"{HIGHTECH}/2.2"]
    assert measures(cities.reply("第二条", listed.conversation)) == [f"{HIGHTECH}/2.2"]


# -- a document's own data -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "info", "words"),
    [
        ("江城高企措施文号多少", "number", "江政规〔2024〕8号"),
        ("中试平台建设管理办法的文号是什么", "number", "没有载明文号"),
        ("江城高企措施发文机关是谁", "issuer", "江城市人民政府"),
        ("夜间施工管理办法是哪个部门发的", "issuer", "澄川市城市管理局"),
        ("中试平台建设管理办法是谁印发的", "issuer", "没有载明发文机关"),
        ("夜间施工管理办法什么时候印发的", "published", "2024年9月2日"),
        ("江城高企措施哪年发布的", "published", "自2024年6月1日起施行"),
        ("松政办发〔2025〕11号有没有附件", "attachments", "2. 小微园区评价办法（4 条"),
        ("江城高企措施有附件吗", "attachments", "没有附件"),
        ("松政办发〔2025〕11号废止了哪份文件", "repeals", "（松政办发〔2020〕5号）同时废止。"),
        ("江城高企措施废止了哪份文件", "repeals", "《江城市高新技术企业奖励办法》"),
        ("松政规〔2025〕2号替代了哪个文件", "repeals", "没有写明它废止或替代了哪份文件"),
        ("《江城市高新技术企业奖励办法》被哪个文件替代了", "validity", "江政规〔2024〕8号"),
    ],
)
def test_a_documents_own_data(cities: Assistant, asked: str, info: str, words: str) -> None:
    reply = cities.reply(asked)
    assert (reply.status, reply.info) == ("info", info)
    assert words in reply.text


def test_the_first_documents_own_data(assistant: Assistant) -> None:
    assert "没有载明文号" in assistant.reply("文号多少").text
    assert "没有附件" in assistant.reply("有没有附件").text
    assert assistant.reply("国发几号、鄂政发几号，依据的文号给我").info == "basis"


def test_units_that_are_not_stated(cities: Assistant) -> None:
    reply = talk(cities, "夜间施工管理办法第二条", "谁负责")[-1]
    assert reply.text.startswith("这一条没有写明责任单位。")


# -- two at once -----------------------------------------------------------------------------------------------------


def test_two_documents_are_answered_apart(cities: Assistant) -> None:
    reply = cities.reply("江城高企措施和中试平台建设管理办法都还有效吗")
    assert (reply.status, reply.info, reply.documents) == ("info", "validity", (HIGHTECH, PILOT))
    assert "现仍在有效期内" in reply.text or "仍在有效期内" in reply.text
    assert "已过有效期" in reply.text
    assert cities.reply("第二个", reply.conversation).policy == PILOT


def test_two_documents_on_one_subject(cities: Assistant) -> None:
    reply = cities.reply("澄政规〔2025〕6号和澄政规〔2022〕3号在风险补偿上有什么不同")
    assert measures(reply) == [f"{DIGITAL}/2.1", f"{BEFORE}/2.1"]
    lines = reply.text.split("\n")
    heads = [n for n, line in enumerate(lines) if line.startswith(("1. 《澄川市", "2. 《澄川市"))]
    assert len(heads) == 2
    assert "8000万元" in "\n".join(lines[heads[0] : heads[1]])
    assert "5000万元" in "\n".join(lines[heads[1] :])


def test_a_number_and_its_title_are_one_document(cities: Assistant) -> None:
    reply = cities.reply("江政规〔2024〕8号《支持高新技术企业发展的若干措施》还有效吗")
    assert (reply.info, reply.policy) == ("validity", HIGHTECH)


def test_two_places_are_answered_apart(cities: Assistant) -> None:
    reply = cities.reply("武汉和江城首次认定的高新技术企业补多少，有什么不同")
    assert {c.policy for c in reply.clauses} == {SEED, HIGHTECH}
    assert {"20万元", "30万元"} <= {f.text for f in reply.figures}


def test_more_documents_than_can_be_set_apart_are_offered(cities: Assistant) -> None:
    named = "江政规〔2024〕8号、松政规〔2025〕2号、澄政规〔2025〕6号和澄政规〔2022〕3号都还有效吗"
    reply = cities.reply(named)
    assert reply.status == "choose"
    assert set(reply.documents) == {HIGHTECH, DATA, DIGITAL, BEFORE}


# -- what is asked for -----------------------------------------------------------------------------------------------


def test_clauses_that_state_what_is_asked_for_come_first(cities: Assistant) -> None:
    found = [m.target for m in cities.reply("中试平台归谁管").why.matches if m.target in MENTION_PILOT]
    assert set(found[:2]) == {f"{HIGHTECH}/1.2", f"{PILOT}/2.3"}  # the ones that name a unit


MENTION_PILOT = {f"{HIGHTECH}/1.2", *(f"{PILOT}/{c}" for c in ("1.1", "1.2", "2.3", "2.4"))}


# -- all of it -------------------------------------------------------------------------------------------------------


def test_every_quote_is_verbatim(cities: Assistant) -> None:
    sources = "\n".join((ROOT / "policies" / SEED / "source.txt").read_text(encoding="utf-8").split("\n"))
    sources += "\n".join(p.read_text(encoding="utf-8") for p in sorted(DOCUMENTS.glob("*/source.txt")))
    for asked in (
        "松政办发〔2025〕11号废止了哪份文件",
        "松政办发〔2025〕11号有没有附件",
        "夜间施工管理办法什么时候印发的",
        "江城高企措施和中试平台建设管理办法都还有效吗",
        "有哪些文件",
        "松政办发〔2025〕11号附件1第二部分",
        "武汉和江城的高企补贴有什么不同",
    ):
        for quote in quotes(cities.reply(asked).blocks):
            assert quote in sources, (asked, quote)
