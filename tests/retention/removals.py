"""An archive with removed items, and the dossiers of an installation over it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from archives import ACCOUNT, NIGHT, SIGNER, make_archive, record, removed
from paloverde.archive.ledger import Ledger
from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.registry import register
from paloverde.archive.vault import Vault
from paloverde.installation.dossiers import Dossiers
from paloverde.records import Account, Holder, Kind
from paloverde.retention.dossier import RemovalFact
from paloverde.retention.facts import ItemId
from paloverde.settings import load

OFFICIAL = Account(ACCOUNT, "facebook", "100200", "mayor.example", Holder.OFFICIAL)
REMOVED_AT = NIGHT + timedelta(days=1)
NOW = REMOVED_AT + timedelta(days=10)


def gone(native_id: str, text: str = "Gone words", **more: Any) -> dict[str, Any]:
    """A removed item: what is not given is made up."""
    about = {name: more.pop(name) for name in list(more) if name in record("x", "x")}
    row = record(native_id, text, **about)
    told = {
        "evidence": [{"what": "look-up", "at": REMOVED_AT, "said": "no such item"}],
        "versions": [
            {"version_sha256": row["version_sha256"], "observed_at": NIGHT, "text": text, "media": []}
        ],
        "thread": [],
        "thread_rest": 0,
        "posted_pacific": "Sunday, March 1, 2026, 10:00:00 PST (UTC-08:00)",
        "poster_username_missing": "API_NOT_EXPOSED",
    }
    return removed(row, **(told | more))


def item(native_id: str, kind: Kind = Kind.COMMENT, account: str = ACCOUNT) -> ItemId:
    return ItemId(account, kind, native_id)


def fact(
    removed_at: datetime = REMOVED_AT,
    cause: str = "undetermined",
    kind: Kind = Kind.POST,
    posted_at: datetime | None = None,
) -> RemovalFact:
    return RemovalFact(
        item("1", kind), removed_at, removed_at, cause, date(2028, 3, 3), "public", "https://example.org/1",
        "a direct look-up", posted_at,
    )  # fmt: skip


class Office:
    """Dossiers over an archive; `now` is its clock."""

    def __init__(self, home: Path, rows: Sequence[dict[str, Any]], media: Sequence[bytes] = ()) -> None:
        self.now = NOW
        self.archive: Archive = make_archive(home, [], removed=rows, media=media)
        self.vault = Vault(self.archive.store, self.archive.books, SIGNER, lambda: self.now, 2)
        self.ledger = Ledger(self.vault.store, self.vault.books, SIGNER, 2)
        self.cabinet = Cabinet(self.vault, self.ledger)
        self.settings = load({"PALOVERDE_HOME": str(home / "office"), "PALOVERDE_AGENCY_NAME": "Palma Ria"})
        self.dossiers = Dossiers(self.settings, self.vault, self.archive, self.ledger, self.cabinet)

    def official(self, account: Account = OFFICIAL) -> None:
        register(self.vault.books, account, self.now)

    def events(self, what: str) -> list[dict[str, str]]:
        return [entry.event.about for entry in self.ledger.entries() if entry.event.what == what]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
