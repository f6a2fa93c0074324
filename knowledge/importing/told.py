"""What a web page says of its document beside the text: days that the text lacks, and where the two disagree."""

from __future__ import annotations

import re
from datetime import date

from knowledge.base.document import Policy, Validity
from knowledge.importing.formats.read import Told

_DAY = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})")
_HOLDS = re.compile(r"(?:有效|现行|是)$")


def heed(policy: Policy, told: Told, source: str) -> tuple[Policy, list[str], list[str]]:
    """The policy with the page's days where its text has none; what a person must look at; what to confirm."""
    validity = policy.validity
    effective, until = _day(told.effective), _day(told.until)
    must = _quarrels(validity, told, effective, until)
    confirm = []
    if validity.until is None and validity.until_quote is None and (effective or until):
        if made := _from_page(validity, told, effective, until, source):
            policy = policy.model_copy(update={"validity": made})
            confirm.append(f"施行和有效期取自网页：「{made.quote}」")
        elif until:
            must.append(f"网页写「{told.until}」，正文没有写到期日；核对后填 validity.until 和 until_quote")
    if told.state and not _HOLDS.search(told.state):
        must.append(f"网页写「{told.state}」：核对后在 policy.yaml 写 repealed，没有失效就不写")
    return policy, must, confirm


def _quarrels(validity: Validity, told: Told, effective: date | None, until: date | None) -> list[str]:
    out = []
    for words, day, own in ((told.effective, effective, validity.effective_from), (told.until, until, validity.until)):
        if words and day is None:
            out.append(f"网页写「{words}」，没有这一天")
        elif words and own and day != own:
            out.append(f"网页写「{words}」，照正文算是 {own}：不一致，取了正文的，请核对")
    if until and validity.until is None and validity.until_quote:
        out.append(f"网页写「{told.until}」，正文写「{validity.until_quote}」而没有算出日子：请核对后填 validity.until")
    return out


def _from_page(
    validity: Validity, told: Told, effective: date | None, until: date | None, source: str
) -> Validity | None:
    """The page's words as the document's validity; None where the text says something that they would displace."""
    begins = told.effective if effective else None
    ends = told.until if until else None
    lines = [words for words in (begins, ends) if words]
    quote = "\n".join(lines)
    if quote not in source:
        return None
    if validity.quote is not None and (begins is None or validity.effective_from not in (None, effective)):
        return None
    if validity.quote is not None and not ends:
        return None
    if ends and not begins and "年" not in ends:
        return None  # 2026-02-28: words that the check can't prove by themselves
    return Validity(
        quote=quote,
        effective_quote=begins,
        effective_from=effective,
        until_quote=ends,
        until=until,
    )


def _day(words: str | None) -> date | None:
    """The day that is named; None where there is no such day."""
    found = _DAY.search(words or "")
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
