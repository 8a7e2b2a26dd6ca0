"""A run that died between its decision and its seal is completed by the same run made again."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from exports import NOW, Office, shown
from paloverde.archive.seal import Role
from paloverde.archive.store.interface import Store, Stored
from paloverde.errors import Unreachable
from plazacity import City

FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)


class NoSeals:
    """A store that is not there for seals; all else is the real one's."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def put(self, key: str, body: bytes | Path, **more: Any) -> Stored:
        if key.startswith("runs/"):
            raise Unreachable("The store did not answer.")
        return self._store.put(key, body, **more)


def test_a_night_made_again_completes_the_one_that_died_before_its_seal(tmp_path: Path) -> None:
    office = Office(tmp_path)
    real, posts = office.vault, [shown("x", "1", "Street sweeping", NOW)]
    dead: Any = NoSeals(real.store)
    office.vault = msgspec.structs.replace(real, store=dead)
    with pytest.raises(Unreachable):
        office.night("x", posts, NOW)
    assert (office.rows("x"), list(office.archive.seals())) == ([], [])
    office.vault = real
    office.night("x", posts, NOW)
    assert [row["text"] for row in office.rows("x")] == ["Street sweeping"]
    assert len(list(office.archive.seals())) == 1


@pytest.mark.parametrize("dies_in", ["night", "sweep"])
def test_a_night_does_not_double_what_a_run_brought_that_died_before_its_seal(
    city: City, dies_in: str
) -> None:
    city.night(FIRST)
    city.site.comment("p1", "new", "Before the store went away")
    real = city.vault
    dead: Any = NoSeals(real.store)
    city.vault = msgspec.structs.replace(real, store=dead)
    with pytest.raises(Unreachable):
        city.night(FIRST) if dies_in == "night" else city.sweep(FIRST)
    city.vault = real
    city.later = timedelta(days=1)
    report, _ = city.night(SECOND)
    assert report.new_versions == 0
    rows = [
        row for part in city.archive.parts(Role.RECORDS) for row in city.archive.table(part.part).to_pylist()
    ]
    assert [row["date"] for row in rows if row["native_id"] == "new"] == [FIRST]


def test_a_sweep_does_not_double_what_a_night_brought_that_died_before_its_seal(city: City) -> None:
    city.night(FIRST)
    city.site.comment("p1", "new", "Before the store went away")
    real = city.vault
    dead: Any = NoSeals(real.store)
    city.vault = msgspec.structs.replace(real, store=dead)
    with pytest.raises(Unreachable):
        city.night(SECOND)
    city.vault = real
    report, _ = city.sweep(SECOND)
    assert (report.new_versions, report.sequence) == (0, None)


def test_a_check_knows_what_a_night_missed_that_died_before_its_seal(city: City) -> None:
    city.night(FIRST)
    del city.site.comments["p1"]["c11"]
    real = city.vault
    dead: Any = NoSeals(real.store)
    city.vault = msgspec.structs.replace(real, store=dead)
    with pytest.raises(Unreachable):
        city.night(SECOND)
    city.vault = real
    assert city.check(SECOND).removed == ["c11"]
