"""What runs could not get, from the run that met it first until one that had it in full.

A gap is known by its account, place and cause, whatever numbers the cause names, so that one that is met
every night is one gap. It closes only when a later run had the same listing in full over its interval, and
what an import and the nights after it hold is not opened again. What handed-in files lack is no night's to
fill: only another import can bring it.
Derived from the seals in their order, by a fresh run and by a rebuild alike.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import takewhile

import msgspec
from sqlalchemy import Connection, func, select

from paloverde.archive.register import unfetched
from paloverde.archive.seal import BrokenOff, Coverage, Draft, RunKind, Seal
from paloverde.platforms.conversation import Listing
from paloverde.records import PACIFIC, Kind
from paloverde.state.tables import GAPS, RUNS
from paloverde.wording import some, spoken

NIGHT_MISSED = "night without a run"
LIMIT = "limit of the site"  # what no night can have; only an import may
_NIGHT, _MEDIA = "night", "media"  # streams of the run itself, which no listing fills
_UNREAD = "unread pieces"
OF_IMPORT = "gap of an import"
# What a cause says otherwise each night: numbers, and the parts of a date.
_OF_THE_NIGHT = re.compile(
    r"\d[\d,.]*|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b[ap]\.m\."
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)(?= \d)"
)
# Of these a night always asks, and says so where it has no answer: to have them is to have them in full.
_STATES = (Kind.PROFILE.value, Kind.SUBSCRIBER_COUNT.value)
_TRIES_FOR_ALL = 5
_RUNS_THAT_TELL = (RunKind.NIGHT, RunKind.IMPORT)  # a sweep proves nothing, and the next night covers it


class Met(msgspec.Struct, frozen=True):
    """What one run could not get. `since` and `until` bound it where that is known; None is without bound."""

    what: str
    kind: str
    stream: str
    of: str
    cause: str
    since: datetime | None = None
    until: datetime | None = None

    def name(self, account: str) -> str:
        """The same for the same gap, whatever numbers and days its cause names tonight."""
        return _name(account, self.what, self.kind, self.stream, self.of, self.cause)


@lru_cache(maxsize=8192)  # a night mostly says what the night before said
def _name(account: str, what: str, kind: str, stream: str, of: str, cause: str) -> str:
    said = msgspec.json.encode((account, what, kind, stream, of, _OF_THE_NIGHT.sub("#", cause)))
    return hashlib.sha256(said).hexdigest()


class KnownGap(msgspec.Struct, frozen=True, kw_only=True):
    """A gap as the archive knows it. `filled_by` is the run that had it in full, None while it is open."""

    name: str
    first_run: int
    account: str
    what: str
    kind: str
    stream: str
    of: str
    cause: str
    since: datetime | None
    until: datetime | None
    first_day: date
    last_day: date
    last_run: int
    times: int
    filled_by: int | None
    filled_day: date | None

    def __str__(self) -> str:
        named = self.stream.replace("_", " ")
        where = f"{named} of {self.of}" if self.of and self.what != NIGHT_MISSED else named
        if self.what == OF_IMPORT:
            where = f"import, {where}"
        met = f"{spoken(self.first_day)}"
        if self.last_day != self.first_day:
            met += f" to {spoken(self.last_day)}, in {some(self.times, 'run')}"
        told = f"{self.account}, {where or self.what}, {met}: {self.cause.rstrip('.')}."
        if self.filled_day is not None:
            return f"{told} Had in full on {spoken(self.filled_day)} (run {self.filled_by:,})."
        if self.what == LIMIT:
            return f"{told} No night can have it; an import of the account's own download may."
        who = "an import" if self.what == OF_IMPORT else "a run or an import"
        return f"{told} Open until {who} has it in full{self._interval()}."

    def _interval(self) -> str:
        if self.since is None:
            return ""
        return f" from {spoken(self.since.astimezone(PACIFIC))} on"


def met(run: Draft) -> list[Met]:
    """What the coverage of a run says that it could not get, once for each place and cause."""
    cover = run.coverage
    bounds = {(it.stream, it.of): it.since for it in cover.listings}
    what = OF_IMPORT if run.kind is RunKind.IMPORT else "gap"
    found = [
        Met(LIMIT if gap.is_limit else what, gap.kind.value, gap.stream, gap.of, gap.cause,
            gap.since or bounds.get((gap.stream, gap.of)), gap.until)
        for gap in cover.gaps
    ]  # fmt: skip
    told = {(one.stream, one.of) for one in found}
    found += [
        Met("unfinished listing", it.kind.value, it.stream, it.of, _unfinished(it), it.since)
        for it in cover.listings
        if not it.complete and not it.at_limit and (it.stream, it.of) not in told
    ]
    if cover.unread:
        pieces = "piece of an answer" if cover.unread == 1 else "pieces of answers"
        cause = f"{cover.unread:,} {pieces} could not be made records: kept, and not searched"
        found.append(Met(_UNREAD, Kind.OTHER.value, "", "", cause))
    once = {one.name(run.account): one for one in found}
    return list(once.values())


def fills(run: Draft, gap: KnownGap, still: Iterable[Met], *, all_fetched: bool) -> bool:
    """Whether a run had in full what an earlier one could not get.

    `still` is what this run could not get itself, `all_fetched` that no known file is missing any more.
    """
    if gap.what == NIGHT_MISSED:
        return run.kind is RunKind.NIGHT and run.day.isoformat() == gap.of
    if gap.what == _UNREAD:
        return False
    if gap.what == OF_IMPORT and run.kind is not RunKind.IMPORT:
        return False
    if gap.what == OF_IMPORT and gap.of:  # the same file, handed in again with more
        return any(it.complete and (it.stream, it.of) == (gap.stream, gap.of) for it in run.coverage.listings)
    if run.kind is RunKind.IMPORT and not _reaches_up_to(run.coverage, gap):
        return False
    lacking = {(one.stream, one.of) for one in still}
    whole_night = run.kind is RunKind.NIGHT and run.coverage.broken_off is BrokenOff.NO
    if gap.stream == _NIGHT:
        return whole_night and _reaches(run.coverage, gap.since)
    if gap.stream == _MEDIA:
        return whole_night and all_fetched and (gap.stream, gap.of) not in lacking
    listings = _listings(run.coverage, gap)
    if not listings:
        return whole_night and gap.kind in _STATES and (gap.stream, gap.of) not in lacking
    places = {(it.stream, it.of) for it in listings} | {(gap.stream, gap.of)}
    return not places & lacking and all(it.complete and _reaches(it, gap.since) for it in listings)


def apply_gaps(connection: Connection, seal: Seal) -> None:
    """Open, meet again and close gaps as one seal says."""
    run = seal.run
    now, tells = met(run), run.kind in _RUNS_THAT_TELL
    if not tells:  # but what a sweep alone saw may lack its pictures for good
        now = [one for one in now if one.stream == _MEDIA]
    open_ = {gap.name: gap for gap in known(connection, run.account, only_open=True)}
    all_fetched = not unfetched(connection, run.account)
    for gap in open_.values():
        if tells and fills(run, gap, now, all_fetched=all_fetched):
            _update(connection, gap, filled_by=seal.sequence, filled_day=run.day)
    again = {one.name(run.account): one for one in now}
    for gap in open_.values():
        if (one := again.get(gap.name)) is not None:
            until = one.until or run.ended_at
            _update(
                connection, gap, last_day=max(run.day, gap.last_day), last_run=seal.sequence,
                times=gap.times + 1, until=max(until, gap.until or until), cause=one.cause,
            )  # fmt: skip
    fresh = [
        one
        for one in now
        if one.name(run.account) not in open_ and not _is_held(connection, run.account, seal.sequence, one)
    ]
    if fresh:
        nights = whole_nights(connection, run.account, seal.sequence) if run.kind is RunKind.NIGHT else ()
        before = next((night.started_at for night in nights), None)
        _open(connection, seal, [_bounded(one, open_.values(), before, run) for one in fresh])
    if run.kind is RunKind.NIGHT:
        _open_missed_nights(connection, seal, open_)


def known(
    connection: Connection, account: str | None = None, *, only_open: bool = False, only_met: bool = False
) -> list[KnownGap]:
    """The gaps of an account (of all where None is named), by account and day.

    `only_met` are those that a run met: without the nights on which none was sealed, which are the most.
    """
    query = select(GAPS).order_by(GAPS.c.account, GAPS.c.first_day, GAPS.c.stream, GAPS.c.of, GAPS.c.name)
    if account is not None:
        query = query.where(GAPS.c.account == account)
    if only_open:
        query = query.where(GAPS.c.filled_by.is_(None))
    if only_met:
        query = query.where(GAPS.c.what != NIGHT_MISSED)
    return [KnownGap(**row) for row in connection.execute(query).mappings()]


def of_run(connection: Connection, sequence: int) -> tuple[list[KnownGap], list[KnownGap]]:
    """The gaps that a run opened, and those that it closed."""
    columns = (GAPS.c.first_run, GAPS.c.filled_by)
    opened, closed = (
        [KnownGap(**row) for row in connection.execute(select(GAPS).where(one == sequence)).mappings()]
        for one in columns
    )
    return opened, closed


def reaches_back_to_the_first(connection: Connection, account: str, day: date) -> bool:
    """Whether a night of this day asks for everything that the site still gives, not for the last weeks only.

    So the first night does, and those after it until one had its list of posts to the end, a few at most: a
    site that never shows the end of its list is not asked for all of it every night.
    """
    earlier = (run for run in whole_nights(connection, account) if run.day < day)
    for tries, run in enumerate(earlier, 1):
        had_all = any(it.complete for it in run.coverage.listings if it.kind is Kind.POST and not it.of)
        if had_all or tries == _TRIES_FOR_ALL:
            return False
    return True


def _is_held(connection: Connection, account: str, sequence: int, one: Met) -> bool:
    """Whether what the site no longer gives is here: an import had it, whole nights what came after."""
    if one.until is None:
        return False
    imports = select(RUNS.c.body).where(
        RUNS.c.account == account, RUNS.c.kind == RunKind.IMPORT.value, RUNS.c.sequence < sequence
    )
    covers = [
        msgspec.json.decode(body, type=Seal).run.coverage for body in connection.execute(imports).scalars()
    ]
    until = [cover.until for cover in covers if cover.until is not None and _has(cover, one)]
    if not until:
        return False
    held = max(until)
    nights = takewhile(lambda night: night.started_at > held, whole_nights(connection, account, sequence))
    for night in reversed(list(nights)):
        if _has(night.coverage, one, held):
            held = night.started_at
    return one.until <= held


def _has(cover: Coverage, one: Met, since: datetime | None = None) -> bool:
    """Whether the listings of its place were had in full, from `since` on (None: from the first item on)."""
    listings = _listings(cover, one)
    return bool(listings) and all(it.complete and _reaches(it, since) for it in listings)


def _listings(cover: Coverage, gap: KnownGap | Met) -> list[Listing]:
    """The listings that would have shown it: those of its place, or all of its stream."""
    there = [it for it in cover.listings if (it.stream, it.of) == (gap.stream, gap.of)]
    return there or [it for it in cover.listings if it.stream == gap.stream and not gap.of]


def _reaches(asked: Listing | Coverage, since: datetime | None) -> bool:
    return asked.since is None or (since is not None and asked.since <= since)


def _reaches_up_to(cover: Coverage, gap: KnownGap) -> bool:
    """Whether an import is of an export that was made after the end of the gap."""
    return cover.until is not None and gap.until is not None and gap.until <= cover.until


def _unfinished(listing: Listing) -> str:
    of_all = f" of {listing.declared:,} that the site states" if listing.declared is not None else ""
    return f"{listing.reason.rstrip('.') or 'its end was not reached'}; {listing.got:,} were had{of_all}"


def _bounded(one: Met, open_: Iterable[KnownGap], before: datetime | None, run: Draft) -> Met:
    """A gap with its interval: from the last whole night on, or as what is open at its place already."""
    if one.until is not None and before is not None and one.until <= before:
        return one  # it lies before all that a night could miss: what the site no longer gives
    there = [gap.since for gap in open_ if (gap.stream, gap.of) == (one.stream, one.of)]
    starts = there or [moment for moment in (one.since, before) if moment is not None]
    since = None if None in starts else max((moment for moment in starts if moment), default=None)
    return msgspec.structs.replace(one, since=since, until=one.until or run.ended_at)


def whole_nights(connection: Connection, account: str, before: int | None = None) -> Iterator[Draft]:
    """An account's nights that came to their end, newest first; those sealed before a run, where named."""
    nights = select(RUNS.c.sequence).where(RUNS.c.account == account, RUNS.c.kind == RunKind.NIGHT.value)
    if before is not None:
        nights = nights.where(RUNS.c.sequence < before)
    # One body at a time: it is most often the newest that is wanted.
    for sequence in connection.execute(nights.order_by(RUNS.c.sequence.desc())).scalars().all():
        body = connection.execute(select(RUNS.c.body).where(RUNS.c.sequence == sequence)).scalar_one()
        run = msgspec.json.decode(body, type=Seal).run
        if run.coverage.broken_off is BrokenOff.NO:
            yield run


