"""What has a review: records requests, and productions in discovery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from paloverde.requests.events import ReviewFinished
from paloverde.requests.exemptions import Forum
from paloverde.requests.reviewing import Review
from paloverde.retention.holds import By


class Reviewable(Protocol):
    """All of one kind whose records are reviewed, by number. `forum` says what may be claimed there."""

    @property
    def forum(self) -> Forum: ...

    def has(self, number: str) -> bool:
        """Whether a number is one of its kind."""
        ...

    def check_open(self, number: str) -> None:
        """`BadQuestion` where nothing is decided in it any more, or it does not exist."""
        ...

    def check_takes(self, number: str, type_: type[ReviewFinished]) -> None:
        """`BadQuestion` where a finished review cannot be filed with it now."""
        ...

    def review_finished(self, review: Review, by: By) -> bool:
        """File the numbers of a review that was signed; False where they are filed already."""
        ...


def of_number(number: str, kinds: Sequence[Reviewable]) -> Reviewable:
    """The kind that a number is of; the last where it is of none, which then says so."""
    return next((kind for kind in kinds if kind.has(number)), kinds[-1])
