"""The verifier stands alone: it finds and names every alteration, with the standard library only."""

from __future__ import annotations

import ast
import base64
import hashlib
import io
import json
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from archives import NIGHT, SIGNER, make_archive, medium, record, removed
from paloverde.archive.signing import Signer
from paloverde.bundles import verify, verify_proofs
from paloverde.bundles.bag import manifest
from paloverde.bundles.build import build_bundle
from paloverde.bundles.program import program
from paloverde.search.answer import search

PNG = b"\x89PNG\r\n\x1a\n and so on"
Contents = dict[str, bytes]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    rows = [record("1", "Street sweeping"), record("2", "The pool", media=[medium(PNG)])]
    archive = make_archive(folder, rows, removed=[removed(rows[1])], media=[PNG])
    answer = search(archive, "*")
    out = folder / "whole.zip"
    return build_bundle(
        answer, archive, SIGNER, name="PRA 7", agency="City of Springfield", now=NIGHT, out=out
    ).path


BASE = "PRA_7/"
CSV, INDEX = "data/02_records/csv/records.csv", "data/01_index/index.html"
RECORDS, RAW, TAGS = verify.RECORDS, verify.RAW, verify.TAGS


def unpack(path: Path) -> Contents:
    """The files by their names in the folder that holds them all."""
    with zipfile.ZipFile(path) as box:
        return {name.removeprefix(BASE): box.read(name) for name in box.namelist()}


def pack(contents: Contents | list[tuple[str, bytes]], path: Path, base: str = BASE) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as box:
        for name, body in contents.items() if isinstance(contents, dict) else contents:
            box.writestr(zipfile.ZipInfo(base + name), body, compress_type=zipfile.ZIP_DEFLATED)
    return path


def sealed_again(contents: Contents, signer: Signer) -> Contents:
    """What somebody who holds another key could make of it: lists that fit, signed."""
    payload = {name: body for name, body in contents.items() if name.startswith("data/")}
    oxum = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}"
    info = re.sub("Payload-Oxum: .*", oxum, contents["bag-info.txt"].decode()).encode()
    listed = {
        path: manifest((hashlib.new(name, body).hexdigest(), one) for one, body in sorted(payload.items()))
        for name, path in verify.MANIFESTS.items()
    }
    whole = contents | {"bag-info.txt": info} | listed
    named = [name for name in sorted(whole) if name not in payload and name not in (TAGS, verify.SIGNATURE)]
    tags = manifest((hashlib.sha256(whole[name]).hexdigest(), name) for name in named)
    return whole | {TAGS: tags, verify.SIGNATURE: verify.statement_of(signer.public_key, signer.sign(tags))}


