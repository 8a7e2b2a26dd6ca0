"""The list of hashes: every file of the volumes, and of native files whether the archive sealed these bytes."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import msgspec
import pytest
from documents import NOON, PRODUCTION, document, family, file_of, volume

from paloverde.errors import ArchiveDamaged
from paloverde.productions.papers.evidence import piece
from paloverde.productions.papers.hash_list import Listed, Signed, as_csv, hash_list, listed
from paloverde.productions.report import Report
from paloverde.productions.resuming import Done
from paloverde.productions.tally import Tally
from paloverde.requests.paper import Grid
from paloverde.requests.plaintext import as_text
from paloverde.requests.redaction import File, Given

NATIVE = b'{"id": "1811"}'
SIGNED = Signed(sha256="aa" * 32, algorithm="Ed25519", key="bb" * 32, compared_at=NOON)


def report() -> Report:
    done = Done(name="VOL001", file="VOL001.zip", sha256="ef" * 32, size=1, first="PDC0000001", last="PDC0000002",
                tally=Tally())  # fmt: skip
    return Report(
        production=PRODUCTION, first="PDC0000001", last="PDC0000002", tally=Tally(), volumes=(done,), forms=()
    )


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def test_files_are_listed_with_their_document_and_what_the_archive_sealed(tmp_path: Path) -> None:
    one = document(1, payload_sha256=sha(NATIVE))
    with volume(tmp_path) as opened:
        opened.add("NATIVES/0001/PDC0000001.json", NATIVE)
        opened.add("TEXT/0001/PDC0000001.txt", b"words")
        opened.add("DATA/VOL001.dat", b"load file")
    found = {one.path: one for one in listed(tmp_path, report(), [piece(one)])}
    native = found["NATIVES/0001/PDC0000001.json"]
    assert (native.begin, native.sha256, native.archived) == ("PDC0000001", sha(NATIVE), sha(NATIVE))
    assert (found["TEXT/0001/PDC0000001.txt"].begin, found["TEXT/0001/PDC0000001.txt"].archived) == (
        "PDC0000001",
        "",
    )
    assert found["DATA/VOL001.dat"].begin == ""
    rows = list(csv.DictReader(io.StringIO(as_csv(found.values()).decode("utf-8-sig"))))
    assert [row["path"] for row in rows] == [*found]


def test_a_native_file_that_the_archive_did_not_seal_is_refused_and_a_painted_picture_is_not(
    tmp_path: Path,
) -> None:
    record = document(1, payload_sha256=sha(b"what was sealed"))
    with volume(tmp_path) as opened:
        opened.add("NATIVES/0001/PDC0000001.json", NATIVE)
    with pytest.raises(ArchiveDamaged, match="The native file of PDC0000001 is not what the archive sealed"):
        list(listed(tmp_path, report(), [piece(record)]))
    whole = msgspec.structs.replace(
        file_of(family()[0], 1), file=File(0, Given.WHOLE, sha(b"sealed"), sha(NATIVE), 1)
    )
    with pytest.raises(ArchiveDamaged):
        list(listed(tmp_path, report(), [piece(whole)]))
    painted = msgspec.structs.replace(whole, file=File(0, Given.PAINTED, sha(b"sealed"), sha(NATIVE), 1))
    (native,) = [one for one in listed(tmp_path, report(), [piece(painted)]) if one.is_native]
    assert native.sha256 != native.archived


def row(number: int, archived: str) -> Listed:
    return Listed(volume="VOL001", path=f"NATIVES/0001/PDC{number:07}.png", begin=f"PDC{number:07}", sha256="cd" * 32,
                  md5="ef" * 16, size=1, archived=archived)  # fmt: skip


def test_the_paper_says_which_are_as_archived_and_how_many_are_in_the_csv_alone() -> None:
    files = [row(1, "cd" * 32), row(2, "ab" * 32)]
    told = as_text(hash_list(report(), SIGNED, files, "12" * 32))
    assert "Of 2 native files, 1 has the SHA-256 by which the archive sealed" in told
    assert "12" * 32 in told
    many = hash_list(report(), SIGNED, [row(number, "cd" * 32) for number in range(1, 1_003)], "12" * 32)
    (table,) = [one for one in many.blocks if isinstance(one, Grid) and one.caption.startswith("Native")]
    assert len(table.rows) == 1_000
    assert "2 more native files are in the CSV" in as_text(many)
    assert "No native file is produced." in as_text(hash_list(report(), SIGNED, [], "12" * 32))
