"""What orders have destroyed, as a list tells it: a certificate never changes, and is read once."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from paloverde.desk.visit import Visit
from paloverde.records import archive_day
from paloverde.retention.certificate import Certificate
from paloverde.wording import some, spoken


class Destruction(NamedTuple):
    """An order that was carried out: how many items went, and when."""

    order: str
    items: int
    at: datetime

    @property
    def sentence(self) -> str:
        went = some(self.items, "item was", "items were")
        return f"{went} destroyed by {self.order} on {spoken(archive_day(self.at))}."


_known: dict[str, Destruction] = {}  # by the SHA-256 of a certificate


def destructions(visit: Visit, account: str = "") -> list[Destruction]:
    """Those of an account, or of all, newest first."""
    disposition = visit.city.disposition
    orders = [one for one in disposition.orders() if one.certificate and account in ("", *one.order.accounts)]
    for one in orders:
        if one.certificate not in _known:
            _known[one.certificate] = _told(disposition.certificate(one.order.id))
    return sorted((_known[one.certificate] for one in orders), key=lambda one: one.at, reverse=True)


def _told(made: Certificate) -> Destruction:
    return Destruction(made.order, made.items, made.carried_out_at)
