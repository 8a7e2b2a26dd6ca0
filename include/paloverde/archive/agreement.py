"""Whether the database says what the objects say: compared, row by row, with one that is filled from them.

The objects are signed and chained, the database is not: where the two differ, the objects are believed.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, Table, func, select

from paloverde.errors import ArchiveDamaged
from paloverde.state.books import open_books
from paloverde.state.tables import ACCOUNTS, FILED, GAPS, HELD_ITEMS, ITEMS, LEDGER, LOG, PARTS, RUNS
from paloverde.wording import some

COMPARED = (RUNS, LEDGER, FILED, LOG, PARTS, ITEMS, GAPS, ACCOUNTS, HELD_ITEMS)
# What two databases may have differently: which of several whole versions is read, and moments of which no
# object tells exactly.
_FREE = {
    RUNS: {"version_id"},
    LEDGER: {"version_id"},
    LOG: {"version_id", "made_at"},
    ACCOUNTS: {"registered_at"},
}
_TRIES = 3
_NAMED = 5  # rows of a table in one sentence


class Agreement(msgspec.Struct, frozen=True):
    """In what the database differs from the objects, as sentences; `rows` that differ.

    `unknown` says why it could not be compared, "" where it was; `note`, that it was in use all the time.
    """

    differences: list[str]
    rows: int
    unknown: str = ""
    note: str = ""


@contextmanager
def filled_anew(rebuilding: Callable[[Engine], object]) -> Iterator[Engine]:
    """Another database, filled by `rebuilding` and thrown away afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        books = open_books(f"sqlite:///{Path(folder) / 'anew.db'}")
        try:
            rebuilding(books)
            yield books
        finally:
            books.dispose()


@contextmanager
def compared(
    live: Engine, rebuilding: Callable[[Engine], object], tables: Sequence[Table] = COMPARED
) -> Iterator[tuple[Agreement, Engine]]:
    """How the database agrees with the objects, and the one that it was compared with.

    A run or an event that comes in meanwhile is no difference: then it is compared again. Where the objects
    are not enough to fill a database, or this one is never still, that is said, and this one is given.
    """
    with ExitStack() as stack:
        yield _agree(stack, live, rebuilding, tables)


def _agree(
    stack: ExitStack, live: Engine, rebuilding: Callable[[Engine], object], tables: Sequence[Table]
) -> tuple[Agreement, Engine]:
    for _ in range(_TRIES):
        before = _heads(live)
        try:
            anew = stack.enter_context(filled_anew(rebuilding))
        except ArchiveDamaged as error:
            why = f"The database could not be compared with the objects: {error}"
            return Agreement([], 0, unknown=why), live
        agreement = _compare(live, anew, tables)
        if not agreement.differences or _heads(live) == before:
            return agreement, anew
    return Agreement([], 0, note="The database was never still, and was not compared this time."), live


def _compare(live: Engine, anew: Engine, tables: Sequence[Table]) -> Agreement:
    differences, rows = [], 0
    for table in tables:
        names = [column.name for column in table.columns if column.name not in _FREE.get(table, ())]
        right = {digest for digest, _ in _rows(anew, table, names)}
        wrong, found = [], 0
        for digest, key in _rows(live, table, names):
            if digest in right:
                right.remove(digest)
            else:
                found += 1
                wrong += [key] if found <= _NAMED else []
        if found or right:
            rows += max(found, len(right))
            differences.append(_sentence(table, found, len(right), wrong))
    return Agreement(differences, rows)


def fingerprint(books: Engine, tables: Sequence[Table] = COMPARED) -> dict[str, str]:
    """Of each table a SHA-256 over its rows, in any order: equal for databases that say the same."""
    found = {}
    for table in tables:
        names = [column.name for column in table.columns if column.name not in _FREE.get(table, ())]
        rows = sorted(digest for digest, _ in _rows(books, table, names))
        found[table.name] = hashlib.sha256(b"".join(rows)).hexdigest()
    return found


def _rows(books: Engine, table: Table, names: Sequence[str]) -> Iterator[tuple[bytes, str]]:
    """Of each row a digest and its primary key, from the values as they lie in the database."""
    columns = ", ".join(f'"{name}"' for name in names)
    keys = [names.index(column.name) for column in table.primary_key]
    with books.connect() as connection:
        for row in connection.exec_driver_sql(f'SELECT {columns} FROM "{table.name}"'):  # noqa: S608 - our names
            values = [_plain(value) for value in row]
            digest = hashlib.sha256(repr(values).encode("utf-8", "surrogatepass")).digest()[:16]
            yield digest, " ".join(str(values[at]) for at in keys)


def _plain(value: Any) -> Any:
    """A value as it compares between databases, one of which has no dates and no truth values."""
    if isinstance(value, bool):
        return int(value)
    return value.isoformat() if isinstance(value, date) else value


def _heads(books: Engine) -> list[Any]:
    with books.connect() as connection:
        return [
            connection.execute(select(func.max(table.c.sequence), func.count())).one()
            for table in (RUNS, LEDGER)
        ]


def _sentence(table: Table, wrong: int, absent: int, named: list[str]) -> str:
    parts = []
    if wrong:
        parts.append(f"{some(wrong, 'row is', 'rows are')} not what the objects say ({'; '.join(named)})")
    if absent:
        parts.append(f"{some(absent, 'row')} that the objects tell of are missing or other ones")
    return f"In the table {table.name} of the database {' and '.join(parts)}."
