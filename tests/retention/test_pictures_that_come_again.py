"""Pictures are stored under their hash: another account's run may bring one again while an order destroys it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from disposing import FIRST, NOW, QUIET, Later, item_of
from sqlalchemy import event

from paloverde.archive.commit import commit
from paloverde.archive.layout import media_key, records_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.schema import RECORDS
from paloverde.archive.seal import Coverage, Draft, Part, Role, RunKind
from paloverde.retention.burying import Office
from paloverde.retention.certificate import Certificate
from paloverde.retention.disposition import carry_out

ONE, OTHER = "instagram-cityofpalmaria", "nextdoor-cityofpalmaria"


@pytest.fixture
def later(tmp_path: Path, built: Path) -> Later:
    return Later(tmp_path / "home", built)


def of_the_order(later: Later, order: str) -> dict[str, Any]:
    """A row with a picture that goes with it."""
    wanted = later.wanted(order)
    rows = later.rows(Role.RECORDS)
    going = {one["sha256"]: row for row in rows if item_of(row) in wanted for one in row["media"] or ()}
    staying = {one["sha256"] for row in rows if item_of(row) not in wanted for one in row["media"] or ()}
    return next(row for sha256, row in going.items() if sha256 and sha256 not in staying)


def bring_again(later: Later, row: dict[str, Any]) -> str:
    """A night of another account in which a post has the same picture, as a night stores and seals it."""
    vault, key = later.city.vault, media_key(row["media"][0]["sha256"])
    until = vault.locked_until(FIRST)
    told = next(one for one in later.rows(Role.RECORDS) if one["account"] == OTHER)
    body = to_parquet(
        pa.Table.from_pylist([told | {"native_id": "new", "media": row["media"]}], schema=RECORDS)
    )
    found = vault.store.find(key)
    assert found is not None
    picture = vault.store.put(key, vault.store.get(found), locked_until=until)
    stored = vault.store.put(
        records_key(OTHER, FIRST, hashlib.sha256(body).hexdigest()), body, locked_until=until
    )
    parts = [
        Part(Role.RECORDS, stored.key, stored.version_id, stored.sha256, stored.size, 1),
        Part(Role.MEDIA, picture.key, picture.version_id, picture.sha256, picture.size),
    ]
    draft = Draft(OTHER, "", FIRST, RunKind.NIGHT, stored.sha256, NOW, NOW, parts, Coverage(), {}, "0")
    commit(vault.store, vault.books, vault.signer, draft, until)
    return key


def is_kept(later: Later, certificate: Certificate, key: str, sha256: str) -> None:
    assert key not in {one.key for one in certificate.objects}
    assert hashlib.sha256(later.city.archive.media(sha256)).hexdigest() == sha256
    assert all(store.find(key) is not None for store in later.stores)
    later.city.rebuild(QUIET)
    assert hashlib.sha256(later.city.archive.media(sha256)).hexdigest() == sha256


def test_one_that_is_sealed_again_before_the_destruction_is_stays(later: Later) -> None:
    order = later.order(ONE)
    row, brought = of_the_order(later, order), list[str]()

    def progress(line: str) -> None:
        if "items go" in line and not brought:
            brought.append(bring_again(later, row))

    certificate = carry_out(later.office, order, "ana", progress)
    assert certificate.items > 0
    is_kept(later, certificate, brought[0], row["media"][0]["sha256"])


class Meanwhile:
    """Does something after it was looked whether a picture is named again, just before it is deleted."""

    def __init__(self, later: Later, key: str, do: Callable[[], object]) -> None:
        self._later, self._key, self._do, self._armed = later, key, do, 0
        event.listen(later.city.vault.books, "before_cursor_execute", self._look)

    def _look(self, connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if " ".join(statement.split()).startswith('SELECT parts."key" FROM parts WHERE parts."key" = ?'):
            self._armed = int(self._key in parameters)

    def clock(self) -> datetime:
        """Asked for once by the look, then for the deed."""
        if self._armed:
            self._armed += 1
        if self._armed == 3:
            self._armed, self._key = 0, "nothing more"
            self._do()
        return self._later.now

    @property
    def office(self) -> Office:
        office = self._later.office
        return msgspec.structs.replace(office, vault=msgspec.structs.replace(office.vault, clock=self.clock))


@pytest.mark.parametrize("is_sealed", [True, False])
def test_one_that_is_stored_again_between_the_look_and_the_deed_stays(later: Later, is_sealed: bool) -> None:
    order = later.order(ONE)
    row = of_the_order(later, order)
    sha256, store = row["media"][0]["sha256"], later.city.vault.store
    key, done = media_key(sha256), list[str]()

    def store_again() -> None:
        found = store.find(key)
        assert found is not None
        store.put(key, store.get(found), locked_until=later.now + timedelta(days=731))
        done.append(key)

    def do() -> None:
        if is_sealed:
            done.append(bring_again(later, row))
        else:
            store_again()

    certificate = carry_out(Meanwhile(later, key, do).office, order, "ana", QUIET)
    assert done == [key]
    (told,) = [told for told in certificate.kept if key in told]
    assert ("archived again" if is_sealed else "stored again and locked") in told
    if not is_sealed:  # the run is sealed a moment later
        bring_again(later, row)
    is_kept(later, certificate, key, sha256)


def test_the_copy_of_one_that_stays_is_put_back_though_the_process_died_before(later: Later) -> None:
    """The second copy goes first; then the first store refuses, and nobody is left to put the copy back."""
    order = later.order(ONE)
    row = of_the_order(later, order)
    sha256, (store, second) = row["media"][0]["sha256"], later.stores
    key, books = media_key(sha256), later.city.vault.books

    def die(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT copies.copy_version_id"):
            raise KeyboardInterrupt

    def do() -> None:
        found = store.find(key)
        assert found is not None
        store.put(key, store.get(found), locked_until=later.now + timedelta(days=731))
        event.listen(books, "before_cursor_execute", die)

    with pytest.raises(KeyboardInterrupt):
        carry_out(Meanwhile(later, key, do).office, order, "ana", QUIET)
    event.remove(books, "before_cursor_execute", die)
    assert (store.find(key) is None, second.find(key) is None) == (False, True)
    certificate = carry_out(later.office, order, "ana", QUIET)
    assert [told for told in certificate.kept if key in told and "stored again and locked" in told]
    bring_again(later, row)
    is_kept(later, certificate, key, sha256)
