"""The same on a real S3 server that keeps locks: versions, walks and locks are the server's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.log.conftest import ORIGIN
from ledgers import lengthen
from paloverde.archive.log.heads import publish
from paloverde.archive.log.shelf import Shelf
from paloverde.archive.rebuild import rebuild
from paloverde.archive.vault import Vault
from paloverde.state.books import open_books
from stores import NO_SERVER, bucket_at, find_s3


def test_a_log_grows_and_comes_back_and_a_second_version_of_a_tile_changes_nothing(
    vault: Vault, tmp_path: Path
) -> None:
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    with bucket_at("paloverde-log", access) as place:
        there = Vault(place.store(), vault.books, vault.signer, vault.clock, 2)
        for count in (3, 4):
            lengthen(there, count)
            assert publish(there, ORIGIN).new == count
        newest = Shelf(there).newest_head()
        assert newest is not None
        assert newest.size == 7
        # Whoever holds the credentials can put other bytes over a name; the version that was written stands.
        client = there.store.client  # type: ignore[attr-defined]
        client.put_object(
            Bucket=place.url.removeprefix("s3://"), Key="ledger/tile/0/000.p/7", Body=b"x" * 224
        )
        lengthen(there, 2)
        assert publish(there, ORIGIN).new == 2
        fresh = Vault(
            place.store(), open_books(f"sqlite:///{tmp_path}/fresh.db"), vault.signer, vault.clock, 2
        )
        rebuild(fresh.store, fresh.books, lambda _: None)
        assert Shelf(fresh).read("ledger/tile/0/000.p/7") == Shelf(there).read("ledger/tile/0/000.p/7")
        lengthen(fresh, 1)
        assert publish(fresh, ORIGIN).new == 1
