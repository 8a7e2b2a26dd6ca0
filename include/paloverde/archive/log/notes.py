"""Signed notes and heads of the log: short texts that a person can keep, mail and compare.

C2SP signed-note (the signatures), tlog-checkpoint (what a head says), tlog-cosignature (a witness's
signature, version 1). Keys are Ed25519.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from enum import IntEnum

import msgspec

from paloverde.archive.signing import Signer, signature_holds
from paloverde.errors import Unreadable

_MOST_SIGNATURES = 100
_LARGEST = 1 << 20  # bytes of a note
_NAME = re.compile(r"[^\s+\x00-\x1f]+")
_SIGNATURE = re.compile(r"— (?P<name>[^\s+]+) (?P<body>[A-Za-z0-9+/]+={0,2})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")


class Kind(IntEnum):
    """What a key signs: the first byte of its encoding (signed-note, "Signature types")."""

    NOTE = 1  # Ed25519 over the text of the note
    COSIGNATURE = 4  # a witness's: over the time and the text


class Key(msgspec.Struct, frozen=True):
    """A key as those who check a note know it. `public` is its 32 raw bytes in hexadecimal."""

    name: str
    kind: Kind
    public: str

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart; no proof of anything."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._encoded).digest()[:4]

    @property
    def _encoded(self) -> bytes:
        return bytes([self.kind]) + bytes.fromhex(self.public)

    def text(self) -> str:
        """The verifier key ("vkey") as one word: name, id and key."""
        return f"{self.name}+{self.id.hex()}+{b64encode(self._encoded).decode()}"


def key_in(text: str) -> Key:
    """The key of a verifier key text; `Unreadable` where it is none of a kind that is known here."""
    name, body = text.strip().partition("+")[0], text.strip().partition("+")[2].partition("+")[2]
    try:
        encoded = b64decode(body, validate=True)
        key = Key(name, Kind(encoded[0]), encoded[1:].hex())
    except (NotBase64, ValueError, IndexError):
        key = None
    if key is None or len(encoded) != 33 or not _NAME.fullmatch(name) or key.text() != text.strip():
        raise Unreadable(
            f"{text.strip()[:120]!r} is no verifier key: one has a name, 8 digits and a key, with + between "
            "them. Copy it again, all of it."
        )
    return key


class Signature(msgspec.Struct, frozen=True):
    """One line of a note: whose signature it is, by name and id, and its bytes."""

    name: str
    id: bytes
    body: bytes

    def line(self) -> str:
        return f"— {self.name} {b64encode(self.id + self.body).decode()}\n"


class Note(msgspec.Struct, frozen=True):
    """A text, ended by a newline, and the signatures below it."""

    text: str
    signatures: tuple[Signature, ...]

    def whole(self) -> str:
        return self.text + "\n" + "".join(signature.line() for signature in self.signatures)


class Head(msgspec.Struct, frozen=True):
    """What a log says of itself: its name, over how many entries, and the root of their tree."""

    origin: str
    size: int
    root: bytes
    note: Note

    def whole(self) -> str:
        """The signed note, as it is kept and mailed."""
        return self.note.whole()


def read_note(body: bytes) -> Note:
    """The note in some bytes, nothing of it checked yet; `Unreadable` where it is none."""
    try:
        whole = body.decode() if len(body) <= _LARGEST else ""
    except UnicodeDecodeError:
        whole = ""
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not whole.endswith("\n") or any(ord(sign) < 32 and sign != "\n" for sign in whole):
        raise Unreadable("it is no signed note: a text, an empty line and signature lines")
    return Note(text + "\n", signatures_in(lines))


def signatures_in(lines: str) -> tuple[Signature, ...]:
    """The signatures of some lines, each ended by a newline; `Unreadable` where a line is none."""
    found = [_signature(line) for line in lines.removesuffix("\n").split("\n")]
    if not lines.endswith("\n") or len(found) > _MOST_SIGNATURES:
        raise Unreadable("it is no signed note: its last line is cut short, or it has too many signatures")
    return tuple(found)


def _signature(line: str) -> Signature:
    match = _SIGNATURE.fullmatch(line)
    try:
        body = b64decode(match["body"], validate=True) if match else b""
    except NotBase64:
        body = b""
    if match is None or len(body) <= 4 or b64encode(body).decode() != match["body"]:
        raise Unreadable(f"{line[:80]!r} is no line of a signature")
    return Signature(match["name"], body[:4], body[4:])


def read_head(body: bytes) -> Head:
    """The head of a log in some bytes, its signatures not checked yet; `Unreadable` where it is none."""
    note = read_note(body)
    origin, size, root, *others = [*note.text.split("\n"), "", ""]
    try:
        whole = b64decode(root, validate=True)
    except NotBase64:
        whole = b""
    fits = b64encode(whole).decode() == root and len(whole) == hashlib.sha256().digest_size
    if not origin or not _SIZE.fullmatch(size) or not fits or "" in others[:-3]:
        raise Unreadable("it is no head of a log: its name, its number of entries and their root")
    return Head(origin, int(size), whole, note)


def log_key(origin: str, public_key: str) -> Key:
    """The key of a log by its name, and the hexadecimal name of the City's key."""
    return Key(origin, Kind.NOTE, public_key)


def sign_note(text: str, name: str, signer: Signer) -> Note:
    """A note with one signature."""
    key, body = log_key(name, signer.public_key), bytes.fromhex(signer.sign(text.encode()))
    return Note(text, (Signature(name, key.id, body),))


def make_head(origin: str, size: int, root: bytes, signer: Signer) -> Head:
    """A signed head. Its text has no time: the same tree and key give the same bytes."""
    text = f"{origin}\n{size}\n{b64encode(root).decode()}\n"
    return Head(origin, size, root, sign_note(text, origin, signer))


def signed_by(note: Note, keys: Sequence[Key]) -> Key | None:
    """Which of these keys has signed a note; None where none has.

    A signature that bears the name and id of a known key and does not hold makes the whole note worthless.
    """
    found = None
    for key in keys:
        for signature in note.signatures:
            if (signature.name, signature.id) != (key.name, key.id):
                continue
            if not _holds(key, note, signature):
                return None
            found = found or key
    return found


def cosigned_text(text: str, time: int) -> bytes:
    """What a witness signs: that it saw the head with this text at this time (seconds since 1970)."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _holds(key: Key, note: Note, signature: Signature) -> bool:
    if key.kind is Kind.NOTE:
        return signature_holds(key.public, note.text.encode(), signature.body.hex())
    time, body = int.from_bytes(signature.body[:8], "big"), signature.body[8:]
    return time < 1 << 63 and signature_holds(key.public, cosigned_text(note.text, time), body.hex())
