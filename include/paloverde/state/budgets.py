"""What sites allow, shared by all processes through the database: units of a day, and pauses.

Units are set aside in small blocks, so that a request costs no statement of its own; `give_back` returns what
was not used. A process that dies keeps its block: less than is allowed is asked, never more.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Engine, select

from paloverde.state.books import changing, insert_into
from paloverde.state.tables import BUDGETS, PAUSES

_KEPT = timedelta(days=2)  # a run that began before midnight gives back to its own day


class Budgets:
    """The two tables."""

    def __init__(self, books: Engine) -> None:
        self._books = books

    def take(self, site: str, name: str, owner: str, day: date, units: int, most: int) -> bool:
        """Set units of a day aside; False, and nothing taken, where fewer are left. One statement."""
        if units > most:
            return False
        row = {"site": site, "name": name, "owner": owner, "day": day, "used": units}
        statement = insert_into(self._books, BUDGETS).values(row)
        statement = statement.on_conflict_do_update(
            index_elements=["site", "name", "owner", "day"],
            set_={"used": BUDGETS.c.used + units},
            where=BUDGETS.c.used + units <= most,
        ).returning(BUDGETS.c.used)
        with changing(self._books) as connection:
            used = connection.execute(statement).scalar()
            if used == units:  # the first of its day: what older days used is asked by nobody any more
                old = BUDGETS.c.day < day - _KEPT
                connection.execute(BUDGETS.delete().where(*_of(site, name, owner), old))
        return used is not None

    def give_back(self, site: str, name: str, owner: str, day: date, units: int) -> None:
        """Return units that were set aside and not used."""
        with changing(self._books) as connection:
            connection.execute(
                BUDGETS.update().where(*_is(site, name, owner, day)).values(used=BUDGETS.c.used - units)
            )

    def used(self, site: str, name: str, owner: str, day: date) -> int:
        """Units of a day that are spent or set aside."""
        query = select(BUDGETS.c.used).where(*_is(site, name, owner, day))
        with self._books.connect() as connection:
            return int(connection.execute(query).scalar() or 0)

    def pause(self, site: str, owner: str, lane: str, free_at: datetime) -> None:
        """Note that the site is not to be asked before `free_at`; a later end that is known stays."""
        row = {"site": site, "owner": owner, "lane": lane, "free_at": free_at}
        statement = insert_into(self._books, PAUSES).values(row)
        statement = statement.on_conflict_do_update(
            index_elements=["site", "owner", "lane"],
            set_={"free_at": statement.excluded.free_at},
            where=PAUSES.c.free_at < statement.excluded.free_at,
        )
        with changing(self._books) as connection:
            connection.execute(statement)

    def pauses(self, site: str, owner: str) -> dict[str, datetime]:
        """Until when each lane of a site is not to be asked; ends that have passed are among them."""
        where = (PAUSES.c.site == site, PAUSES.c.owner == owner)
        with self._books.connect() as connection:
            rows = connection.execute(select(PAUSES.c.lane, PAUSES.c.free_at).where(*where)).all()
        return {row.lane: row.free_at for row in rows}


def _is(site: str, name: str, owner: str, day: date) -> tuple[ColumnElement[bool], ...]:
    return *_of(site, name, owner), BUDGETS.c.day == day


def _of(site: str, name: str, owner: str) -> tuple[ColumnElement[bool], ...]:
    return BUDGETS.c.site == site, BUDGETS.c.name == name, BUDGETS.c.owner == owner
