"""One account, one archive day: the night.

Ask everything, keep the bytes, write the new versions, say what could not be had, seal it. What goes
wrong half-way is sealed too, as a gap: the part of the night that was had is not lost with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import msgspec

from paloverde.archive.commit import Committed, Outcome
from paloverde.archive.gaps import whole_nights
from paloverde.archive.reader import Archive
from paloverde.archive.register import Item, expected_in, items
from paloverde.archive.seal import BrokenOff, Coverage, RunKind
from paloverde.archive.vault import Vault
from paloverde.capture.intake import Intake
from paloverde.capture.media import from_the_site
from paloverde.capture.older import ask_older, older_posts
from paloverde.capture.plausibility import NIGHTS, got_by_stream, is_usual, too_small
from paloverde.capture.removal import REMOVABLE, end_of_story
from paloverde.capture.resuming import Limited, Resumed, resumed
from paloverde.capture.sealing import Run, seal_run, settle_last
from paloverde.capture.spool import Spool
from paloverde.capture.tables import Sighting
from paloverde.errors import PaloverdeError, RateLimited, Suspicious, Unreachable
from paloverde.platforms.conversation import (
    Found,
    Gap,
    Listing,
    NotThere,
    Platform,
    TooMuch,
)
from paloverde.platforms.exchange import Exchange
from paloverde.platforms.line import Line, converse
from paloverde.records import Account, Kind
from paloverde.wording import at_time, some, spoken

OpenLine = Callable[[], Line]


class NightReport(msgspec.Struct, frozen=True):
    """What a night did, in counts and words; never the text of a message."""

    account: str
    day: date
    outcome: str  # sealed, already sealed, degraded (it broke off, or is implausibly small)
    records: int
    new_versions: int
    candidates: int  # items to be looked up before anybody speaks of a removal
    gaps: list[str]
    sequence: int
    is_new: bool = True  # False where an equal night was sealed before
    replayed: int = 0  # answers that an earlier try at this night had got already
    too_small: list[str] = []  # what of it must be looked at
    sealed_at: datetime | None = None  # when an equal night was sealed before

    def sentence(self) -> str:
        if not self.is_new:
            return self._said_before()
        told = (
            f"{self.account}, {spoken(self.day)}: {self.outcome}; {some(self.records, 'item')} seen, "
            f"{self.new_versions:,} new versions kept"
        )
        if self.candidates:
            told += f", {self.candidates:,} no longer listed and to be looked up"
        if self.replayed:
            told += f", gone on after {some(self.replayed, 'answer')} of an earlier try"
        if self.too_small:
            told += f". LOOK AT THIS: {'; '.join(self.too_small)}"
        if not self.gaps:
            return f"{told}; no gaps."
        few = "; ".join(self.gaps[:3])
        more = f"; and {len(self.gaps) - 3:,} more" if len(self.gaps) > 3 else ""
        return f"{told}. {some(len(self.gaps), 'gap')}: {few}{more}."

    def _said_before(self) -> str:
        """Of a night whose equal stands already: its counts were told when it was new."""
        sealed = f" on {at_time(self.sealed_at)}" if self.sealed_at is not None else ""
        told = (
            f"{self.account}, {spoken(self.day)}: already sealed{sealed} (run {self.sequence:,}); "
            "nothing new was written."
        )
        if self.too_small:
            told += f" LOOK AT THIS: {'; '.join(self.too_small)}."
        return f"{told} Its gaps stand: {len(self.gaps):,}." if self.gaps else told


def archive_night(
    vault: Vault,
    platform: Platform,
    account: Account,
    day: date,
    since: datetime | None,
    open_line: OpenLine,
    alive: Callable[[], None] = lambda: None,
    look_again_days: int = 30,
) -> tuple[NightReport, PaloverdeError | None]:
    """Archive everything of an account for an archive day.

    An equal night that is already sealed stands ("already sealed"). Where the night broke off, what was had
    is sealed as "degraded" and the trouble handed back: the caller decides whether to try again. Another try
    at a night that broke off for the site's limit goes on from there (`resuming`). A night that is
    implausibly small (`plausibility`) is "degraded" too: somebody must look. `alive` is called at each
    answer. The comments of posts from before `since` are asked for once in `look_again_days` (`older`).
    """
    settle_last(vault, day)
    started, archive = vault.clock(), Archive(vault.store, vault.books)
    with Spool() as spool, open_line() as line:
        media = from_the_site(line, spool)
        intake = Intake(account, day, vault, spool, media)
        asked = resumed(line, platform, archive, account, day, started)

        def keep(exchange: Exchange) -> None:
            intake.exchange(exchange)
            alive()

        limits = Limited(asked)
        said = converse(platform.night(account, since), limits, keep)
        again = _older(vault, platform, account, since, day, look_again_days)
        both = _both(said, lambda asked: ask_older(platform, account, again, asked, limits, keep))
        listings, gaps, trouble = _listen(platform, account, both, intake)
        trouble = trouble or limits.met
        absent, expected = _absences(vault, account, listings, intake)
        intake.sighted(absent)
        intake.close_batch()
        gaps += _shortfalls(listings, gaps) + media.gaps
        small = too_small(got_by_stream(listings), _nights_before(vault, account, day), expected)
        for essence in (*map(_listed, listings), *map(_missed, gaps + small)):
            intake.note(essence)
        coverage = Coverage(
            listings,
            gaps + small,
            intake.unread,
            intake.drifted,
            intake.exchanges,
            _broken_off(trouble),
            since,
        )
        counts = {
            "records": intake.records,
            "new_versions": intake.new_versions,
            "candidates": sum(seen.state == "absent" for seen in absent),
        }
        run = Run(account, day, RunKind.NIGHT, started, coverage, counts)
        committed = seal_run(vault, spool, run, intake.digest)
    replayed = asked.replayed if isinstance(asked, Resumed) else 0
    return _report(committed, replayed, _told(small), broken_off=trouble is not None), trouble


def _older(
    vault: Vault, platform: Platform, account: Account, since: datetime | None, day: date, again: int
) -> list[str]:
    if since is None or not platform.older.lists:
        return []  # the night's own lists reach all of them
    with vault.books.connect() as connection:
        return older_posts(connection, account, platform.older, since, day, again)


def _both(
    night: Iterator[Found | Listing | Gap], older: Callable[[set[str]], Iterator[Found | Listing | Gap]]
) -> Iterator[Found | Listing | Gap]:
    """The night, and then what is asked about posts whose comments it has not asked for."""
    asked: set[str] = set()
    for said in night:
        if isinstance(said, Listing) and said.kind is Kind.COMMENT:
            asked.add(said.of)
        yield said
    yield from older(asked)


def _listen(
    platform: Platform, account: Account, conversation: Iterator[Found | Listing | Gap], intake: Intake
) -> tuple[list[Listing], list[Gap], PaloverdeError | None]:
    """Hold the night's conversation; what breaks it off becomes a gap and is handed back."""
    listings: list[Listing] = []
    gaps: list[Gap] = []
    try:
        for said in conversation:
            match said:
                case Found():
                    intake.found(said)
                case Listing():
                    listings.append(said)
                case Gap():
                    gaps.append(said)
    except Suspicious:
        raise  # a clock that is wrong would be sealed along
    except (PaloverdeError, NotThere, TooMuch) as error:
        gaps.append(Gap("night", Kind.OTHER, f"it broke off: {error}"))
        return listings, gaps, error if isinstance(error, PaloverdeError) else PaloverdeError(str(error))
    if not any(listing.complete for listing in listings):
        first = gaps[0].cause if gaps else "no reason was given"
        return (
            listings,
            gaps,
            Unreachable(f"{platform.title} gave not one list of {account.slug} to its end: {first}"),
        )
    return listings, gaps, None


