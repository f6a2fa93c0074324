"""policybot publish: policies in the forms that other programs read."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.arguments import add_on

if TYPE_CHECKING:
    from knowledge.base.document import Policy
    from knowledge.base.phrasings import Phrasings

ENDINGS = {"jsonld": ".jsonld", "akn": ".akn.xml", "faq": ".faq.csv"}


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("policies", nargs="*", metavar="文件", help="文件夹或编号（默认知识库里的全部）")
    parser.add_argument("--as", dest="form", required=True, choices=list(ENDINGS), help="jsonld、akn 或 faq")
    parser.add_argument("-o", "--output", type=Path, metavar="路径", help="写到文件；已有的文件夹则每份一个文件")
    parser.add_argument("--url", metavar="网址", help="jsonld：文件的网址，条款的标识由它而来（默认不写标识）")
    parser.add_argument("--all", action="store_true", help="faq：全部问法（默认每位写作者每条选一句）")
    parser.add_argument("--no-bom", action="store_true", help="faq：不写字节顺序标记（默认写，Excel 才认得中文）")
    add_on(parser)


def run(options: argparse.Namespace) -> int:
    """0: written; 2: called wrongly. A policy with faults raises KnowledgeError before anything is written."""
    from bot.days import today_in_beijing
    from bot.settings import base_files
    from knowledge.base.load import policy_folders
    from knowledge.base.one_folder import open_asked, open_policy
    from knowledge.files.wholefile import write_whole

    root, out = base_files().root, options.output
    named = options.policies or [folder.name for folder in policy_folders(root)]
    folder = out is not None and out.is_dir()
    if options.form == "akn" and len(named) > 1 and not folder:
        print("几份文件要用 -o 写到一个已有的文件夹里，每份一个文件", file=sys.stderr)
        return 2
    if options.url and len(named) > 1:
        print("--url 是一份文件的网址；请一次导出一份", file=sys.stderr)
        return 2
    opened = [(open_policy(name, root), open_asked(name, root)) for name in named]
    ids = [policy.id for policy, _ in opened]
    if len(set(ids)) < len(ids):
        print(f"编号重复：{'、'.join(ids)}", file=sys.stderr)
        return 2
    on = options.on or today_in_beijing()
    if folder:
        for pair in opened:
            path = out / f"{pair[0].id}{ENDINGS[options.form]}"
            write_whole(path, _made([pair], options, on))
            print(path)
        return 0
    made = _made(opened, options, on)
    if out is None:
        sys.stdout.buffer.write(made)
    else:
        write_whole(out, made)
    return 0


def _made(opened: list[tuple[Policy, Phrasings]], options: argparse.Namespace, on: date) -> bytes:
    if options.form == "faq":
        from knowledge.publishing.faq import to_csv

        return to_csv(opened, on, every=options.all, mark=not options.no_bom)
    if options.form == "akn":
        from knowledge.publishing.akoma import to_akoma

        return to_akoma(opened[0][0], on)
    from knowledge.publishing.legislation import to_jsonld

    nodes = [to_jsonld(policy, on, options.url) for policy, _ in opened]
    text = json.dumps(nodes[0] if len(nodes) == 1 else nodes, ensure_ascii=False, indent=1)
    return f"{text}\n".encode()
