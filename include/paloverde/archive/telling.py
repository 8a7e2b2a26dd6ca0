"""Which sealed runs the ledger tells of: those whose seal one of its entries names."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, bindparam, select

from paloverde.state.tables import RUNS

_TOLD = (
    RUNS.update()
    .where(RUNS.c.sequence == bindparam("of_run"), RUNS.c.sha256 == bindparam("of_seal"))
    .values(told=True)
)


def told_seals(about: Mapping[str, str]) -> dict[int, str]:
    """The SHA-256 of the seals that an entry of the ledger names, by the numbers of their runs."""
    pairs = (pair.partition(":") for pair in about.get("seals", "").split())
    found = {int(number): sha256 for number, _, sha256 in pairs}
    return found | ({int(about["sequence"]): about["seal"]} if "seal" in about else {})


def note_told(connection: Connection, seals: Mapping[int, str]) -> None:
    """Write down that the ledger tells of these runs."""
    if seals:
        rows = [{"of_run": sequence, "of_seal": sha256} for sequence, sha256 in seals.items()]
        connection.execute(_TOLD, rows)


def untold(books: Engine) -> dict[int, tuple[str, str, str]]:
    """Account, day and kind of the sealed runs that the ledger does not tell of, by their numbers."""
    columns = (RUNS.c.sequence, RUNS.c.account, RUNS.c.day, RUNS.c.kind)
    query = select(*columns).where(~RUNS.c.told, ~RUNS.c.pending).order_by(RUNS.c.sequence)
    with books.connect() as connection:
        return {row.sequence: (row.account, str(row.day), row.kind) for row in connection.execute(query)}
