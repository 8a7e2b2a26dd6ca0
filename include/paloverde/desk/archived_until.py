"""Up to when something covers the archive, in words: runs are numbered, and people think in days."""

from __future__ import annotations

from sqlalchemy import select

from paloverde.archive.seal import read_seal
from paloverde.installation import Installation
from paloverde.state.tables import RUNS
from paloverde.wording import at_time


def archived_until(city: Installation, through: int) -> str:
    """All that was archived up to a sealed run, by when that run ended; its number stands beside."""
    if through < 1:
        return "nothing was archived yet"
    with city.vault.books.connect() as connection:
        body = connection.execute(select(RUNS.c.body).where(RUNS.c.sequence == through)).scalar()
    if body is None:
        return f"what was archived up to run {through:,}"
    ended = read_seal(body.encode(), where="in the database").run.ended_at
    return f"what was archived until {at_time(ended)} (run {through:,})"
