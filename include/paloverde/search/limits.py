"""The limits of a search: what the archive could not get in its scope, in words for the cover page. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from paloverde.archive.seal import Draft, Role, RunKind, Seal
from paloverde.platforms.conversation import Gap, Listing
from paloverde.records import archive_day
from paloverde.search.scope import PRIVATE_KINDS, Scope, begins, ends
from paloverde.search.tree import spoken

_MEDIA = "media"  # pictures and files, of what perhaps a sweep alone saw


class Limit(msgspec.Struct, frozen=True):
    """Something that the archive may be missing.

    `what` is one of gap, unfinished listing, unread pieces, nights without a run, imports only, no run at
    all. `first` and `last` are the archive days of the runs that met it, `times` their number;
    `later_complete` is the archive day on which the same listing was had in full, where that happened after
    `last`.
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
        where = f"{self.stream} of {self.of}" if self.of else self.stream
        subject = f"{self.what[0].upper()}{self.what[1:]}, {self.account}" + (f", {where}" if where else "")
        later = (
            f" The same listing was had in full on {spoken(self.later_complete)}."
            if self.later_complete
            else ""
        )
        return f"{subject}{self._when()}: {self.cause.rstrip('.')}.{later}"

    def _when(self) -> str:
        if self.first is None or self.last is None:
            return ""
        if self.first == self.last:
            return f", {spoken(self.first)}"
        return f", {spoken(self.first)} to {spoken(self.last)} ({self.times} times)"


class Imported(msgspec.Struct, frozen=True):
    """What imports brought of an account: days of the imports, and of posting as far as they are dated."""

    first: date
    last: date
    earliest: date | None
    latest: date | None

    def range(self) -> str:
        if self.earliest is None or self.latest is None:
            return ""
        return f", posted {spoken(self.earliest)} to {spoken(self.latest)}"


def limits(seals: Iterable[Seal], scope: Scope, accounts: Iterable[str]) -> list[Limit]:
    """What the sealed runs of these accounts could not get and that may touch the scope."""
    chosen = sorted(accounts)
    days: dict[str, set[date]] = {}
    imported: dict[str, Imported] = {}
    found: dict[tuple[str, ...], Limit] = {}
    complete: dict[tuple[str, str, str], date] = {}
    for seal in seals:
        run = seal.run
        if run.account not in chosen:
            continue
        if run.kind is RunKind.NIGHT:
            days.setdefault(run.account, set()).add(run.day)
        elif run.kind is RunKind.IMPORT:
            imported[run.account] = _with_import(imported.get(run.account), run)
        for limit in _of_run(seal, scope):
            key = (limit.account, limit.what, limit.kind, limit.stream, limit.of, limit.cause)
            before = found.get(key)
            found[key] = limit if before is None else _again(before, limit)
        until = run.coverage.until  # of an import: when its export was made, whenever it was handed in
        day = run.day if until is None else archive_day(until)
        for listing in run.coverage.listings:
            if listing.complete and listing.since is None:
                place = (run.account, listing.stream, listing.of)
                complete[place] = max(day, complete.get(place, day))
    healed = [
        _healed(limit, complete.get((limit.account, limit.stream, limit.of))) for limit in found.values()
    ]
    return sorted(healed, key=_order) + [
        limit for name in chosen for limit in _missing_nights(name, days.get(name, set()), imported.get(name))
    ]


def _of_run(seal: Seal, scope: Scope) -> list[Limit]:
    run, cover = seal.run, seal.run.coverage
    found = [
        Limit(run.account, "gap", gap.kind.value, gap.stream, gap.of, gap.cause, run.day, run.day)
        for gap in cover.gaps
        if _touches(gap, scope) and (run.kind is not RunKind.SWEEP or gap.stream == _MEDIA)
    ]
    if run.kind is RunKind.SWEEP:
        return found  # a glance between two nights: what else it misses, the next night lists
    found += [
        Limit(
            run.account,
            "unfinished listing",
            it.kind.value,
            it.stream,
            it.of,
            _unfinished(it),
            run.day,
            run.day,
        )
        for it in cover.listings
        if not it.complete and _of_interest(it.kind.value, scope)
    ]
    if cover.unread:
        cause = (
            f"{cover.unread} pieces of answers could not be made records; "
            "their bytes are kept and were not searched"
        )
        found.append(Limit(run.account, "unread pieces", "other", "", "", cause, run.day, run.day))
    return found


def _unfinished(listing: Listing) -> str:
    of_all = f" of {listing.declared:,} that the site states" if listing.declared is not None else ""
    reason = listing.reason.rstrip(".") or "the listing ended before its end mark"
    return f"{reason}; {listing.got:,} were had{of_all}"


def _touches(gap: Gap, scope: Scope) -> bool:
    """A gap is left out only where it surely lies outside."""
    before = gap.until is not None and scope.since is not None and gap.until < begins(scope.since)
    after = gap.since is not None and scope.until is not None and gap.since >= ends(scope.until)
    return _of_interest(gap.kind.value, scope) and not before and not after


def _of_interest(kind: str, scope: Scope) -> bool:
    if kind in PRIVATE_KINDS and not scope.include_private:
        return False
    return not scope.kinds or kind in scope.kinds


def _again(before: Limit, now: Limit) -> Limit:
    """Seals come in their order, so the run that met it again is the later one."""
    return msgspec.structs.replace(before, last=now.last, times=before.times + 1)


def _healed(limit: Limit, complete: date | None) -> Limit:
    is_later = complete is not None and limit.last is not None and complete > limit.last
    later = complete if is_later and limit.stream else None
    return msgspec.structs.replace(limit, later_complete=later)


def _with_import(before: Imported | None, run: Draft) -> Imported:
    """What the imports of an account cover, one more taken in."""
    records = [part for part in run.parts if part.role is Role.RECORDS]
    days = [archive_day(moment) for part in records for moment in (part.earliest, part.latest) if moment]
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
    stretches: list[list[date]] = []
    day, last = min(days), max(days)
    while day <= last:
        if day not in days:
            if stretches and stretches[-1][-1] == day - timedelta(days=1):
                stretches[-1].append(day)
            else:
                stretches.append([day])
        day += timedelta(days=1)
    cause = "no run was sealed; what was posted and taken away again in that time is not in the archive"
    if imported is not None:
        cause += f"; an import holds what its export showed{imported.range()}"
    return [Limit(account, "nights without a run", "", "", "", cause, s[0], s[-1], len(s)) for s in stretches]


def _order(limit: Limit) -> tuple[str, date, str, str, str]:
    return limit.account, limit.first or date.min, limit.what, limit.stream, limit.of