def _absences(
    vault: Vault, account: Account, listings: list[Listing], intake: Intake
) -> tuple[list[Sighting], dict[str, int]]:
    """Items that a complete listing should have shown and that were seen nowhere in this run.

    Also how many items it should have shown, by stream. What was seen after the first answer of this run was
    received (by a sweep, while the night waited for a quota) may be missing there rightly. Followers come and
    go: that one is gone is written down once, since nothing is done about it.
    """
    absent: dict[tuple[str, str], Item] = {}
    expected: dict[str, int] = {}
    began = intake.began or vault.clock()
    with vault.books.connect() as connection:
        for listing in listings:
            if listing.complete:
                wanted = expected_in(account.slug, listing.stream, listing.of, listing.since)
                for item in items(connection, wanted):
                    key = (item.kind.value, item.native_id)
                    if key in intake.seen or item.last_seen < began:
                        expected[listing.stream] = expected.get(listing.stream, 0) + 1
                    if key not in intake.seen and item.last_seen < began:
                        absent[key] = item
    now, sightings = vault.clock(), []
    for (kind, native_id), item in absent.items():
        if item.state == "absent" and item.kind not in REMOVABLE:
            intake.note(f"{kind} {native_id} absent")
        else:
            sightings.append(_absent(item, now))
    return sightings, expected


