"""Reading the archive: file lists from the sealed runs, objects by version id, hashes verified.

Readers never list the store and never see what no seal names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import msgspec
import pyarrow as pa
from sqlalchemy import Engine, RowMapping, Select, or_, select

from paloverde.archive.chain import chained, signed
from paloverde.archive.exchanges import read_exchange
from paloverde.archive.keys import key_register
from paloverde.archive.layout import media_key
from paloverde.archive.parquet import from_parquet
from paloverde.archive.seal import Part, Role, Seal
from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.told import Told
from paloverde.errors import ArchiveDamaged
from paloverde.state.tables import PARTS, RUNS


class SealedPart(msgspec.Struct, frozen=True):
    """A part, the run that sealed it, and the run and archive day whose observations it holds.

    `sequence` and `of_run` are one, unless a disposition wrote the part again.
    """

    part: Part
    account: str
    day: date
    sequence: int
    of_run: int


class Archive:
    """The archive as a reader sees it."""

    def __init__(self, store: Store, books: Engine) -> None:
        self.store, self.books = store, books
        self.told = Told(books)

    def seals(
        self, accounts: Sequence[str] = (), since: date | None = None, until: date | None = None
    ) -> Iterator[Seal]:
        """The seals of these accounts (all where none is named) and archive days, in order.

        Of some of them each signature is checked; all of them are checked as a chain (`archive.chain`), and
        that they are true is known when the last was had. `ArchiveDamaged` where one was altered, or is
        signed with a key that the register did not know then.
        """
        query = select(RUNS.c.key, RUNS.c.body).where(~RUNS.c.pending).order_by(RUNS.c.sequence)
        with self.books.connect() as connection:
            register = key_register(connection)
            rows = (
                (key, body.encode())
                for key, body in connection.execute(_within(query, RUNS, accounts, since, until))
            )
            is_whole = not accounts and since is None and until is None
            for seal, key in chained(rows) if is_whole else signed(rows):
                register.refuse_seal(seal, key)
                yield seal

    def parts(
        self,
        role: Role,
        accounts: Sequence[str] = (),
        *,
        since: date | None = None,
        until: date | None = None,
        posted_from: datetime | None = None,
        posted_before: datetime | None = None,
    ) -> list[SealedPart]:
        """The sealed objects of a role.

        `since` and `until` bound the archive day (when it was observed), `posted_from` and `posted_before`
        the posting time: parts that cannot hold such a row are left out; parts with undated rows stay.
        """
        query = _within(select(PARTS), PARTS, accounts, since, until).where(PARTS.c.role == role.value)
        if posted_from is not None:
            query = query.where(or_(PARTS.c.latest >= posted_from, PARTS.c.undated > 0))
        if posted_before is not None:
            query = query.where(or_(PARTS.c.earliest < posted_before, PARTS.c.undated > 0))
        return self.parts_where(query)

    def parts_where(self, query: Select[tuple[object, ...]]) -> list[SealedPart]:
        """The sealed objects of a query over the PARTS table, in the order of their runs."""
        with self.books.connect() as connection:
            rows = connection.execute(query.order_by(PARTS.c.of_run, PARTS.c.key)).mappings().all()
        more = ("account", "day", "sequence", "of_run")
        return [SealedPart(part_of(row), *(row[name] for name in more)) for row in rows]

    def parts_of(self, sequence: int, role: Role) -> list[SealedPart]:
        """The objects of a role that hold what the run with this sequence number observed."""
        query = select(PARTS).where(PARTS.c.of_run == sequence, PARTS.c.role == role.value)
        return self.parts_where(query)

    def table(self, part: Part, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of a part, its bytes verified against the seal."""
        return from_parquet(self.store.get(part.stored), columns, where=part.key)

    def media(self, sha256: str) -> bytes:
        """The bytes of a picture, video or attachment."""
        return self.store.get(self.media_object(sha256))

    def media_object(self, sha256: str) -> Stored:
        """Where a picture, video or attachment is kept."""
        with self.books.connect() as connection:
            row = connection.execute(
                select(PARTS.c.key, PARTS.c.version_id, PARTS.c.sha256, PARTS.c.size).where(
                    PARTS.c.role == Role.MEDIA.value, PARTS.c.key == media_key(sha256)
                )
            ).first()
        if row is None:
            raise ArchiveDamaged(f"No sealed run holds the media file {sha256}.")
        return Stored(*row)

    def exchange(self, key: str, offset: int) -> tuple[str, bytes]:
        """The address and decoded body of the raw exchange that a row came from."""
        with self.books.connect() as connection:
            row = connection.execute(
                select(PARTS.c.key, PARTS.c.version_id, PARTS.c.sha256, PARTS.c.size).where(
                    PARTS.c.key == key
                )
            ).first()
        if row is None:
            raise ArchiveDamaged(f"No sealed run holds the exchanges {key}.")
        return read_exchange(self.store.get(Stored(*row)), offset)


def part_of(row: RowMapping) -> Part:
    """A row of the parts table as a seal would name it."""
    return Part(
        **{field: row[field] for field in Part.__struct_fields__ if field != "role"}, role=Role(row["role"])
    )


def _within(
    query: Select[tuple[object, ...]],
    table: object,
    accounts: Sequence[str],
    since: date | None,
    until: date | None,
) -> Select[tuple[object, ...]]:
    columns = table.c  # type: ignore[attr-defined]
    if accounts:
        query = query.where(columns.account.in_(list(accounts)))
    if since is not None:
        query = query.where(columns.day >= since)
    return query if until is None else query.where(columns.day <= until)
