"""A vault on a local directory with either database, and drafts of runs with real parts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from paloverde.archive import layout
from paloverde.archive.parquet import to_parquet
from paloverde.archive.seal import Coverage, Draft, Part, Role, RunKind
from paloverde.archive.signing import open_signer
from paloverde.archive.store import open_store
from paloverde.archive.vault import Vault
from paloverde.capture.tables import Sighting, sighting_table
from paloverde.state.books import open_books
from sightings import first_seen

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 17, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def vault(tmp_path: Path, books_url: str) -> Vault:
    """On SQLite and on PostgreSQL: what the archive promises may not depend on which."""
    store = open_store(f"file://{tmp_path}/archive")
    return Vault(store, open_books(books_url), open_signer(tmp_path / "key.pem"), now, 2)


@pytest.fixture
def draft(vault: Vault) -> Callable[..., Draft]:
    """`draft("c1", "c2", day=…)`: a stored run that saw these comments."""

    def make(*ids: str, day: date = DAY, state: str = "present") -> Draft:
        seen = [Sighting("comment", i, "comments", "p1", state, AT, "listing", "ab" * 32, AT) for i in ids]
        body = to_parquet(first_seen(sighting_table("x-palmaria", day, seen), new=True))
        sha256 = hashlib.sha256(body).hexdigest()
        key = layout.sightings_key("x-palmaria", day, sha256)
        stored = vault.store.put(key, body, locked_until=vault.locked_until(day), sha256=sha256)
        part = Part(Role.SIGHTINGS, stored.key, stored.version_id, sha256, stored.size, len(ids))
        digest = hashlib.sha256(f"{ids}{state}".encode()).hexdigest()
        return Draft(
            "x-palmaria",
            "x",
            day,
            RunKind.NIGHT,
            digest,
            AT,
            AT,
            [part],
            Coverage(),
            {"records": len(ids)},
            "0",
        )

    return make
