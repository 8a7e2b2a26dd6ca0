"""How the City's archive of social media works, told to a requester from live facts (Gov. Code 7922.600(a)).

`holdings` reads the facts of the archive as it stands. `told` sums them up in a passage of a letter;
`in_full` goes with it: each account with its days, what is known to be missing, what a site never gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from paloverde.archive.gaps import known
from paloverde.archive.reader import Archive
from paloverde.archive.registry import OTHER, all_accounts
from paloverde.archive.seal import RunKind
from paloverde.archive.told import ToldRun
from paloverde.platforms import PLATFORMS
from paloverde.records import Account, archive_day
from paloverde.requests.paper import Block, Grid, Paragraph, Points
from paloverde.search.limits import limits, told_outside
from paloverde.search.scope import Scope
from paloverde.search.standing import ONLY_IMPORTED, Standing, standing_limits
from paloverde.wording import long_date, some

_MOST_LIMITS = 12  # of an enclosure; the search certificate has all of a search
_IN_SHORT = (
    "Every night the City copies what its official accounts give: posts, comments, messages, pictures and "
    "videos. What was edited or removed since is still held."
)
_WHAT = (
    "The City's archive copies the official social media accounts below from the sites themselves, every "
    "night. It holds what the sites give to the City: posts, comments and replies, private messages to the "
    "City where a site gives them, pictures and videos, and the lists or numbers of subscribers. What was "
    "edited is held in each wording that was seen, and what was hidden or removed after it was archived is "
    "still held."
)
_SEARCHED = (
    "It can be searched by words and phrases, by who posted, by account, by kind of record and by days. "
    "Words inside pictures, videos and attached files are not searched; the descriptions of pictures are."
)
_FORMATS = (
    "Copies can be made as PDF, web pages, tables (CSV, Parquet) and JSON, with the pictures and videos as "
    "files."
)
_OUTSIDE = (
    "What people of the City keep on their own devices or in e-mail is not in this archive; where a request "
    "concerns it, we ask them."
)


class Held(msgspec.Struct, frozen=True):
    """One account: what of it the archive holds. Days are Pacific; None where there are none.

    `first` and `last` are the first and last archived nights, `nights` their number, `earliest` and `latest`
    the days of posting of what is held.
    """

    site: str
    handle: str
    slug: str
    first: date | None = None
    last: date | None = None
    nights: int = 0
    imports: int = 0
    earliest: date | None = None
    latest: date | None = None


class Holdings(msgspec.Struct, frozen=True):
    """What the archive holds, lacks and never gets, as of a day."""

    day: date
    accounts: tuple[Held, ...]
    limits: tuple[str, ...]
    standing: tuple[Standing, ...]


def holdings(archive: Archive, day: date, until: date | None = None) -> Holdings:
    """The facts of the archive on a day, of private kinds too: that the archive has them is no secret.

    `until` leaves out the runs of later days, for a letter that went out then.
    """
    accounts = all_accounts(archive.books)
    runs = [run for run in archive.told.now() if until is None or run.day <= until]
    by_account: dict[str, list[ToldRun]] = {}
    for run in runs:
        by_account.setdefault(run.account, []).append(run)
    with archive.books.connect() as connection:
        gaps = known(connection)
    scope = Scope(include_private=True)
    slugs = [account.slug for account in accounts]
    named = sorted({account.platform for account in accounts})
    gives = [
        (PLATFORMS[name].title, PLATFORMS[name].gives)
        if name in PLATFORMS
        else ("Other sites", ONLY_IMPORTED)
        for name in named
    ]
    found = told_outside(limits(runs, scope, slugs, gaps))
    return Holdings(
        day,
        tuple(_held(account, by_account.get(account.slug, [])) for account in accounts),
        tuple(str(limit) for limit in found if limit.later_complete is None),
        tuple(standing_limits(gives, scope)),
    )


def _held(account: Account, runs: list[ToldRun]) -> Held:
    nights = {run.day for run in runs if run.kind is RunKind.NIGHT}
    earliest = min((run.earliest for run in runs if run.earliest), default=None)
    latest = max((run.latest for run in runs if run.latest), default=None)
    return Held(
        site="Other site" if account.platform == OTHER else PLATFORMS[account.platform].title,
        handle=account.handle,
        slug=account.slug,
        first=min(nights, default=None),
        last=max(nights, default=None),
        nights=len(nights),
        imports=sum(run.kind is RunKind.IMPORT for run in runs),
        earliest=archive_day(earliest) if earliest else None,
        latest=archive_day(latest) if latest else None,
    )


def told(held: Holdings) -> tuple[Block, ...]:
    """The archive in short, for a letter; `in_full` goes with it as an enclosure."""
    return (Paragraph(f"{_IN_SHORT} {_accounts(held.accounts)} {_lacks(held)}"),)


def _accounts(accounts: Sequence[Held]) -> str:
    """How many accounts of which sites."""
    if not accounts:
        return "No account is in it yet."
    sites = ", ".join(dict.fromkeys(one.site for one in accounts))
    return f"It holds {some(len(accounts), 'account')} ({sites})."


def _lacks(held: Holdings) -> str:
    gaps = some(len(held.limits), "gap is known that is", "gaps are known that are") + " still open"
    return f"{gaps if held.limits else 'No gap is known that is still open'}; each site keeps something back."


def in_full(held: Holdings) -> tuple[Block, ...]:
    """The archive account by account, for the enclosure of a letter."""
    return (
        Paragraph(_WHAT),
        accounts_grid(held.accounts, held.day),
        Paragraph(_SEARCHED),
        Paragraph(_FORMATS),
        *_missing(held),
        *_never(held.standing),
        Paragraph(_OUTSIDE),
    )


def accounts_grid(accounts: Iterable[Held], day: date) -> Grid:
    """The date coverage of each account as a table."""
    headings = ("Site", "Account", "Archived every night", "Posts and messages held are of")
    rows = tuple((one.site, f"{one.handle} ({one.slug})", _nights(one), _posted(one)) for one in accounts)
    return Grid(f"Accounts in the archive, as of {long_date(day)}", headings, rows)


def _nights(one: Held) -> str:
    imported = f"; {some(one.imports, 'import', 'imports')} of files" if one.imports else ""
    if one.first is None or one.last is None:
        return f"no night yet{imported}"
    span = (
        f"{long_date(one.first)} to {long_date(one.last)}" if one.first != one.last else long_date(one.first)
    )
    return f"{span} ({some(one.nights, 'night', 'nights')}){imported}"


def _posted(one: Held) -> str:
    if one.earliest is None or one.latest is None:
        return "nothing with a date"
    return (
        long_date(one.earliest)
        if one.earliest == one.latest
        else f"{long_date(one.earliest)} to {long_date(one.latest)}"
    )


def _missing(held: Holdings) -> Iterator[Block]:
    """What the archive may lack: the first ones, and how many more there are."""
    if not held.limits:
        yield Paragraph("No gap in what was archived is known that is still open.")
        return
    shown = held.limits[:_MOST_LIMITS]
    more = len(held.limits) - len(shown)
    rest = (f"and {some(more, 'more gap', 'more gaps')}, which we name on request.",) if more else ()
    yield Paragraph("What the archive may be missing:")
    yield Points((*shown, *rest))


def _never(standing: Iterable[Standing]) -> Iterator[Block]:
    points = tuple(str(limit) for limit in standing)
    if points:
        yield Paragraph("What the sites do not give us:")
        yield Points(points)
