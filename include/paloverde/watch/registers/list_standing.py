"""Whether a list of words or a hiding rule counts: which version, by whose approval, what a newer lacks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from paloverde.watch.register import Entered
from paloverde.watch.registers.moderation import (
    APPROVALS,
    approves,
    is_approved,
    version_at,
)
from paloverde.wording import long_date, several, some

_NEEDS = "two people beside its filer approve it under {}, one of them for counsel"


def standing(
    papers: Sequence[Entered[Any]],
    approvals: Sequence[Entered[Any]],
    now: datetime,
    where: str = APPROVALS.title,
) -> str:
    """What counts of a list or rule now; "" where it is withdrawn. `papers` are all of it, oldest first,
    `where` names the register in which it is approved.
    """
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
        else f"does not count yet. It does once {_NEEDS.format(where)}"
    )
    days = "".join(f" {words} {long_date(day)}." for words, day in _days(newest.entry) if day)
    before = f" Until then version {counts.number:,} goes on to count." if counts else ""
    return f"Version {newest.number:,} {head}; {_by(newest, approvals)}.{days}{before}"


def _days(entry: Any) -> tuple[tuple[str, date | None], ...]:
    return ("Its first day is", entry.since), ("Its last day is", entry.until)


def fault(approval: Entered[Any], papers: Sequence[Entered[Any]], what: str = "list") -> str:
    """Why an approval counts nothing; "" where it may count. `papers` are all of what it names."""
    name, number = approval.entry.of
    of = next((one for one in papers if one.number == number and not one.withdrawn), None)
    if of is None:
        return (
            f"This approval counts nothing: the {what} “{name}” has no version "
            f"{number:,}. It has {some(len(papers), 'version')}; its page numbers them."
        )
    if not approves(approval, of):
        return (
            f"This approval counts nothing: whoever filed a version of a {what} does not approve it, and "
            "nobody approves without being signed in, or before it was filed. Somebody else approves it."
        )
    return ""


def _by(version: Entered[Any], approvals: Sequence[Entered[Any]]) -> str:
    """Who approved a version, for which office."""
    given = [one for one in approvals if not one.withdrawn and approves(one, version)]
    names = [f"{one.by.partition(',')[0]} for {one.entry.office}" for one in given]
    return f"it was approved by {several(names)}" if names else "nobody has approved it yet"
