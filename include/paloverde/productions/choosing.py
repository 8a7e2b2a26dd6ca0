"""Which records are produced: what was found, what belongs to it, and each thing said once.

The parts of an account are gone through once for all its threads, not once for each: that a record belongs to
one of many threads is asked of whole columns. Everything is bounded by the sealed run through which it was
chosen, so that the same comes again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Role
from paloverde.productions.document import Elsewhere
from paloverde.productions.duplicates import singled
from paloverde.productions.families import Family, family_of
from paloverde.productions.numbering import Version
from paloverde.productions.order import Families, Terms
from paloverde.records import archive_day
from paloverde.search.ahead import ahead
from paloverde.search.answer import once
from paloverde.search.hits import Hit
from paloverde.search.removals import read_removals
from paloverde.search.scan import Name, Scan, name_of
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.search.selection import Rows
from paloverde.search.tree import Everything

_COLUMNS = ("kind", "native_id", "thread_id", "parent_id", "visibility")
_APART = "\x1f"
Wanted = Callable[[pa.Table], Rows]  # which rows of a part


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A chosen record. `requests` are the numbers of the demands that it answers; `is_found` is False for
    what is there for its family alone.
    """

    hit: Hit
    also: tuple[Elsewhere, ...] = ()
    requests: tuple[str, ...] = ()
    is_found: bool = True


def version_of(hit: Hit) -> Version:
    return *hit.item, hit.version_sha256


def in_days(hits: Iterable[Hit], terms: Terms) -> list[Hit]:
    """Those that were posted within the days of an order; what has no date is in."""

    def is_in(hit: Hit) -> bool:
        if hit.posted_at is None:
            return True
        day = archive_day(hit.posted_at)
        return (terms.since is None or terms.since <= day) and (terms.until is None or day <= terms.until)

    return list(filter(is_in, hits))


def hits_of(
    archive: Archive, items: Iterable[tuple[str, str, str]], through: int, *, include_private: bool
) -> list[Hit]:
    """Every version of these items (account, kind, id) that was sealed up to a run."""
    by_account: dict[str, set[str]] = {}
    for account, kind, native_id in items:
        by_account.setdefault(account, set()).add(f"{kind}{_APART}{native_id}")
    wanted = {account: partial(_are_items, pa.array(sorted(names))) for account, names in by_account.items()}
    return _read(archive, wanted, through, include_private=include_private)


def relatives(
    archive: Archive, found: Iterable[Hit], how: Families, through: int, *, include_private: bool
) -> list[Hit]:
    """What belongs to the families of these records, they themselves among it."""
    families = {family for hit in found if (family := family_of(hit))[1] == "thread"}
    if how is Families.NONE or not families:
        return []
    by_account: dict[str, set[str]] = {}
    for account, _, root in families:
        by_account.setdefault(account, set()).add(root)
    wanted = {
        account: partial(_are_of, pa.array(sorted(roots)), how) for account, roots in by_account.items()
    }
    read = _read(archive, wanted, through, include_private=include_private)
    return [hit for hit in read if _belongs(hit, families, how)]


def chosen(found: Mapping[Version, tuple[Hit, tuple[str, ...]]], belonging: Iterable[Hit]) -> list[Choice]:
    """Found records with the demands that they answer, and what belongs to them, each thing said once.

    Of records that say the same the one that is produced answers what any of them does.
    """
    every = {version: hit for version, (hit, _) in found.items()}
    every = {version_of(hit): hit for hit in belonging} | every
    return [_choice(single.hit, single.also, found) for single in singled(every.values())]


def _choice(
    hit: Hit, also: tuple[Elsewhere, ...], found: Mapping[Version, tuple[Hit, tuple[str, ...]]]
) -> Choice:
    own = (version_of(hit), *((one.account, one.kind, one.native_id, one.version_sha256) for one in also))
    hits = [found[version] for version in own if version in found]
    requests = sorted({number for _, numbers in hits for number in numbers})
    return Choice(hit=hit, also=also, requests=tuple(requests), is_found=bool(hits))


def _belongs(hit: Hit, families: Collection[Family], how: Families) -> bool:
    family = family_of(hit)
    return family in families and (how is Families.WHOLE or hit.native_id == family[2])


def _are_items(names: pa.Array, table: pa.Table) -> Rows:
    joined = pc.binary_join_element_wise(table["kind"], table["native_id"], _APART)
    return _mask(pc.is_in(joined, value_set=names))


def _are_of(roots: pa.Array, how: Families, table: pa.Table) -> Rows:
    chosen = _mask(pc.is_in(table["native_id"], value_set=roots))
    if how is Families.WHOLE:
        for tie in ("thread_id", "parent_id"):
            chosen |= _mask(pc.is_in(table[tie], value_set=roots))
    return chosen


def _mask(chosen: pa.ChunkedArray) -> Rows:
    return np.asarray(pc.fill_null(chosen, fill_value=False).to_numpy(zero_copy_only=False), dtype=bool)


def _read(
    archive: Archive, wanted: Mapping[str, Wanted], through: int, *, include_private: bool
) -> list[Hit]:
    """The rows that are wanted of each account, as hits; each version once."""
    found: list[Hit] = []
    for account, want in sorted(wanted.items()):
        parts, removed = (_standing(archive, role, account, through) for role in (Role.RECORDS, Role.REMOVED))
        only = dict(_rows(archive, [*parts, *removed], want, include_private=include_private))
        removals = read_removals(archive, removed)
        scan = Scan(archive, Everything(), removals, include_private=include_private, only=only)
        found += [hold.hit for hold in once([*scan.records(parts), *scan.removed()])]
    return found


def _standing(archive: Archive, role: Role, account: str, through: int) -> list[SealedPart]:
    return [part for part in archive.parts(role, [account]) if part.of_run <= through]


def _rows(
    archive: Archive, parts: list[SealedPart], want: Wanted, *, include_private: bool
) -> Iterator[tuple[Name, list[int]]]:
    def of_part(part: SealedPart) -> tuple[Name, list[int]]:
        table = archive.table(part.part, _COLUMNS)
        chosen = want(table) if include_private else want(table) & ~_private(table)
        return name_of(part), np.flatnonzero(chosen).tolist()

    yield from ahead(of_part, parts)


def _private(table: pa.Table) -> Rows:
    kinds = _mask(pc.is_in(table["kind"], value_set=pa.array(PRIVATE_KINDS)))
    return kinds | _mask(pc.equal(table["visibility"], "private"))