def test_a_whole_bundle_is_whole(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main([str(bundle)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("WHOLE")
    assert "each of the 2 records" in told
    assert f"the key {SIGNER.public_key}" in told
    assert "Whether that key is the City's" in told
    assert verify.main([str(bundle), "--key", SIGNER.public_key.upper()]) == 0


def test_repacked_without_change_it_is_still_whole(bundle: Path, tmp_path: Path) -> None:
    assert verify.main([str(pack(unpack(bundle), tmp_path / "x.zip"))]) == 0


def edit(name: str, change: Callable[[bytes], bytes]) -> Callable[[Contents], Contents]:
    return lambda contents: contents | {name: change(contents[name])}


def without(name: str) -> Callable[[Contents], Contents]:
    return lambda contents: {path: body for path, body in contents.items() if path != name}


def renamed(old: str, new: str) -> Callable[[Contents], Contents]:
    return lambda contents: {new if path == old else path: body for path, body in contents.items()}


def reordered(listed: bytes) -> bytes:
    return b"".join(listed.splitlines(keepends=True)[::-1])


def flipped(body: bytes) -> bytes:
    return bytes([body[0] ^ 1]) + body[1:]


def other_signature(statement: bytes) -> bytes:
    said = json.loads(statement)
    return json.dumps(said | {"signature": "00" + said["signature"][2:]}).encode()


def other_key(statement: bytes) -> bytes:
    stranger = Signer(Ed25519PrivateKey.generate()).public_key
    return json.dumps(json.loads(statement) | {"public_key": stranger}).encode()


def of_last_record(raw: bytes) -> bytes:
    *lines, last = raw.splitlines()
    return b"\n".join(
        [*lines, json.dumps(json.loads(last) | {"base64": base64.b64encode(b"{}").decode()}).encode()]
    )


@pytest.mark.parametrize(
    ("alter", "named"),
    [
        (edit(INDEX, lambda body: body + b" "), INDEX),
        (edit(CSV, flipped), "records.csv was changed"),
        (edit("verify.py", lambda body: body[:-1]), "verify.py was changed"),
        (edit("README.txt", lambda body: b""), "README.txt was changed"),
        (lambda contents: contents | {"extra.txt": b"x"}, "extra.txt was added"),
        (lambda contents: contents | {"data/extra.txt": b"x"}, "data/extra.txt was added"),
        (lambda contents: contents | {"../up.txt": b"x"}, "../up.txt is a name that may lead outside"),
        (lambda contents: contents | {"a\\b.txt": b"x"}, "may lead outside"),
        (lambda contents: contents | {"/etc/x": b"x"}, "may lead outside"),
        (lambda contents: contents | {"readme.TXT": b"x"}, "in capital and small letters"),
        (without(CSV), "records.csv is missing"),
        (without("bag-info.txt"), "bag-info.txt is missing"),
        (without(TAGS), f"{TAGS} is missing"),
        (without("signature.json"), "signature.json is missing"),
        (without("manifest-sha512.txt"), "manifest-sha512.txt is missing"),
        (without(RAW), "payloads.jsonl is missing"),
        (renamed(CSV, "data/02_records/csv/records2.csv"), "records2.csv was added"),
        (edit(TAGS, reordered), f"{TAGS} does not bear the signature"),
        (edit(TAGS, lambda body: b"{"), f"{TAGS} is not a list"),
        (edit("manifest-sha256.txt", reordered), "manifest-sha256.txt was changed"),
        (edit("bag-info.txt", lambda body: body.replace(b"PRA 7", b"PRA 8")), "bag-info.txt was changed"),
        (edit("bagit.txt", lambda body: body.replace(b"1.0", b"0.97")), "bagit.txt was changed"),
        (edit("signature.json", other_signature), f"{TAGS} does not bear the signature"),
        (edit("signature.json", other_key), f"{TAGS} does not bear the signature"),
        (edit("signature.json", lambda body: body + b" "), "signature.json is not as it was written"),
        (edit("signature.json", lambda body: b"[]"), "signature.json cannot be read"),
        (edit(RAW, of_last_record), "payloads.jsonl was changed"),
    ],
)
def test_an_alteration_is_found_and_named(
    alter: Callable[[Contents], Contents],
    named: str,
    bundle: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert verify.main([str(pack(alter(unpack(bundle)), tmp_path / "x.zip"))]) == 1
    told = capsys.readouterr().out
    assert told.startswith("ALTERED")
    assert named in told


@pytest.mark.parametrize(
    ("alter", "named"),
    [
        (edit(RAW, of_last_record), "does not have its SHA-256"),
        (edit(RAW, lambda body: b""), "is not in data/02_records/raw/payloads.jsonl"),
        (edit(RECORDS, lambda body: body.replace(b'"row":0', b'"row":9').replace(b'"sequence":1', b'"sequence":7')), "data/07_integrity/runs/ does not tell of the run"),
        (edit(RECORDS, lambda body: body + b"[]\n"), "cannot be read"),
    ],
)  # fmt: skip
def test_even_sealed_again_with_the_same_key_records_must_fit(
    alter: Callable[[Contents], Contents],
    named: str,
    bundle: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    contents = sealed_again(alter(unpack(bundle)), SIGNER)
    assert verify.main([str(pack(contents, tmp_path / "x.zip"))]) == 1
    assert named in capsys.readouterr().out


def test_a_bundle_sealed_by_a_stranger_is_told(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = Signer(Ed25519PrivateKey.generate())
    path = pack(sealed_again(unpack(bundle) | {INDEX: b"false"}, stranger), tmp_path / "x.zip")
    assert verify.main([str(path)]) == 0
    assert f"the key {stranger.public_key}" in capsys.readouterr().out
    assert verify.main([str(path), "--key", SIGNER.public_key]) == 1
    assert f"was made with the key {stranger.public_key}" in capsys.readouterr().out


def test_a_name_that_is_there_twice_is_told(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [*unpack(bundle).items(), (INDEX, b"other")]
    with pytest.warns(UserWarning, match="Duplicate"):
        path = pack(entries, tmp_path / "x.zip")
    assert verify.main([str(path)]) == 1
    assert "index.html is in the zip 2 times" in capsys.readouterr().out


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body[: len(body) // 2],
        lambda body: body[:-1],
        lambda body: body + b"trailing",
        lambda body: b"before" + body,
        lambda body: body[:-2] + b"\x03\x00abc",  # a comment on the zip
        lambda body: b"",
        lambda body: b"not a zip" * 10,
        lambda body: body[: body.rindex(b"PK\x05\x06") + 12] + b"\xff" * 8 + body[-2:],
    ],
)
def test_what_is_no_whole_zip_cannot_be_read(
    spoil: Callable[[bytes], bytes], bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(spoil(bundle.read_bytes()))
    assert verify.main([str(path)]) == 2
    assert capsys.readouterr().out.startswith("CANNOT BE READ")


def test_another_zip_or_no_file_cannot_be_read(tmp_path: Path) -> None:
    assert verify.main([str(pack({"a.txt": b"x"}, tmp_path / "x.zip"))]) == 2
    assert verify.main([str(tmp_path / "nothing.zip")]) == 2


def test_of_an_unpacked_bundle_the_zip_is_asked_for(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(bundle) as box:
        box.extractall(tmp_path)
    assert verify.main([str(tmp_path / BASE)]) == 2
    told = f"CANNOT BE READ: {tmp_path / BASE}: it is a folder: give the zip as it came.\n"
    assert capsys.readouterr().out == told


def found_flipped(bundle: Path, path: Path, at: int) -> bool:
    body = bundle.read_bytes()
    path.write_bytes(body[:at] + bytes([body[at] ^ 0x10]) + body[at + 1 :])
    return verify.main([str(path)]) != 0


def test_any_flipped_bit_in_the_head_of_a_file_is_found(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle) as box:
        places = [
            at for info in box.infolist() for at in range(info.header_offset, info.header_offset + 40, 3)
        ]
    assert [at for at in places if not found_flipped(bundle, tmp_path / "x.zip", at)] == []


def test_any_flipped_bit_in_a_file_is_found(bundle: Path, tmp_path: Path) -> None:
    """But for the few bits that packing leaves unused: they change no byte of any file."""
    with zipfile.ZipFile(bundle) as box:
        places = range(100, box.start_dir, 499)  # type: ignore[attr-defined]
    whole, path = unpack(bundle), tmp_path / "x.zip"
    assert [at for at in places if not found_flipped(bundle, path, at) and unpack(path) != whole] == []


def test_any_changed_byte_of_the_end_record_is_found(bundle: Path, tmp_path: Path) -> None:
    size = bundle.stat().st_size
    path = tmp_path / "x.zip"
    assert [at for at in range(size - 22, size) if not found_flipped(bundle, path, at)] == []


def ended_wide(body: bytes) -> bytes:
    """The same zip with the end record that Python writes beyond 2 GiB (APPNOTE 4.3.14 and 4.3.15)."""
    count, size, start = struct.unpack("<10xHLL2x", body[-22:])
    wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    return body[:-22] + wide + struct.pack("<4sLQL", b"PK\x06\x07", 0, start + size, 1) + body[-22:]


def test_the_end_record_of_a_large_bundle_is_checked_too(bundle: Path, tmp_path: Path) -> None:
    large, path = tmp_path / "large.zip", tmp_path / "x.zip"
    large.write_bytes(ended_wide(bundle.read_bytes()))
    assert verify.main([str(large)]) == 0
    size = large.stat().st_size
    assert [at for at in range(size - 98, size) if not found_flipped(large, path, at)] == []


def test_a_changed_byte_of_the_directory_changes_at_most_rights(bundle: Path, tmp_path: Path) -> None:
    """Who packed a file and its rights stand in no sealed list; unpacked bytes and names are the same."""
    whole, path = unpack(bundle), tmp_path / "x.zip"
    with zipfile.ZipFile(bundle) as box:
        at = box.start_dir  # type: ignore[attr-defined]
        free = set()
        for info in box.infolist():
            free |= {at + field for field in (4, 5, 38, 39, 40, 41)}
            at += 46 + len(info.filename)
    places = range(bundle.stat().st_size - 200, bundle.stat().st_size - 22)
    whole_still = {at for at in places if not found_flipped(bundle, path, at)}
    assert whole_still <= free
    for at in whole_still:
        found_flipped(bundle, path, at)
        assert unpack(path) == whole


def test_bytes_hidden_in_the_directory_are_told(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hidden = zipfile.ZipInfo(BASE + CSV)
    hidden.extra = b"\1\0\x04\0hide"
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as box:
        for name, body in unpack(bundle).items():
            box.writestr(hidden if name == CSV else zipfile.ZipInfo(BASE + name), body)
    assert verify.main([str(path)]) == 1
    assert "The directory of the zip was changed" in capsys.readouterr().out


def test_a_link_in_the_place_of_a_file_is_told(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    link = zipfile.ZipInfo(BASE + CSV)
    link.external_attr = 0o120777 << 16
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as box:
        for name, body in unpack(bundle).items():
            box.writestr(link if name == CSV else zipfile.ZipInfo(BASE + name), body)
    assert verify.main([str(path)]) == 1
    assert "records.csv is not stored in the zip as it was sealed" in capsys.readouterr().out


@pytest.mark.parametrize("key", ["", "abc", "g" * 64, SIGNER.public_key[:-1], SIGNER.public_key + "0"])
def test_what_is_no_key_is_said_to_be_none(
    key: str, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify.main([str(bundle), "--key", key]) == 2
    told = capsys.readouterr().out
    assert told.startswith("That is no key")
    assert "ALTERED" not in told


def test_a_bomb_is_stopped_at_its_sealed_size(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contents = unpack(bundle) | {CSV: bytes(200_000_000)}
    path = pack(contents, tmp_path / "x.zip")
    assert path.stat().st_size < 1_000_000
    assert verify.main([str(path)]) == 1
    assert "records.csv is longer than the" in capsys.readouterr().out


def test_bytes_hidden_between_files_are_told(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as box:
        for name, body in unpack(bundle).items():
            box.writestr(zipfile.ZipInfo(BASE + name), body)
        whole.seek(box.start_dir)  # type: ignore[attr-defined]
        whole.write(b"hidden")
        box.start_dir += 6  # type: ignore[attr-defined]
    path = tmp_path / "x.zip"
    path.write_bytes(whole.getvalue())
    assert verify.main([str(path)]) == 1
    assert "belong to no file" in capsys.readouterr().out


def test_names_that_could_mislead_a_terminal_are_written_out(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verify.main([str(pack(unpack(bundle) | {"\x1b[2Jgone\u202e": b""}, tmp_path / "x.zip"))])
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "\\u001b[2Jgone\\u202e was added" in told


def test_the_copy_in_the_bundle_runs_alone(bundle: Path, tmp_path: Path) -> None:
    program = tmp_path / "verify.py"
    program.write_bytes(unpack(bundle)["verify.py"])
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program), str(bundle)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_it_needs_the_standard_library_only() -> None:
    source = program().decode()
    tree = ast.parse(source, feature_version=(3, 9))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Match)]


# RFC 8032, section 7.1: public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_signatures_of_the_rfc_hold(public: str, message: str, signature: str) -> None:
    key, text, signed = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert verify.signature_holds(key, text, signed)
    assert not verify.signature_holds(key, text + b"x", signed)
    assert not verify.signature_holds(key, text, flipped(signed))
    scalar = (
        int.from_bytes(signed[32:], "little") + verify_proofs._ORDER
    )  # the same signature, written another way
    assert not verify.signature_holds(key, text, signed[:32] + scalar.to_bytes(32, "little"))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_signatures_made_by_another_library_hold(seed: bytes, message: bytes) -> None:
    signer = Signer(Ed25519PrivateKey.from_private_bytes(seed))
    signature = bytes.fromhex(signer.sign(message))
    assert verify.signature_holds(bytes.fromhex(signer.public_key), message, signature)
    assert not verify.signature_holds(bytes.fromhex(signer.public_key), message, flipped(signature))


@pytest.mark.parametrize("public", ["", "00" * 31, "ff" * 32, "02" + "00" * 31])
def test_what_is_no_key_holds_nothing(public: str) -> None:
    assert not verify.signature_holds(bytes.fromhex(public), b"", bytes(64))
