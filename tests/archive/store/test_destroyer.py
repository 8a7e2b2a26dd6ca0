"""Destroying one version: on a directory, on a server that enforces locks, and on one that enforces little."""

from __future__ import annotations

import copy
import pickle
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

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


def destroy(place: Place, stored: Stored, at: datetime | None = None) -> None:
    with _MAKER.permit(ORDER, [stored]) as permission:
        destroyer(place).destroy(stored, permission, at or now())


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
    for _ in range(2):
        destroy(place, stored)
    assert not is_there(place, stored)
    assert is_there(place, other)


def test_only_the_named_version_of_a_key_is_destroyed(place: Place) -> None:
    if place.name == "directory":
        pytest.skip("a directory has one version of each key")
    store = place.store()
    first = store.put(key(), BODY, locked_until=None)
    second = store.restore(first.key, BODY, locked_until=None, legal_hold=False)
    assert first.version_id != second.version_id
    destroy(place, first)
    assert not is_there(place, first)
    assert store.get(second) == BODY


def test_what_no_order_names_stays(place: Place) -> None:
    stored = place.store().put(key(), BODY, locked_until=None)
    other = Stored(stored.key, stored.version_id, "0" * 64, stored.size)
    with _MAKER.permit(ORDER, [other]) as permission, pytest.raises(NotPermitted, match="does not name"):
        destroyer(place).destroy(stored, permission, now())
    assert is_there(place, stored)


@pytest.mark.parametrize("folder", ["runs", "ledger/entries", "papers", "sightings", "tombstones", "bundles"])
def test_seals_papers_and_the_ledger_can_never_be_destroyed(place: Place, folder: str) -> None:
    stored = place.store().put(key(folder), BODY, locked_until=None)
    with pytest.raises(NotPermitted, match="can ever be destroyed"):
        destroy(place, stored)
    assert is_there(place, stored)


def test_what_is_locked_stays(place: Place) -> None:
    stored = place.store().put(key(), BODY, locked_until=now() + timedelta(seconds=60))
    with pytest.raises(NotPermitted, match="is locked until"):
        destroy(place, stored)
    assert is_there(place, stored)


def test_what_is_under_a_legal_hold_stays_until_it_is_freed(place: Place) -> None:
    store = place.store()
    stored = store.put(key(), BODY, locked_until=None)
    store.set_legal_hold(stored, on=True)
    with pytest.raises(NotPermitted, match="legal hold"):
        destroy(place, stored)
    assert is_there(place, stored)
    store.set_legal_hold(stored, on=False)
    destroy(place, stored)
    assert not is_there(place, stored)


@pytest.mark.s3
def test_a_clock_that_runs_ahead_does_not_get_past_the_server(s3_place: Place) -> None:
    """The lock is the server's: it counts its own time, and no bypass is asked for."""
    stored = s3_place.store().put(key(), BODY, locked_until=now() + timedelta(seconds=60))
    with pytest.raises(BadSetting, match="does not allow this"):
        destroy(s3_place, stored, now() + timedelta(days=3650))
    assert is_there(s3_place, stored)


def test_a_lock_that_is_destroyed_with_its_object_does_not_bind_the_next_one(directory_place: Place) -> None:
    store, name = directory_place.store(), key()
    until = now() + timedelta(seconds=60)
    stored = store.put(name, BODY, locked_until=until)
    destroy(directory_place, stored, until + timedelta(seconds=1))
    assert store.standing(store.put(name, b"other bytes", locked_until=None)).locked_until is None


