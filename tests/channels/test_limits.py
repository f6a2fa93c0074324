"""No limit is ever met by cutting: every reply of every document, in every messenger, fits and is whole."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.dingtalk.cards import MOST_BUTTONS, created
from bot.channels.dingtalk.channel import DingtalkChannel
from bot.channels.dingtalk.incoming import Sessions
from bot.channels.dingtalk.markdown import markdown
from bot.channels.dingtalk.markdown import plain as unmarked
from bot.channels.dingtalk.settings import DingtalkSettings
from bot.channels.feishu.api import FeishuApi
from bot.channels.feishu.cards import card
from bot.channels.feishu.channel import FeishuChannel
from bot.channels.feishu.settings import FeishuSettings
from bot.channels.wechat_mp.channel import WechatMpChannel
from bot.channels.wechat_mp.passive import Passive
from bot.channels.wecom_app.channel import WecomAppChannel
from bot.channels.wecom_bot.channel import WecomBotChannel
from bot.channels.wecom_bot.connection import Connection
from bot.channels.wecom_bot.settings import WecomBotSettings
from bot.channels.wecom_bot.slots import Slots
from bot.channels.wecom_kf.channel import WecomKfChannel
from bot.engine.assistant import Assistant
from bot.engine.values.reply import Reply
from bot.messaging.client import Client
from bot.messaging.markdown import unescaped
from bot.messaging.plain import PlainChannel, without_number
from bot.messaging.remembered import Remembered
from bot.messaging.wechat.api import WechatApi
from bot.replies.texts import Texts
from bot.service.buttons import LABEL, MOST_DATA
from bot.service.pages import LENGTHS, lines, paragraphs, plain
from bot.service.port import Address, Button, Content, Line, Rows
from bot.service.visit import MORE
from tests.bases import shared
from tests.smallbase import small_base

DOCUMENTS = Path(__file__).resolve().parents[1] / "documents"
QUESTIONS = Path(__file__).resolve().parents[1] / "questions"
CLIENT = Client()
WORDS = Texts.load()
API = WechatApi(CLIENT, "https://example.invalid", "/cgi-bin/gettoken", {})
FEISHU = FeishuApi(FeishuSettings("a", "b", "c", "d"), CLIENT)
CHANNELS: dict[str, Callable[[], PlainChannel]] = {
    "wecom_bot": lambda: WecomBotChannel(Connection(WecomBotSettings("a", "b"), CLIENT, lambda _: None), Slots(), "……"),
    "wecom_app": lambda: WecomAppChannel(API, 1),
    "wecom_kf": lambda: WecomKfChannel(API),
    "wechat_mp": lambda: WechatMpChannel(API, Passive()),
    "dingtalk": lambda: DingtalkChannel(DingtalkSettings("a", "b"), CLIENT, Sessions(), Remembered(), WORDS),
    "feishu": lambda: FeishuChannel(FEISHU, Remembered()),
}
MEASURED: dict[str, tuple[int, Callable[[str], int]]] = {
    "wecom_bot": (20_480, lambda page: len(page.encode())),
    "wecom_app": (2_048, lambda page: len(page.encode())),
    "wecom_kf": (2_048, lambda page: len(page.encode())),
    "wechat_mp": (2_048, lambda page: len(page.encode())),
    "dingtalk": (20_000, lambda page: len(_robot_body(page))),
    "feishu": (30_000, lambda page: len(card(page, (), False).encode())),
}
"""How the platform measures, and how much it takes."""
SHOWN: dict[str, Callable[[str], str]] = {"wecom_bot": unescaped, "dingtalk": unmarked}
"""What people see of a message, where it isn't the message."""
CHOICES = 20
"""More than are ever offered by number at once."""
BUTTONS = {"dingtalk": MOST_BUTTONS, "feishu": 40}
_ENDS = re.compile(r"[。！？；;]\Z")


