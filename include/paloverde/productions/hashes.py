"""The list of all files of a production, with the City's signature under it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from paloverde.archive.signing import Signer
from paloverde.bundles.box import digest_of
from paloverde.productions.volume import FILES, Written

HASHES, SIGNED = "HASHES.txt", "HASHES.json"


class Signature(msgspec.Struct, frozen=True):
    """What is in HASHES.json: how the bytes of HASHES.txt are signed."""

    algorithm: str
    public_key: str
    signature: str


def write_hashes(out: Path, volumes: Sequence[str], signer: Signer) -> None:
    """Write HASHES.txt, as `sha256sum -c` reads it once the volumes are unpacked beside, and its signature.

    The list is written last: a folder that has it is whole.
    """
    body = "".join(_lines(out, volumes)).encode()
    told = Signature(f"Ed25519 (RFC 8032) over the bytes of {HASHES}", signer.public_key, signer.sign(body))
    (out / SIGNED).write_bytes(msgspec.json.format(msgspec.json.encode(told)) + b"\n")
    (out / HASHES).write_bytes(body)


def files_of(volume: Path) -> list[Written]:
    """The files of a volume, as its own list has them."""
    with zipfile.ZipFile(volume) as zipped:
        return msgspec.json.decode(zipped.read(f"{volume.stem}/{FILES}"), type=list[Written])


def _lines(out: Path, volumes: Sequence[str]) -> Iterator[str]:
    for file in (*sorted(out.glob("REPORT.*")), *(out / name for name in volumes)):
        yield f"{digest_of(file)}  {file.name}\n"
    for name in volumes:
        stem = Path(name).stem
        for written in files_of(out / name):
            yield f"{written.sha256}  {stem}/{written.path}\n"
