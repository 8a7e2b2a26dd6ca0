"""What is still known of what was destroyed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from archives import ACCOUNT, SIGNER, open_empty
from paloverde.archive.commit import commit
from paloverde.archive.layout import tombstones_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.planning import Version
from paloverde.archive.schema import TOMBSTONES
from paloverde.archive.seal import Coverage, Draft, Part, Role, RunKind
from paloverde.archive.tombstones import Because, last_destroyed, seals_of, tombstones

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2029, 3, 2)
BECAUSE = Because("SOC", date(2028, 3, 3))


def version(native_id: str, payload: str) -> Version:
    return Version(("comment", native_id), "v" * 64, payload * 64, None, AT)


def test_a_tombstone_has_ids_hashes_and_dates_and_no_content() -> None:
    versions = [version("2", "b"), version("1", "a")]
    table = tombstones(ACCOUNT, DAY, "order-1", versions, {one.item: BECAUSE for one in versions})
    assert table.schema == TOMBSTONES
    assert {"text", "raw", "poster_name", "permalink", "media"}.isdisjoint(table.column_names)
    assert table["native_id"].to_pylist() == ["1", "2"]
    assert set(table["keep_until"].to_pylist()) == {BECAUSE.keep_until}
    again = tombstones(ACCOUNT, DAY, "order-1", versions[::-1], {one.item: BECAUSE for one in versions})
    assert to_parquet(again) == to_parquet(table)


def test_the_runs_of_an_order_and_the_last_end_of_an_item_are_found(tmp_path: Path) -> None:
    archive = open_empty(tmp_path)
    for number in (1, 2):
        one = version("1", "a")
        table = tombstones(ACCOUNT, DAY, f"order-{number}", [one], {one.item: BECAUSE})
        body = to_parquet(table)
        stored = archive.store.put(tombstones_key(ACCOUNT, DAY, str(number) * 64), body, locked_until=None)
        part = Part(Role.TOMBSTONES, stored.key, stored.version_id, stored.sha256, stored.size, 1)
        draft = Draft(
            ACCOUNT, "facebook", DAY, RunKind.DISPOSITION, str(number) * 64, AT, AT, [part], Coverage(),
            {"items": 1, "versions": 1}, "test", order=f"order-{number}",
        )  # fmt: skip
        commit(archive.store, archive.books, SIGNER, draft, datetime.now(UTC).replace(year=2100))
    assert [seal.sequence for seal in seals_of(archive, "order-2", [ACCOUNT])] == [2]
    assert seals_of(archive, "order-3", [ACCOUNT]) == []
    assert last_destroyed(archive, ACCOUNT) == {("comment", "1"): 2}