def _robot_body(page: str) -> bytes:
    body = {"robotCode": "c" * 64, "msgKey": "sampleText", "userIds": ["u" * 64]}
    text = markdown(page)
    told = {"content": page} if text is None else {"title": "题" * 20, "text": text}
    inner = json.dumps(told, ensure_ascii=False)
    return json.dumps(body | {"msgParam": inner}, ensure_ascii=False).encode()


def squeezed(text: str) -> str:
    return text.replace("\n", "")


def whole(content: Content) -> str:
    """All that the content says."""
    return squeezed("".join(plain(run.text) for paragraph in paragraphs(content) for run in paragraph))


def said(channel: str, pages: list[str]) -> str:
    """All that the messages say, as people see them."""
    shown = SHOWN.get(channel, str)
    return squeezed("".join(shown(without_number(page)) for page in pages))


def replies(assistant: Assistant) -> Iterator[Reply]:
    """Of every clause, part, unit and document, shown and asked for, and of every test question."""
    library = assistant.library
    asked = {policy.display_name for policy in library.policies}
    for policy in library.policies:
        for clause in policy.clauses:
            yield assistant.show(f"{policy.id}/{clause.id}")
            asked |= {clause.id, f"{clause.id} 全文", clause.title}
        asked |= {section.name for section in policy.sections}
    asked |= {"有哪些补贴", "全文", "谁负责", "发改委负责什么", "收录了哪些文件", "还有效吗"}
    asked |= set(_test_questions())
    for question in sorted(asked):
        yield assistant.reply(question)


@cache
def _test_questions() -> tuple[str, ...]:
    found = [
        one["ask"] if isinstance(one, dict) else one
        for path in sorted(QUESTIONS.glob("*.yaml"))
        for one in _listed(yaml.safe_load(path.read_text(encoding="utf-8")))
    ]
    return tuple(text for text in found if isinstance(text, str))


def _listed(data: object) -> Iterator[object]:
    """The questions of a file, however deep they lie."""
    if isinstance(data, dict):
        if isinstance(data.get("ask"), str):
            yield data
        for value in data.values():
            yield from _listed(value)
    elif isinstance(data, list):
        for value in data:
            if isinstance(value, (dict, list)):
                yield from _listed(value)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """All test documents beside the one that comes with the program."""
    root = small_base(tmp_path_factory.mktemp("limits"))
    for document in DOCUMENTS.iterdir():
        if document.is_dir():
            shutil.copytree(document, root / "policies" / document.name)
    return Assistant(shared(root))


def test_every_channel_has_its_measure() -> None:
    from bot.hosting.messengers import KNOWN

    assert sorted(CHANNELS) == sorted(MEASURED) == sorted(KNOWN)


@pytest.fixture(scope="module")
def contents(assistant: Assistant, several: Assistant) -> list[Content]:
    """All replies, each that says the same once."""
    return list({whole(reply.blocks): reply.blocks for one in (assistant, several) for reply in replies(one)}.values())


def as_sent(channel: PlainChannel, pages: list[str]) -> Iterator[str]:
    """The messages as the service may send them: with what can be chosen, or with how the rest is got."""
    can = channel.capabilities
    further = channel.render([Line(WORDS("buttons.line", n=n, label="字" * LABEL)) for n in range(1, CHOICES + 1)])
    both = "\n".join([*pages, *further])
    if len(pages) == len(further) == 1 and LENGTHS[can.unit](both) <= can.longest:
        yield both
    if can.most:
        yield from (f"{page}\n{WORDS('messenger.more', n=MORE)}" for page in pages)
    yield from pages


def faults(name: str, channel: PlainChannel, content: Content) -> list[str]:
    """What is wrong with the messages of a content."""
    most, measure = MEASURED[name]
    pages = channel.render(content)
    found = [f"{measure(page)} of {most}" for page in as_sent(channel, pages) if measure(page) > most]
    found += ["something is missing"] if said(name, pages) != whole(content) else []
    return found + [
        f"cut in a sentence: {page[-60:]}" for page in pages[:-1] if not _between_sentences(name, page, content)
    ]


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_every_reply_fits_and_is_whole(name: str, contents: list[Content]) -> None:
    assert len(contents) > 500, "else this looks at nothing"
    channel = CHANNELS[name]()
    assert [told for content in contents for told in faults(name, channel, content)] == []


