"""Long ledgers, quickly: entries as `Ledger.append` makes them, written many at a time."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import select

from paloverde.archive.layout import ledger_key
from paloverde.archive.ledger import Entry, Event
from paloverde.archive.seal import FIRST
from paloverde.archive.vault import Vault
from paloverde.state.books import writing
from paloverde.state.tables import LEDGER

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def lengthen(vault: Vault, count: int, *, actor: str = "clerk", stored: bool = True) -> None:
    """So many more entries. Not `stored`: in the database alone, which says that they are stored."""
    last = select(LEDGER.c.sequence, LEDGER.c.sha256).order_by(LEDGER.c.sequence.desc()).limit(1)
    with writing(vault.books) as connection:
        head = connection.execute(last).first()
        sequence, previous = (head.sequence, head.sha256) if head else (0, FIRST)
        rows = []
        for _ in range(count):
            sequence += 1
            body = _entry(vault, sequence, previous, actor)
            sha256 = hashlib.sha256(body).hexdigest()
            row = {"sequence": sequence, "sha256": sha256, "previous": previous, "body": body.decode()}
            key, previous = ledger_key(sequence, sha256), sha256
            version = vault.store.put(key, body, locked_until=None).version_id if stored else "1"
            rows.append({**row, "key": key, "version_id": version, "pending": False})
        for at in range(0, len(rows), 1_000):
            connection.execute(LEDGER.insert(), rows[at : at + 1_000])


def _entry(vault: Vault, sequence: int, previous: str, actor: str) -> bytes:
    event = Event(
        "search made", actor, AT + timedelta(seconds=sequence), {"question": f"sweeping {sequence}"}
    )
    unsigned = Entry(sequence, previous, event, vault.signer.public_key)
    signature = vault.signer.sign(msgspec.json.encode(unsigned, order="sorted"))
    return msgspec.json.encode(msgspec.structs.replace(unsigned, signature=signature), order="sorted")
