"""A question put to an archive: what is asked, where it is looked for, and what bounds every answer to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import func, or_, select

from paloverde.archive.gaps import KnownGap, known
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.registry import OTHER
from paloverde.archive.seal import Role
from paloverde.archive.told import ToldRun
from paloverde.errors import UnknownAccount
from paloverde.platforms import PLATFORMS
from paloverde.platforms.capability import Gives
from paloverde.search.counts import Counts
from paloverde.search.index.asking import Coverage
from paloverde.search.limits import Limit, limits
from paloverde.search.question import Question, ask
from paloverde.search.scope import Scope, begins, check, days_of, ends, named, narrowed, values_of
from paloverde.search.standing import ONLY_IMPORTED, Standing, asked_by_language, standing_limits
from paloverde.search.tree import Node
from paloverde.state.tables import ACCOUNTS, PARTS
from paloverde.wording import some


class Searched(msgspec.Struct, frozen=True):
    """What was searched: sealed runs `first_seal` to `last_seal`, of which `parts` objects with `records`
    rows could hold an answer. A search through `last_seal` with the same question gives the same answer.
    """

    accounts: list[str]
    first_seal: int
    last_seal: int
    last_seal_previous: (
        str  # the hash that the last seal names: two archives of equal sequence are told apart
    )
    seals: int
    parts: int
    records: int
    index: Coverage | None = None  # how far the index was relied on; None where all was read


class Inquiry(NamedTuple):
    """A question understood, with its scope, put to the runs that were sealed then."""

    asked: Question
    scope: Scope
    tree: Node  # the question and its scope as one
    runs: Sequence[ToldRun]  # those that count
    sites: dict[str, str]  # the accounts that can hold an answer, in order, and the site of each

    @property
    def last(self) -> int:
        """The last sealed run that counts."""
        return self.runs[-1].sequence if self.runs else 0

    @property
    def accounts(self) -> list[str]:
        return list(self.sites)

    @property
    def bounded(self) -> Scope:
        """The scope with the days that the question itself names."""
        first, until = days_of(self.tree)
        return msgspec.structs.replace(self.scope, since=first, until=until)

    def searched(self, parts: int, records: int, index: Coverage | None) -> Searched:
        return Searched(
            accounts=self.accounts,
            first_seal=self.runs[0].sequence if self.runs else 0,
            last_seal=self.last,
            last_seal_previous=self.runs[-1].previous if self.runs else "",
            seals=len(self.runs),
            parts=parts,
            records=records,
            index=index,
        )

    def concerns(self, part: SealedPart) -> bool:
        """Whether a part is of the runs and accounts that count."""
        return part.account in self.sites and part.of_run <= self.last

    def limits(self, gaps: list[KnownGap]) -> list[Limit]:
        """What the runs could not get that may touch the scope; `gaps` are all that are known."""
        return limits(self.runs, self.bounded, self.sites, gaps)

    def standing(self) -> list[Standing]:
        """What the sites never give, and what is not found by what they do not say."""
        told = standing_limits(_gives(self.sites.values()), self.bounded)
        return [*told, *asked_by_language(self.tree)]


def inquire(archive: Archive, question: str | Question, scope: Scope) -> Inquiry:
    """A question put to those of the sealed runs that count; raises `BadQuestion`, `UnknownAccount`."""
    asked = ask(question) if isinstance(question, str) else question
    check(asked.tree, scope)
    tree = narrowed(asked.tree, scope)
    runs = archive.told.now()
    counted = runs if scope.through is None else [run for run in runs if run.sequence <= scope.through]
    return Inquiry(asked, scope, tree, counted, _accounts(archive, counted, tree))


def _accounts(archive: Archive, runs: Sequence[ToldRun], tree: Node) -> dict[str, str]:
    """The accounts that can hold an answer, in order, and the site of each.

    A name that nobody registered is an error, not an empty answer.
    """
    with archive.books.connect() as connection:
        registered = connection.execute(select(ACCOUNTS.c.slug, ACCOUNTS.c.platform)).all()
    platforms = {row.slug: row.platform for row in registered} | {run.account: run.platform for run in runs}
    unknown = sorted(named(tree, "account") - platforms.keys())
    if unknown:
        known = ", ".join(sorted(platforms)) or "none yet"
        raise UnknownAccount(f"No account is named {unknown[0]}. The archive knows: {known}.")
    in_accounts, on_platforms = values_of(tree, "account"), values_of(tree, "platform")
    return {
        slug: platform
        for slug, platform in sorted(platforms.items())
        if (in_accounts is None or slug in in_accounts) and (on_platforms is None or platform in on_platforms)
    }


def _gives(names: Iterable[str]) -> Iterator[tuple[str, Gives]]:
    """What is known of each site; of one whose connector is gone nothing is."""
    searched = {*names}
    for name in sorted(searched & PLATFORMS.keys()):
        yield PLATFORMS[name].title, PLATFORMS[name].gives
    if OTHER in searched:
        yield "Other sites", ONLY_IMPORTED


def known_gaps(archive: Archive) -> list[KnownGap]:
    """Every gap that a run met, filled or not; nights without a run are told from the seals."""
    with archive.books.connect() as connection:
        return known(connection, only_met=True)


def parts_of(
    archive: Archive, role: Role, tree: Node | None, accounts: list[str], last: int
) -> list[SealedPart]:
    """The sealed objects of these accounts that can hold an answer, or all of them, in the order of runs."""
    if not accounts:
        return []
    first, until = days_of(tree) if tree is not None else (None, None)
    parts = archive.parts(
        role,
        accounts,
        posted_from=None if first is None else begins(first),
        posted_before=None if until is None else ends(until),
    )
    return [part for part in parts if part.of_run <= last]


def extent(archive: Archive, inquiry: Inquiry) -> tuple[int, int]:
    """How many sealed objects could hold an answer, and how many rows they have; as `parts_of`."""
    first, until = days_of(inquiry.tree)
    query = select(func.count(), func.coalesce(func.sum(PARTS.c.rows), 0)).where(
        PARTS.c.role.in_([Role.RECORDS.value, Role.REMOVED.value]),
        PARTS.c.account.in_(inquiry.accounts),
        PARTS.c.of_run <= inquiry.last,
    )
    if first is not None:
        query = query.where(or_(PARTS.c.latest >= begins(first), PARTS.c.undated > 0))
    if until is not None:
        query = query.where(or_(PARTS.c.earliest < ends(until), PARTS.c.undated > 0))
    with archive.books.connect() as connection:
        parts, records = connection.execute(query).one()
    return int(parts), int(records)


def sentence(tree: Node, scope: Scope, searched: Searched, counts: Counts) -> str:
    """What was asked, where, and what came of it, for the letter and the declaration."""
    private = "were searched" if scope.include_private else "were not searched"
    runs = (
        f"sealed runs {searched.first_seal:,} to {searched.last_seal:,}"
        if searched.seals
        else "no sealed run yet"
    )
    undated = (
        f" {some(counts.undated, 'of these has', 'of these have')} no posting date "
        "and may lie within the days asked."
        if counts.undated and days_of(tree) != (None, None)
        else ""
    )
    return (
        f"Every archived version of every record for which this holds: {tree}. "
        f"Searched were {some(len(searched.accounts), 'account', 'accounts')} ({runs}, "
        f"{some(searched.records, 'record version', 'record versions')} read), removed content included; "
        f"private messages and lists of subscribers {private}. "
        f"Found: {some(counts.hits, 'version', 'versions')} of {some(counts.items, 'record', 'records')}, "
        f"{counts.removed:,} of them found hidden or removed.{undated}"
    )
