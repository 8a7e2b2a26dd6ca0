"""The last canary of each account, and the alarms of its runway: each crossing once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Engine, select

from paloverde.state.books import changing, insert_into
from paloverde.state.tables import ALARMS, CANARIES


class Canary(NamedTuple):
    """What became of the last question that proves a token. `alive_at` is when one was last answered."""

    asked_at: datetime
    alive: bool
    said: str
    alive_at: datetime | None


class Alarm(NamedTuple):
    """A runway that has become `days` long or shorter: what ends, and on which day."""

    account: str
    cause: str
    ends_on: date
    days: int


def note_canary(books: Engine, account: str, alive: bool, said: str, now: datetime) -> Canary | None:
    """Write down the last canary of an account; the one before it is returned."""
    with changing(books) as connection:
        row = connection.execute(select(CANARIES).where(CANARIES.c.account == account)).first()
        before = Canary(row.asked_at, row.alive, row.said, row.alive_at) if row else None
        alive_at = now if alive else before.alive_at if before else None
        values = {"asked_at": now, "alive": alive, "said": said, "alive_at": alive_at}
        statement = insert_into(books, CANARIES).values(account=account, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["account"], set_=values))
    return before


def last_canaries(books: Engine) -> dict[str, Canary]:
    """The last canary of each account that had one."""
    with books.connect() as connection:
        rows = connection.execute(select(CANARIES)).all()
    return {row.account: Canary(row.asked_at, row.alive, row.said, row.alive_at) for row in rows}


def raise_alarms(books: Engine, alarms: Sequence[Alarm], now: datetime) -> None:
    """Keep those of one end that are new; of several at once only the shortest is to be told."""
    shortest = min((alarm.days for alarm in alarms), default=0)
    with changing(books) as connection:
        for alarm in alarms:
            row = {**alarm._asdict(), "raised_at": now, "told": alarm.days > shortest}
            statement = insert_into(books, ALARMS).values(row)
            connection.execute(statement.on_conflict_do_nothing())


def untold_alarms(books: Engine, account: str) -> list[Alarm]:
    """Those that are not in the ledger yet, longest runway first."""
    query = select(ALARMS).where(ALARMS.c.account == account, ~ALARMS.c.told).order_by(ALARMS.c.days.desc())
    with books.connect() as connection:
        rows = connection.execute(query).all()
    return [Alarm(row.account, row.cause, row.ends_on, row.days) for row in rows]


def alarm_told(books: Engine, alarm: Alarm) -> None:
    """Note that an alarm stands in the ledger."""
    where = [column == value for column, value in zip(ALARMS.primary_key, alarm, strict=True)]
    with changing(books) as connection:
        connection.execute(ALARMS.update().where(*where).values(told=True))
