from __future__ import annotations

import base64
import gzip
import hashlib
import io
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from warcio.archiveiterator import ArchiveIterator

from paloverde.archive.exchanges import (
    TAKEN_OUT,
    ExchangeFile,
    Resource,
    check_exchanges,
    read_answers,
    read_exchange,
)
from paloverde.errors import ArchiveDamaged
from paloverde.platforms.exchange import Exchange, TakenOut

AT = datetime(2026, 11, 22, 9, 15, 0, 123456, tzinfo=UTC)


def exchange(body: bytes, *, url: str = "https://site.example/posts?after=3", **more: object) -> Exchange:
    asked = (("Authorization", "[credential removed]"),)
    headers = (("content-type", "application/json"), ("content-encoding", "gzip"))
    return Exchange(url, asked, 200, "OK", headers, body, AT, **more)  # type: ignore[arg-type]


def test_the_bytes_of_the_wire_are_kept_and_found_by_offset() -> None:
    first, second = gzip.compress(b'{"n": 1}'), gzip.compress('{"n": "dos ñ 🌵"}'.encode())
    file = ExchangeFile("Paloverde", AT)
    offsets = [file.add(exchange(body)) for body in (first, second)]
    stored = file.close()
    assert read_exchange(stored, offsets[1]) == (
        "https://site.example/posts?after=3",
        '{"n": "dos ñ 🌵"}'.encode(),
    )
    wire = [r.raw_stream.read() for r in ArchiveIterator(io.BytesIO(stored)) if r.rec_type == "response"]
    assert wire == [first, second]


def test_an_independent_reader_finds_every_record_and_digest_right() -> None:
    file = ExchangeFile("Paloverde", AT)
    file.add(exchange(gzip.compress(b"{}")))
    stored = file.close()
    assert check_exchanges(stored, where="here") == 1
    kinds = [(r.rec_type, r.rec_headers.get_header("WARC-Date")) for r in ArchiveIterator(io.BytesIO(stored))]
    assert kinds == [(kind, "2026-11-22T09:15:00.123456Z") for kind in ("warcinfo", "response", "request")]


def test_a_body_without_its_credential_says_what_was_taken_out() -> None:
    file = ExchangeFile("Paloverde", AT)
    offset = file.add(
        exchange(b'{"next": "[credential removed]"}', decoded=True, taken_out=(TakenOut(10, 44),))
    )
    stored = file.close()
    assert read_exchange(stored, offset)[1] == b'{"next": "[credential removed]"}'
    response = next(r for r in ArchiveIterator(io.BytesIO(stored)) if r.rec_type == "response")
    assert response.rec_headers.get_header(TAKEN_OUT) == "10+44"
    assert response.http_headers.get_header("X-Archive-Orig-content-encoding") == "gzip"


def test_a_header_cannot_smuggle_another_record_in() -> None:
    hostile = Exchange(
        "https://site.example/x\r\nWARC-Type: metadata",
        (),
        200,
        "OK\r\nX: y",
        (("a", "b\r\n\r\nWARC/1.1"),),
        b"{}",
        AT,
    )
    file = ExchangeFile("Paloverde", AT)
    file.add(hostile)
    stored = file.close()
    assert check_exchanges(stored, where="here") == 1
    assert len(list(ArchiveIterator(io.BytesIO(stored)))) == 3


