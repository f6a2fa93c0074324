"""policybot new: an empty base in a folder of its own, with a README that says what comes next."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.arguments import WrongCallError

OK = 0
NEXT_STEPS = """\
{folder} 里还没有文件。下一步：
1. policybot import 公文.docx -o {folder}/policies　　把公文变成文件夹（txt、docx、html、pdf）
2. 照文件夹里的 review.md 核对 policy.yaml
3. POLICYBOT_KNOWLEDGE={folder} policybot check　　查全部错误
4. POLICYBOT_KNOWLEDGE={folder} policybot chat　　问问看；policybot telegram 上线"""
README = Path(__file__).with_name("new-base.md")
"""What the README of a new base says; {folder} is where it is."""


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("folder", type=Path, metavar="文件夹", help="要建的文件夹；已有的要是空的")


def run(options: argparse.Namespace) -> int:
    """Make the folder; exit code 2 where there is something in it already."""
    folder: Path = options.folder
    if folder.exists() and not folder.is_dir():
        raise WrongCallError(f"{folder} 是一个文件；请另起一个名字")
    if folder.is_dir() and any(folder.iterdir()):
        raise WrongCallError(f"{folder} 不是空的，没有动它；请另起一个名字")
    (folder / "policies").mkdir(parents=True)
    (folder / "README.md").write_text(README.read_text(encoding="utf-8").format(folder=folder), encoding="utf-8")
    print(f"建好了 {folder}。\n{NEXT_STEPS.format(folder=folder)}")
    return OK
