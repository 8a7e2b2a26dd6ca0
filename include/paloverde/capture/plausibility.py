"""Whether a night brought so little that it must be looked at: pure decisions that give their reasons.

A site that answers an empty page with every sign of success shows as a whole night with almost nothing in it.
Two things must agree before a night is called too small, so that it is not called so by chance:

- fewer than half of what is usual: the median of the account's last whole nights;
- fewer than half of what the archive knows to belong into the very listings that were had tonight. A listing
  of posts reaches back some weeks only: when a busy week leaves it, what is usual drops out of it rightly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from paloverde.archive.seal import BrokenOff, Draft
from paloverde.platforms.conversation import Gap, Listing
from paloverde.records import Kind

WATCHED = frozenset({Kind.POST, Kind.COMMENT, Kind.SUBSCRIBER})
NIGHTS = 7  # that say what is usual
FEWEST_NIGHTS = 3  # before these nothing is usual
FEWEST_ITEMS = 20  # below these, half is a matter of a few items
PERCENT = 50

_SMALL = "an implausibly small night: "


def got_by_stream(listings: Iterable[Listing]) -> dict[tuple[str, Kind], int]:
    """How many items the whole listings of a night showed, by stream."""
    got: dict[tuple[str, Kind], int] = {}
    for listing in listings:
        if listing.complete and listing.kind in WATCHED:
            place = (listing.stream, listing.kind)
            got[place] = got.get(place, 0) + listing.got
    return got


def is_usual(run: Draft) -> bool:
    """Whether a night may say what is usual: it came to its end, and was not too small itself."""
    return run.coverage.broken_off is BrokenOff.NO and not small(run.coverage.gaps)


def small(gaps: Iterable[Gap]) -> list[Gap]:
    """Those gaps that call a night too small."""
    return [gap for gap in gaps if gap.cause.startswith(_SMALL)]


def too_small(
    got: Mapping[tuple[str, Kind], int],
    before: Sequence[Mapping[tuple[str, Kind], int]],
    expected: Mapping[str, int],
) -> list[Gap]:
    """A gap for each stream of a night that is implausibly small.

    `got` and `before` are tonight's and the last whole nights' counts (newest first), `expected` how many
    known items of a stream belong into the listings that were had in full tonight.
    """
    gaps = []
    for (stream, kind), number in got.items():
        counts = [night[stream, kind] for night in before if (stream, kind) in night][:NIGHTS]
        if len(counts) < FEWEST_NIGHTS:
            continue
        usual, known = median(counts), expected.get(stream, 0)
        least = min(usual, known)
        if least >= FEWEST_ITEMS and number * 100 < least * PERCENT:
            cause = (
                f"{_SMALL}{number:,} were listed where {usual:,.0f} are usual and {known:,} are known; "
                "look at the page, and run the night again"
            )
            gaps.append(Gap(stream, kind, cause))
    return gaps
