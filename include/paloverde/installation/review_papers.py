"""The review of a request, read from its papers."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from paloverde.archive.papers import Cabinet
from paloverde.errors import ArchiveDamaged
from paloverde.requests.events import Released
from paloverde.requests.request import Request
from paloverde.requests.reviewing import SERIES, SETS, SIGNATURES, Decided, Numbered, Review, Signed, as_of

T = TypeVar("T", bound=msgspec.Struct)


def review_of(cabinet: Cabinet, number: str) -> Review:
    """How the review of a request stands; empty where nothing was found for it yet."""
    signed = _papers(cabinet, SIGNATURES, number, Signed)
    return Review(number, *_decisions(cabinet, number), signed)


def released_of(cabinet: Cabinet, request: Request) -> list[Review]:
    """The review of a request as it was when each of its released bundles was built, oldest release first.

    `ArchiveDamaged` where no papers say what a bundle was built from.
    """
    made = [request.bundle(one.sha256) for one in request.all(Released)]
    built = {one.decisions_sha256: one.at for one in made if one is not None}
    sets, decided = _decisions(cabinet, request.number) if built else ([], [])
    found = []
    for sha256, at in built.items():
        review = as_of(sha256, at, request.number, sets, decided)
        if review is None:
            raise ArchiveDamaged(
                f"{request.number}: no decisions have the SHA-256 {sha256[:16]}… that a released bundle was "
                "built from: run `paloverde rebuild`."
            )
        found.append(review)
    return found


def _decisions(cabinet: Cabinet, number: str) -> tuple[list[Numbered], list[Decided]]:
    return _papers(cabinet, SETS, number, Numbered), _papers(cabinet, SERIES, number, Decided)


def _papers(cabinet: Cabinet, series: str, number: str, type_: type[T]) -> list[T]:
    return [cabinet.read(filed, type_) for filed in cabinet.history(series, number)]
