"""Documents in the console: from a docx to an answer, and back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from aiohttp import FormData
from PIL import Image

from bot.channels.web.app import WebApp
from bot.engine.assistant import Assistant
from bot.serving.base_files import BaseFiles
from bot.serving.hot_reload import Reloader, Report
from bot.serving.reply_cache import RecentReplies
from bot.staff.documents import PAGES, DocumentError, Documents, mended, plain_name
from bot.store.store import Store
from knowledge import compiled
from tests.smallbase import BREAKING
from tests.web.test_console import logged
from tests.web.test_console import signed_in as signed_in_to
from tests.web.web import UNLIMITED, Browser, Web, within

TEXT = (
    "关于支持夜间经济发展的若干措施",
    "柳河政发〔2026〕9号",
    "各街道办事处，区直各部门：",
    "为繁荣夜间消费，现提出以下措施。",
    "一、支持夜市建设",
    "（一）对新建成并开业的夜市，给予主办方一次性补助18万元。（责任单位：区商务局）",
    "（二）对夜间延时经营的书店，每家每年补贴2万元。（责任单位：区文旅局）",
    "二、附则",
    "本措施自2026年5月1日起施行，有效期至2028年4月30日。",
    "柳河区人民政府",
    "2026年4月15日",
)


TABLE = (("等级", "奖励金额", "兑现期限"), ("五星夜市", "30万元", "20个工作日"), ("四星夜市", "10万元", "30个工作日"))


def letter(path: Path, text: tuple[str, ...] = TEXT, table: Sequence[Sequence[str]] = ()) -> bytes:
    """A docx; ``table``: rows below the first line that says 按下表."""
    made = docx.Document()
    for line in text:
        made.add_paragraph(line)
        if table and "按下表" in line:
            grid = made.add_table(len(table), len(table[0]))
            for row, cells in zip(grid.rows, table, strict=True):
                for cell, words in zip(row.cells, cells, strict=True):
                    cell.text = words
    made.save(str(path))
    return path.read_bytes()


async def _nothing(_: Report, __: bool) -> None:
    pass


@pytest.fixture
async def web(store: Store, files: BaseFiles, tmp_path: Path) -> AsyncIterator[Web]:
    replies = RecentReplies(Assistant(compiled.ready(files.root, files.overlay)))
    made = Web(store, replies, console=True)
    made.parts = replace(made.parts, reloader=Reloader(files, replies, None, _nothing))
    made.web = WebApp(made.parts, made.settings, tmp_path / "data")
    await made.open()
    yield made
    await made.close()


async def signed_in(web: Web, role: str, name: str = "") -> Browser:
    return await signed_in_to(web, role, name)


async def hand_in(browser: Browser, name: str, data: bytes) -> None:
    await browser.open("/console/documents")
    form = next(f for f in browser.page.css("form") if f.attributes.get("enctype"))
    sent = FormData()
    sent.add_field("csrf", str(form.css_first("input[name=csrf]").attributes["value"]))  # type: ignore[union-attr]
    sent.add_field("file", data, filename=name)
    async with browser.session.post(f"{browser.address}/console/documents/upload", data=sent) as response:
        await browser._take(response)


async def test_from_a_docx_to_an_answer_and_back(web: Web, tmp_path: Path) -> None:
    editor, reviewer = await signed_in(web, "editor", "小编"), await signed_in(web, "reviewer", "老审")
    await hand_in(editor, "夜间经济.docx", letter(tmp_path / "a.docx"))
    assert "收下了「夜间经济.docx」" in editor.text, editor.text
    one = editor.url.rpartition("/")[2]
    assert [m.text() for m in editor.page.css("mark")], "figures are marked in the text"
    assert "18万元" in editor.text
    assert not [b for b in editor.page.css("button") if b.text().startswith("发布")], "an editor doesn't publish"
    async with editor.session.get(f"{web.address}/console/documents/{one}/original") as response:
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert await response.read() == (tmp_path / "a.docx").read_bytes()

    await reviewer.open(f"/console/documents/{one}")
    await reviewer.press_plain("发布")
    assert "已经生效" in reviewer.text, reviewer.text
    async with web.browser() as asker:
        await asker.open("/")
        await asker.ask("《关于支持夜间经济发展的若干措施》给夜市补助多少")
        assert "18万元" in asker.last, asker.last
        await asker.open(f"/p/{one}")
        assert asker.status == 200
        async with asker.session.get(f"{web.address}/api/v1/policies") as response:
            assert one in [item["id"] for item in (await response.json())["items"]]

        changed = tuple(line.replace("18万元", "25万元") for line in TEXT)
        await hand_in(editor, "夜间经济（修订）.docx", letter(tmp_path / "b.docx", changed))
        assert editor.url.rpartition("/")[2] == one
        assert "18万元" in "".join(d.text() for d in editor.page.css("del")) + editor.text
        await reviewer.open(f"/console/documents/{one}")
        assert "与正在用的那一版相比" in reviewer.text
        await reviewer.press_plain("发布")
        await asker.open("/")
        await asker.ask("《关于支持夜间经济发展的若干措施》给夜市补助多少")
        assert "25万元" in asker.last

        await reviewer.open("/console/documents")
        await reviewer.press_plain("换回这一版")
        assert "已经生效" in reviewer.text
        await asker.open("/")
        await asker.ask("《关于支持夜间经济发展的若干措施》给夜市补助多少？")
        assert "18万元" in asker.last, asker.last

        await reviewer.open("/console/documents")
        button = next(b for b in reviewer.page.css("button") if "夜间经济" in (b.attributes.get("aria-label") or ""))
        form = next(f for f in reviewer.page.css("form") if (button.attributes["aria-label"] or "") in f.html)  # type: ignore[operator]
        await reviewer.send(form)
        assert "已经生效" in reviewer.text
        await asker.open(f"/p/{one}")
        assert asker.status == 404
    told = [what for _, what, _ in await logged(web) if what != "signed in"]
    assert told == [
        "document handed in",
        "document published",
        "document handed in",
        "document published",
        "version put back",
        "document withdrawn",
    ]
    await editor.session.close()
    await reviewer.session.close()


async def test_a_figure_is_mended_and_a_wrong_one_cannot_be_published(web: Web, tmp_path: Path) -> None:
    admin = await signed_in(web, "admin", "老管")
    await hand_in(admin, "夜间经济.docx", letter(tmp_path / "a.docx"))
    one = admin.url.rpartition("/")[2]
    field = next(i for i in admin.page.css("input") if (i.attributes.get("value") or "") == "18万元")
    name = str(field.attributes["name"])
    form = next(f for f in admin.page.css("form") if f'name="{name}"' in (f.html or ""))
    await admin.send(form, {name: "80万元"})
    assert "处错误" in admin.page.css_first(".told").text()  # type: ignore[union-attr]
    assert not [b for b in admin.page.css("button") if b.text().startswith("发布")]
    mark = str(admin.page.css_first("input[name=csrf]").attributes["value"])  # type: ignore[union-attr]
    async with admin.session.post(f"{web.address}/console/documents/{one}/publish", data={"csrf": mark}) as response:
        assert "没有做，一切照旧" in await response.text()
    await admin.open(f"/console/documents/{one}")
    form = next(f for f in admin.page.css("form") if f'name="{name}"' in (f.html or ""))
    await admin.send(form, {name: "18万元", name.replace(".text", ".value"): "180000"})
    assert "没有错误" in admin.page.css_first(".told").text()  # type: ignore[union-attr]
    await admin.send(
        next(f for f in admin.page.css("form") if "validity.until" in (f.html or "")), {"published": "谷雨"}
    )
    assert "没有改" in admin.page.css_first(".told").text()  # type: ignore[union-attr]
    await admin.session.close()


async def test_what_quotes_several_lines_of_a_table_is_saved_as_browsers_send_it(web: Web, tmp_path: Path) -> None:
    """They end lines with CR LF, whatever the page has."""
    admin = await signed_in(web, "admin", "老管")
    text = (*TEXT[:7], "（三）对评为星级的夜市，按下表给予奖励。（责任单位：区商务局）", *TEXT[7:])
    await hand_in(admin, "夜间经济.docx", letter(tmp_path / "a.docx", text, TABLE))
    form = next(f for f in admin.page.css("form[data-check]") if "30万元" in (f.html or ""))
    fields = {str(i.attributes["name"]): i.attributes.get("value") or "" for i in form.css("input[type=text]")}
    quotes = {str(area.attributes["name"]): area.text() for area in form.css("textarea")}
    assert [quote for quote in quotes.values() if "\n" in quote], quotes
    await admin.send(form, fields | {name: quote.replace("\n", "\r\n") for name, quote in quotes.items()})
    assert "改好了，没有错误" in admin.page.css_first(".told").text()  # type: ignore[union-attr]
    await admin.session.close()


async def test_a_field_is_checked_as_it_is_typed_and_nothing_is_kept(web: Web, tmp_path: Path) -> None:
    """By the script as JSON, by the button on the page."""
    admin = await signed_in(web, "admin", "老管")
    await hand_in(admin, "夜间经济.docx", letter(tmp_path / "a.docx"))
    one = admin.url.rpartition("/")[2]
    field = next(i for i in admin.page.css("input") if (i.attributes.get("value") or "") == "18万元")
    name = str(field.attributes["name"])
    form = next(f for f in admin.page.css("form") if f'name="{name}"' in (f.html or ""))
    mark = {i: str(form.css_first("input[name=csrf]").attributes["value"]) for i in ("csrf",)}  # type: ignore[union-attr]
    address, script = f"{admin.address}/console/documents/{one}/check", {"Accept": "application/json"}
    value = name.replace(".text", ".value")
    checks: list[tuple[dict[str, str], list[str]]] = [
        ({name: "80万元"}, [name, value]),
        ({name: "18万元", value: "1800000"}, [value]),
        ({name: "18万元"}, []),
        ({"published": "谷雨"}, ["published"]),
    ]
    for typed, wrong in checks:
        async with admin.session.post(address, data=mark | typed, headers=script) as response:
            found = await response.json()
        assert [fault["field"] for fault in found] == wrong, found
        assert all(fault["message"] for fault in found)
    button = next(b for b in form.css("button") if "检查" in b.text())
    form.attrs["action"] = str(button.attributes["formaction"])
    await admin.send(form, {name: "80万元"})
    assert "还没有保存" in admin.text
    again = next(i for i in admin.page.css("input") if i.attributes.get("name") == name)
    assert (again.attributes["value"], again.attributes["aria-invalid"]) == ("80万元", "true")
    told = admin.page.css_first(f'[id="{again.attributes["aria-describedby"]}"]')
    assert told is not None
    assert told.text().strip(), "what is wrong stands by the field"
    await admin.open(f"/console/documents/{one}")
    again = next(i for i in admin.page.css("input") if i.attributes.get("name") == name)
    assert again.attributes["value"] == "18万元"
    await admin.session.close()


async def test_a_question_is_tried_against_a_draft_and_an_earlier_version(web: Web, tmp_path: Path) -> None:
    admin = await signed_in(web, "admin", "老管")
    await hand_in(admin, "夜间经济.docx", letter(tmp_path / "a.docx"))
    one = admin.url.rpartition("/")[2]
    await admin.press_plain("发布")
    changed = tuple(line.replace("18万元", "25万元") for line in TEXT)
    await hand_in(admin, "夜间经济.docx", letter(tmp_path / "b.docx", changed))
    question = "《关于支持夜间经济发展的若干措施》给夜市补助多少"
    link = next(a for a in admin.page.css("a") if "照这一版试问" in a.text())
    await admin.open(str(link.attributes["href"]))
    (chosen,) = admin.page.css("option[selected]")
    assert chosen.attributes["value"] == f"{one}/draft"

    async def tried(version: str) -> str:
        async with admin.session.get(f"{web.address}/console/try", params={"q": question, "v": version}) as response:
            await admin._take(response)
        return admin.text

    assert "18万元" in await tried("")
    assert "25万元" in await tried(f"{one}/draft")
    await admin.open(f"/console/documents/{one}")
    await admin.press_plain("发布")
    assert "25万元" in await tried("")
    before = next(str(o.attributes["value"]) for o in admin.page.css("option") if "换下的" in o.text())
    assert "18万元" in await tried(before)
    await tried(f"{one}/20200101-000000")
    assert admin.status == 404
    await admin.session.close()


async def test_the_file_stands_beside_what_was_recognised(web: Web, tmp_path: Path) -> None:
    admin = await signed_in(web, "admin", "老管")
    more = "申报材料：营业执照复印件、开业照片。每年9月30日前向区商务局申报。（责任"
    text = tuple(line.replace("（责任", more, 1) for line in TEXT)
    await hand_in(admin, "夜间经济.docx", letter(tmp_path / "a.docx", text))
    source = admin.page.css_first("section.source")
    assert source is not None
    for line in text:
        assert line in source.text(), line
    left_out = [p.text().strip() for p in source.css("p.faint")]
    assert any("各街道办事处" in text for text in left_out)
    assert not any("18万元" in text for text in left_out)
    card = next(c for c in admin.page.css("section.card") if "18万元" in c.text())
    assert [m.text() for m in card.css("mark")]
    assert card.css_first("dl") is not None, "what the clause says of what people ask"
    for quote in card.css("dd p"):
        assert quote.text() in "".join(text)
    assert card.css("span.said[title]")
    await admin.session.close()


async def test_pages_stand_beside_what_was_recognised_and_do_nothing_else(web: Web, tmp_path: Path) -> None:
    admin, viewer = await signed_in(web, "admin", "老管"), await signed_in(web, "viewer", "小看")
    await hand_in(admin, "夜间经济.docx", letter(tmp_path / "a.docx"))
    one = admin.url.rpartition("/")[2]
    assert not admin.page.css("section.source img"), "a docx has no pages"
    pages = tmp_path / "data" / "documents" / "originals" / one / PAGES
    pages.mkdir()
    Image.new("RGB", (10, 10)).save(pages / "1.png")
    await admin.open(f"/console/documents/{one}")
    (image,) = admin.page.css("section.source img")
    assert "第 1 页" in (image.attributes["alt"] or "")
    async with admin.session.get(f"{web.address}{image.attributes['src']}") as response:
        assert response.content_type == "image/png"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert await response.read() == (pages / "1.png").read_bytes()
    async with viewer.session.get(f"{web.address}{image.attributes['src']}") as response:
        assert response.status == 403
    await admin.open(f"/console/documents/{one}/pages/2")
    assert admin.status == 404
    await admin.session.close()
    await viewer.session.close()


async def test_the_second_person(store: Store, files: BaseFiles, tmp_path: Path) -> None:
    replies = RecentReplies(Assistant(compiled.ready(files.root, files.overlay)))
    web = Web(store, replies, within(UNLIMITED, two_persons=True), console=True)
    web.parts = replace(web.parts, reloader=Reloader(files, replies, None, _nothing))
    web.web = WebApp(web.parts, web.settings, tmp_path / "data")
    await web.open()
    admin = await signed_in(web, "admin", "老管")
    await hand_in(admin, "夜间经济.docx", letter(tmp_path / "a.docx"))
    one = admin.url.rpartition("/")[2]
    assert "要由另一个人发布" in admin.text
    mark = str(admin.page.css_first("input[name=csrf]").attributes["value"])  # type: ignore[union-attr]
    async with admin.session.post(f"{web.address}/console/documents/{one}/publish", data={"csrf": mark}) as response:
        assert response.status == 403
    await admin.session.close()
    await web.close()


@pytest.mark.parametrize("role", ["viewer", "auditor"])
async def test_others_hand_in_nothing(web: Web, role: str, tmp_path: Path) -> None:
    browser = await signed_in(web, role)
    await browser.open("/console/documents")
    assert browser.status == 403
    for path, sent in (
        ("upload", FormData({"file": "x"})),
        ("x/publish", FormData({"csrf": "x"})),
        ("x", FormData({})),
    ):
        async with browser.session.post(f"{web.address}/console/documents/{path}", data=sent) as response:
            assert response.status == 403
    await browser.session.close()


async def test_a_file_is_taken_with_the_sessions_mark_only_and_up_to_a_size(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = await signed_in(web, "editor")
    await editor.open("/console/documents")
    sent = FormData()
    sent.add_field("file", b"x", filename="a.txt")
    sent.add_field("csrf", "x")
    async with editor.session.post(f"{web.address}/console/documents/upload", data=sent) as response:
        assert response.status == 400
    monkeypatch.setattr("bot.channels.web.console.papers.MOST", 1000)
    await hand_in(editor, "大.txt", b"x" * 2000)
    assert editor.status == 413
    await hand_in(editor, "空.docx", b"PK\x03\x04 no docx")
    assert "没有收下" in editor.text
    assert "空.docx" in str(await logged(web))
    await editor.session.close()


async def test_what_a_document_says_is_never_markup(web: Web, tmp_path: Path) -> None:
    editor = await signed_in(web, "editor")
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    text = tuple(line.replace("夜间经济", f"夜间{evil}经济") for line in TEXT)
    await hand_in(editor, "<script>a.docx", letter(tmp_path / "a.docx", text))
    assert editor.status == 200
    assert all(node.attributes.get("src", "").startswith("/static/") for node in editor.page.css("script"))  # type: ignore[union-attr]
    assert editor.page.css("img") == []
    await editor.session.close()


async def test_a_file_that_hangs_the_importer_costs_its_process_alone(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read elsewhere: here nobody waits for it any longer, and the console goes on."""
    monkeypatch.setattr("knowledge.importing.sandbox.WALL_SECONDS", 0.0)
    editor = await signed_in(web, "editor")
    await hand_in(editor, "夜间经济.docx", letter(tmp_path / "a.docx"))
    assert "没有收下：超过 0.0 秒还没读完" in editor.text
    kept = tmp_path / "data" / "documents"
    assert [*(kept / "drafts").iterdir(), *(kept / "originals").iterdir()] == []
    await editor.session.close()