class Agreeable(Permission):
    """Says of itself that it is any other permission."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(self.like) if hasattr(self, "like") else 0


def forged(real: Permission) -> dict[str, Any]:
    """Permissions that the maker did not give, while a real one for another version is open."""
    same = Agreeable()
    same.like = real  # type: ignore[attr-defined]
    return {
        "made up": Permission(),
        "copied": copy.copy(real),
        "of another class": same,
        "anything": object(),
    }


@pytest.mark.parametrize("how", ["made up", "copied", "of another class", "anything"])
def test_a_permission_that_the_maker_did_not_give_permits_nothing(place: Place, how: str) -> None:
    stored = place.store().put(key(), BODY, locked_until=None)
    with _MAKER.permit(ORDER, [stored]) as real, pytest.raises(NotPermitted, match="No order"):
        destroyer(place).destroy(stored, forged(real)[how], now())
    assert is_there(place, stored)


def test_a_permission_cannot_be_widened(place: Place) -> None:
    stored = place.store().put(key(), BODY, locked_until=None)
    other = place.store().put(key(), BODY, locked_until=None)
    names = [other]
    with _MAKER.permit(ORDER, names) as permission:
        names.append(stored)
        for name in ("order", "_objects", "check"):
            with pytest.raises(AttributeError):
                setattr(permission, name, lambda *_: None)
        with pytest.raises(NotPermitted, match="does not name"):
            destroyer(place).destroy(stored, permission, now())
    assert is_there(place, stored)


def test_a_permission_ends_with_its_order_though_the_same_bytes_come_again(place: Place) -> None:
    """In a directory what is stored again under a key is the same version; no old permission is for it."""
    store, name = place.store(), key()
    stored = store.put(name, BODY, locked_until=None)
    with _MAKER.permit(ORDER, [stored]) as permission:
        destroyer(place).destroy(stored, permission, now())
    again = store.put(name, BODY, locked_until=None)
    with pytest.raises(NotPermitted, match="No order that is being carried out"):
        destroyer(place).destroy(again, permission, now())
    assert is_there(place, again)


def test_there_is_no_second_maker_and_no_copy_of_the_one() -> None:
    with pytest.raises(NotPermitted, match="one place only"):
        Maker()
    with pytest.raises(NotPermitted, match="one place only"):
        type("Another", (Maker,), {})()
    for twice in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(NotPermitted, match="cannot be copied"):
            twice(_MAKER)
    replaced = object.__new__(Maker)
    replaced.__dict__.update(vars(_MAKER))
    with pytest.raises(NotPermitted, match="is made by what carries it out"), replaced.permit(ORDER, []):
        pytest.fail("it was permitted")
    with pytest.raises(NotPermitted, match="names its order"), _MAKER.permit("", []):
        pytest.fail("it was permitted")


def test_a_lock_that_cannot_be_read_keeps_what_it_locks(directory_place: Place) -> None:
    until = now() + timedelta(seconds=60)
    stored = directory_place.store().put(key(), BODY, locked_until=until)
    root = Path(directory_place.url.removeprefix("file://"))
    lock = root / ".locks" / f"{stored.key}.json"
    lock.write_bytes(lock.read_bytes()[:9])
    for _ in range(2):
        with pytest.raises(ArchiveDamaged, match="cannot be read"):
            destroy(directory_place, stored)
    assert (root / stored.key).read_bytes() == BODY


def test_what_a_repair_left_is_a_version_of_its_own_that_a_hold_keeps_too(place: Place) -> None:
    store = place.store()
    stored = store.put(key(), BODY, locked_until=None)
    store.set_legal_hold(stored, on=True)
    store.restore(stored.key, BODY, locked_until=None, legal_hold=True)
    versions = destroyer(place).versions(stored.key)
    assert len(versions) == 2
    for one in versions:
        with pytest.raises(NotPermitted, match="legal hold"):
            destroy(place, one)
    assert destroyer(place).versions(stored.key) == versions
    for one in versions:
        if one.version_id in {whole.version_id for whole in store.walk(one.key)}:
            store.set_legal_hold(one, on=False)
    for one in versions:
        destroy(place, one)
    assert destroyer(place).versions(stored.key) == []


def test_the_lock_of_an_object_keeps_what_was_set_aside_of_it(directory_place: Place) -> None:
    store, until = directory_place.store(), now() + timedelta(seconds=60)
    stored = store.put(key(), BODY, locked_until=until)
    store.restore(stored.key, BODY, locked_until=until, legal_hold=False)
    damaged, whole = destroyer(directory_place).versions(stored.key)
    assert whole == stored
    with pytest.raises(NotPermitted, match="is locked until"):
        destroy(directory_place, damaged)
    destroy(directory_place, damaged, until + timedelta(seconds=1))
    assert destroyer(directory_place).versions(stored.key) == [stored]


def test_an_s3_store_is_not_destroyed_in_with_the_keys_of_the_archive() -> None:
    with pytest.raises(BadSetting, match="keys that may delete"):
        open_destroyer("s3://bucket")
