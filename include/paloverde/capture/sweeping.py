"""A short look between two nights, so that what lives a few hours is kept.

Only what the archive does not hold yet is written, and a run is sealed only where something was found: the
next night finds it known and does not write it again. A sweep proves no absence: its listings count nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import chain, takewhile

import msgspec

from paloverde.archive.gaps import met, whole_nights
from paloverde.archive.register import known_versions, stirred_posts
from paloverde.archive.seal import Coverage, Draft, RunKind
from paloverde.archive.turns import last_sweep, taken
from paloverde.archive.vault import Vault
from paloverde.capture.intake import Intake
from paloverde.capture.media import from_the_site
from paloverde.capture.night import OpenLine
from paloverde.capture.sealing import Run, seal_run, settle_last
from paloverde.capture.spool import Spool
from paloverde.capture.versions import version_sha256
from paloverde.errors import PaloverdeError, Suspicious
from paloverde.platforms.conversation import (
    Budget,
    Found,
    Gap,
    NotThere,
    Platform,
    Request,
    Response,
    TooMuch,
)
from paloverde.platforms.exchange import Exchange
from paloverde.platforms.line import Asking, Keep, converse
from paloverde.records import PACIFIC, Account, Kind, Record
from paloverde.wording import some

# How much of a site's daily budget sweeps may take together; the rest is for the nights.
SHARE = 0.5
# Clocks differ and sites show what is new a little late: each sweep looks back over the end of the last one.
OVERLAP = timedelta(minutes=15)
_TICK = timedelta(minutes=1)  # a scheduler's tick is never to the second
MOST_WATCHED = 50  # posts, newest first
# A list that failed for longer fails the sweeps as well, and sites bill for what is read again and again.
_SHORT_NIGHTS = timedelta(days=7)


class SweepReport(msgspec.Struct, frozen=True):
    """What a sweep did, in counts; never the text of anything."""

    account: str
    new_versions: int
    requests: int
    cost: int
    sequence: int | None  # None where nothing was new and nothing was sealed
    gaps: list[str]
    is_whole: bool = True  # everything was asked and answered; a picture that did not come is the night's

    def sentence(self) -> str:
        found = f"{self.new_versions:,} new kept" if self.new_versions else "nothing new"
        told = f"{self.account}, a look between nights: {found}, {some(self.requests, 'request')}"
        return f"{told}; not had: {'; '.join(self.gaps[:3])}." if self.gaps else f"{told}."


class _Counted:
    """A line that counts what is asked."""

    def __init__(self, line: Asking, platform: Platform) -> None:
        self._line, self._platform = line, platform
        self.requests = self.cost = 0

    def ask(self, request: Request, keep: Keep) -> Response:
        self.requests += 1
        self.cost += self._platform.cost(request)
        return self._line.ask(request, keep)


class _NewOnly(Intake):
    """Takes in what the archive does not hold yet, with the exchanges that it was read from."""

    _waiting: Exchange | None = None

    def exchange(self, exchange: Exchange) -> None:
        self._waiting = exchange

    def found(self, found: Found) -> None:
        new = self._new(found.records)
        if not new:
            return
        if self._waiting is not None:
            super().exchange(self._waiting)
            self._waiting = None
        super().found(msgspec.structs.replace(found, records=new, unread=[]))

    def _new(self, records: Iterable[Record]) -> list[Record]:
        by_kind: dict[str, list[Record]] = {}
        for record in records:
            by_kind.setdefault(record.kind.value, []).append(record)
        new = []
        with self._vault.books.connect() as connection:
            for kind, of_kind in by_kind.items():
                ids = [record.native_id for record in of_kind]
                known = known_versions(connection, self._account.slug, kind, ids)
                new += [one for one in of_kind if known.get(one.native_id) != version_sha256(one)]
        return new


def sweep(
    vault: Vault,
    platform: Platform,
    account: Account,
    day: date,
    since: datetime,
    watched: Sequence[str],
    open_line: OpenLine,
    alive: Callable[[], None] = lambda: None,
) -> tuple[SweepReport, PaloverdeError | None]:
    """Look for what is new since then, and seal it where there is any.

    What was had before some trouble is sealed, and the trouble handed back. `alive` is called at each answer.
    """
    settle_last(vault, day)
    started = vault.clock()
    gaps: list[Gap] = []
    trouble: PaloverdeError | None = None
    with Spool() as spool, open_line() as line:
        media = from_the_site(line, spool)
        intake = _NewOnly(account, day, vault, spool, media)
        counted = _Counted(line, platform)

        def keep(exchange: Exchange) -> None:
            intake.exchange(exchange)
            alive()

        try:
            for said in converse(platform.sweep(account, since, watched), counted, keep):
                if isinstance(said, Found):
                    intake.found(said)
                elif isinstance(said, Gap):
                    gaps.append(said)
        except Suspicious:
            raise  # a clock that is wrong would be sealed along
        except (PaloverdeError, NotThere, TooMuch) as error:
            trouble = error if isinstance(error, PaloverdeError) else PaloverdeError(str(error))
        intake.close_batch()
        is_whole = trouble is None and not gaps
        gaps += media.gaps
        sequence = _seal(vault, spool, account, day, started, gaps, intake) if intake.records else None
    told = [f"{gap.stream.replace('_', ' ')}: {gap.cause}" for gap in gaps]
    spent = counted.requests, counted.cost
    return SweepReport(account.slug, intake.records, *spent, sequence, told, is_whole), trouble


def _seal(
    vault: Vault,
    spool: Spool,
    account: Account,
    day: date,
    started: datetime,
    gaps: list[Gap],
    intake: Intake,
) -> int:
    # An item edited there and back again is the same twice in a day: the moment tells the two sweeps apart.
    intake.note(f"sweep {started.isoformat()}")
    coverage = Coverage([], gaps, intake.unread, intake.drifted, intake.exchanges)
    counts = {"records": intake.records, "new_versions": intake.new_versions}
    run = Run(account, day, RunKind.SWEEP, started, coverage, counts)
    return seal_run(vault, spool, run, intake.digest).seal.sequence


def pause_between(budgets: Iterable[Budget], cost: int, accounts: int, every: timedelta) -> timedelta:
    """How long to wait from one sweep of an account to the next.

    As often as is set (`every`), or as seldom as the site's daily budgets make it: sweeps that cost so many
    units may take `SHARE` of each, which `accounts` share where the budget is the app's.
    """
    pauses = [every]
    for budget in budgets:
        share = budget.most * SHARE / (max(1, accounts) if budget.shared == "app" else 1)
        pauses.append(timedelta(days=1) * cost / share if share > 0 else timedelta(days=1))
    return max(pauses)


def posts_to_watch(vault: Vault, platform: Platform, account: Account, days: int) -> list[str]:
    """The native ids of the account's newest posts that were posted or commented on in the last days.

    Posts in other lists than those whose comments the site gives (a resident's that tags the City) are not
    among them.
    """
    since = vault.clock() - timedelta(days=days)
    query = stirred_posts(account.slug, since, MOST_WATCHED, platform.older.lists)
    with vault.books.connect() as connection:
        return list(connection.execute(query).scalars())


def last_look(vault: Vault, account: Account) -> datetime | None:
    """When a night or a sweep last looked; None before the first night that came to its end.

    A night that did not have all new posts is no look: the sweep after it goes further back, up to a week.
    """
    with vault.books.connect() as connection:
        nights = whole_nights(connection, account.slug)
        newest = next(nights, None)
        if newest is None:
            return None
        week = takewhile(lambda one: newest.started_at - one.started_at <= _SHORT_NIGHTS, nights)
        night = next((one for one in chain([newest], week) if not _lacks_posts(one)), newest)
    swept = last_sweep(vault.books, account.slug)
    return max(night.started_at, swept.at) if swept else night.started_at


def _lacks_posts(night: Draft) -> bool:
    """Whether a list of posts or stories fell short of what the site still gives."""
    return any(gap.kind in (Kind.POST, Kind.STORY) and not gap.of and gap.until is None for gap in met(night))


def not_due(
    vault: Vault, platform: Platform, account: Account, accounts: int, every: timedelta
) -> str | None:
    """Why an account is not to be swept now, in one sentence; None where it is."""
    now = vault.clock()
    running = taken(vault.books, account.slug, now)
    if running is not None:
        return running
    if last_look(vault, account) is None:
        return f"{account.slug} has no whole night yet; sweeps begin after it."
    swept = last_sweep(vault.books, account.slug)
    if swept is None:
        return None
    due = swept.at + pause_between(platform.budgets, swept.cost, accounts, every) - _TICK
    if now >= due:
        return None
    return f"{account.slug} is swept next at {due.astimezone(PACIFIC):%H:%M}, as {platform.title} allows."
