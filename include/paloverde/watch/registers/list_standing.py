"""Whether a list of words counts, in a sentence: which version, by whose approval, what a newer one lacks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from paloverde.watch.register import Entered
from paloverde.watch.registers.moderation import (
    ListApproval,
    WordList,
    approves,
    is_approved,
    version_at,
)
from paloverde.wording import long_date, several, some

_NEEDS = "two people beside its filer approve it under Approvals of lists of words, one of them for counsel"


def standing(
    papers: Sequence[Entered[WordList]], approvals: Sequence[Entered[ListApproval]], now: datetime
) -> str:
    """What counts of a list now; "" where it is withdrawn. `papers` are all of this list, oldest first."""
    newest = papers[-1]
    if newest.withdrawn:
        return ""
    counts = version_at(papers, approvals, now)
    if counts is newest:
        return f"Version {newest.number:,} counts: {_by(newest, approvals)}."
    stated = [one for one in approvals if not one.withdrawn]
    head = (
        "does not count today"
        if is_approved(newest, stated)
        else f"does not count yet. It does once {_NEEDS}"
    )
    days = "".join(f" {words} {long_date(day)}." for words, day in _days(newest.entry) if day)
    before = f" Until then version {counts.number:,} goes on to count." if counts else ""
    return f"Version {newest.number:,} {head}; {_by(newest, approvals)}.{days}{before}"


def _days(entry: WordList) -> tuple[tuple[str, date | None], ...]:
    return ("Its first day is", entry.since), ("Its last day is", entry.until)


def fault(approval: Entered[ListApproval], papers: Sequence[Entered[WordList]]) -> str:
    """Why an approval counts nothing; "" where it may count. `papers` are all of the list that it names."""
    of = next((one for one in papers if one.number == approval.entry.version and not one.withdrawn), None)
    if of is None:
        return (
            f"This approval counts nothing: the list “{approval.entry.list}” has no version "
            f"{approval.entry.version:,}. It has {some(len(papers), 'version')}; its page numbers them."
        )
    if not approves(approval, of):
        return (
            "This approval counts nothing: whoever filed a version of a list does not approve it, and nobody "
            "approves without being signed in, or before it was filed. Somebody else approves it."
        )
    return ""


def _by(version: Entered[WordList], approvals: Sequence[Entered[ListApproval]]) -> str:
    """Who approved a version, for which office."""
    given = [one for one in approvals if not one.withdrawn and approves(one, version)]
    names = [f"{one.by.partition(',')[0]} for {one.entry.office}" for one in given]
    return f"it was approved by {several(names)}" if names else "nobody has approved it yet"
