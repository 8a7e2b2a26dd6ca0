"""A vault with a ledger that grows, and a second look at everything that was published."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledgers import lengthen
from paloverde.archive.log.heads import Published, publish
from paloverde.archive.log.shelf import Shelf
from paloverde.archive.vault import Vault

ORIGIN = "archive.palmaria.example/ledger"


@pytest.fixture
def published(vault: Vault) -> Callable[[int], Published]:
    """`published(3)`: three more entries, and a head over all."""

    def make(count: int) -> Published:
        lengthen(vault, count, stored=count < 20)
        return publish(vault, ORIGIN)

    return make


@pytest.fixture
def shelf(vault: Vault) -> Shelf:
    return Shelf(vault)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of the store."""
    return tmp_path / "archive"


def change(path: Path, at: int | None = None) -> None:
    """Flip one bit of a stored file, as a failing disk or somebody with its password would."""
    body = bytearray(path.read_bytes())
    body[len(body) // 2 if at is None else at] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(body))
