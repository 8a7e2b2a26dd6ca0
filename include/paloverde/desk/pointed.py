"""What to point out in a large review is looked for once, as long work, and kept while nothing changes.

It follows from the texts of the records alone, which their versions name, and from this program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from paloverde.installation.records import is_private
from paloverde.installation.remembered import Remembered, follows
from paloverde.requests.detectors import Suggestion, suggested
from paloverde.requests.likeness import alike_hits
from paloverde.requests.reviewing import Version
from paloverde.search.hits import Hit

_NAME = "pointed-out"
_STEP = 250  # records between two lines of progress


class Pointed(msgspec.Struct, frozen=True):
    """By the places of records in their review: what is suggested in each, those that are alike, those that
    are private, and those with pictures or files.
    """

    suggested: dict[int, tuple[Suggestion, ...]]
    alike: list[tuple[int, ...]]
    private: list[int]
    with_files: list[int]


class Telling(Protocol):
    """How far the look is: in words, and the share (0 to 1) that is behind."""

    def __call__(self, words: str, share: float | None = None) -> None: ...


def kept(remembered: Remembered, number: str, versions: Sequence[Version]) -> Pointed | None:
    """What was found in these records; None where nobody has looked through all of them yet."""
    return remembered.get(number, _NAME, follows(versions), Pointed)


def look_through(
    remembered: Remembered,
    number: str,
    versions: Sequence[Version],
    hit_of: Callable[[Version], Hit],
    progress: Telling,
) -> None:
    """Look through all of these records, and keep what comes of it."""
    found: dict[int, tuple[Suggestion, ...]] = {}
    for place, version in enumerate(versions):
        if place % _STEP == 0:
            progress(f"Looked through {place:,} of {len(versions):,} records.", 0.8 * place / len(versions))
        if some := tuple(suggested(hit_of(version))):
            found[place] = some
    progress("Records that are alike are looked for.", 0.8)
    hits = [hit_of(version) for version in versions]
    private = [place for place, hit in enumerate(hits) if is_private(hit)]
    with_files = [place for place, hit in enumerate(hits) if hit.media]
    pointed = Pointed(found, alike_hits(hits), private, with_files)
    remembered.keep(number, _NAME, follows(versions), pointed)
