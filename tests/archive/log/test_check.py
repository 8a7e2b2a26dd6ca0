"""Breaking a published log on purpose: each thing that was changed is named."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archive.log.conftest import ORIGIN, change
from ledgers import lengthen
from paloverde.archive.log.check import check_log, check_proof
from paloverde.archive.log.heads import Published, publish
from paloverde.archive.log.notes import Head, log_key, make_head
from paloverde.archive.log.proofs import prove, read_proof
from paloverde.archive.log.shelf import Shelf
from paloverde.archive.log.walk import Folder, Report
from paloverde.archive.signing import Signer
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, BadQuestion, Unreadable
from paloverde.state.books import open_books

Publish = Callable[[int], Published]
STRANGER = Signer(Ed25519PrivateKey.from_private_bytes(b"\7" * 32))


@pytest.fixture
def three(vault: Vault, published: Publish) -> list[Head]:
    """Heads over 5, 260 and 270 entries, all of which lie in the store."""
    heads = []
    for count in (5, 255, 10):
        lengthen(vault, count)
        heads.append(published(0).head)
    return [head for head in heads if head is not None]


def looked_at(root: Path, kept: Head | None = None, *keys: Signer) -> Report:
    return check_log(Folder(root), kept, [log_key(ORIGIN, key.public_key) for key in keys])


def test_a_log_that_is_whole_is_so_in_every_copy(
    vault: Vault, root: Path, three: list[Head], tmp_path: Path
) -> None:
    report = looked_at(root, three[0], vault.signer)
    assert report.wrong == []
    assert report.limits == []
    assert report.checked[0].startswith("All 270 entries follow from one another")
    assert report.checked[1] == "The head that you kept, over 5 entries, is of the same history."
    shutil.copytree(root / "ledger", tmp_path / "elsewhere" / "ledger")
    for folder in (tmp_path / "elsewhere", tmp_path / "elsewhere" / "ledger"):
        assert looked_at(folder, three[2], vault.signer) == looked_at(root, three[2], vault.signer)


def test_it_says_what_it_cannot_tell(vault: Vault, root: Path, three: list[Head]) -> None:
    lengthen(vault, 4)
    told = looked_at(root)
    assert told.wrong == []
    assert told.limits[0].startswith("No head that somebody else has kept was compared")
    assert log_key(ORIGIN, vault.signer.public_key).text() in told.limits[1]
    assert told.limits[2] == "4 newer entries are in no signed head yet."
    shutil.rmtree(root / "ledger" / "entries")
    assert looked_at(root).limits[-1].startswith("ledger/entries/ is not there")
    del three


BROKEN = {
    "an entry": ("ledger/entries/000000000007-*", "is not what the log has as entry 7"),
    "an entry in its bundle": ("ledger/tile/entries/000", "ledger/tile/0/000 does not have the hash of entry 1"),
    "a tile of hashes": ("ledger/tile/0/001.p/14", "ledger/tile/0/001.p/14 does not have the hash of entry 26"),
    "a tile above": ("ledger/tile/1/000.p/1", "ledger/tile/1/000.p/1 does not have the hash of the entries 1 to 256"),
    "a head": ("ledger/heads/000000000260-*", "ledger/heads/000000000260-"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_one_changed_bit_is_named(vault: Vault, root: Path, three: list[Head], what: str) -> None:
    pattern, said = BROKEN[what]
    change(next(root.glob(pattern)))
    report = looked_at(root, three[0], vault.signer)
    assert any(said in sentence for sentence in report.wrong), report.wrong
    assert report.checked == []


@pytest.mark.parametrize("what", BROKEN)
def test_one_missing_object_is_named(vault: Vault, root: Path, three: list[Head], what: str) -> None:
    victim = next(root.glob(BROKEN[what][0]))
    victim.unlink()
    report = looked_at(root, three[2], vault.signer)
    if what == "a head":  # an older one: the newer ones cover it
        assert report.wrong == []
    else:
        named = "entry 7 is missing" if what == "an entry" else str(victim.relative_to(root))
        assert any(named in sentence for sentence in report.wrong), report.wrong


def test_entries_that_were_cut_off_are_missed_by_whoever_kept_a_head(
    vault: Vault, root: Path, three: list[Head]
) -> None:
    next(root.glob("ledger/heads/000000000270-*")).unlink()
    for number in range(261, 271):
        next(root.glob(f"ledger/entries/{number:012d}-*")).unlink()
    assert looked_at(root, three[1], vault.signer).wrong == []
    report = looked_at(root, three[2], vault.signer)
    assert report.wrong == [
        (
            "The head that you kept covers 270 entries, and this log ends at 260: entries were cut off, or this is an "
            "older copy."
        )
    ]


def test_a_history_that_was_written_again_is_found_by_whoever_kept_a_head(
    vault: Vault, three: list[Head], tmp_path: Path
) -> None:
    """The City itself, with its key, makes a second history; within itself it is flawless."""
    store = type(vault.store)(tmp_path / "second")  # type: ignore[call-arg] # a directory
    books = open_books(f"sqlite:///{tmp_path}/second.db")
    forged = Vault(store, books, vault.signer, vault.clock, 2)
    lengthen(forged, 300, actor="somebody else")
    publish(forged, ORIGIN)
    assert looked_at(tmp_path / "second", None, vault.signer).wrong == []
    report = looked_at(tmp_path / "second", three[1], vault.signer)
    assert report.wrong == [
        (
            "The head that you kept, over 260 entries, is not of this history: the first 260 entries "
            "here give another root. Something among them was changed, put in or taken out."
        )
    ]


def test_two_heads_of_one_size_are_named(vault: Vault, root: Path, three: list[Head]) -> None:
    forged = make_head(ORIGIN, 260, b"\1" * 32, vault.signer).whole().encode()
    (root / f"ledger/heads/000000000260-{hashlib.sha256(forged).hexdigest()}").write_bytes(forged)
    said = looked_at(root, three[0], vault.signer).wrong
    assert "There are two signed heads over 260 entries with two roots: two histories." in said


def test_a_head_of_a_stranger_is_named(vault: Vault, root: Path, three: list[Head]) -> None:
    forged = make_head(ORIGIN, 100, b"\1" * 32, STRANGER).whole().encode()
    (root / f"ledger/heads/000000000100-{hashlib.sha256(forged).hexdigest()}").write_bytes(forged)
    said = looked_at(root, three[0], vault.signer).wrong
    assert "The head over 100 entries bears no signature of a key that the log names." in said
    assert "The signed head over 100 entries has another root than these entries give." in said


def test_a_key_that_is_not_the_citys_is_told(root: Path, three: list[Head]) -> None:
    said = looked_at(root, three[2], STRANGER).wrong
    assert said == [
        "The newest head does not bear the signature of the key that you gave.",
        "The head that you kept does not bear the signature of the key that you gave.",
    ]


def test_a_kept_head_of_another_log_is_told(vault: Vault, root: Path, three: list[Head]) -> None:
    other = make_head("elsewhere.example/ledger", 270, three[2].root, vault.signer)
    said = looked_at(root, other, vault.signer).wrong
    assert (
        said[0] == f"The head that you kept is of the log elsewhere.example/ledger, and this one is {ORIGIN}."
    )


def test_a_second_object_for_one_entry_is_named(vault: Vault, root: Path, three: list[Head]) -> None:
    own = next(root.glob("ledger/entries/000000000007-*"))
    (own.parent / f"000000000007-{'0' * 64}.json").write_bytes(own.read_bytes())
    said = looked_at(root, three[0], vault.signer).wrong
    assert len(said) == 1
    assert "stands there a second time" in said[0]


def test_a_folder_without_a_log_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="holds no published log"):
        Folder(tmp_path)
    (tmp_path / "ledger" / "heads").mkdir(parents=True)
    assert looked_at(tmp_path).wrong == ["No signed head can be read: nothing shows what this log was."]


@pytest.mark.parametrize("number", [1, 5, 6, 256, 257, 270])
def test_the_proof_of_an_entry_holds_and_travels_as_text(
    vault: Vault, three: list[Head], number: int
) -> None:
    shelf, newest = Shelf(vault), three[2]
    for head in three:
        if number > head.size:
            with pytest.raises(BadQuestion, match=f"covers the ledger's entries 1 to {head.size}"):
                prove(number, head, newest, shelf.read)
            continue
        proof = read_proof(prove(number, head, newest, shelf.read).text().encode())
        assert proof.holds()
        report = check_proof(proof, head, [log_key(ORIGIN, vault.signer.public_key)])
        assert (report.wrong, report.limits) == ([], [])
        assert f"Entry {number} is in the ledger of {ORIGIN}" in report.checked[0]


def test_a_proof_for_another_head_or_entry_does_not_hold(vault: Vault, three: list[Head]) -> None:
    proof = prove(3, three[1], three[2], Shelf(vault).read)
    report = check_proof(proof, three[2], [])
    assert "is for a head over 260 entries, and the head that you kept is of 270 entries" in report.wrong[0]
    assert "`paloverde ledger prove N --head YOURS`" in report.limits[0]
    changed = proof.text().replace("index 2", "index 3")
    assert "does not lead from entry 4" in check_proof(read_proof(changed.encode()), three[1], []).wrong[0]
    by_another = check_proof(proof, None, [log_key(ORIGIN, STRANGER.public_key)])
    assert by_another.wrong == []
    assert "does not bear the signature of the key that you gave" in by_another.unvouched[0]
    forged = make_head(ORIGIN, 260, b"\1" * 32, vault.signer)
    assert "another root" in check_proof(proof, forged, []).wrong[0]


def test_no_proof_is_made_under_a_head_of_another_history(vault: Vault, three: list[Head]) -> None:
    shelf = Shelf(vault)
    forged = make_head(ORIGIN, 260, b"\1" * 32, vault.signer)
    with pytest.raises(ArchiveDamaged, match="does not lead from entry 3 to the root"):
        prove(3, forged, three[2], shelf.read)
    longer = make_head(ORIGIN, 999, b"\1" * 32, vault.signer)
    with pytest.raises(ArchiveDamaged, match="entries are gone"):
        prove(3, longer, three[2], shelf.read)


@pytest.mark.parametrize("body", [b"", b"hello", b"\xff", b"c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\nx"])
def test_what_is_no_proof_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_proof(body)
