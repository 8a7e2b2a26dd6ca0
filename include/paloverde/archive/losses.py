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
        entries = [entry for entry in map(_read, bodies) if entry is not None]
    found: dict[Place, int] = {}
    for entry in entries:
        place = entry.event.about.get("key", ""), entry.event.about.get("version_id", "")
        if entry.event.what == LOST:
            found[place] = entry.sequence
        elif entry.event.what == REPAIRED:
            found.pop(place, None)
    return found


def _read(body: str) -> Entry | None:
    """None where the row was altered, which the comparison with the objects tells."""
    try:
        return msgspec.json.decode(body, type=Entry)
    except msgspec.MsgspecError:
        return None
