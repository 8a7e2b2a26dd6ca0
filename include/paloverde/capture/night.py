"""One account, one archive day: the night.

Ask everything, keep the bytes, write the new versions, say what could not be had, seal it. What goes
wrong half-way is sealed too, as a gap: the part of the night that was had is not lost with the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import msgspec

from paloverde.archive.commit import Committed, Outcome
from paloverde.archive.register import Item, expected_in, items
from paloverde.archive.seal import Coverage, RunKind
from paloverde.archive.vault import Vault
from paloverde.capture.intake import Intake
from paloverde.capture.media import MediaKeeper
from paloverde.capture.removal import REMOVABLE
from paloverde.capture.sealing import Run, seal_run
from paloverde.capture.spool import Spool
from paloverde.capture.tables import Sighting
from paloverde.errors import PaloverdeError, Suspicious, Unreachable
from paloverde.platforms.conversation import Found, Gap, Listing, NotThere, Platform, TooMuch
from paloverde.platforms.line import Line, converse
from paloverde.records import Account, Kind

OpenLine = Callable[[], Line]


class NightReport(msgspec.Struct, frozen=True):
    """What a night did, in counts and words; never the text of a message."""

    account: str
    day: date
    outcome: str  # sealed, already sealed, degraded
    records: int
    new_versions: int
    candidates: int  # items to be looked up before anybody speaks of a removal
    gaps: list[str]
    sequence: int

    def sentence(self) -> str:
        told = (
            f"{self.account}, {self.day:%A %d %B %Y}: {self.outcome}; {self.records:,} items seen, "
            f"{self.new_versions:,} new versions kept"
        )
        if self.candidates:
            told += f", {self.candidates:,} no longer listed and to be looked up"
        if not self.gaps:
            return f"{told}; no gaps."
        few = "; ".join(self.gaps[:3])
        more = f"; and {len(self.gaps) - 3:,} more" if len(self.gaps) > 3 else ""
        return f"{told}. {len(self.gaps):,} gaps: {few}{more}."


def archive_night(
    vault: Vault, platform: Platform, account: Account, day: date, since: datetime | None, open_line: OpenLine
) -> tuple[NightReport, PaloverdeError | None]:
    """Archive everything of an account for an archive day.

    An equal night that is already sealed stands ("already sealed"). Where the night broke off, what was had
    is sealed as "degraded" and the trouble handed back: the caller decides whether to try again.
    """
    started = vault.clock()
    with Spool() as spool, open_line() as line:
        media = MediaKeeper(line.fetch_media, spool)
        intake = Intake(account, day, vault, spool, media)
        listings, gaps, trouble = _listen(platform, account, since, line, intake)
        absent = _absences(vault, account, listings, intake)
        intake.sighted(absent)
        intake.close_batch()
        gaps += _shortfalls(listings, gaps) + _media_gaps(media)
        for essence in (*map(_listed, listings), *map(_missed, gaps)):
            intake.note(essence)
        coverage = Coverage(listings, gaps, intake.unread, intake.drifted, intake.exchanges)
        counts = {"records": intake.records, "new_versions": intake.new_versions, "candidates": len(absent)}
        run = Run(account, day, RunKind.NIGHT, started, coverage, counts)
        committed = seal_run(vault, spool, run, intake.digest)
    return _report(committed, broken_off=trouble is not None), trouble


def _listen(
    platform: Platform, account: Account, since: datetime | None, line: Line, intake: Intake
) -> tuple[list[Listing], list[Gap], PaloverdeError | None]:
    """Hold the night's conversation; what breaks it off becomes a gap and is handed back."""
    listings: list[Listing] = []
    gaps: list[Gap] = []
    try:
        for said in converse(platform.night(account, since), line, intake.exchange):
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


def _absences(vault: Vault, account: Account, listings: list[Listing], intake: Intake) -> list[Sighting]:
    """Items that a complete listing should have shown and that were seen nowhere in this run.

    Followers come and go: that one is gone is written down once, since nothing is done about it.
    """
    absent: dict[tuple[str, str], Item] = {}
    with vault.books.connect() as connection:
        for listing in listings:
            if listing.complete:
                wanted = expected_in(account.slug, listing.stream, listing.of, listing.since)
                for item in items(connection, wanted):
                    key = (item.kind.value, item.native_id)
                    if key not in intake.seen:
                        absent[key] = item
    now, sightings = vault.clock(), []
    for (kind, native_id), item in absent.items():
        if item.state == "absent" and item.kind not in REMOVABLE:
            intake.note(f"{kind} {native_id} absent")
        else:
            sightings.append(_absent(item, now))
    return sightings


def _absent(item: Item, now: datetime) -> Sighting:
    return Sighting(
        item.kind.value, item.native_id, item.stream, item.within, "absent", now, "listing",
        posted_at=item.posted_at, detail="not in a complete listing",
    )  # fmt: skip


def _shortfalls(listings: list[Listing], told: list[Gap]) -> list[Gap]:
    """Where the site counts more than it listed, or a listing did not reach its end, and no gap says so."""
    explained = {(gap.stream, gap.of) for gap in told}
    gaps = []
    for listing in listings:
        if (listing.stream, listing.of) in explained:
            continue
        if listing.declared is not None and listing.got < listing.declared:
            cause = f"the site counts {listing.declared:,} and listed {listing.got:,}"
            gaps.append(Gap(listing.stream, listing.kind, cause, listing.of))
        elif not listing.complete:
            cause = f"the listing is not complete: {listing.reason or 'its end was not reached'}"
            gaps.append(Gap(listing.stream, listing.kind, cause, listing.of))
    return gaps


def _media_gaps(media: MediaKeeper) -> list[Gap]:
    reasons: dict[str, int] = {}
    for reason in media.missed:
        reasons[reason] = reasons.get(reason, 0) + 1
    return [
        Gap("media", Kind.OTHER, f"{count:,} pictures or videos were not captured: {reason}")
        for reason, count in reasons.items()
    ]


def _where(said: Listing | Gap) -> str:
    return f"{said.stream.replace('_', ' ')} of {said.of}" if said.of else said.stream.replace("_", " ")


def _listed(listing: Listing) -> str:
    """What of a listing makes two nights different: not its moving bound in time."""
    return f"{listing.stream}/{listing.of}/{listing.complete}/{listing.got}/{listing.declared}"


def _missed(gap: Gap) -> str:
    return f"{gap.stream}/{gap.of}/{gap.cause}"


def _report(committed: Committed, *, broken_off: bool) -> NightReport:
    run = committed.seal.run
    outcome = "degraded" if broken_off else "sealed"
    return NightReport(
        account=run.account,
        day=run.day,
        outcome=outcome if committed.outcome is Outcome.MINE else "already sealed",
        records=run.counts["records"],
        new_versions=run.counts["new_versions"],
        candidates=run.counts["candidates"],
        gaps=[f"{_where(gap)}: {gap.cause}" for gap in run.coverage.gaps],
        sequence=committed.seal.sequence,
    )
