"""The filters of the list of a review: what of the records under review somebody wants to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from paloverde.desk.under_review import UnderReview
from paloverde.installation.records import is_private
from paloverde.requests.review import Verdict
from paloverde.requests.reviewing import Version
from paloverde.search.hits import Hit

_EXEMPT = (Verdict.EXEMPT, Verdict.EXEMPT_IN_PART)
_Test = Callable[[UnderReview, Version, Hit], bool]
FILTERS: Mapping[str, tuple[str, _Test]] = {
    "all": ("All", lambda *_: True),
    "undecided": ("Undecided", lambda desk, version, _: desk.review.decision(version) is None),
    "responsive": ("Responsive", lambda desk, version, _: _is(desk, version, Verdict.RESPONSIVE)),
    "not-responsive": ("Not responsive", lambda desk, version, _: _is(desk, version, Verdict.NOT_RESPONSIVE)),
    "exempt": ("Exempt, whole or in part", lambda desk, version, _: _is(desk, version, *_EXEMPT)),
    "suggestions": ("With suggestions", lambda desk, version, _: bool(desk.suggestions(version))),
    "standing": ("Suggestions that nobody answered", lambda desk, version, _: bool(desk.unanswered(version))),
    "private": ("Private", lambda _desk, _version, hit: is_private(hit)),
    "pictures": ("With pictures or files", lambda _desk, _version, hit: bool(hit.media)),
    "alike": ("The same or nearly the same", lambda desk, version, _: version in desk.groups),
}


def filtered(desk: UnderReview, chosen: str) -> list[Version]:
    """The records that a filter leaves, in order of their numbers; those that are alike side by side."""
    _, test = FILTERS[chosen]
    is_all = chosen == "all"
    found = [
        version
        for version in desk.review.versions
        if is_all or (version in desk.hits and test(desk, version, desk.hits[version]))
    ]
    if chosen == "alike":
        found.sort(key=lambda version: (desk.place(desk.groups[version][0]), desk.place(version)))
    return found


def _is(desk: UnderReview, version: Version, *verdicts: Verdict) -> bool:
    decision = desk.review.decision(version)
    return decision is not None and decision.verdict in verdicts