async def test_nothing_of_a_page_that_is_handed_in_is_run(web: Web) -> None:
    editor = await signed_in(web, "editor")
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)><iframe src=//evil.example></iframe>"
    page = "".join(f"<p>{line}</p>{evil}" for line in TEXT)
    await hand_in(editor, "a.html", f"<!doctype html><meta charset=utf-8><title>x</title>{page}".encode())
    assert "收下了" in editor.text, editor.text
    assert all(node.attributes.get("src", "").startswith("/static/") for node in editor.page.css("script"))  # type: ignore[union-attr]
    assert editor.page.css("main img, iframe, [onerror]") == []
    async with editor.session.get(f"{editor.url}/original") as response:
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.content_type == "application/octet-stream"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    await editor.session.close()


class Base:
    """A base's folder, and what checking it comes to."""

    def __init__(self, tmp_path: Path, files: BaseFiles) -> None:
        self.documents = Documents(tmp_path / "documents", files)
        self.policies = files.root / "policies"
        self.verdict = Report("swapped")

    async def take(self) -> Report:
        return self.verdict


async def test_a_base_that_does_not_hold_stays_as_it_was(files: BaseFiles, tmp_path: Path) -> None:
    base = Base(tmp_path, files)
    one = next(base.policies.iterdir()).name
    before = sorted(p.name for p in (base.policies / one).iterdir())
    base.verdict = Report("refused", ("policy.yaml:3: 不对",))
    with pytest.raises(DocumentError, match="不对"):
        await base.documents.withdraw(one, "老管", base.take)
    assert sorted(p.name for p in (base.policies / one).iterdir()) == before
    assert base.documents.history() == []
    draft, _ = base.documents.take_in("夜间经济.docx", letter(tmp_path / "a.docx"), "小编")
    with pytest.raises(DocumentError, match="不对"):
        await base.documents.publish(draft.id, "老管", base.take)
    assert not (base.policies / draft.id).exists()
    assert base.documents.draft(draft.id) == draft, "the draft is still there"
    assert not list(files.root.glob(".replaced-*")) + list(files.root.glob(".coming-*"))


