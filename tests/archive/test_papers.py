"""Papers in a database that somebody else has written into: nothing that nobody filed is believed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from paloverde.archive.keys import Cause, key_register, register_key
from paloverde.archive.layout import ledger_key
from paloverde.archive.ledger import Ledger
from paloverde.archive.papers import KEPT_IN_DATABASE, Cabinet
from paloverde.archive.signing import open_signer
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged
from paloverde.state.books import writing
from paloverde.state.tables import FILED, LEDGER


class Note(msgspec.Struct, frozen=True):
    text: str


@pytest.fixture
def cabinet(vault: Vault) -> Cabinet:
    """With a registered key, three papers of one subject and one of another."""
    cabinet = cabinet_of(vault)
    register_key(cabinet, vault.books, vault.signer, Cause.FIRST, "It began.", "installation")
    for text in ("one", "two", "three"):
        file(cabinet, text)
    cabinet.file("notes", "lin", Note("hers"), what="noted", actor="lin")
    return cabinet


def cabinet_of(vault: Vault) -> Cabinet:
    return Cabinet(vault, Ledger(vault.store, vault.books, vault.signer, vault.lock_years, key_register))


def file(cabinet: Cabinet, text: str) -> None:
    cabinet.file("notes", "ana", Note(text), what="noted", actor="ana")


def texts(cabinet: Cabinet) -> list[str]:
    return [cabinet.read(filed, Note).text for filed in cabinet.history("notes", "ana")]


def put_in(vault: Vault, number: int, **changed: Any) -> None:
    """A row of the first paper of ana once more, under another number."""
    with writing(vault.books) as connection:
        row = connection.execute(select(FILED).where(*named(1))).mappings().one()
        connection.execute(FILED.insert().values({**row, "number": number, **changed}))


def named(number: int) -> tuple[Any, ...]:
    return FILED.c.series == "notes", FILED.c.subject == "ana", FILED.c.number == number


def change(vault: Vault, number: int, **changed: Any) -> None:
    with writing(vault.books) as connection:
        connection.execute(FILED.update().where(*named(number)).values(changed))


def test_what_was_filed_is_read_again_and_proven(cabinet: Cabinet) -> None:
    assert texts(cabinet) == ["one", "two", "three"]
    assert {filed.subject: filed.number for filed in cabinet.newest("notes")} == {"ana": 3, "lin": 1}
    cabinet.prove()


def test_a_paper_whose_text_was_altered_in_the_database_is_refused(vault: Vault, cabinet: Cabinet) -> None:
    change(vault, 3, body='{"text":"forged"}')
    last = cabinet.last("notes", "ana")
    assert last is not None
    with pytest.raises(ArchiveDamaged, match=r"Paper 3 of ana \(notes\) .* `paloverde repair`"):
        cabinet.read(last, Note)


FORGED = '{"text":"forged"}'
ROWS = (
    {"body": FORGED},
    {"body": FORGED, "sha256": hashlib.sha256(FORGED.encode()).hexdigest(), "size": len(FORGED)},
    {"entry": 999},
    {"filed_by": "ben"},
)


@pytest.mark.parametrize("forged", ROWS)
def test_a_row_that_no_entry_filed_is_refused(vault: Vault, cabinet: Cabinet, forged: dict[str, Any]) -> None:
    put_in(vault, 4, **forged)
    with pytest.raises(ArchiveDamaged, match=r"of ana \(notes\)"):
        cabinet.last("notes", "ana")
    with pytest.raises(ArchiveDamaged, match=r"of ana \(notes\)"):
        cabinet.history("notes", "ana")
    with pytest.raises(ArchiveDamaged, match=r"of ana \(notes\)"):
        list(cabinet.newest("notes"))


def test_a_paper_under_the_name_of_another_subject_is_refused(vault: Vault, cabinet: Cabinet) -> None:
    put_in(vault, 2, subject="lin")
    with pytest.raises(ArchiveDamaged, match=r"paper 2 of lin \(notes\)"):
        cabinet.last("notes", "lin")


def test_an_old_paper_put_in_as_the_newest_is_refused(vault: Vault, cabinet: Cabinet) -> None:
    put_in(vault, 4)
    for look in (lambda: cabinet.last("notes", "ana"), lambda: list(cabinet.newest("notes"))):
        with pytest.raises(ArchiveDamaged, match="not in its place"):
            look()
    with pytest.raises(ArchiveDamaged, match="not in its place"):
        cabinet.history("notes", "ana")
    with pytest.raises(ArchiveDamaged):
        cabinet.prove()


def test_an_entry_that_the_city_did_not_sign_files_nothing(
    vault: Vault, cabinet: Cabinet, tmp_path: Path
) -> None:
    stranger = msgspec.structs.replace(vault, signer=open_signer(tmp_path / "stranger.pem"))
    theirs = Ledger(vault.store, vault.books, stranger.signer, 2)
    Cabinet(stranger, theirs).file("notes", "ana", Note("forged"), what="noted", actor="ana")
    with pytest.raises(ArchiveDamaged, match="is signed with the key"):
        cabinet.last("notes", "ana")
    with pytest.raises(ArchiveDamaged, match="is signed with the key"):
        cabinet.prove()


def test_a_stranger_who_registers_a_key_of_his_own_is_found(
    vault: Vault, cabinet: Cabinet, tmp_path: Path
) -> None:
    other = msgspec.structs.replace(vault, signer=open_signer(tmp_path / "stranger.pem"))
    register_key(cabinet_of(other), vault.books, other.signer, Cause.LOST, "It is gone.", "nobody")
    with pytest.raises(ArchiveDamaged, match="which the register of keys did not know"):
        cabinet.prove()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_paper_that_was_taken_out_is_missed(vault: Vault, cabinet: Cabinet, number: int) -> None:
    with writing(vault.books) as connection:
        connection.execute(FILED.delete().where(*named(number)))
    with pytest.raises(ArchiveDamaged, match=rf"filed paper {number} of ana \(notes\)"):
        cabinet.prove()


def test_a_subject_that_was_taken_out_whole_is_missed(vault: Vault, cabinet: Cabinet) -> None:
    with writing(vault.books) as connection:
        connection.execute(FILED.delete().where(FILED.c.subject == "lin"))
    with pytest.raises(ArchiveDamaged, match=r"filed paper 1 of lin \(notes\)"):
        cabinet.prove()


def test_a_paper_that_was_taken_out_with_its_entry_is_missed(vault: Vault, cabinet: Cabinet) -> None:
    with writing(vault.books) as connection:
        head = connection.execute(select(func.max(LEDGER.c.sequence))).scalar_one()
        connection.execute(FILED.delete().where(FILED.c.entry == head))
        connection.execute(LEDGER.delete().where(LEDGER.c.sequence == head))
    with pytest.raises(ArchiveDamaged, match="the database does not know it"):
        cabinet.prove()


@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_an_entry_that_was_taken_out_in_between_is_missed(
    vault: Vault, cabinet: Cabinet, sequence: int
) -> None:
    with writing(vault.books) as connection:
        connection.execute(FILED.delete().where(FILED.c.entry == sequence))
        connection.execute(LEDGER.delete().where(LEDGER.c.sequence == sequence))
    with pytest.raises(ArchiveDamaged, match="edger entry"):
        cabinet.prove()


def test_an_entry_that_was_altered_is_missed_by_the_next(vault: Vault, cabinet: Cabinet) -> None:
    with writing(vault.books) as connection:
        body = connection.execute(select(LEDGER.c.body).where(LEDGER.c.sequence == 2)).scalar_one()
        values = {"body": body.replace('"subject":"ana"', '"subject":"ben"')}
        connection.execute(LEDGER.update().where(LEDGER.c.sequence == 2).values(values))
        connection.execute(FILED.update().where(*named(1)).values(subject="ben"))
    with pytest.raises(ArchiveDamaged, match="edger entry"):
        cabinet.prove()


def test_an_entry_that_cannot_be_read_is_told_of(vault: Vault, cabinet: Cabinet) -> None:
    with writing(vault.books) as connection:
        connection.execute(LEDGER.update().where(LEDGER.c.sequence == 2).values(body="{}"))
    for look in (cabinet.prove, lambda: cabinet.history("notes", "ana")):
        with pytest.raises(ArchiveDamaged, match="cannot be read"):
            look()


def test_more_papers_than_are_read_at_a_time_are_all_compared(vault: Vault, cabinet: Cabinet) -> None:
    for n in range(201):
        file(cabinet, str(n))
    cabinet.prove()
    put_in(vault, 205)
    with pytest.raises(ArchiveDamaged, match="one in its place"):
        cabinet.prove()


def test_a_long_paper_is_read_from_the_store_and_checked_there(vault: Vault, cabinet: Cabinet) -> None:
    body = b"x" * (KEPT_IN_DATABASE + 1)
    cabinet.file("files", "ana", body, what="filed", actor="ana")
    (filed,) = cabinet.history("files", "ana")
    assert filed.text is None
    assert cabinet.bytes_of(filed) == body
    cabinet.prove()


def test_the_ledger_is_not_longer_in_the_store_than_its_own_head_says(vault: Vault, cabinet: Cabinet) -> None:
    with vault.books.connect() as connection:
        head = connection.execute(select(func.max(LEDGER.c.sequence))).scalar_one()
    cabinet.prove()
    vault.store.put(ledger_key(head + 1, "ab" * 32), b"{}", locked_until=None)
    with pytest.raises(ArchiveDamaged, match="the database does not know it"):
        cabinet.prove()
