"""The answer to a question: every hit, what it was counted over, and the limits of the search.

answer = search(archive, 'street NEAR/5 sweeping', since=date(2025, 1, 1))
answer.sentence, answer.counts, answer.searched, answer.limits
answer.to_pandas()
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
from sqlalchemy import select

from paloverde.archive.gaps import KnownGap, known
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.registry import OTHER
from paloverde.archive.seal import Role, Seal
from paloverde.errors import UnknownAccount
from paloverde.platforms import PLATFORMS
from paloverde.platforms.capability import Gives
from paloverde.search.hits import Hit, in_order, to_table
from paloverde.search.limits import Limit, limits
from paloverde.search.question import Question, ask
from paloverde.search.scan import Hold, Scan, read_removals
from paloverde.search.scope import Scope, begins, check, days_of, ends, named, narrowed, values_of
from paloverde.search.standing import ONLY_IMPORTED, Standing, standing_limits
from paloverde.search.tree import Node
from paloverde.state.tables import ACCOUNTS

if TYPE_CHECKING:
    import pandas as pd


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


class Counts(msgspec.Struct, frozen=True):
    """Hits are versions; `items` are the posts, comments … that they are versions of, `removed` those of the
    items that were found hidden or removed.
    """

    hits: int
    items: int
    removed: int
    undated: int
    per_term: dict[str, int]
    per_account: dict[str, int]
    per_kind: dict[str, int]
    per_month: dict[str, int]


class Answer(msgspec.Struct, frozen=True):
    """An answer that can say itself, be counted, and be repeated."""

    question: str
    sentence: str
    scope: Scope
    counts: Counts
    searched: Searched
    limits: list[Limit]
    standing: list[Standing]
    hits: list[Hit]

    def summary(self) -> dict[str, object]:
        """All but the hits, as plain values for JSON."""
        plain: dict[str, object] = msgspec.to_builtins(self, str_keys=True)
        del plain["hits"]
        plain["limits_in_words"] = [str(limit) for limit in self.limits]
        plain["standing_in_words"] = [str(limit) for limit in self.standing]
        return plain

    def as_json_lines(self) -> Iterator[str]:
        """Each hit as one line of JSON, without the line's end."""
        return (msgspec.json.encode(hit).decode() for hit in self.hits)

    def to_arrow(self) -> pa.Table:
        """The hits as an Arrow table (columns: `hits.SCHEMA`)."""
        return to_table(self.hits)

    def to_pandas(self) -> pd.DataFrame:
        """The hits as a pandas DataFrame."""
        return self.to_arrow().to_pandas()


def search(
    archive: Archive,
    question: str | Question,
    *,
    accounts: Sequence[str] = (),
    kinds: Sequence[str] = (),
    platforms: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    include_private: bool = False,
    through: int | None = None,
) -> Answer:
    """Every version of every record that answers the question, by reading all sealed records in its scope.

    Arguments as in `Scope`; the caller decides by role whether private records are searched. Records without
    a posting date are found wherever they may lie in the days asked. Raises `BadQuestion`, `UnknownAccount`,
    and what the store raises; a part that cannot be read ends the search rather than shorten its answer.
    """
    asked = ask(question) if isinstance(question, str) else question
    scope = Scope(
        tuple(accounts),
        tuple(kinds),
        tuple(platforms),
        since,
        until,
        include_private=include_private,
        through=through,
    )
    check(asked.tree, scope)
    tree = narrowed(asked.tree, scope)
    seals = [seal for seal in archive.seals() if through is None or seal.sequence <= through]
    chosen = _accounts(archive, seals, tree)
    return _answer(archive, asked, scope, tree, seals, chosen)