def _open_missed_nights(connection: Connection, seal: Seal, open_: dict[str, KnownGap]) -> None:
    """One gap for each day between this night and the one before it (after it, where it is the earliest)."""
    run = seal.run
    nights = (RUNS.c.account == run.account, RUNS.c.kind == RunKind.NIGHT.value)
    before = connection.execute(select(func.max(RUNS.c.day)).where(*nights, RUNS.c.day < run.day)).scalar()
    after = connection.execute(select(func.min(RUNS.c.day)).where(*nights, RUNS.c.day > run.day)).scalar()
    first, last = (before, run.day) if before else (run.day, after or run.day)
    cause = "no run was sealed; what was posted and taken away again in that time is not in the archive"
    missed = [
        Met(NIGHT_MISSED, "", "", (first + timedelta(days=n)).isoformat(), cause)
        for n in range(1, (last - first).days)
    ]
    _open(connection, seal, [one for one in missed if one.name(run.account) not in open_])


def _open(connection: Connection, seal: Seal, gaps: list[Met]) -> None:
    rows = []
    for one in gaps:
        day = date.fromisoformat(one.of) if one.what == NIGHT_MISSED else seal.run.day
        rows.append(
            msgspec.structs.asdict(one)
            | {
                "name": one.name(seal.run.account),
                "account": seal.run.account,
                "first_run": seal.sequence,
                "last_run": seal.sequence,
                "first_day": day,
                "last_day": day,
                "times": 1,
            }
        )
    if rows:
        connection.execute(GAPS.insert(), rows)


def _update(connection: Connection, gap: KnownGap, **values: object) -> None:
    connection.execute(
        GAPS.update().where(GAPS.c.name == gap.name, GAPS.c.first_run == gap.first_run).values(**values)
    )
