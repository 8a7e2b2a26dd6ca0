"""What the archive still says of an item that an order of destruction took out: that it did, and which."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role
from paloverde.records import Kind
from paloverde.retention.facts import ItemId
from paloverde.steps import Step
from paloverde.wording import spoken

_COLUMNS = ("account", "kind", "native_id", "date", "order_id")


class Destroyed(NamedTuple):
    """An item, the order by which it went, and the archive day of that."""

    item: ItemId
    order: str
    day: date

    def sentence(self, name: str, with_it: str = "") -> str:
        """That it went, when, and where it stands by what right."""
        says = f"{Step.ORDER.of(self.order)} and {Step.CERTIFICATE.of(self.order)} say by what right."
        return f"{name} was lawfully destroyed by {self.order} on {spoken(self.day)}{with_it}. {says}"


def destroyed(archive: Archive, native_id: str, account: str = "", kind: str = "") -> list[Destroyed]:
    """The items with that id that were lawfully destroyed, each with the last order that took it."""
    found = {}
    for sealed in archive.parts(Role.TOMBSTONES, [account] if account else []):
        for row in archive.table(sealed.part, _COLUMNS).to_pylist():
            if row["native_id"] == native_id and kind in ("", row["kind"]):
                item = ItemId(row["account"], Kind(row["kind"]), native_id)
                found[item] = Destroyed(item, row["order_id"], row["date"])
    return list(found.values())
