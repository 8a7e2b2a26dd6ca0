"""How the City's accounts are archived: each one's last nights, its gaps, its access, and what its site never
gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, NamedTuple

from fastapi import Query
from fastapi.responses import Response

from paloverde.archive.gaps import KnownGap, known
from paloverde.archive.latency import Latency
from paloverde.archive.registry import OTHER, all_accounts
from paloverde.capture.health import Standing
from paloverde.desk.account_warnings import standings_of, warning, warnings
from paloverde.desk.account_words import (
    NOT_MEASURED,
    GapTold,
    RunTold,
    access_words,
    actions,
    days_left,
    gap_told,
    health_words,
    run_told,
    token_words,
)
from paloverde.desk.calendar_table import LEGEND, Calendar, calendar
from paloverde.desk.limits import limits_of
from paloverde.desk.rights import Act
from paloverde.desk.showing import name
from paloverde.desk.todo import Line, Section
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import UnknownAccount
from paloverde.installation.history import newest_runs, open_gaps, runs_of_day, span
from paloverde.installation.nights import newest_night, nights_between, whole_nights
from paloverde.platforms import PLATFORMS
from paloverde.records import Account, Holder, archive_day

pages = Pages()
HERE = "Accounts"
PER_PAGE = 50
_SOME_GAPS = 10  # on the page of an account
_MOST_NOTES = 100  # on the page of a day


class Row(NamedTuple):
    """An account in the list."""

    account: Account
    site: str
    handle: str
    whole_night: date | None
    health: str
    is_dead: bool
    days_left: str
    latency: str
    gaps: int
    is_retired: bool


@pages.page("/accounts", Act.SEE_ACCOUNTS)
def accounts(visit: Here) -> Response:
    """Every account that the person may see, in a table."""
    standings = standings_of(visit)
    return visit.show(
        "accounts_list.html",
        title="Accounts",
        here=HERE,
        rows=_rows(visit, standings),
        act=Act,
        warnings=warnings(visit, standings),
    )


@pages.page("/accounts/{slug}", Act.SEE_ACCOUNTS)
def account(visit: Here, slug: str, month: Annotated[str, Query(max_length=7)] = "") -> Response:
    """One account: calendar, gaps, access, limits."""
    mine = account_of(visit, slug)
    city, books = visit.city, visit.city.vault.books
    gaps = _gaps(visit, slug, only_open=False)
    open_ = [gap for gap in gaps if gap.filled_by is None]
    standing = next(iter(city.standings(slug)), None)
    first, last = span(books, slug)
    is_active = slug in {one.slug for one in city.accounts()}
    latency = city.latency(slug) if is_active else None
    night = newest_night(books, slug)
    return visit.show(
        "accounts_one.html",
        title=f"Account {mine.slug}",
        here=HERE,
        account=mine,
        site=site_of(mine),
        handle=name(mine.handle),
        is_official=mine.holder is Holder.OFFICIAL,
        standing=standing,
        health=health_words(standing) if standing else "",
        access=access_words(standing) if standing else "",
        warning=warning(visit, standing) if standing else None,
        unasked=list(night[1]) if night else [],
        actions=actions(city, mine, is_retired=not is_active) if visit.may(Act.KEEP_ACCOUNTS, slug) else [],
        token=token_words(city, mine) if standing else [],
        latency=latency.sentence() if latency else NOT_MEASURED,
        calendar=_calendar(visit, slug, month, gaps),
        legend=[(state.value, words) for state, words in LEGEND.items()],
        first_night=first,
        last_night=last,
        gaps=_gaps_told(open_[:_SOME_GAPS]),
        gap_count=len(open_),
        limits=limits_of(mine.platform),
    )


@pages.page("/accounts/{slug}/days/{day}", Act.SEE_ACCOUNTS)
def day(visit: Here, slug: str, day: date) -> Response:
    """What was sealed for one day, and the gaps that touch it."""
    mine = account_of(visit, slug)
    runs = runs_of_day(visit.city.vault.books, slug, day)
    touched = [gap for gap in _gaps(visit, slug, only_open=False) if gap.first_day <= day <= gap.last_day]
    return visit.show(
        "accounts_day.html",
        title=f"{mine.slug}: {day:%A}, {day:%B} {day.day}, {day.year}",
        here=HERE,
        account=mine,
        month=f"{day:%Y-%m}",
        runs=[run_told(run) for run in runs],
        notes=[name(note, 1_000) for run in runs for note in run.notes][:_MOST_NOTES],
        unasked=_unasked(visit, slug, day),
        gaps=_gaps_told(touched[:PER_PAGE]),
        gap_count=len(touched),
    )


@pages.page("/accounts/{slug}/runs", Act.SEE_ACCOUNTS)
def runs(visit: Here, slug: str, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
    """Nights, sweeps, checks and imports, newest first."""
    mine = account_of(visit, slug)
    found, total = newest_runs(visit.city.vault.books, slug, page, PER_PAGE)
    told: list[RunTold] = [run_told(run) for run in found]
    return visit.show(
        "accounts_runs.html",
        title=f"Nights and imports of {mine.slug}",
        here=HERE,
        account=mine,
        runs=told,
        total=total,
        page=page,
        last_page=_last_page(total),
    )


@pages.page("/accounts/{slug}/gaps", Act.SEE_ACCOUNTS)
def gaps(
    visit: Here, slug: str, page: Annotated[int, Query(ge=1, le=100_000)] = 1, filled: str = ""
) -> Response:
    """What could not be had, open or filled since."""
    mine = account_of(visit, slug)
    found = _gaps(visit, slug, only_open=not filled)
    found.sort(key=lambda gap: (gap.last_day, gap.last_run), reverse=True)
    return visit.show(
        "accounts_gaps.html",
        title=f"Gaps of {mine.slug}",
        here=HERE,
        account=mine,
        gaps=_gaps_told(found[(page - 1) * PER_PAGE : page * PER_PAGE]),
        total=len(found),
        filled=bool(filled),
        page=page,
        last_page=_last_page(len(found)),
    )


def todo(visit: Visit) -> Section | None:
    """Accounts whose access or nights somebody must see to."""
    if not visit.may(Act.SEE_ACCOUNTS):
        return None
    found = warnings(visit, standings_of(visit))
    return Section("Accounts", [Line(one.of, one.path, plain(one.text), one.urgent) for one in found])


def _rows(visit: Visit, standings: Sequence[Standing]) -> list[Row]:
    city = visit.city
    active = {one.slug for one in city.accounts()}
    standing = {one.account.slug: one for one in standings}
    open_ = open_gaps(city.vault.books)
    found = [one for one in all_accounts(city.vault.books) if visit.may(Act.SEE_ACCOUNTS, one.slug)]
    whole = whole_nights(city.vault.books, [one.slug for one in found if one.slug not in standing])
    latencies = city.latencies(list(standing))
    return [
        _row(
            one,
            standing.get(one.slug),
            whole.get(one.slug),
            latencies.get(one.slug),
            open_.get(one.slug, 0),
            one.slug not in active,
        )
        for one in found
    ]


def _row(
    one: Account,
    standing: Standing | None,
    whole: date | None,
    latency: Latency | None,
    gaps: int,
    is_retired: bool,
) -> Row:
    return Row(
        one,
        site_of(one),
        name(one.handle),
        standing.whole_night if standing else whole,
        _health(standing, is_retired),
        bool(standing and standing.is_dead),
        days_left(standing) if standing else "",
        latency.sentence().partition(": ")[2] if latency else NOT_MEASURED if standing else "",
        gaps,
        is_retired,
    )


def _health(standing: Standing | None, is_retired: bool) -> str:
    if is_retired:
        return "retired: its records stay, no night asks for it"
    if standing is None:
        return "only imported: no night asks for it"
    if standing.canary is None:
        return "its token was never checked"
    return "the site refuses its token" if standing.is_dead else "its token works"


def account_of(visit: Visit, slug: str) -> Account:
    """The account, retired or not, for whoever may see it."""
    visit.need(Act.SEE_ACCOUNTS, slug.replace("\0", ""))
    for one in all_accounts(visit.city.vault.books):
        if one.slug == slug:
            return one
    raise UnknownAccount("No account of this name is registered. The list of accounts has all there are.")


def _unasked(visit: Visit, slug: str, day: date) -> list[str]:
    """What was planned for a day and not asked; nothing where another of its nights is complete."""
    nights = nights_between(visit.city.vault.books, slug, day, day)
    if any(night.is_closed and not unasked for night, unasked in nights):
        return []
    return list(nights[0][1]) if nights else []


def _gaps(visit: Visit, slug: str, *, only_open: bool) -> list[KnownGap]:
    with visit.city.vault.books.connect() as connection:
        return known(connection, slug, only_open=only_open)


def _gaps_told(found: Sequence[KnownGap]) -> list[GapTold]:
    return [gap_told(gap) for gap in found]


def _calendar(visit: Visit, slug: str, month: str, gaps: Sequence[KnownGap]) -> Calendar:
    today = archive_day(visit.city.vault.clock())
    return calendar(visit.city.vault.books, slug, month, today, gaps)


def site_of(one: Account) -> str:
    """The name of the account's site."""
    return "another site" if one.platform == OTHER else PLATFORMS[one.platform].title


def _last_page(total: int) -> int:
    return max(1, -(-total // PER_PAGE))
