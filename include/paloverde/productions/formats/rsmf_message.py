"""The container of RSMF: a mail message (RFC 5322) with its words as text and one attachment, rsmf.zip.

Seven-bit throughout. The zip may be large: it is read from disk and encoded piece by piece.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from pathlib import Path

import msgspec

_LINE, _LETTERS = 57, 76  # bytes that base64 makes so many characters of (RFC 2045)
_WIDEST = 76  # characters of a line of the head
_PIECE = _LINE * 18_000
_NOWHERE = "participant.invalid"  # RFC 2606: people of a site have no mail address here


class Person(msgspec.Struct, frozen=True):
    """A participant as the message's head names one."""

    id: str
    display: str

    @property
    def address(self) -> str:
        """`Rosa Vale <d1f2…@participant.invalid>`: the format wants an address, and a site gives none."""
        local = hashlib.sha256(self.id.encode()).hexdigest()[:16]
        return formataddr((_one_line(self.display).replace(",", " "), f"{local}@{_NOWHERE}"), "utf-8")


class Head(msgspec.Struct, frozen=True):
    """What the head of the message says; `more` are its X-RSMF fields."""

    subject: str
    sender: Person
    receivers: tuple[Person, ...]
    begin: datetime
    more: Mapping[str, str]


def message(head: Head, text: str, zipped: Path) -> Iterator[bytes]:
    """The message, piece by piece."""
    boundary = f"=_{hashlib.sha256(text.encode()).hexdigest()[:40]}"
    yield from _head(head, boundary)
    yield from _part(boundary, "Content-Type: text/plain; charset=utf-8")
    yield from _encoded(iter([text.encode()]))
    yield from _part(
        boundary,
        'Content-Type: application/zip; name="rsmf.zip"',
        'Content-Disposition: attachment; filename="rsmf.zip"',
    )
    yield from _encoded(_pieces(zipped))
    yield f"--{boundary}--\r\n".encode()


def _head(head: Head, boundary: str) -> Iterator[bytes]:
    told = {
        "From": head.sender.address,
        "To": ", ".join(person.address for person in head.receivers),
        "Subject": head.subject,
        "Date": format_datetime(head.begin),
        **head.more,
    }
    for name, value in told.items():
        if value:
            yield f"{name}: {_field(name, value)}\r\n".encode("ascii")
    yield b"MIME-Version: 1.0\r\n"
    yield f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'.encode()


def _field(name: str, value: str) -> str:
    """A field folded to lines of 76 characters, what is not ASCII as RFC 2047 has it."""
    value = _one_line(value)
    if value.isascii() and len(name) + len(": ") + len(value) <= _WIDEST:
        return value
    charset = "us-ascii" if value.isascii() else "utf-8"
    return Header(value, charset, header_name=name, maxlinelen=_WIDEST).encode(linesep="\r\n")


def _one_line(text: str) -> str:
    """Without breaks and unseen control characters: a head has neither."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())


def _part(boundary: str, *fields: str) -> Iterator[bytes]:
    yield f"--{boundary}\r\n".encode()
    for field in (*fields, "Content-Transfer-Encoding: base64"):
        yield f"{field}\r\n".encode()
    yield b"\r\n"


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        yield from iter(lambda: opened.read(_PIECE), b"")


def _encoded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        whole = base64.b64encode(piece)
        lines = [whole[start : start + _LETTERS] for start in range(0, len(whole), _LETTERS)]
        yield b"\r\n".join([*lines, b""])
