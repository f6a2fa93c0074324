"""policybot index: the clauses put into a search cluster, or the index before put in force again."""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING

from bot.cli.arguments import WrongCallError

if TYPE_CHECKING:
    from knowledge.retrieval.opensearch.versions import Versions

OK, FAILED = 0, 1


def add(parser: argparse.ArgumentParser) -> None:
    """--to, --back."""
    parser.add_argument("--to", metavar="网址", help="集群的网址，几个之间用逗号；默认 POLICYBOT_SEARCH_URL")
    parser.add_argument("--back", action="store_true", help="退回前一版索引")


def run(options: argparse.Namespace) -> int:
    """Make the index of the base in use, or go back."""
    from bot.settings import SEARCH, search_urls

    urls = search_urls({SEARCH: options.to} if options.to else os.environ)
    if not urls:
        raise WrongCallError(f"没有写集群的网址；用 --to http://主机:9200，或设 {SEARCH}")
    from knowledge.retrieval.opensearch.cluster import Cluster
    from knowledge.retrieval.opensearch.versions import IndexingError, Versions

    versions = Versions(Cluster(urls))
    try:
        return _back(versions) if options.back else _make(versions)
    except IndexingError as error:
        print(error, file=sys.stderr)
        return FAILED


def _make(versions: Versions) -> int:
    from bot.settings import base_files
    from knowledge import compiled
    from knowledge.retrieval import LocalRetriever
    from knowledge.retrieval.clause_finder import unasked

    files = base_files()
    ready = compiled.ready(files.root, files.overlay)
    local = ready.clauses.retriever
    if not isinstance(local, LocalRetriever):
        print("没有要放进集群的条款：每一条都有问法，由本机学来的找")
        return OK
    began = time.monotonic()
    index, new = versions.make(local, unasked(ready.base)[1])
    took = f"，用了 {time.monotonic() - began:.0f} 秒" if new else ""
    print(f"{'已启用' if new else '已经有了，照用'}：{index.name}，{index.entries} 条{took}")
    return OK


def _back(versions: Versions) -> int:
    gone, index = versions.back()
    print(f"已退回：{index.name}，{index.entries} 条")
    if gone.version != index.version:
        print("知识库还在新版的机器人由本机的索引回答，直到知识库也退回，或重新运行 policybot index")
    return OK
