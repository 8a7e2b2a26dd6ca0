"""What a file is that somebody brings: by its first bytes, not by its name."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from desk.desks import Desks, text_of
from paloverde.desk.filekinds import wrong_with
from requesthall import RequestHall


def zipped(*names: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return body.getvalue()


WORD = zipped("[Content_Types].xml", "word/document.xml")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("letter.pdf", b"%PDF-1.7\n..."),
        ("LETTER.PDF", b"\xef\xbb\xbf%PDF-1.4\n..."),
        ("scan.jpg", b"\xff\xd8\xff\xe0..."),
        ("scan.png", b"\x89PNG\r\n\x1a\n..."),
        ("scan.tiff", b"II*\0..."),
        ("scan.tif", b"MM\0*..."),
        ("photo.heic", b"\0\0\0\x18ftypheic..."),
        ("photo.webp", b"RIFF\x10\0\0\0WEBPVP8 "),
        ("letter.docx", WORD),
        ("letter.odt", zipped("mimetype", "content.xml")),
        ("mail.msg", OLE),
        ("letter.doc", OLE),
        ("letter.rtf", rb"{\rtf1 Dear"),
        ("mail.eml", b"From: Rosa\r\n\r\nDear City,\r\n"),
        ("letter.txt", "Año nuevo".encode("latin-1")),
        ("letter.txt", "Año".encode("utf-16")),
        ("letter", b"Dear City"),
        ("days.csv", b"date,name\r\n"),
    ],
)
def test_what_letters_and_evidence_come_in_is_taken(tmp_path: Path, name: str, body: bytes) -> None:
    (tmp_path / "file").write_bytes(body)
    assert wrong_with(tmp_path / "file", name) == ""


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("bad.exe", b"MZ\x90\0\x03\0", "of a kind that is not taken. Choose a PDF"),
        ("letter.pdf", b"", "letter.pdf is empty"),
        ("letter.pdf", b"MZ\x90\0\x03\0", "is not what its name says"),
        ("bad.exe", b"%PDF-1.7", "is a PDF by what it holds, and not by its name"),
        ("letter.pdf", b"Dear City", "is a text by what it holds"),
        ("bad.bat", b"@echo off", "is a text by what it holds"),
        ("bad", b"%PDF-1.7", "give it a name that ends with .pdf"),
        ("bad.zip", zipped("a.exe"), "is not taken"),
        ("bad.docx", zipped("a.exe"), "is not what its name says"),
        ("bad.docx", b"PK\x03\x04 torn", "is not what its name says"),
        ("bad.jar", WORD, "is a document of Office"),
    ],
)
def test_anything_else_is_refused_in_words(tmp_path: Path, name: str, body: bytes, told: str) -> None:
    (tmp_path / "file").write_bytes(body)
    assert told in wrong_with(tmp_path / "file", name)


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (("bad.exe", b"MZ\x90\0\x03\0"), "bad.exe is not what its name says, or of a kind that is not taken"),
        (("letter.pdf", b""), "letter.pdf is empty"),
    ],
)
def test_a_request_is_not_taken_in_with_such_a_file_and_nothing_typed_is_lost(
    desks: Desks, hall: RequestHall, file: tuple[str, bytes], told: str
) -> None:
    before = hall.city.requests.numbers()
    form = {"channel": "email", "received_on": "2026-11-17", "text": "Posts about the pool."}
    refused = desks.post("/requests/new", form, files={"document": file})
    assert refused.status_code == 400
    assert told in text_of(refused)
    assert f"Choose this file again, since no browser keeps it: {file[0]}" in text_of(refused)
    assert ">Posts about the pool.</textarea>" in refused.text
    assert hall.city.requests.numbers() == before
