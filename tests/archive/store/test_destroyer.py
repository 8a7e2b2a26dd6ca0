"""Destroying one version: on a directory, on a server that enforces locks, and on one that enforces little."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from paloverde.archive.store import open_destroyer
from paloverde.archive.store.destroyer import Destroyer, Maker, NotPermitted, Permission
from paloverde.archive.store.interface import Stored
from paloverde.errors import ArchiveDamaged, BadSetting
from paloverde.retention.disposition import _MAKER
from stores import Place

BODY = b"something that somebody said"
ORDER = "order-2026-0001"


def now() -> datetime:
    return datetime.now(UTC)


def destroyer(place: Place) -> Destroyer:
    return open_destroyer(place.url, **place.keys)


def key(folder: str = "records") -> str:
    return f"{folder}/{uuid.uuid4().hex}"


def is_there(place: Place, stored: Stored) -> bool:
    try:
        place.store().standing(stored)
    except ArchiveDamaged:
        return False
    return True


def test_what_an_order_names_is_destroyed_and_destroying_it_twice_is_harmless(place: Place) -> None:
    stored = place.store().put(key(), BODY, locked_until=None)
    other = place.store().put(key(), BODY, locked_until=None)
    permission = _MAKER.permit(ORDER, [stored])
    for _ in range(2):
        destroyer(place).destroy(stored, permission, now())
    assert not is_there(place, stored)
    assert is_there(place, other)


def test_only_the_named_version_of_a_key_is_destroyed(place: Place) -> None:
    if place.name == "directory":
        pytest.skip("a directory has one version of each key")
    store = place.store()
    first = store.put(key(), BODY, locked_until=None)
    second = store.restore(first.key, BODY, locked_until=None, legal_hold=False)
    assert first.version_id != second.version_id
    destroyer(place).destroy(first, _MAKER.permit(ORDER, [first]), now())
    assert not is_there(place, first)
    assert store.get(second) == BODY


def test_what_no_order_names_stays(place: Place) -> None:
    stored = place.store().put(key(), BODY, locked_until=None)
    permission = _MAKER.permit(ORDER, [Stored(stored.key, stored.version_id, "0" * 64, stored.size)])
    with pytest.raises(NotPermitted, match="does not name"):
        destroyer(place).destroy(stored, permission, now())
    assert is_there(place, stored)


@pytest.mark.parametrize("folder", ["runs", "ledger/entries", "papers", "sightings", "tombstones", "bundles"])
def test_seals_papers_and_the_ledger_can_never_be_destroyed(place: Place, folder: str) -> None:
    stored = place.store().put(key(folder), BODY, locked_until=None)
    with pytest.raises(NotPermitted, match="can ever be destroyed"):
        destroyer(place).destroy(stored, _MAKER.permit(ORDER, [stored]), now())
    assert is_there(place, stored)


def test_what_is_locked_stays(place: Place) -> None:
    stored = place.store().put(key(), BODY, locked_until=now() + timedelta(seconds=60))
    with pytest.raises(NotPermitted, match="is locked until"):
        destroyer(place).destroy(stored, _MAKER.permit(ORDER, [stored]), now())
    assert is_there(place, stored)


def test_what_is_under_a_legal_hold_stays_until_it_is_freed(place: Place) -> None:
    store = place.store()
    stored = store.put(key(), BODY, locked_until=None)
    store.set_legal_hold(stored, on=True)
    permission = _MAKER.permit(ORDER, [stored])
    with pytest.raises(NotPermitted, match="legal hold"):
        destroyer(place).destroy(stored, permission, now())
    assert is_there(place, stored)
    store.set_legal_hold(stored, on=False)
    destroyer(place).destroy(stored, permission, now())
    assert not is_there(place, stored)


@pytest.mark.s3
def test_a_clock_that_runs_ahead_does_not_get_past_the_server(s3_place: Place) -> None:
    """The lock is the server's: it counts its own time, and no bypass is asked for."""
    stored = s3_place.store().put(key(), BODY, locked_until=now() + timedelta(seconds=60))
    with pytest.raises(BadSetting, match="does not allow this"):
        destroyer(s3_place).destroy(stored, _MAKER.permit(ORDER, [stored]), now() + timedelta(days=3650))
    assert is_there(s3_place, stored)


def test_a_lock_that_is_destroyed_with_its_object_does_not_bind_the_next_one(directory_place: Place) -> None:
    store, name = directory_place.store(), key()
    until = now() + timedelta(seconds=60)
    stored = store.put(name, BODY, locked_until=until)
    destroyer(directory_place).destroy(stored, _MAKER.permit(ORDER, [stored]), until + timedelta(seconds=1))
    assert store.standing(store.put(name, b"other bytes", locked_until=None)).locked_until is None


def test_nobody_else_makes_a_permission() -> None:
    with pytest.raises(NotPermitted, match="one place only"):
        Maker()
    forged: object = object.__new__(object)
    with pytest.raises(NotPermitted, match="made by what carries it out"):
        Permission(forged, ORDER, [])  # type: ignore[arg-type]
    with pytest.raises(NotPermitted, match="names its order"):
        _MAKER.permit("", [])


def test_an_s3_store_is_not_destroyed_in_with_the_keys_of_the_archive() -> None:
    with pytest.raises(BadSetting, match="keys that may delete"):
        open_destroyer("s3://bucket")
