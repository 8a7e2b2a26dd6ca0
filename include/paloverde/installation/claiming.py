"""What the review of a request comes to, as its letters claim it: exemptions, names, numbers, words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from paloverde.installation.requests import Requests
from paloverde.installation.reviews import Reviews
from paloverde.requests.redaction import Released
from paloverde.requests.releasing import released_all
from paloverde.requests.review import Verdict
from paloverde.requests.review_state import exposed_by
from paloverde.requests.reviewed import Reviewed, Settled, reviewed
from paloverde.requests.reviewing import Review, Version
from paloverde.search.hits import Hit

_ACTOR = "letters of requests (what the review redacts)"  # as the ledger names who looked at them


class Claiming:
    """Adds up the decisions of a review. Decisions do not repeat the words of the records: these come from
    what the searches of the request found.
    """

    def __init__(self, requests: Requests, reviews: Reviews) -> None:
        self._requests, self._reviews = requests, reviews

    def __call__(self, number: str) -> Reviewed | None:
        """What the review of that request comes to now; None where nothing is under review."""
        review = self._reviews.get(number)
        return come_to(review, self._requests.found(number, _ACTOR)) if review.versions else None


def come_to(
    review: Review, hits: Mapping[Version, Hit], released: Iterable[Released] | None = None
) -> Reviewed:
    """What a review comes to; `hits` is everything that the searches of its request found, `released` spares
    finding out again what is released of it.
    """
    pairs = review.pairs(hits)
    records = {record.control: record for record in (released_all(pairs) if released is None else released)}
    settled = [Settled(one.decision, records[one.control]) for one in pairs if one.control in records]
    undecided = len({*review.undecided} | (hits.keys() - {*review.versions}))
    accepted = review.signature.accepted if review.signature else ()
    return msgspec.structs.replace(
        reviewed(settled, exposed_by(one.decision for one in pairs), accepted),
        not_responsive=review.counts[Verdict.NOT_RESPONSIVE],
        undecided=undecided,
    )
