"""Witnesses outside of the City (C2SP tlog-witness): each keeps the newest head, and signs one only if it
continues what that witness saw before. So nobody, the City included, can write a second history unnoticed.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence

import msgspec

from paloverde.archive.layout import LOG_WITNESSES, witness_key
from paloverde.archive.log.merkle import consistency_proof
from paloverde.archive.log.notes import (
    Head,
    Key,
    Kind,
    Note,
    Signature,
    key_in,
    read_note,
    signatures_in,
    signed_by,
)
from paloverde.archive.log.outside import Asked, ask_each, short_name
from paloverde.archive.log.shelf import Shelf, What
from paloverde.archive.log.tiles import Tree
from paloverde.errors import ArchiveDamaged, BadSetting, Suspicious, Unreachable, Unreadable
from paloverde.platforms.network import Fetched, post

_LARGEST = 64 * 1024  # bytes of an answer
_GOOD, _FORBIDDEN, _UNKNOWN, _CONFLICT, _INCONSISTENT = 200, 403, 404, 409, 422


class Witness(msgspec.Struct, frozen=True):
    """A witness: the key that its signatures are checked with, and where it is asked."""

    key: Key
    address: str


def witnesses_of(setting: Sequence[str]) -> list[Witness]:
    """The witnesses of the setting: each a verifier key and an address with a space between."""
    found = []
    for text in setting:
        vkey, _, address = text.partition(" ")
        try:
            key = key_in(vkey)
        except Unreadable as error:
            raise BadSetting(f"PALOVERDE_WITNESSES: {error}") from error
        if key.kind is not Kind.COSIGNATURE:
            raise BadSetting(
                f"PALOVERDE_WITNESSES: {vkey} is the key of a log. Ask the witness for its cosignature key."
            )
        found.append(Witness(key, address.rstrip("/")))
    return found


def cosign(shelf: Shelf, head: Head, witnesses: Sequence[Witness], deadline: float) -> Asked:
    """Have a head signed by each witness that has not signed it yet, and keep the head with its signature."""
    by_address = {witness.address: witness for witness in witnesses}
    kept = {stored.key for stored in shelf.of(What.WITNESS, head.size)}

    def ask(address: str) -> str | None:
        name = short_name(address)
        if any(f"-{name}-" in key for key in kept):
            return None
        witness = by_address[address]
        line = _signature_of(shelf, head, witness, _known_to(shelf, name), deadline)
        body = Note(head.note.text, (*head.note.signatures, line)).whole().encode()
        key = witness_key(head.size, name, hashlib.sha256(body).hexdigest())
        shelf.note([shelf.put(key, body, What.WITNESS, head.size)])
        return f"The witness {witness.key.name} has signed that this head continues what it saw before."

    return ask_each(by_address, ask)


def with_cosignatures(shelf: Shelf, head: Head) -> Note:
    """The head with the signatures of all witnesses that have signed it."""
    found = list(head.note.signatures)
    for stored in shelf.of(What.WITNESS, head.size):
        note = read_note(shelf.read(stored.key))
        found += [one for one in note.signatures if note.text == head.note.text and one not in found]
    return Note(head.note.text, tuple(found))


def _signature_of(shelf: Shelf, head: Head, witness: Witness, known: int, deadline: float) -> Signature:
    """The witness's signature. Where it knows another size than we think, it is asked once more with that."""
    answer = _send(shelf, head, witness, known, deadline)
    if answer.status == _CONFLICT:
        told = _size_in(answer, witness)
        if told > head.size:
            raise ArchiveDamaged(
                f"The witness {witness.key.name} has seen a head over {told:,} entries, and the newest one "
                f"here covers {head.size:,}: entries of the ledger are gone. Stop, and restore them."
            )
        if told == known:
            raise _second_history(witness, head)
        answer = _send(shelf, head, witness, told, deadline)
    if answer.status != _GOOD:
        raise _refused(witness, head, answer)
    try:
        signatures = signatures_in(answer.body.decode())
    except (Unreadable, UnicodeDecodeError):
        signatures = ()
    for signature in signatures:
        if signed_by(Note(head.note.text, (signature,)), [witness.key]) is not None:
            return signature
    raise Suspicious(
        f"The witness {witness.key.name} answered without a signature of the key that PALOVERDE_WITNESSES "
        "names; nothing was kept. Ask the witness whether its key has changed."
    )


def _send(shelf: Shelf, head: Head, witness: Witness, known: int, deadline: float) -> Fetched:
    proof = consistency_proof(known, head.size, Tree(head.size, shelf.read).hashes)
    lines = [f"old {known}", *(b64encode(one).decode() for one in proof), "", head.whole()]
    where = f"{witness.address}/add-checkpoint"
    return post(where, "\n".join(lines).encode(), "text/plain; charset=utf-8", deadline, _LARGEST)


def _size_in(answer: Fetched, witness: Witness) -> int:
    text = answer.body.strip()
    if not text.isdigit() or len(text) > 18:
        raise Unreachable(
            f"The witness {witness.key.name} answered 409 and no number of entries; it is asked again with "
            "the next publication."
        )
    return int(text)


def _refused(witness: Witness, head: Head, answer: Fetched) -> Exception:
    if answer.status in (_CONFLICT, _INCONSISTENT):
        return _second_history(witness, head)
    if answer.status in (_FORBIDDEN, _UNKNOWN):
        return BadSetting(
            f"The witness {witness.key.name} does not know the log {head.origin} or its key "
            f"({answer.status}): send its operator what `paloverde ledger vkey` prints."
        )
    return Unreachable(
        f"The witness {witness.key.name} answered {answer.status} {answer.reason}; it is asked again with "
        "the next publication."
    )


def _second_history(witness: Witness, head: Head) -> ArchiveDamaged:
    return ArchiveDamaged(
        f"The witness {witness.key.name} says that the head over {head.size:,} entries does not continue "
        "what it has signed before: there are two histories of this ledger. Stop, keep everything, and find "
        "out why."
    )


def _known_to(shelf: Shelf, name: str) -> int:
    """The size of the newest head that the witness of that short name has signed for us."""
    key = shelf.newest_key(What.WITNESS, name)
    return int(key.removeprefix(LOG_WITNESSES).partition("-")[0]) if key else 0