def _absent(item: Item, now: datetime) -> Sighting:
    is_over = item.kind is Kind.STORY and now >= end_of_story(item)
    state, detail = ("expired", "its day is over") if is_over else ("absent", "not in a complete listing")
    return Sighting(
        item.kind.value, item.native_id, item.stream, item.within, state, now, "listing",
        posted_at=item.posted_at, detail=detail,
    )  # fmt: skip


def _nights_before(vault: Vault, account: Account, day: date) -> list[dict[tuple[str, Kind], int]]:
    """What the last nights that may say what is usual had listed, each archive day once."""
    since = day - timedelta(days=3 * NIGHTS)
    nights: dict[date, dict[tuple[str, Kind], int]] = {}
    with vault.books.connect() as connection:
        for run in whole_nights(connection, account.slug):
            if run.day < since or len(nights) == NIGHTS:
                break
            if run.day < day and is_usual(run):
                nights.setdefault(run.day, got_by_stream(run.coverage.listings))
    return list(nights.values())


def _broken_off(trouble: PaloverdeError | None) -> BrokenOff:
    if trouble is None:
        return BrokenOff.NO
    return BrokenOff.LIMIT if isinstance(trouble, RateLimited) else BrokenOff.TROUBLE


def _shortfalls(listings: list[Listing], told: list[Gap]) -> list[Gap]:
    """Where the site counts more than it listed, or a listing did not reach its end, and no gap says so.

    Not where the site shows no further: what lies beyond an earlier night had, or a gap of its own says so.
    """
    explained = {(gap.stream, gap.of) for gap in told}
    gaps = []
    for listing in listings:
        if (listing.stream, listing.of) in explained or listing.at_limit:
            continue
        if listing.declared is not None and listing.got < listing.declared:
            cause = f"the site counts {listing.declared:,} and listed {listing.got:,}"
            gaps.append(Gap(listing.stream, listing.kind, cause, listing.of))
        elif not listing.complete:
            cause = f"the listing is not complete: {listing.reason or 'its end was not reached'}"
            gaps.append(Gap(listing.stream, listing.kind, cause, listing.of))
    return gaps


def _where(said: Listing | Gap) -> str:
    return f"{said.stream.replace('_', ' ')} of {said.of}" if said.of else said.stream.replace("_", " ")


def _listed(listing: Listing) -> str:
    """What of a listing makes two nights different: not its moving bound in time."""
    return f"{listing.stream}/{listing.of}/{listing.complete}/{listing.got}/{listing.declared}"


def _missed(gap: Gap) -> str:
    return f"{gap.stream}/{gap.of}/{gap.cause}"


def _told(gaps: list[Gap]) -> list[str]:
    return [f"{_where(gap)}: {gap.cause}" for gap in gaps]


def _report(committed: Committed, replayed: int, too_small: list[str], *, broken_off: bool) -> NightReport:
    run = committed.seal.run
    is_new = committed.outcome is Outcome.MINE
    outcome = "sealed" if is_new else "already sealed"
    return NightReport(
        account=run.account,
        day=run.day,
        outcome="degraded" if too_small or (broken_off and is_new) else outcome,
        records=run.counts["records"],
        new_versions=run.counts["new_versions"],
        candidates=run.counts["candidates"],
        gaps=_told(run.coverage.gaps),
        sequence=committed.seal.sequence,
        is_new=is_new,
        replayed=replayed,
        too_small=too_small,
        sealed_at=None if is_new else run.ended_at,
    )