def test_a_flipped_byte_is_found() -> None:
    file = ExchangeFile("Paloverde", AT)
    file.add(exchange(gzip.compress(b'{"n": 1}' * 50)))
    stored = bytearray(file.close())
    stored[len(stored) // 2] ^= 4
    with pytest.raises(ArchiveDamaged, match="exchanges/a"):
        check_exchanges(bytes(stored), where="exchanges/a")


def test_what_was_kept_is_read_again_as_it_was() -> None:
    file = ExchangeFile("Paloverde", AT)
    kept = [
        exchange(gzip.compress(b'{"n": 1}')),
        exchange(b'{"next": "[credential removed]"}', decoded=True, taken_out=(TakenOut(10, 44),)),
        exchange(b"", url="https://site.example/none"),
        exchange(b"{}", method="PUT", sent=b'{"hidden": true}'),
        exchange(b"", method="POST"),
    ]
    offsets = [file.add(one) for one in kept]
    assert list(read_answers(file.close(), where="here")) == list(zip(offsets, kept, strict=True))


def test_altered_exchanges_are_not_read_again() -> None:
    file = ExchangeFile("Paloverde", AT)
    file.add(exchange(b"plain words", decoded=True))
    altered = gzip.decompress(file.close()).replace(b"plain words", b"plane words")
    with pytest.raises(ArchiveDamaged, match="The raw exchanges here are damaged"):
        list(read_answers(altered, where="here"))


def resource(body: bytes, **more: object) -> Resource:
    return Resource("exports/tweets ñ.js", body, AT, **more)  # type: ignore[arg-type]


def test_a_handed_in_file_is_kept_as_it_is_and_found_by_offset() -> None:
    file = ExchangeFile("Paloverde", AT)
    file.add_resource(resource(b"first"))
    offset, record_id = file.add_resource(resource(gzip.compress(b"second")))
    stored = file.close()
    assert read_exchange(stored, offset) == (
        "file:///exports/tweets%20%C3%B1.js",
        gzip.compress(b"second"),
    )
    assert file.count == 2
    found = [r for r in ArchiveIterator(io.BytesIO(stored)) if r.rec_type == "resource"]
    assert found[1].rec_headers.get_header("WARC-Record-ID") == record_id
    assert check_exchanges(stored, where="here") == 2


def segmented(*pieces: bytes) -> tuple[bytes, list[int]]:
    """A file handed in as these segments: what is stored, and where each segment begins in it."""
    file = ExchangeFile("Paloverde", AT)
    offsets, origin = [], ""
    for number, piece in enumerate(pieces, 1):
        total = sum(map(len, pieces)) if number == len(pieces) else None
        offset, record_id = file.add_resource(resource(piece, segment=number, origin=origin, total=total))
        offsets.append(offset)
        origin = origin or record_id
    return file.close(), offsets


def test_the_segments_of_a_large_file_lead_back_to_its_first() -> None:
    stored, _ = segmented(b"one ", b"two ", b"three")
    names = ("Number", "Origin-ID", "Total-Length")
    records = [r for r in ArchiveIterator(io.BytesIO(stored)) if r.rec_type != "warcinfo"]
    first = records[0].rec_headers.get_header("WARC-Record-ID")
    told = [
        (r.rec_type, *(r.rec_headers.get_header(f"WARC-Segment-{name}") for name in names)) for r in records
    ]
    assert told == [
        ("resource", "1", None, None),
        ("continuation", "2", first, None),
        ("continuation", "3", first, "13"),
    ]
    assert len({r.rec_headers.get_header("WARC-Target-URI") for r in records}) == 1


def test_the_segments_of_a_large_file_are_the_file_again() -> None:
    pieces = [bytes([n]) * 3_000_000 + b"\r\n\r\nWARC/1.1\r\n" for n in range(3)]
    stored, offsets = segmented(*pieces)
    records = [r for r in ArchiveIterator(io.BytesIO(stored)) if r.rec_type != "warcinfo"]
    whole = b"".join(
        r.raw_stream.read() for r in ArchiveIterator(io.BytesIO(stored)) if r.rec_type != "warcinfo"
    )
    assert whole == b"".join(pieces)
    assert int(records[-1].rec_headers.get_header("WARC-Segment-Total-Length")) == len(whole)
    assert [read_exchange(stored, offset)[1] for offset in offsets] == pieces


def test_every_handed_in_piece_bears_the_digest_of_its_bytes() -> None:
    stored, _ = segmented(b"one ", b"two")
    told = [r.rec_headers.get_header("WARC-Block-Digest") for r in ArchiveIterator(io.BytesIO(stored))][1:]
    own = [base64.b32encode(hashlib.sha256(body).digest()).decode() for body in (b"one ", b"two")]
    assert told == [f"sha256:{digest}" for digest in own]
    assert check_exchanges(stored, where="here") == 2


@pytest.mark.parametrize("piece", [b"first words", b"other words"], ids=["resource", "continuation"])
def test_an_altered_handed_in_piece_is_found(piece: bytes) -> None:
    stored, _ = segmented(b"first words", b"other words")
    altered = gzip.decompress(stored).replace(piece, piece.upper())
    with pytest.raises(ArchiveDamaged, match="The raw exchanges here are damaged"):
        check_exchanges(altered, where="here")


def test_a_file_name_cannot_smuggle_another_header_in() -> None:
    file = ExchangeFile("Paloverde", AT)
    name = "a\r\nWARC-Type: metadata\r\n\r\nWARC/1.1"
    offset, _ = file.add_resource(Resource(name, b"x", AT))
    stored = file.close()
    assert [r.rec_type for r in ArchiveIterator(io.BytesIO(stored))] == ["warcinfo", "resource"]
    assert unquote(read_exchange(stored, offset)[0]) == f"file:///{name}"


def test_each_handed_in_piece_is_a_gzip_member_that_can_be_cut_out() -> None:
    stored, offsets = segmented(b"one ", b"two")
    assert b"".join(gzip.decompress(stored[at:]) for at in offsets[1:]).endswith(b"\r\n\r\ntwo\r\n\r\n")


def test_handed_in_files_are_no_answers_to_go_on_with() -> None:
    file = ExchangeFile("Paloverde", AT)
    file.add_resource(resource(b"first"))
    kept = exchange(b"plain", decoded=False)
    offset = file.add(kept)
    assert list(read_answers(file.close(), where="here")) == [(offset, kept)]


def test_what_was_taken_out_of_a_handed_in_file_is_said() -> None:
    file = ExchangeFile("Paloverde", AT)
    file.add_resource(resource(b"token=[credential removed]", taken_out=(TakenOut(6, 12),)))
    found = next(r for r in ArchiveIterator(io.BytesIO(file.close())) if r.rec_type == "resource")
    assert found.rec_headers.get_header(TAKEN_OUT) == "6+12"
