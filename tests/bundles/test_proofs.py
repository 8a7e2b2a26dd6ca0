"""A bundle proves that the City's ledger tells of its runs, as far as a head was published."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authority import Authority, authority
from doubled import SLUG, Doubled, directories
from paloverde.archive.log import merkle
from paloverde.archive.log.notes import make_head
from paloverde.archive.log.proofs import Proof
from paloverde.archive.signing import passing_signer
from paloverde.bundles import verify
from paloverde.bundles.verify_proofs import BadProof, head_signed_by, proven_entry, stated_time
from paloverde.installation import Installation
from paloverde.records import Account
from stores import Place

LOG = "data/07_integrity/ledger/"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Two runs and a published head."""
    return directories(tmp_path_factory.mktemp("city")).filled()


def bundle(city: Installation, folder: Path) -> Path:
    answer = city.search("pool", "clerk")
    return city.bundle(answer, "PRA-1", folder / "b.zip", "clerk", lambda _: None).path


def test_each_run_of_a_record_is_proven_to_be_in_the_ledger(city: Installation, tmp_path: Path) -> None:
    path = bundle(city, tmp_path)
    report = verify.verify(path)
    assert report.wrong == []
    assert any("entries of the City's ledger are under its head" in told for told in report.checked)
    assert not any("runs: see README" in told for told in report.unshown)
    assert any("no outside authority has stamped it" in told for told in report.unshown)
    with zipfile.ZipFile(path) as box:
        names = [name.removeprefix("PRA-1/") for name in box.namelist()]
    runs = [name for name in names if name.startswith(verify.RUNS)]
    proofs = [name for name in names if name.startswith(f"{LOG}proofs/")]
    assert len(runs) == len(proofs) == 2


def files_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as box:
        return {name.removeprefix("PRA-1/"): box.read(name) for name in box.namelist()}


def test_an_entry_that_says_more_than_its_run_is_there_by_its_hash_alone(
    city: Installation, tmp_path: Path
) -> None:
    """An import's entry has notes and the name of whoever brought it."""
    path = bundle(city, tmp_path)
    files = files_of(path)
    proofs = [body for name, body in files.items() if name.startswith(f"{LOG}proofs/")]
    assert len(proofs) == 2
    assert not any(b"extra " in proof for proof in proofs)
    assert any("only their hashes are here" in told for told in verify.verify(path).unshown)


def test_an_entry_that_says_its_run_alone_can_be_read(tmp_path: Path) -> None:
    city = directories(tmp_path / "city").filled()
    for seal in list(city.archive.seals()):
        day, sequence = str(seal.run.day), str(seal.sequence)
        city._journal.tell("night sealed", "nightly archive", account=SLUG, day=day, sequence=sequence)
    city.log.publish()
    path = bundle(city, tmp_path)
    report = verify.verify(path)
    assert report.wrong == []
    assert any("2 of them can be read here" in told for told in report.checked)
    told = [body for name, body in files_of(path).items() if name.startswith(f"{LOG}proofs/")]
    assert all(b"extra " in proof for proof in told)


def test_no_seal_and_no_list_of_what_a_run_found_is_in_a_bundle(city: Installation, tmp_path: Path) -> None:
    files = files_of(bundle(city, tmp_path))
    runs = [json.loads(body) for name, body in files.items() if name.startswith(verify.RUNS)]
    assert {frozenset(run) for run in runs} == {
        frozenset({"sequence", "seal", "previous", "account", "day", "entry", "leaf"})
    }
    for seal in city.archive.seals():
        for words in (
            seal.run.digest,
            seal.signature,
            *(part.key for part in seal.run.parts if "removed/" in part.key),
        ):
            assert not [name for name, body in files.items() if words.encode() in body]


def test_a_run_that_names_another_entry_is_told(city: Installation, tmp_path: Path) -> None:
    files = files_of(bundle(city, tmp_path))
    (first, second) = (name for name in sorted(files) if name.startswith(verify.RUNS))
    one, two = json.loads(files[first]), json.loads(files[second])
    files[first] = json.dumps(one | {"entry": two["entry"], "leaf": "00" * 32}).encode()
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as box:
        for name, body in files.items():
            box.writestr(zipfile.ZipInfo(f"PRA-1/{name}"), body)
    assert any("does not lead" in wrong for wrong in verify.verify(path).wrong)


