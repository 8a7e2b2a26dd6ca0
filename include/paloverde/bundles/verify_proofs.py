"""Signatures (Ed25519) and proofs of the ledger's log (Merkle trees), the checking half of each.

Part of the verifier (see `program.py`): Python 3.9 and its standard library alone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable

# Ed25519 (RFC 8032, section 5.1), the checking half. Slow, plain, and without secrets to protect.

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, x*y = T/Z


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` over `message` was made with the key whose public half is `public`."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, scalar = _point(public), int.from_bytes(signature[32:], "little")
    if key is None or scalar >= _ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _ORDER
    minus = (-key[0] % _P, key[1], key[2], -key[3] % _P)
    return _encoded(_sum(_times(scalar, _BASE), _times(challenge, minus))) == signature[:32]


def _sum(a: Point, b: Point) -> Point:
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % _P, (a[1] + a[0]) * (b[1] + b[0]) % _P
    cross, double = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    e, f, g, h = right - left, double - cross, double + cross, right + left
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _sum(total, point)
        point, scalar = _sum(point, point), scalar >> 1
    return total


def _point(encoded: bytes) -> Point | None:
    number = int.from_bytes(encoded, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if y >= _P or (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return (x, y, 1, x * y % _P)


def _encoded(point: Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


_BASE = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little")) or (0, 1, 1, 0)


# Proofs that an entry is in the log (C2SP tlog-proof, over a Merkle tree as in RFC 6962, section 2.1).

_PROOF = re.compile(
    rb"c2sp\.org/tlog-proof@v1\n(?:extra ([A-Za-z0-9+/=]*)\n)?index (0|[1-9][0-9]{0,17})\n"
    rb"((?:[A-Za-z0-9+/=]+\n)*)\n(.+)",
    re.DOTALL,
)
_HEAD = re.compile(rb"([^\n]+)\n([1-9][0-9]{0,17})\n([A-Za-z0-9+/=]+)\n(?:[^\n]+\n)*\n(?:[^\n]+\n)+")


class BadProof(Exception):
    """A proof that cannot be read or does not lead to its head; the message says which."""


def proven_entry(proof: bytes, head: bytes, leaf: bytes = b"") -> tuple[int, bytes]:
    """The number, from 1, and the bytes of the ledger's entry that `proof` shows to be under `head`.

    `leaf` is its hash in the log; a proof may come without its entry, and is about that hash alone then.
    """
    parts, said = _PROOF.fullmatch(proof), _HEAD.fullmatch(head)
    if parts is None or said is None or parts[4] != head:
        raise BadProof("is no proof under the head that lies beside it")
    try:
        entry = base64.b64decode(parts[1] or b"", validate=True)
        steps = [base64.b64decode(line, validate=True) for line in parts[3].split()]
        root = base64.b64decode(said[3], validate=True)
    except binascii.Error:
        raise BadProof("cannot be read") from None
    index, size = int(parts[2]), int(said[2])
    own = hashlib.sha256(b"\0" + entry).digest() if parts[1] is not None else leaf
    if leaf not in (b"", own):
        raise BadProof("is about another entry than it is said to be")
    leaf = own
    if not index < size or _climbed(index, size, leaf, steps) != root:
        raise BadProof("does not lead from its entry to the root of the head")
    return index + 1, entry


def _climbed(index: int, size: int, leaf: bytes, steps: list[bytes]) -> bytes | None:
    """The root that a way up leads to (RFC 9162, section 2.1.3.2); None where it is too long or too short."""
    at, last, root = index, size - 1, leaf
    for step in steps:
        if last == 0:
            return None
        if at & 1 or at == last:
            root = hashlib.sha256(b"\1" + step + root).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            root = hashlib.sha256(b"\1" + root + step).digest()
        at, last = at >> 1, last >> 1
    return root if last == 0 else None


def head_signed_by(head: bytes, keys: Iterable[str]) -> str | None:
    """Which of the keys signed a head (C2SP signed-note); None where none did."""
    text, blank, lines = head.rpartition(b"\n\n")
    name = head.partition(b"\n")[0]
    begun = "— ".encode() + name + b" "
    try:
        signed = [line[len(begun) :] for line in lines.split(b"\n") if line.startswith(begun)]
        bodies = [base64.b64decode(line, validate=True) for line in signed]
    except binascii.Error:
        return None
    for key in keys:
        public = bytes.fromhex(key)
        own = hashlib.sha256(name + b"\n\1" + public).digest()[:4]
        for body in bodies:
            if blank and body[:4] == own and signature_holds(public, text + b"\n", body[4:]):
                return key
    return None


_STATED = re.compile(rb"\x18[\x0f-\x18](\d{14})(?:\.\d+)?Z")  # GeneralizedTime (X.690)


def stated_time(token: bytes, head: bytes) -> str | None:
    """The time at which a timestamp says that it saw `head`; None where it is about something else.

    Whether the authority signed it is not looked at: that takes its certificate, and OpenSSL.
    """
    about = token.find(hashlib.sha256(head).digest())
    found = _STATED.search(token, about + 32) if about >= 0 else None
    if found is None:
        return None
    year, rest = found[1][:4].decode(), found[1][4:].decode()
    return f"{year}-{rest[:2]}-{rest[2:4]} {rest[4:6]}:{rest[6:8]}:{rest[8:10]} UTC"
