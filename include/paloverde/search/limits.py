"""The limits of a search: what the archive could not get in its scope, in words for the cover page. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

import msgspec

from paloverde.archive.gaps import OF_IMPORT, KnownGap, Met
from paloverde.archive.seal import RunKind
from paloverde.archive.told import ToldRun
from paloverde.records import Kind, archive_day
from paloverde.search.plainly import plainly, plainly_of_import
from paloverde.search.scope import PRIVATE_KINDS, Scope, begins, ends
from paloverde.wording import long_date


class Limit(msgspec.Struct, frozen=True):
    """Something that the archive may be missing, in words for people outside the City.

    `what` is one of gap, gap of an import, limit of the site, unfinished listing, unread pieces, nights
    without a run, imports only, no run at all. `first` and `last` are the archive days of the runs that met
    it, `times` their number;
    `later_complete` is the archive day on which a later run or import had the same in full.
    """

    account: str
    what: str
    kind: str
    stream: str
    of: str
    cause: str
    first: date | None
    last: date | None
    times: int = 1
    later_complete: date | None = None

    def __str__(self) -> str:
        named = self.stream.replace("_", " ")
        where = f"{named} of {self.of}" if self.of else named
        subject = f"{self.what[0].upper()}{self.what[1:]}, {self.account}" + (f", {where}" if where else "")
        later = f"; had in full on {long_date(self.later_complete)}" if self.later_complete else ""
        return f"{subject}{self._when()}: {self.cause.rstrip('.')}{later}."

    def _when(self) -> str:
        if self.first is None or self.last is None:
            return ""
        times = f" ({self.times} times)" if self.times > 1 else ""
        if self.first == self.last:
            return f", {long_date(self.first)}{times}"
        return f", {long_date(self.first)} to {long_date(self.last)}{times}"


class Imported(msgspec.Struct, frozen=True):
    """What imports brought of an account: days of the imports, and of posting as far as they are dated."""

    first: date
    last: date
    earliest: date | None
    latest: date | None

    def range(self) -> str:
        if self.earliest is None or self.latest is None:
            return ""
        return f", posted {long_date(self.earliest)} to {long_date(self.latest)}"


def limits(
    runs: Sequence[ToldRun], scope: Scope, accounts: Iterable[str], gaps: Iterable[KnownGap]
) -> list[Limit]:
    """What the sealed runs of these accounts could not get and that may touch the scope.

    `gaps` is what is known of the accounts: which of it a later run had in full. What a run met and no gap
    was opened for, an import holds.
    """
    chosen = set(accounts)
    days: dict[str, set[date]] = {}
    imported: dict[str, Imported] = {}
    found: dict[Limit, _Times] = {}
    lives, touches = _lives(gaps), _touching(scope)
    last = runs[-1].sequence if runs else 0
    for run in runs:
        if run.account not in chosen:
            continue
        if run.kind is RunKind.NIGHT:
            days.setdefault(run.account, set()).add(run.day)
        elif run.kind is RunKind.IMPORT:
            imported[run.account] = _with_import(imported.get(run.account), run)
        for name, one in run.lacks:
            gap = _open_at(lives.get(name, ()), run.sequence)
            if gap is None or not touches(one):
                continue
            known = _limit(run.account, one, gap.filled_day if (gap.filled_by or last + 1) <= last else None)
            found.setdefault(known, _Times(run.day)).again(run.day)
    return sorted((times.of(limit) for limit, times in found.items()), key=_order) + [
        limit
        for name in sorted(chosen)
        for limit in _missing_nights(name, days.get(name, set()), imported.get(name))
    ]


class _Times:
    """When one limit was met; runs come in their order, so the one that met it again is the later."""

    def __init__(self, first: date) -> None:
        self._first = self._last = first
        self._times = 0

    def again(self, day: date) -> None:
        self._last = day
        self._times += 1

    def of(self, limit: Limit) -> Limit:
        return msgspec.structs.replace(limit, first=self._first, last=self._last, times=self._times)


def told_outside(limits: Iterable[Limit]) -> list[Limit]:
    """What the archive may be missing, as anybody may read it: private conversations are counted and not
    named, since the id of one says who wrote to the City.
    """
    alike: dict[Limit, list[Limit]] = {}
    for limit in limits:
        named = limit.kind in PRIVATE_KINDS and limit.of != ""
        key = msgspec.structs.replace(limit, of="", first=None, last=None, times=1) if named else limit
        alike.setdefault(key, []).append(limit)
    return [_counted(key, some) if key != some[0] else key for key, some in alike.items()]


def _counted(key: Limit, some: Sequence[Limit]) -> Limit:
    """These limits as one."""
    of = "a private conversation" if len(some) == 1 else f"{len(some):,} private conversations"
    return msgspec.structs.replace(
        key,
        of=of,
        first=min((one.first for one in some if one.first), default=None),
        last=max((one.last for one in some if one.last), default=None),
        times=max(one.times for one in some),
    )


def _lives(gaps: Iterable[KnownGap]) -> dict[str, list[KnownGap]]:
    """By name, the gaps of that name: one that was filled may be opened again."""
    lives: dict[str, list[KnownGap]] = {}
    for gap in gaps:
        lives.setdefault(gap.name, []).append(gap)
    return lives


def _open_at(gaps: Iterable[KnownGap], sequence: int) -> KnownGap | None:
    """The gap that was opened by that run or before it, and not filled before it."""
    return next(
        (gap for gap in gaps if gap.first_run <= sequence and (gap.filled_by or sequence) >= sequence), None
    )


def _limit(account: str, one: Met, filled: date | None) -> Limit:
    """A gap without the days on which it was met."""
    if one.what == OF_IMPORT:
        cause = plainly_of_import(one.cause)
        return Limit(account, one.what, one.kind, "", "", cause, None, None, later_complete=filled)
    cause = _plainly(one.cause)
    return Limit(account, one.what, one.kind, one.stream, one.of, cause, None, None, later_complete=filled)


_plainly = lru_cache(maxsize=4096)(plainly)  # most nights say what the night before said


def _touching(scope: Scope) -> Callable[[Met], bool]:
    """Whether a gap may touch the scope: it is left out only where it surely lies outside."""
    first = None if scope.since is None else begins(scope.since)
    end = None if scope.until is None else ends(scope.until)

    def touches(one: Met) -> bool:
        before = one.until is not None and first is not None and one.until < first
        after = one.since is not None and end is not None and one.since >= end
        return _of_interest(one.kind, scope) and not before and not after

    return touches


def _of_interest(kind: str, scope: Scope) -> bool:
    if kind in PRIVATE_KINDS and not scope.include_private:
        return False
    return not scope.kinds or kind in (*scope.kinds, Kind.OTHER.value)  # such as a night that broke off


def _with_import(before: Imported | None, run: ToldRun) -> Imported:
    """What the imports of an account cover, one more taken in."""
    days = [archive_day(moment) for moment in (run.earliest, run.latest) if moment]
    if before is not None:
        days += [day for day in (before.earliest, before.latest) if day]
    first = run.day if before is None else before.first
    return Imported(first, run.day, min(days, default=None), max(days, default=None))


def _missing_nights(account: str, days: set[date], imported: Imported | None) -> list[Limit]:
    """Stretches between the first and the last archived night on which nothing was sealed."""
    if not days and imported is not None:
        cause = (
            f"no night was ever sealed; what is here was imported{imported.range()}, and what an export "
            "leaves out, or what was taken away before it was made, is not in the archive"
        )
        return [Limit(account, "imports only", "", "", "", cause, imported.first, imported.last)]
    if not days:
        cause = "the account is registered, and no night of it was ever sealed"
        return [Limit(account, "no run at all", "", "", "", cause, None, None)]
    one = timedelta(days=1)
    stretches = [
        (before + one, after - one) for before, after in pairwise(sorted(days)) if after - before > one
    ]
    cause = "no run was sealed; what was posted and taken away again in that time is not in the archive"
    if imported is not None:
        cause += f"; an import holds what its export showed{imported.range()}"
    return [
        Limit(account, "nights without a run", "", "", "", cause, first, last, (last - first).days + 1)
        for first, last in stretches
    ]


def _order(limit: Limit) -> tuple[str, date, str, str, str]:
    return limit.account, limit.first or date.min, limit.what, limit.stream, limit.of