async def test_killed_in_the_middle_the_document_in_force_comes_back(files: BaseFiles, tmp_path: Path) -> None:
    policies = files.root / "policies"
    one = next(policies.iterdir()).name
    (policies / one).rename(files.root / f".replaced-{one}")
    (files.root / ".coming-x").mkdir()
    Documents(tmp_path / "documents", files)
    assert (policies / one / "policy.yaml").is_file()
    assert not (files.root / ".coming-x").exists()


async def test_what_editors_added_goes_on_with_the_new_version(files: BaseFiles, tmp_path: Path) -> None:
    base = Base(tmp_path, files)
    data = letter(tmp_path / "a.docx")
    draft, _ = base.documents.take_in("夜间经济.docx", data, "小编")
    await base.documents.publish(draft.id, "老管", base.take)
    (base.policies / draft.id / "phrasings.yaml").write_text("clauses: {}\n")
    base.documents.take_in("夜间经济.docx", data, "小编")
    await base.documents.publish(draft.id, "老管", base.take)
    assert (base.policies / draft.id / "phrasings.yaml").read_text() == "clauses: {}\n"
    assert [v.id for v in base.documents.history()] == [draft.id]


async def test_ids_and_names_are_no_paths(files: BaseFiles, tmp_path: Path) -> None:
    documents = Documents(tmp_path / "documents", files)
    for odd in ("..", "../x", ".", "a/b", "", "A", "x" * 200):
        with pytest.raises(DocumentError):
            documents.draft(odd)
        with pytest.raises(DocumentError):
            await documents.put_back(odd, "20260101-000000", "x", Base(tmp_path, files).take)
    with pytest.raises(DocumentError):
        await documents.put_back("x", "../../y", "x", Base(tmp_path, files).take)
    for name in ("../../etc/passwd", "..\\..\\x.docx", "/a/b.docx", "..", "\x00", "<b>.docx"):
        assert "/" not in plain_name(name)
        assert not plain_name(name).startswith(".")
        assert "<" not in plain_name(name)


