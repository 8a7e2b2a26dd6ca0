from __future__ import annotations

import re
from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from paloverde.archive.log import notes
from paloverde.archive.signing import Signer
from paloverde.errors import Unreadable

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
ROOT = bytes(range(32))
# Published vectors of golang.org/x/mod/sumdb/note (note_test.go, TestSign and TestOpen).
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
PETERS_SECRET = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
BY_PETER = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
BY_ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"


def head() -> notes.Head:
    return notes.make_head("archive.palmaria.example/ledger", 70_000, ROOT, SIGNER)


def key(name: str = "archive.palmaria.example/ledger") -> notes.Key:
    return notes.log_key(name, SIGNER.public_key)


def test_a_note_is_signed_as_the_published_vector_has_it() -> None:
    signer = Signer(Ed25519PrivateKey.from_private_bytes(PETERS_SECRET))
    assert notes.log_key("PeterNeumann", signer.public_key).text() == PETER
    assert notes.sign_note(TEXT, "PeterNeumann", signer).whole() == f"{TEXT}\n{BY_PETER}"


def test_the_published_note_bears_both_its_signatures() -> None:
    note = notes.read_note(f"{TEXT}\n{BY_PETER}{BY_ENOCH}".encode())
    peter, enoch = notes.key_in(PETER), notes.key_in(ENOCH)
    assert notes.signed_by(note, [peter]) == peter
    assert notes.signed_by(note, [enoch]) == enoch
    assert notes.signed_by(note, [key()]) is None
    assert note.whole() == f"{TEXT}\n{BY_PETER}{BY_ENOCH}"


def test_no_part_of_a_verifier_key_and_none_that_was_changed_is_one() -> None:
    for start in range(len(PETER)):
        for end in range(start + 1, len(PETER) + 1):
            if end - start < len(PETER):
                with pytest.raises(Unreadable):
                    notes.key_in(PETER[start:end])
    for at, sign in enumerate(PETER):
        with pytest.raises(Unreadable, match="no verifier key"):
            notes.key_in(PETER[:at] + chr(ord(sign) + 1) + PETER[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_a_key_of_another_length_or_kind_is_none(text: str) -> None:
    with pytest.raises(Unreadable):
        notes.key_in(text)


@pytest.mark.parametrize(
    "body",
    [
        TEXT.encode(),
        f"{TEXT}\n".encode(),
        f"{TEXT}\n{BY_PETER[:-1]}".encode(),
        f"\x01{TEXT}\n{BY_PETER}".encode(),
        b"\xff" + f"{TEXT}\n{BY_PETER}".encode(),
        f"{TEXT}\n— Bad Name {BY_PETER[15:]}".encode(),
        f"{TEXT}\n{BY_PETER}Unexpected line.\n".encode(),
        f"{TEXT}\n{BY_PETER * 101}".encode(),
        b"",
    ],
)
def test_what_is_no_note_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        notes.read_note(body)


def test_a_head_says_its_log_its_size_and_its_root() -> None:
    made = head()
    assert made.whole().splitlines()[:4] == [
        "archive.palmaria.example/ledger",
        "70000",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "",
    ]
    assert notes.read_head(made.whole().encode()) == made
    assert notes.signed_by(made.note, [key()]) == key()
    assert notes.signed_by(made.note, [key("another.example/ledger")]) is None


def test_the_head_of_the_published_example_is_read() -> None:
    example = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    read = notes.read_head(example.encode())
    assert (read.origin, read.size, len(read.note.signatures)) == ("example.com/behind-the-sofa", 20852163, 2)
    assert int.from_bytes(read.note.signatures[1].body[:8], "big") == 1679315147
    assert read.whole() == example


@pytest.mark.parametrize(
    ("line", "changed"),
    [(1, "070000"), (1, "-1"), (1, "7e4"), (1, "٧"), (2, "AAEC"), (2, "A" * 43 + "!"), (2, ""), (0, "")],
)
def test_a_head_in_another_form_is_refused(line: int, changed: str) -> None:
    lines = head().whole().split("\n")
    lines[line] = changed
    with pytest.raises(Unreadable):
        notes.read_head("\n".join(lines).encode())


def test_a_root_in_a_second_spelling_is_refused() -> None:
    with pytest.raises(Unreadable):
        notes.read_head(head().whole().replace("Hh8=", "Hh9=").encode())


@given(st.data())
def test_no_changed_byte_of_a_head_goes_unnoticed(data: st.DataObject) -> None:
    body = bytearray(head().whole().encode())
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = notes.read_head(bytes(body))
    except Unreadable:
        return
    assert notes.signed_by(read.note, [key()]) is None


def test_a_witness_signs_the_time_and_the_text() -> None:
    note, time = head().note, 1_795_000_000
    witness = notes.Key("w1.example", notes.Kind.COSIGNATURE, SIGNER.public_key)
    body = time.to_bytes(8, "big") + bytes.fromhex(SIGNER.sign(notes.cosigned_text(note.text, time)))
    line = notes.Signature(witness.name, witness.id, body)
    assert notes.signed_by(notes.Note(note.text, (*note.signatures, line)), [witness]) == witness
    later = notes.Signature(witness.name, witness.id, (time + 1).to_bytes(8, "big") + body[8:])
    assert notes.signed_by(notes.Note(note.text, (later,)), [witness]) is None
    assert notes.cosigned_text("a\n1\nb\n", 7) == b"cosignature/v1\ntime 7\na\n1\nb\n"
    assert re.fullmatch(r"w1\.example\+[0-9a-f]{8}\+B[A-Za-z0-9+/]{43}", witness.text())
