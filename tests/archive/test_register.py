"""The register says what was last seen of each item, and an outage moves nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from sqlalchemy import select

from paloverde.archive.register import (
    Item,
    apply_removals,
    apply_sightings,
    expected_in,
    items,
    known_versions,
)
from paloverde.archive.schema import REMOVED
from paloverde.archive.vault import Vault
from paloverde.capture.tables import Sighting, sighting_table
from paloverde.state.books import writing
from paloverde.state.tables import ITEMS
from sightings import first_seen

DAY = date(2026, 11, 20)


def at(hour: int) -> datetime:
    return datetime(2026, 11, 20, hour, tzinfo=UTC)


def see(
    vault: Vault,
    state: str,
    hour: int,
    *,
    version: str = "v1",
    new: bool = False,
    stream: str = "comments",
    sequence: int = 1,
) -> Item:
    seen = Sighting(
        "comment", "c1", stream, "p1" if stream else "", state, at(hour), "listing", version, at(1)
    )
    table = first_seen(sighting_table("x-palmaria", DAY, [seen]), new=new)
    with writing(vault.books) as connection:
        apply_sightings(connection, sequence, table)
    return item(vault)


def item(vault: Vault) -> Item:
    with vault.books.connect() as connection:
        (found,) = items(connection, select(ITEMS))
    return found


def remove(vault: Vault, hour: int) -> None:
    row = {"account": "x-palmaria", "kind": "comment", "native_id": "c1", "removed_at": at(hour)}
    with writing(vault.books) as connection:
        apply_removals(connection, pa.Table.from_pylist([row], schema=REMOVED))


def test_an_absence_keeps_when_it_began(vault: Vault) -> None:
    see(vault, "present", 2, new=True)
    assert see(vault, "absent", 5).absent_since == at(5)
    again = see(vault, "absent", 7)
    assert (again.absent_since, again.last_seen, again.looked_at) == (at(5), at(2), at(7))
    assert see(vault, "present", 9).absent_since is None


def test_an_unknown_outcome_moves_nothing(vault: Vault) -> None:
    before = see(vault, "present", 2, new=True)
    assert see(vault, "unknown", 5, version="") == before


def test_a_new_version_points_to_the_run_that_wrote_it(vault: Vault) -> None:
    see(vault, "present", 2, new=True, sequence=1)
    assert see(vault, "present", 3, sequence=2).record_sequence == 1
    changed = see(vault, "present", 4, version="v2", new=True, sequence=3)
    assert (changed.record_sequence, changed.version_sha256) == (3, "v2")
    with vault.books.connect() as connection:
        assert known_versions(connection, "x-palmaria", "comment", ["c1", "c2"]) == {"c1": "v2"}


@pytest.mark.parametrize("state", ["hidden", "absent", "gone", "withheld"])
def test_removed_stays_removed_until_it_is_public_again(vault: Vault, state: str) -> None:
    see(vault, "present", 2, new=True)
    see(vault, "hidden", 3)
    remove(vault, 3)
    assert see(vault, state, 4).state == "removed"
    assert item(vault).removed_at == at(3)
    back = see(vault, "present", 5)
    assert (back.state, back.removed_at) == ("present", None)


def test_a_look_up_leaves_the_listing_that_can_prove_an_absence(vault: Vault) -> None:
    see(vault, "present", 2, new=True)
    assert see(vault, "present", 3, stream="").within == "p1"
    with vault.books.connect() as connection:
        assert [
            i.native_id for i in items(connection, expected_in("x-palmaria", "comments", "p1", None))
        ] == ["c1"]
        assert not list(items(connection, expected_in("x-palmaria", "comments", "p1", at(2))))
        assert not list(items(connection, expected_in("x-palmaria", "comments", "p2", None)))


@pytest.mark.parametrize("state", ["present", "hidden", "absent"])
def test_an_import_moves_nothing_of_what_was_looked_at(vault: Vault, state: str) -> None:
    see(vault, "present", 2, new=True)
    before = see(vault, state, 4)
    assert see(vault, "imported", 9, version="v2", new=True, stream="", sequence=7) == before


def test_what_only_imports_told_of_follows_the_newest_of_them_until_the_site_is_looked_at(
    vault: Vault,
) -> None:
    first = see(vault, "imported", 4, version="v1", new=True, stream="", sequence=1)
    assert (first.state, first.last_seen, first.absent_since) == ("imported", at(4), None)
    assert see(vault, "imported", 2, version="v0", new=True, stream="", sequence=2) == first
    newer = see(vault, "imported", 6, version="v2", new=True, stream="", sequence=3)
    assert (newer.version_sha256, newer.record_sequence) == ("v2", 3)
    looked = see(vault, "present", 8, version="v3", new=True, sequence=4)
    assert (looked.state, looked.stream, looked.version_sha256) == ("present", "comments", "v3")
    assert looked.first_seen == at(8)


def test_an_older_look_that_comes_later_turns_nothing_back(vault: Vault) -> None:
    see(vault, "present", 2, new=True, sequence=1)
    now = see(vault, "hidden", 9, version="v2", new=True, sequence=2)
    assert see(vault, "present", 5, version="v1", new=True, sequence=3) == now
    assert see(vault, "absent", 6, sequence=4) == now
    remove(vault, 10)
    gone = item(vault)
    assert see(vault, "present", 8, sequence=5) == gone


def test_an_expired_item_is_not_missing(vault: Vault) -> None:
    see(vault, "present", 2, new=True)
    expired = see(vault, "expired", 5)
    assert (expired.state, expired.absent_since, expired.looked_at) == ("expired", None, at(5))
    assert see(vault, "present", 6).state == "present"
