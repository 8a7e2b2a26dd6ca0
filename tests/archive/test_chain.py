"""All seals are believed because each follows from the one before it, and the last bears its signature."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, select, update

from archives import ACCOUNT, NIGHT, add_night, make_archive, open_empty, record
from paloverde.archive.reader import Archive
from paloverde.archive.seal import FIRST, Draft, make_seal
from paloverde.archive.signing import Signer
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged
from paloverde.records import archive_day
from paloverde.search.answer import search
from paloverde.state.tables import RUNS


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    made = make_archive(tmp_path, [record("0", "pool")])
    for number in range(1, 4):
        night = NIGHT + timedelta(days=number)
        add_night(made, ACCOUNT, archive_day(night), [record(str(number), "pool", observed_at=night)])
    return made


def alter(archive: Archive, sequence: int, old: str, new: str) -> None:
    with archive.books.begin() as connection:
        body = connection.execute(select(RUNS.c.body).where(RUNS.c.sequence == sequence)).scalar_one()
        assert old in body
        altered = {"body": body.replace(old, new)}
        connection.execute(update(RUNS).where(RUNS.c.sequence == sequence).values(altered))


def test_all_seals_come_in_their_order(archive: Archive) -> None:
    assert [seal.sequence for seal in archive.seals()] == [1, 2, 3, 4]
    assert list(open_empty(Path(archive.books.url.database or "").parent / "none").seals()) == []


@pytest.mark.parametrize("sequence", [1, 2, 3, 4])
def test_a_seal_that_was_altered_is_named_wherever_it_stands(archive: Archive, sequence: int) -> None:
    alter(archive, sequence, '"records":1', '"records":2')
    with pytest.raises(ArchiveDamaged, match=f"{sequence:010}.*does not bear the signature"):
        search(archive, "pool")


def test_a_seal_whose_signature_alone_was_altered_is_refused(archive: Archive) -> None:
    alter(archive, 2, '"signature":"', '"signature":"00')
    with pytest.raises(ArchiveDamaged, match="does not bear the signature"):
        list(archive.seals())


@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_a_seal_that_was_taken_out_is_noticed(archive: Archive, sequence: int) -> None:
    with archive.books.begin() as connection:
        connection.execute(delete(RUNS).where(RUNS.c.sequence == sequence))
    with pytest.raises(ArchiveDamaged, match=r"another is missing there\. Run `paloverde repair`"):
        search(archive, "pool")


def test_seals_that_a_stranger_chained_anew_are_refused(
    archive: Archive, vault: Vault, draft: Callable[..., Draft]
) -> None:
    """Each follows from the one before it; the last seal alone tells that it was not the City."""
    stranger = Signer(Ed25519PrivateKey.generate())
    seal, _, _ = make_seal(draft("c1"), 1, FIRST, stranger)
    forged = msgspec.json.encode(
        msgspec.structs.replace(seal, public_key=vault.signer.public_key), order="sorted"
    )
    with archive.books.begin() as connection:
        connection.execute(delete(RUNS).where(RUNS.c.sequence > 1))
        connection.execute(update(RUNS).values(body=forged.decode()))
    with pytest.raises(ArchiveDamaged, match="does not bear the signature"):
        list(archive.seals())