class Careless(WecomAppChannel):
    """As others' bots: cuts, or trusts that it will fit."""

    def __init__(self, way: str) -> None:
        super().__init__(API, 1)
        self._way = way

    def render(self, content: Content, room: int = 0) -> list[str]:
        text = "\n".join("".join(plain(run.text) for run in paragraph) for paragraph in paragraphs(content))
        data = text.encode()
        if self._way == "all at once":
            return [text]
        if self._way == "cut off":
            return [data[:2_040].decode(errors="ignore")]
        return [data[at : at + 2_040].decode(errors="ignore") for at in range(0, len(data), 2_040)]


@pytest.mark.parametrize(
    ("way", "fault"), [("all at once", " of 2048"), ("cut off", "missing"), ("anywhere", "cut in a sentence")]
)
def test_a_channel_that_cuts_is_found(way: str, fault: str, contents: list[Content]) -> None:
    told = [one for content in contents for one in faults("wecom_app", Careless(way), content)]
    assert any(fault in one for one in told)


@pytest.mark.parametrize("name", ["dingtalk", "feishu"])
def test_the_longest_card_with_all_its_buttons_fits(name: str, contents: list[Content]) -> None:
    channel, (most, _) = CHANNELS[name](), MEASURED[name]
    rows = tuple((Button("字" * LABEL, "c" * MOST_DATA),) for _ in range(BUTTONS[name]))
    for content in contents:
        for page in channel.render(content):
            assert len(_card(name, page, rows)) <= most


def _card(name: str, page: str, rows: Rows) -> bytes:
    if name == "feishu":
        return card(page, rows, True).encode()
    to = Address("dingtalk", "c" * 64, "u" * 64, place="group")
    settings = DingtalkSettings("c" * 64, "s", template="t" * 64)
    return json.dumps(created(settings, "n" * 64, to, markdown(page) or "", rows), ensure_ascii=False).encode()


def _between_sentences(name: str, page: str, content: Content) -> bool:
    """Whether a message ends where a paragraph or a sentence does."""
    last = SHOWN.get(name, str)(without_number(page)).rstrip("\n").split("\n")[-1]
    ends = {line for p in paragraphs(content) for line in "".join(plain(run.text) for run in p).split("\n")}
    return bool(_ENDS.search(last)) or any(line.endswith(last) for line in ends)


@pytest.mark.parametrize("name", sorted(CHANNELS))
@given(text=st.text(st.sampled_from('政策。；\n"\\*_#`<>[]|~+-=1 a\t😀'), max_size=9_000))
def test_any_text_fits_and_is_whole(name: str, text: str) -> None:
    channel, (most, measure) = CHANNELS[name](), MEASURED[name]
    pages = channel.render(lines(text))
    assert max(map(measure, as_sent(channel, pages)), default=0) <= most
    if not any(page.isspace() for page in pages):
        assert _shown(said(name, pages)) == _shown(whole(lines(text)))


@pytest.mark.parametrize("name", sorted(CHANNELS))
@pytest.mark.parametrize("unit", ["甲。", "甲乙。", "一二三四五六七八九十。", '"。', "1、\n", "*。", "\\\n", "😀；"])
def test_messages_that_are_filled_to_the_brim_fit_with_what_is_said_below_them(name: str, unit: str) -> None:
    channel, (most, measure) = CHANNELS[name](), MEASURED[name]
    for times in (3_000, 3_001):
        pages = channel.render(lines(unit * times))
        assert max(map(measure, as_sent(channel, pages))) <= most
        assert _shown(said(name, pages)) == _shown(whole(lines(unit * times)))


def _shown(text: str) -> str:
    """What can be seen: a message of spaces alone is none."""
    return re.sub(r"\s", "", text)
