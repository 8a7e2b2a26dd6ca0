"""The filters of the list of a review: what of the records under review somebody wants to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from paloverde.desk.under_review import UnderReview
from paloverde.requests.review import Verdict
from paloverde.requests.reviewing import Version

_EXEMPT = (Verdict.EXEMPT, Verdict.EXEMPT_IN_PART)
_Test = Callable[[UnderReview, Version], bool]
ALL = "all"
FILTERS: Mapping[str, tuple[str, _Test]] = {
    ALL: ("All", lambda *_: True),
    "undecided": ("Undecided", lambda desk, version: desk.review.decision(version) is None),
    "responsive": ("Responsive", lambda desk, version: _is(desk, version, Verdict.RESPONSIVE)),
    "not-responsive": ("Not responsive", lambda desk, version: _is(desk, version, Verdict.NOT_RESPONSIVE)),
    "exempt": ("Exempt, whole or in part", lambda desk, version: _is(desk, version, *_EXEMPT)),
    "suggestions": ("With suggestions", lambda desk, version: bool(desk.suggestions(version))),
    "standing": ("Suggestions that nobody answered", lambda desk, version: bool(desk.unanswered(version))),
    "private": ("Private", lambda desk, version: version in desk.private),
    "pictures": ("With pictures or files", lambda desk, version: version in desk.with_files),
    "alike": ("The same or nearly the same", lambda desk, version: version in desk.groups),
}


def filtered(desk: UnderReview, chosen: str) -> list[Version]:
    """The records that a filter leaves, in order of their numbers; those that are alike side by side."""
    _, test = FILTERS[chosen]
    is_all = chosen == ALL
    found = [
        version
        for version in desk.review.versions
        if is_all or (version in desk.hits and test(desk, version))
    ]
    if chosen == "alike":
        found.sort(key=lambda version: (desk.place(desk.groups[version][0]), desk.place(version)))
    return found


def chosen_of(values: Mapping[str, str]) -> str:
    """The filter that an address or a form names; all where it names none."""
    return show if (show := values.get("show", ALL)) in FILTERS else ALL


def query_of(chosen: str) -> str:
    """What the address of a record carries, so that going on leads through the same list."""
    return "" if chosen == ALL else f"?show={chosen}"


class Among(NamedTuple):
    """Where a record stands in a list: its place from 1 (None where it is not in it any more), how long the
    list is, and the records before and after it.
    """

    place: int | None
    length: int
    before: Version | None
    after: Version | None


def among(desk: UnderReview, version: Version, chosen: str) -> Among:
    """Where a record stands in what a filter leaves; of all records, among the undecided ones."""
    if chosen == ALL:
        return Among(None, len(desk.review.undecided), *desk.around(version))
    found = filtered(desk, chosen)
    if version in found:
        at = found.index(version)
        before, after = found[:at], found[at + 1 :]
        return Among(at + 1, len(found), before[-1] if before else None, after[0] if after else None)
    number = desk.place(version)
    before = [one for one in found if desk.place(one) < number]
    after = [one for one in found if desk.place(one) > number]
    return Among(None, len(found), before[-1] if before else None, after[0] if after else None)


def _is(desk: UnderReview, version: Version, *verdicts: Verdict) -> bool:
    decision = desk.review.decision(version)
    return decision is not None and decision.verdict in verdicts
