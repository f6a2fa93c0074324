"""policybot phrasings lint: what the phrasings look like."""

from __future__ import annotations

import argparse

OK, FINDINGS = 0, 1


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("what", choices=["lint"], metavar="lint", help="lint")


def run(_: argparse.Namespace) -> int:
    """Print what to mend; the exit code is 1 when there is any."""
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
    return FINDINGS if findings else OK