def test_mending_reaches_every_field(assistant: Assistant) -> None:
    policy = assistant.library.policies[0]
    clause = policy.clause("4.2")
    new = mended(policy, {"city": "某市", "validity.until": "2027-01-31", "4.2/0.case": "某种", "4.2/1.drop": "1"})
    assert new.city == "某市"
    assert str(new.validity.until) == "2027-01-31"
    assert len(new.clause("4.2").figures) == len(clause.figures) - 1
    assert new.clause("4.2").figures[0].case == "某种"
    assert mended(policy, {}) == policy
    with pytest.raises(DocumentError, match=r"validity\.until"):
        mended(policy, {"validity.until": "明年"})


async def test_a_phrasing_is_taught_after_all_test_questions_were_tried(web: Web) -> None:
    editor = await signed_in(web, "editor")
    await editor.open("/console/try?q=园区里的老旧厂房想加盖")
    form = next(f for f in editor.page.css("form") if f.css_first("#phrasing") is not None)
    await editor.send(form, {"ask": BREAKING, "target": "4.2"})
    assert "没有教" in editor.page.css_first(".told").text()  # type: ignore[union-attr]
    await editor.send(form, {"ask": "咱们园区头一回评上高企给多少", "target": "4.2"})
    assert "教会了" in editor.page.css_first(".told").text()  # type: ignore[union-attr]
    async with web.browser() as asker:
        await asker.open("/")
        await asker.ask("咱们园区头一回评上高企给多少")
        assert "20万元" in asker.last
    assert [what for _, what, _ in await logged(web)][1:] == ["teaching: refused", "teaching: taught"]
    await editor.session.close()