def test_a_run_that_no_published_head_covers_is_said_to_be_unshown(tmp_path: Path) -> None:
    both = directories(tmp_path / "city")
    city = both.filled()
    both.hand_in(city, "newer")
    report = verify.verify(bundle(city, tmp_path))
    assert report.wrong == []
    assert "Whether the ledger tells of 1 of the 3 runs: see README.txt." in report.unshown


def test_a_city_without_a_published_log_says_so(tmp_path: Path) -> None:
    both = directories(tmp_path / "city")
    city = both.open()
    city.register_account(Account(SLUG, "other", "palmaria", "palmaria"))
    both.hand_in(city, "0")
    report = verify.verify(bundle(city, tmp_path))
    assert report.wrong == []
    assert any("no signed head of it is here" in told for told in report.unshown)


class Stamped(Doubled):
    """The same city, whose heads an authority stamps."""

    authority: Authority

    def environment(self) -> dict[str, str]:
        return super().environment() | {
            "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
            "PALOVERDE_TIMESTAMP_AUTHORITIES": self.authority.url,
            "PALOVERDE_TIMESTAMP_ROOTS_FILE": str(self.authority.roots),
        }


def test_a_timestamp_of_the_head_lies_beside_it_and_its_time_is_told(tmp_path: Path) -> None:
    home = tmp_path / "city"
    home.mkdir()
    with authority(tmp_path) as tsa:
        both = Stamped(home, Place("first", f"file://{home}/first"), Place("second", f"file://{home}/second"))
        both.authority = tsa
        path = bundle(both.filled(), tmp_path)
    report = verify.verify(path)
    assert report.wrong == []
    (told,) = [told for told in report.unshown if "was signed by its authority" in told]
    assert "it states 20" in told


def proof_of(index: int, entries: list[bytes]) -> tuple[Proof, str]:
    signer = passing_signer()
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    head = make_head("city.example/log", len(entries), merkle.root_of(leaves), signer)
    path = merkle.inclusion_proof(index, len(entries), lambda start, end: merkle.root_of(leaves[start:end]))
    return Proof(entries[index], index, tuple(path), head), signer.public_key


@settings(deadline=None)
@given(st.integers(1, 70), st.data())
def test_a_proof_leads_to_its_head_and_no_other_entry_does(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    entries = [f'{{"n":{number}}}'.encode() for number in range(size)]
    proof, key = proof_of(index, entries)
    head = proof.head.whole().encode()
    text = proof.text().encode()
    assert proven_entry(text, head) == (index + 1, entries[index])
    closed = proof.text(with_entry=False).encode()
    assert proven_entry(closed, head, merkle.leaf_hash(entries[index])) == (index + 1, b"")
    with pytest.raises(BadProof, match="does not lead"):
        proven_entry(closed, head, bytes(32))
    with pytest.raises(BadProof, match="another entry"):
        proven_entry(text, head, bytes(32))
    assert head_signed_by(head, [passing_signer().public_key, key]) == key
    other = Proof(b"{}", index, proof.path, proof.head).text().encode()
    with pytest.raises(BadProof, match="does not lead"):
        proven_entry(other, head)
    moved = Proof(proof.entry, index + 1, proof.path, proof.head).text().encode()
    with pytest.raises(BadProof):
        proven_entry(moved, head)
    longer = Proof(proof.entry, index, (*proof.path, bytes(32)), proof.head).text().encode()
    with pytest.raises(BadProof):
        proven_entry(longer, head)


def test_a_head_that_was_changed_bears_no_signature() -> None:
    proof, key = proof_of(1, [b"a", b"b", b"c"])
    head = proof.head.whole()
    assert head_signed_by(head.replace("\n3\n", "\n4\n").encode(), [key]) is None
    assert head_signed_by(head.replace("city.example", "town.example").encode(), [key]) is None
    assert head_signed_by(b"no note at all", [key]) is None
    with pytest.raises(BadProof, match="no proof under the head"):
        proven_entry(proof.text().encode(), head.replace("\n3\n", "\n4\n").encode())


def test_a_timestamp_states_its_time_only_for_its_head() -> None:
    head, other = b"a head\n", b"another\n"
    token = b"\x30\x82" + hashlib.sha256(head).digest() + b"\x18\x0f20261122090501Z"
    assert stated_time(token, head) == "2026-11-22 09:05:01 UTC"
    assert stated_time(token, other) is None
