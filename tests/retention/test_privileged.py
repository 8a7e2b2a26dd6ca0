"""Counsel's advice is sealed, apart, and in nothing that leaves the City."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from cryptography.fernet import Fernet

from archives import ACCOUNT, NIGHT, SIGNER
from paloverde.archive.moveout import move_out
from paloverde.archive.rebuild import rebuild
from paloverde.bundles.build import build_bundle
from paloverde.errors import BadSetting
from paloverde.retention.privileged import Privileged
from paloverde.search.answer import search
from retention.removals import OFFICIAL, Office, gone

SECRET = "Zebra-parliament: counsel advises to settle before the hearing"
WHO, COUNSEL = "R. Quintero", "city attorney"
C1 = f"{ACCOUNT}/comment/1"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path / "city", [gone("1")])
    office.official()
    office.dossiers.advise(C1, SECRET, COUNSEL)
    office.dossiers.note(C1, "Counsel was asked", WHO)
    return office


def forms() -> list[bytes]:
    """The secret as it could hide in bytes: plain, UTF-16, base64 at any offset."""
    plain = SECRET.encode()
    shifted = [base64.b64encode(b"\0" * n + plain)[4:-4] for n in range(3)]
    return [plain, b"Zebra", SECRET.encode("utf-16-le"), *shifted]


def holds_it(body: bytes) -> bool:
    return any(form in body for form in forms())


def files(folder: Path) -> Iterator[bytes]:
    """Every file's bytes, and those of what is packed in them."""
    for path in folder.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            yield body
            if body[:2] == b"PK":
                with ZipFile(path) as box:
                    yield from (box.read(name) for name in box.namelist())
            if body[:2] == b"\x1f\x8b":
                yield zlib.decompress(body, wbits=31)


def test_the_scan_would_find_it(tmp_path: Path) -> None:
    for number, form in enumerate(forms()):
        (tmp_path / str(number)).write_bytes(b"before " + form + b" after")
    with ZipFile(tmp_path / "box.zip", "w", compression=8) as box:
        box.writestr("inner", SECRET)
    assert sum(map(holds_it, files(tmp_path))) == len(forms()) + 1


def test_no_word_of_it_is_in_a_bundle_an_export_the_ledger_or_a_dossier(
    office: Office, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    answer = search(office.archive, "*", include_private=True)
    build_bundle(answer, office.archive, SIGNER, name="1", agency="City", now=NIGHT, out=out / "bundle.zip")
    move_out(office.archive, [OFFICIAL], out / "moved", lambda _: None)
    office.dossiers.export(out / "dossiers", WHO, lambda _: None, include_private=True)
    office.dossiers.advice(C1, COUNSEL)
    assert not any(map(holds_it, files(out)))
    assert not any(path.name == "privileged" for path in (out / "moved").rglob("*"))
    assert all(SECRET not in str(entry) for entry in office.ledger.entries())
    assert "Zebra" not in str(office.dossiers.show(C1, WHO))
    assert search(office.archive, "zebra", include_private=True).hits == []


def test_neither_store_nor_database_holds_it_in_clear(office: Office, tmp_path: Path) -> None:
    assert not any(map(holds_it, files(tmp_path / "city")))


def test_it_lies_apart(office: Office) -> None:
    (filed,) = office.cabinet.history("privileged", C1)
    assert filed.stored.key.startswith("papers/privileged/")
    assert all(one.stored.key != filed.stored.key for one in office.cabinet.history("removals", C1))


def test_each_look_is_in_the_ledger_and_the_words_are_as_they_were(office: Office) -> None:
    for _ in range(2):
        ((_, text),) = office.dossiers.advice(C1, COUNSEL)
        assert text == SECRET
    assert office.events("privileged advice read") == [{"item": C1}] * 2


def test_the_key_is_made_once_for_this_user_alone(office: Office) -> None:
    key = office.settings.privileged_key_file
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_bytes()
    assert office.dossiers.advise(C1, "more", COUNSEL).remark == ""
    assert key.read_bytes() == before


def test_whoever_files_first_is_told_that_a_key_was_made_and_to_keep_a_copy(tmp_path: Path) -> None:
    office = Office(tmp_path, [gone("1")])
    told = office.dossiers.advise(C1, "first", COUNSEL).remark
    assert str(office.settings.privileged_key_file) in told
    assert "Keep a copy of it apart" in told


def test_a_lost_key_is_told_and_never_made_anew_over_what_it_sealed(office: Office) -> None:
    key = office.settings.privileged_key_file
    key.unlink()
    for act in (
        lambda: office.dossiers.advise(C1, "more", COUNSEL),
        lambda: office.dossiers.advice(C1, COUNSEL),
    ):
        with pytest.raises(BadSetting, match="Put it back from the backup"):
            act()
    assert not key.exists()
    key.write_bytes(Fernet.generate_key())
    with pytest.raises(BadSetting, match="does not open"):
        office.dossiers.advice(C1, COUNSEL)
    key.write_bytes(b"no key")
    with pytest.raises(BadSetting, match="holds no key"):
        office.dossiers.advice(C1, COUNSEL)


def test_it_comes_back_with_a_rebuild(office: Office) -> None:
    rebuild(office.vault.store, office.vault.books, lambda _: None)
    ((_, text),) = office.dossiers.advice(C1, COUNSEL)
    assert text == SECRET
    assert Privileged(office.cabinet, office.settings.privileged_key_file).any()


def test_a_record_is_in_what_is_scanned(office: Office, tmp_path: Path) -> None:
    """The scan of an export would be worthless if the export were empty."""
    move_out(office.archive, [OFFICIAL], tmp_path / "moved", lambda _: None)
    assert any(b"Gone words" in body for body in files(tmp_path / "moved"))
