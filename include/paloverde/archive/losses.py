"""What is lost for good, as the ledger names it: objects that a repair found whole nowhere."""

from __future__ import annotations

import msgspec
from sqlalchemy import Engine, or_, select

from paloverde.archive.ledger import Entry
from paloverde.archive.rebuild import REPAIRED
from paloverde.state.tables import LEDGER

LOST = "object lost"  # the ledger event whose `about` names key, version_id and sha256
Place = tuple[str, str]  # key and version id, as a seal names them


def losses(books: Engine) -> dict[Place, int]:
    """The objects that are lost, and the entries that say so. One that came back since is none of them."""
    tells = or_(*(LEDGER.c.body.contains(f'"{what}"', autoescape=True) for what in (LOST, REPAIRED)))
    with books.connect() as connection:
        bodies = connection.execute(select(LEDGER.c.body).where(tells).order_by(LEDGER.c.sequence)).scalars()
        entries = [msgspec.json.decode(body, type=Entry) for body in bodies]
    found: dict[Place, int] = {}
    for entry in entries:
        about = entry.event.about
        if entry.event.what == LOST:
            found[about["key"], about["version_id"]] = entry.sequence
        elif entry.event.what == REPAIRED:
            found.pop((about["key"], about["version_id"]), None)
    return found
