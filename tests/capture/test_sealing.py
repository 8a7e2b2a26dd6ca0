"""A run that died between its decision and its seal is completed by the same run made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from exports import NOW, Office, shown
from paloverde.archive.store.interface import Store, Stored
from paloverde.errors import Unreachable


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
