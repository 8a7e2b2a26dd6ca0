from __future__ import annotations

from datetime import date

import pytest

from paloverde.archive import layout

SHA = "ab" * 32
DAY = date(2026, 3, 8)


def test_keys_are_these_literal_strings() -> None:
    account = "facebook-palmaria"
    assert (
        layout.records_key(account, DAY, SHA)
        == f"records/account=facebook-palmaria/date=2026-03-08/{SHA}.parquet"
    )
    assert (
        layout.sightings_key(account, DAY, SHA)
        == f"sightings/account=facebook-palmaria/date=2026-03-08/{SHA}.parquet"
    )
    assert (
        layout.exchanges_key(account, DAY, SHA)
        == f"exchanges/account=facebook-palmaria/date=2026-03-08/{SHA}.warc.gz"
    )
    assert layout.media_key(SHA) == f"media/sha256/ab/{SHA}"
    assert (
        layout.removed_key(account, DAY, "77_88", SHA)
        == f"removed/account=facebook-palmaria/date=2026-03-08/77_88-{SHA}.parquet"
    )
    assert layout.run_key(42, SHA) == f"runs/000000000042-{SHA}.json"
    assert layout.ledger_key(7, SHA) == f"ledger/entries/000000000007-{SHA}.json"
    assert layout.tile_key(0, 3, 12) == "ledger/tile/0/003.p/12"
    assert layout.tile_key(1, 1234067, 256) == "ledger/tile/1/x001/x234/067"
    assert layout.tile_key(0, 1000, 256) == "ledger/tile/0/x001/000"
    assert layout.bundle_of_entries_key(1067, 256) == "ledger/tile/entries/x001/067"
    assert layout.bundle_of_entries_key(0, 255) == "ledger/tile/entries/000.p/255"
    assert layout.head_key(7, SHA) == f"ledger/heads/000000000007-{SHA}"
    assert (
        layout.timestamp_key(7, "tsa.example-1a", SHA)
        == f"ledger/timestamps/000000000007-tsa_example-1a-{SHA}.tsr"
    )
    assert layout.witness_key(7, "w.example/1", SHA) == f"ledger/witnesses/000000000007-w_example_1-{SHA}"
    assert layout.bundle_key("PRA 2026/17", SHA) == f"bundles/PRA_2026_17/{SHA}.zip"


@pytest.mark.parametrize("hostile", ["../../etc", "a%25b", "día", "a b", "", "x" * 500, "😀"])
def test_a_native_id_never_leads_out_of_its_folder(hostile: str) -> None:
    key = layout.removed_key("x-palmaria", DAY, hostile, SHA)
    assert key.startswith("removed/account=x-palmaria/date=2026-03-08/")
    assert key.count("/") == 3
    assert len(key) < 300


@pytest.mark.parametrize("slug", ["Facebook", "a_b", "a b", "../x", "a--b", "-a", ""])
def test_a_slug_that_could_break_a_key_is_none(slug: str) -> None:
    assert not layout.is_slug(slug)
    with pytest.raises(ValueError, match="cannot be an object key"):
        layout.records_key(slug + "%", DAY, SHA)
