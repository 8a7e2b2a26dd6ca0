"""Which sealed run first missed an item that is found removed, and by what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from paloverde.archive.reader import Archive
from paloverde.archive.register import Item
from paloverde.archive.seal import Role, RunKind, Seal, read_seal
from paloverde.imports.removedform import Evidence
from paloverde.state.tables import RUNS
from paloverde.wording import some, spoken

_COLUMNS = ("kind", "native_id", "detail")
Key = tuple[str, str]  # kind, native id


def first_missed(archive: Archive, slug: str, missed: Sequence[Item]) -> dict[Key, Evidence]:
    """For each item that was absent before it was looked up: the run that noted its absence, and its words.

    Reads the seals back from the newest to the oldest of these absences, and no further.
    """
    moments = [item.absent_since for item in missed if item.absent_since is not None]
    found: dict[Key, Evidence] = {}
    for seal in _back_to(archive, slug, min(moments)) if moments else ():
        those = [item for item in missed if _within(seal, item.absent_since)]
        for item, said in _said(archive, seal, those):
            at = item.absent_since or seal.run.ended_at
            found[item.kind.value, item.native_id] = Evidence("absence", at, said, seal.sequence)
    return found


def _back_to(archive: Archive, slug: str, moment: datetime) -> Iterator[Seal]:
    """The seals of an account, newest first, down to the run of that moment."""
    query = select(RUNS.c.key, RUNS.c.body).where(RUNS.c.account == slug, ~RUNS.c.pending)
    with archive.books.connect() as connection:
        newest_first = query.order_by(RUNS.c.sequence.desc()).execution_options(yield_per=10)
        with connection.execute(newest_first) as rows:
            for key, body in rows:
                seal = read_seal(body.encode(), where=key)
                if seal.run.ended_at < moment:
                    return
                yield seal


def _within(seal: Seal, moment: datetime | None) -> bool:
    return moment is not None and seal.run.started_at <= moment <= seal.run.ended_at


def _said(archive: Archive, seal: Seal, missed: Sequence[Item]) -> Iterator[tuple[Item, str]]:
    """Each item with the words of the run that missed it."""
    if seal.run.kind is RunKind.REMOVAL_CHECK:
        details = _details(archive, seal, {item.native_id for item in missed})
        for item in missed:
            said = details.get((item.kind.value, item.native_id), "")
            yield item, f"the removal check of {spoken(seal.run.day)}: {said or 'not found'}"
        return
    for item in missed:
        yield item, _listed(seal, item)


def _details(archive: Archive, seal: Seal, wanted: Iterable[str]) -> dict[Key, str]:
    """What a removal check, which has few sightings, noted of these items."""
    ids = set(wanted)
    return {
        (row["kind"], row["native_id"]): row["detail"]
        for sealed in (archive.parts_of(seal.sequence, Role.SIGHTINGS) if ids else ())
        for row in archive.table(sealed.part, _COLUMNS).to_pylist()
        if row["native_id"] in ids and row["detail"]
    }


def _listed(seal: Seal, item: Item) -> str:
    what = f"{item.stream} of {item.within}" if item.within else item.stream
    for listing in seal.run.coverage.listings:
        if listing.complete and (listing.stream, listing.of) == (item.stream, item.within):
            counted = "" if listing.declared is None else f" of {listing.declared:,} that the site declares"
            got = some(listing.got, "item")
            return f"the listing {what}, read to its end ({got}{counted}), does not show it"
    return f"the {seal.run.kind.value} of {spoken(seal.run.day)} did not find it in {what or 'a listing'}"
