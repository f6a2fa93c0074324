"""The command: policybot chat, ask, show, check, build, tune; the others are in commands/."""

from __future__ import annotations

import argparse
import functools
import io
import json
import os
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from bot.cli import backup, diff, expiring, import_, import_faq, overlay, publish, records, teach, telegram, tickets
from bot.cli import show as shown

if TYPE_CHECKING:
    from bot.engine.assistant import Assistant
    from bot.engine.values.conversation import Conversation
    from bot.engine.values.reply import Reply

OK, NOT_ANSWERED, USAGE = 0, 1, 2
"""Exit codes: answered; not answered, or faults found; called wrongly."""
MAX_CHATS = 10_000
"""Conversations kept at once in `ask --jsonl`; the longest unused is forgotten first."""
MAX_LINE = 1_000_000
"""Bytes in a line of `ask --jsonl`."""


class WrongCallError(Exception):
    """The command was called wrongly; says how."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that can't show a character shows a question mark
    options = parser().parse_args(arguments)
    from bot.settings import SettingsError
    from knowledge.files.faults import KnowledgeError

    try:
        return int(options.run(options))
    except KnowledgeError as error:
        print(f"知识库有 {len(error.faults)} 处错误，用不了：\n{error}", file=sys.stderr)
        return NOT_ANSWERED
    except SettingsError as error:
        print(error, file=sys.stderr)
        return USAGE
    except WrongCallError as error:
        print(error, file=sys.stderr)
        return USAGE
    except BrokenPipeError:  # the reader went away, as head does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        print(f"读写出错：{error}", file=sys.stderr)
        return NOT_ANSWERED
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """The command line: its commands and their options."""
    parser = argparse.ArgumentParser(prog="policybot", description="照原文回答政策问题：不用语言模型，不编造。")
    commands = parser.add_subparsers(required=True, metavar="命令")

    chat = commands.add_parser("chat", help="在终端里聊天；也逐行回答管道送来的问题")
    chat.set_defaults(run=_chat)

    ask = commands.add_parser("ask", help="问一个问题，或用 --jsonl 逐行问")
    ask.add_argument("text", nargs="*", metavar="问题")
    ask.add_argument("--json", action="store_true", help="以 JSON 输出")
    ask.add_argument("--jsonl", action="store_true", help="从标准输入逐行读 JSON，逐行写 JSON")
    ask.set_defaults(run=_ask)

    show = shown.add(commands, _assistant)

    check = commands.add_parser("check", help="检查知识库的每个文件，列出全部错误")
    check.add_argument("folder", nargs="?", type=Path, help="知识库文件夹（默认自带的）")
    check.add_argument("--questions", type=Path, help="测试问题的文件夹（默认旁边的 tests/questions）")
    check.set_defaults(run=_check)

    build = commands.add_parser("build", help="预先编译知识库，使启动更快")
    build.set_defaults(run=_build)

    phrasings = commands.add_parser("phrasings", help="查看问法：lint 找出重复、拉错条款和太少的")
    phrasings.add_argument("what", choices=["lint"], help="lint")
    phrasings.set_defaults(run=_phrasings)

    tune = commands.add_parser("tune", help="按留出写作者的交叉检验重新拟合 weights.yaml")
    tune.add_argument(
        "what",
        nargs="?",
        choices=["weights", "evidence"],
        default="weights",
        help="evidence：没有问法的条款凭自己的字词被找到，各种迹象值多少（evidence.yaml；要有许多这样的文件）",
    )
    tune.add_argument("--dry-run", action="store_true", help="只报告，不写文件")
    tune.set_defaults(run=_tune)

    for module in (import_, teach, overlay, expiring, diff, publish, import_faq, telegram, tickets, records, backup):
        module.add(commands)

    for command in (chat, ask, show, commands.choices["expiring"], commands.choices["publish"]):
        command.add_argument("--on", type=_day, metavar="YYYY-MM-DD", help="当作这一天来答（默认今天，北京时间）")
    for command in (chat, ask):
        command.add_argument("--policy", default="", metavar="编号", help="只在这份文件里找（编号见 show policies）")
        command.add_argument("--explain", action="store_true", help="说明为什么这样答")
        command.add_argument("--record", action="store_true", help="把问题记入数据库，供统计（默认不记）")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"「{text}」不是日期；写作 2025-10-08") from None


def _assistant(options: argparse.Namespace) -> Assistant:
    from bot.days import today_in_beijing
    from bot.engine.assistant import Assistant
    from bot.settings import base_files
    from knowledge import compiled

    day, files = options.on, base_files()
    return Assistant(compiled.ready(files.root, files.overlay), today=(lambda: day) if day else today_in_beijing)


def _replies(options: argparse.Namespace) -> tuple[Assistant, Callable[[str, Conversation], Reply]]:
    """The assistant, and its replies, which are recorded with --record."""
    assistant = _assistant(options)
    if options.policy and options.policy not in assistant.library.by_id:
        raise WrongCallError(f"没有编号为「{options.policy}」的文件；policybot show policies 列出全部")
    answering = functools.partial(assistant.reply, policy=options.policy)
    if not options.record:
        return assistant, answering
    write = records.recorder()

    def recorded(text: str, conversation: Conversation) -> Reply:
        began = time.perf_counter()
        reply = answering(text, conversation)
        write(text, reply, time.perf_counter() - began)
        return reply

    return assistant, recorded


def _chat(options: argparse.Namespace) -> int:
    from bot.cli.terminal import show_reply
    from bot.engine.values.conversation import Conversation

    assistant, answer = _replies(options)
    conversation = Conversation()
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    if interactive:
        import readline  # noqa: F401  line editing and history for input()

        print(assistant.reply("你好").text)
        print("（exit 或 Ctrl-D 退出）")
    for line in _typed() if interactive else _piped(sys.stdin.buffer):
        if interactive and line.strip().lower() in ("exit", "quit", "退出", "/exit", "/quit"):
            break
        if not line.strip():
            continue
        reply = answer(line, conversation)
        conversation = reply.conversation
        show_reply(reply, options.explain)
        print(flush=True)
    return OK


def _typed() -> Iterable[str]:
    while True:
        try:
            yield input("问：")
        except (EOFError, KeyboardInterrupt):
            print()
            return


def _piped(stream: BinaryIO) -> Iterable[str]:
    for raw in stream:
        yield raw[:MAX_LINE].decode("utf-8", errors="replace")


def _ask(options: argparse.Namespace) -> int:
    if options.jsonl:
        if options.text or options.json or options.explain:
            print("policybot ask --jsonl 从标准输入读问题，不与问题、--json、--explain 同用", file=sys.stderr)
            return USAGE
        return _jsonl(_replies(options)[1], sys.stdin.buffer)
    text = " ".join(options.text)
    if not text.strip():
        print("没有问题。例如：policybot ask 首次认定的高企补贴多少", file=sys.stderr)
        return USAGE
    from bot.engine.values.conversation import Conversation

    assistant, answer = _replies(options)
    reply = answer(text, Conversation())
    target = f"{reply.policy}/{reply.clauses[0].clause}" if reply.clauses and reply.status == "answer" else ""
    explain = reply.why.to_json() if options.explain else None
    if explain is not None and target in assistant.ready.index.targets:
        question = assistant.understanding.question(text)
        explain["pulls"] = assistant.ready.index.why(question.reading, target)
    if options.json:
        data = reply.to_json() | ({"explain": explain} if explain is not None else {})
        print(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        from bot.cli.terminal import show

        show(reply.blocks, explain)
    return NOT_ANSWERED if reply.status in ("none", "clarify") else OK


def _jsonl(answer: Callable[[str, Conversation], Reply], stream: BinaryIO) -> int:
    """Answer lines of {"id","text","chat"?} in order; a bad line gives an error object and the run goes on."""
    from bot.engine.values.conversation import Conversation

    conversations: OrderedDict[str, Conversation] = OrderedDict()
    failed = False
    for number, raw in enumerate(stream, 1):
        if not raw.strip():
            continue
        try:
            question = _line(raw)
        except ValueError as error:
            failed = True
            _print_json({"line": number, "error": str(error)})
            continue
        chat = question.get("chat")
        conversation = conversations.pop(str(chat), Conversation()) if chat is not None else Conversation()
        reply = answer(question["text"], conversation)
        if chat is not None:
            conversations[str(chat)] = reply.conversation
            if len(conversations) > MAX_CHATS:
                conversations.popitem(last=False)
        _print_json({"id": question["id"], **reply.to_json()})
    return NOT_ANSWERED if failed else OK


def _line(raw: bytes) -> dict[str, Any]:
    """One question; ValueError says what is wrong and how to mend it."""
    if len(raw) > MAX_LINE:
        raise ValueError(f"一行有 {len(raw)} 字节，上限 {MAX_LINE}")
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"不是 UTF-8（第 {error.start} 字节起）") from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"不是合法的 JSON：{error}") from None
    if not isinstance(data, dict):
        raise ValueError('应为对象，如 {"id": "1", "text": "谁负责招商引资"}')
    if not isinstance(data.get("id"), (str, int)) or isinstance(data.get("id"), bool):
        raise ValueError("缺少 id（文字或整数）")
    if not isinstance(data.get("text"), str):
        raise ValueError("缺少 text（文字）")
    if not isinstance(data.get("chat"), (str, int, type(None))) or isinstance(data.get("chat"), bool):
        raise ValueError("chat 应为文字或整数")
    return data


def _print_json(data: dict[str, Any]) -> None:
    text = json.dumps(data, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", errors="replace") + b"\n")
    sys.stdout.buffer.flush()


def _check(options: argparse.Namespace) -> int:
    from bot.replies.texts import check_replies
    from bot.serving.base_files import questions_folder
    from bot.settings import base_files
    from knowledge.base.load import examine
    from knowledge.teaching import overlay as taught

    files = base_files()
    folder: Path = options.folder or files.root
    if not folder.is_dir():
        print(f"没有文件夹 {folder}", file=sys.stderr)
        return USAGE
    questions = options.questions or (files.questions if folder == files.root else questions_folder(folder))
    if questions is not None and not questions.is_dir():
        print(f"没有文件夹 {questions}", file=sys.stderr)
        return USAGE
    base, faults = examine(folder, questions)
    faults += check_replies()
    for fault in sorted(faults):
        print(fault)
    if faults:
        print(f"共 {len(faults)} 处错误", file=sys.stderr)
        return NOT_ANSWERED
    assert base is not None
    for policy in base.policies:
        figures = sum(len(clause.figures) for clause in policy.clauses)
        asked = base.phrasings[policy.id].clauses
        lines = sum(len(lines) for by_writer in asked.values() for lines in by_writer.values())
        print(
            f"{policy.id}：{len(policy.sections)} 部分 {len(policy.clauses)} 条 {figures} 个数字 {lines} 条问法，"
            f"与原文一字不差"
        )
    if folder == files.root and files.overlay.exists():
        current = taught.read(files.overlay)
        for stale in taught.merged(base, current.taught)[1]:
            if stale.reason:
                print(f"教过的问法 {stale.taught.id}「{stale.taught.ask}」不起作用：{stale.reason}")
        print(f"教过的问法 {len(current.taught)} 条（{files.overlay}）")
    if questions is None:
        print("没有找到测试问题，未检查每条是否有测试（可用 --questions 指定）")
    return OK


def _build(_: argparse.Namespace) -> int:
    from bot.settings import base_files
    from knowledge import compiled

    files = base_files()
    made = compiled.ready(files.root, files.overlay)
    print(f"已就绪：{len(made.index.targets)} 个目标，{len(made.index.tables.phrase_key)} 条问法")
    return OK


def _phrasings(_: argparse.Namespace) -> int:
    from knowledge import ROOT, compiled
    from knowledge.fitting import lint
    from knowledge.fitting import weights as tuning
    from knowledge.learned.examples import examples

    made = compiled.ready()
    print(lint.coverage(made.base))
    findings = lint.thin(made.base) + lint.copies(examples(made.base))
    targets, rows = tuning.held_out(made.base, made.reader)
    from knowledge.learned.index import load_weights

    hints = lint.pulls(targets, rows, load_weights(ROOT))
    for finding in [*hints, *findings]:
        print(f"{finding.kind}: {finding.text}")
    print(f"{len(rows)} 条问法；{len(findings)} 处要改，{len(hints)} 条拉向别处（供参考）")
    return NOT_ANSWERED if findings else OK


def _tune(options: argparse.Namespace) -> int:
    from knowledge import ROOT, compiled
    from knowledge.base.load import load_base
    from knowledge.fitting import weights as tuning

    if options.what == "evidence":
        return _tune_evidence(options.dry_run)
    base = load_base()
    from knowledge.learned import index

    report, weights = tuning.tune(base, compiled.ready().reader)
    print(report)
    if not options.dry_run:
        tuning.save_weights(weights, ROOT, report)
        print(f"已写入 {ROOT.name}/{index.FILE}")
    return OK


def _tune_evidence(dry_run: bool) -> int:
    from bot.engine.understanding.understanding import Understanding
    from bot.settings import base_files
    from knowledge import compiled
    from knowledge.fitting import evidence as calibrate
    from knowledge.retrieval import evidence

    root = base_files().root
    made = compiled.ready(root)
    if len(made.clauses) < calibrate.LEAST:
        print(f"没有问法的条款只有 {len(made.clauses)} 条，至少要 {calibrate.LEAST} 条才能拟合", file=sys.stderr)
        return NOT_ANSWERED
    understanding = Understanding(made)
    signs = evidence.Evidence(made.base, made.reader, made.clauses, evidence.START)
    rows = calibrate.rows(
        made.base, made.reader, signs, lambda text: understanding.question(text).rest_reading, understanding.generic
    )
    weights = calibrate.fit(rows)
    report = calibrate.report(rows, weights)
    print(report)
    if not dry_run:
        calibrate.save(weights, root, report)
        print(f"已写入 {root.name}/{evidence.FILE}")
    return OK


if __name__ == "__main__":
    sys.exit(main())
