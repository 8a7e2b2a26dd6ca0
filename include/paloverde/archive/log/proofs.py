"""A proof that one entry is in the ledger, as one text that somebody outside can keep (C2SP tlog-proof).

It holds the entry itself (as `extra`: worth something only because its hash is what the proof is about), its
place, the hashes from there up to the root, and the signed head with that root.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64

import msgspec

from paloverde.archive.layout import TILE_WIDTH
from paloverde.archive.log import merkle
from paloverde.archive.log.notes import Head, read_head
from paloverde.archive.log.tiles import Read, Tree, bundle_key, entries_in
from paloverde.errors import ArchiveDamaged, BadQuestion, Unreadable

_FORM = re.compile(
    r"c2sp\.org/tlog-proof@v1\n"
    r"extra (?P<entry>[A-Za-z0-9+/=]*)\n"
    r"index (?P<index>0|[1-9][0-9]{0,17})\n"
    r"(?P<path>(?:[A-Za-z0-9+/=]+\n)*)"
    r"\n(?P<head>.+)",
    re.DOTALL,
)


class Proof(msgspec.Struct, frozen=True):
    """An entry, its place counted from 0, the hashes beside its way up, and the head that they lead to."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    head: Head

    @property
    def number(self) -> int:
        """The entry's number in the ledger, which counts from 1."""
        return self.index + 1

    def holds(self) -> bool:
        """Whether the path leads from the entry to the root of the head."""
        leaf = merkle.leaf_hash(self.entry)
        return merkle.includes(self.index, self.head.size, leaf, self.path, self.head.root)

    def text(self, *, with_entry: bool = True) -> str:
        """The proof as it is kept and mailed; without its entry it is about a leaf hash told apart."""
        entry = [f"extra {_base64(self.entry)}"] if with_entry else []
        lines = ["c2sp.org/tlog-proof@v1", *entry, f"index {self.index}"]
        return "\n".join([*lines, *map(_base64, self.path), "", self.head.whole()])


def prove(number: int, head: Head, newest: Head, read: Read) -> Proof:
    """The proof that ledger entry `number` is in the tree of `head`, read from the tiles of the newest head.

    Raises `BadQuestion` where the head does not reach so far, `ArchiveDamaged` where the stored log does not
    give the root of the head.
    """
    if not 1 <= number <= head.size:
        raise BadQuestion(
            f"The signed head covers the ledger's entries 1 to {head.size:,}, and you ask for {number:,}. "
            "What is newer is in the next head: `paloverde ledger publish` makes it."
        )
    if head.size > newest.size:
        raise ArchiveDamaged(
            f"That head covers {head.size:,} entries, and the newest here {newest.size:,}: entries are gone."
        )
    index, tree = number - 1, Tree(newest.size, read)
    at, place = divmod(index, TILE_WIDTH)
    key = bundle_key(at, newest.size)
    entries = entries_in(read(key), key)
    path = merkle.inclusion_proof(index, head.size, tree.hashes)
    proof = Proof(entries[place] if place < len(entries) else b"", index, tuple(path), head)
    if not proof.holds():
        raise ArchiveDamaged(
            f"The stored log does not lead from entry {number:,} to the root of the head over {head.size:,} "
            "entries. Run `paloverde verify --log`, which names what is damaged."
        )
    return proof


def read_proof(body: bytes) -> Proof:
    """The proof in some bytes, nothing of it checked yet; `Unreadable` where it is none."""
    try:
        match = _FORM.fullmatch(body.decode())
        if match is not None:
            path = tuple(b64decode(line, validate=True) for line in match["path"].split())
            entry = b64decode(match["entry"], validate=True)
            return Proof(entry, int(match["index"]), path, read_head(match["head"].encode()))
    except (UnicodeDecodeError, NotBase64):
        pass
    raise Unreadable("it is no proof: it begins with c2sp.org/tlog-proof@v1, `extra` and `index`")


def _base64(body: bytes) -> str:
    return b64encode(body).decode()