def _answer(
    archive: Archive, asked: Question, scope: Scope, tree: Node, seals: list[Seal], sites: dict[str, str]
) -> Answer:
    chosen = list(sites)
    last = seals[-1].sequence if seals else 0
    removed = _parts(archive, Role.REMOVED, tree, chosen, last)
    parts = _parts(archive, Role.RECORDS, tree, chosen, last)
    scan = Scan(archive, tree, read_removals(archive, removed), include_private=scope.include_private)
    holds = _once(hold for source in (scan.records(parts), scan.removed()) for hold in source)
    searched = Searched(
        accounts=chosen,
        first_seal=seals[0].sequence if seals else 0,
        last_seal=last,
        last_seal_previous=seals[-1].previous if seals else "",
        seals=len(seals),
        parts=len(parts) + len(removed),
        records=scan.rows,
    )
    counts = _counts(holds, [term.written for term in scan.terms])
    first, until = days_of(tree)
    bounded = msgspec.structs.replace(scope, since=first, until=until)
    return Answer(
        question=asked.text,
        sentence=_sentence(tree, scope, searched, counts),
        scope=scope,
        counts=counts,
        searched=searched,
        limits=limits(seals, bounded, chosen, _known_gaps(archive)),
        standing=standing_limits(_gives(sites.values()), bounded),
        hits=in_order(hold.hit for hold in holds),
    )


def _accounts(archive: Archive, seals: list[Seal], tree: Node) -> dict[str, str]:
    """The accounts that can hold an answer, in order, and the site of each.

    A name that nobody registered is an error, not an empty answer.
    """
    with archive.books.connect() as connection:
        registered = connection.execute(select(ACCOUNTS.c.slug, ACCOUNTS.c.platform)).all()
    platforms = {row.slug: row.platform for row in registered} | {
        seal.run.account: seal.run.platform for seal in seals
    }
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


def _known_gaps(archive: Archive) -> list[KnownGap]:
    with archive.books.connect() as connection:
        return known(connection)


def _parts(archive: Archive, role: Role, tree: Node, accounts: list[str], last: int) -> list[SealedPart]:
    if not accounts:
        return []
    first, until = days_of(tree)
    parts = archive.parts(
        role,
        accounts,
        posted_from=None if first is None else begins(first),
        posted_before=None if until is None else ends(until),
    )
    return [part for part in parts if part.of_run <= last]


def _once(holds: Iterable[Hold]) -> list[Hold]:
    """The same version found again (in a later run, in the copy of a removed item) is one hit, the first.

    Files that could not be fetched at first and came with a later run are those of that one hit.
    """
    found: dict[tuple[str, ...], Hold] = {}
    for hold in holds:
        first = found.setdefault((*hold.hit.item, hold.hit.version_sha256), hold)
        if _missing(hold.hit) < _missing(first.hit):
            filled = msgspec.structs.replace(first.hit, media=hold.hit.media)
            found[*hold.hit.item, hold.hit.version_sha256] = first._replace(hit=filled)
    return list(found.values())


def _missing(hit: Hit) -> int:
    return sum(kept.sha256 is None for kept in hit.media)


def _counts(holds: list[Hold], written: list[str]) -> Counts:
    hits = [hold.hit for hold in holds]
    removed = {hit.item for hit in hits if hit.removed is not None}
    return Counts(
        hits=len(hits),
        items=len({hit.item for hit in hits}),
        removed=len(removed),
        undated=sum(hit.posted_at is None for hit in hits),
        per_term={term: sum(number in hold.terms for hold in holds) for number, term in enumerate(written)},
        per_account=_tally(hit.account for hit in hits),
        per_kind=_tally(hit.kind for hit in hits),
        per_month=_tally(hit.month for hit in hits),
    )


def _tally(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _sentence(tree: Node, scope: Scope, searched: Searched, counts: Counts) -> str:
    """What was asked, where, and what came of it, for the letter and the declaration."""
    private = "were searched" if scope.include_private else "were not searched"
    runs = (
        f"sealed runs {searched.first_seal:,} to {searched.last_seal:,}"
        if searched.seals
        else "no sealed run yet"
    )
    undated = (
        f" {_some(counts.undated, 'of these has', 'of these have')} no posting date "
        "and may lie within the days asked."
        if counts.undated and days_of(tree) != (None, None)
        else ""
    )
    return (
        f"Every archived version of every record for which this holds: {tree}. "
        f"Searched were {_some(len(searched.accounts), 'account', 'accounts')} ({runs}, "
        f"{_some(searched.records, 'record version', 'record versions')} read), removed content included; "
        f"private messages and lists of subscribers {private}. "
        f"Found: {_some(counts.hits, 'version', 'versions')} of {_some(counts.items, 'record', 'records')}, "
        f"{counts.removed:,} of them found hidden or removed.{undated}"
    )


def _some(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
