"""Publishing: the ledger's new entries into the tree, and a signed head over all of them.

Tiles first, the head last, and all of them noted in one transaction; a head is signed only over a tree that
begins with the tree of the head before it, read again from the stored tiles. Whoever runs it again after a
crash finishes it: nothing is ever written twice with other bytes. What is read grows with the new entries,
and with the logarithm of the old ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import msgspec
from sqlalchemy import func, select

from paloverde.archive.keys import key_register
from paloverde.archive.layout import TILE_WIDTH, head_key
from paloverde.archive.ledger import genuine
from paloverde.archive.log import merkle
from paloverde.archive.log.notes import Head, Key, log_key, make_head, signed_by
from paloverde.archive.log.shelf import Kept, KeptHead, Shelf, What
from paloverde.archive.log.tiles import Growth, Tile, Tree, bundle, bundle_key
from paloverde.archive.seal import FIRST
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged
from paloverde.state.tables import LEDGER

_Put = Callable[[str, bytes, What, int], None]


class Published(msgspec.Struct, frozen=True):
    """The newest head, None where the ledger is empty; how many entries are new in it, what was stored."""

    head: Head | None
    new: int
    objects: int

    def sentence(self) -> str:
        if self.head is None:
            return "The ledger has no entry yet, so that there is nothing to publish."
        if not self.new:
            return f"The signed head over {self.head.size:,} entries is the newest; there are no new entries."
        new = "1 new entry" if self.new == 1 else f"{self.new:,} new entries"
        return f"A signed head over {self.head.size:,} entries was published, {new} in it."


def publish(vault: Vault, origin: str) -> Published:
    """Extend the tree over every ledger entry that is stored, and sign a head over it.

    Raises `ArchiveDamaged` where the stored tiles do not give the root of the newest signed head, where the
    database's ledger no longer continues what was published, or where an object is missing or changed.
    """
    shelf = Shelf(vault)
    noted = shelf.noted_size()
    heads = shelf.heads_from(noted)
    last = heads[-1].head if heads else None
    if last is not None:
        _refuse_another_history(vault, shelf, origin, last)
        _finish(vault, shelf, noted, heads)
    known, size = last.size if last else 0, _settled(vault)
    if size == known:
        return Published(last, 0, 0)
    written = _extend(vault, shelf, known, size)
    tree = _tree(shelf, size, written)
    head = _head(vault, tree, origin, last)
    body = head.whole().encode()
    written.append(shelf.put(head_key(size, hashlib.sha256(body).hexdigest()), body, What.HEAD, size))
    shelf.note(written)
    return Published(head, size - known, len(written))


def _extend(vault: Vault, shelf: Shelf, known: int, size: int) -> list[Kept]:
    """Store the tiles and bundles by which the tree over `size` entries is more than the one over `known`."""
    written: list[Kept] = []
    begun = (body for _, body in _bodies(vault, known - known % TILE_WIDTH, known))
    writing = _Writing(Tree(known, shelf.read), begun, lambda *one: written.append(shelf.put(*one)))
    for _, body in _chained(vault, known, size):
        writing.append(body)
    writing.close()
    return written


def _tree(shelf: Shelf, size: int, written: list[Kept]) -> Tree:
    """The tree as it now lies in the store; the tiles just written are not noted yet."""
    fresh = {kept.stored.key: kept.stored for kept in written}
    return Tree(size, lambda key: shelf.read(key, fresh))


def _finish(vault: Vault, shelf: Shelf, noted: int, heads: list[KeptHead]) -> None:
    """Note the heads that the database does not know, each with the tiles of its tree.

    They were stored by a publication that died before it noted them, or the database is an older copy. The
    tiles are made again from the ledger: what lies there and is something else is refused.
    """
    for one in heads:
        if one.head.size > noted:
            written = _extend(vault, shelf, noted, one.head.size)
            if _tree(shelf, one.head.size, written).root() != one.head.root:
                raise ArchiveDamaged(
                    f"{one.stored.key} is not over the entries of this ledger: find out who wrote it."
                )
            shelf.note([*written, Kept(one.stored, What.HEAD, one.head.size, vault.clock())])
            noted = one.head.size
    shelf.adopt(heads)


def _head(vault: Vault, tree: Tree, origin: str, last: Head | None) -> Head:
    """The signed head over a stored tree, once it is shown to continue the last one."""
    root = tree.root()
    if last is not None:
        proof = merkle.consistency_proof(last.size, tree.size, tree.hashes)
        if not merkle.is_consistent(last.size, tree.size, last.root, root, proof):
            raise ArchiveDamaged(
                f"The tree over {tree.size:,} entries does not begin with the one that was signed over "
                f"{last.size:,}; nothing was signed. Restore ledger/tile/ from the second copy."
            )
    return make_head(origin, tree.size, root, vault.signer)


def _refuse_another_history(vault: Vault, shelf: Shelf, origin: str, last: Head) -> None:
    """The stored tiles have the root that was signed, and the database's ledger goes on from there."""
    if last.origin != origin:
        raise ArchiveDamaged(
            f"The newest signed head is of the log {last.origin}, and PALOVERDE_LOG_ORIGIN says {origin}. "
            "The name of a log never changes: put the setting back."
        )
    if signed_by(last.note, _own_keys(vault, origin)) is None:
        raise ArchiveDamaged(
            f"The newest head, over {last.size:,} entries, bears no signature of the City's key. Find out "
            "who wrote it into ledger/heads/ before anything more is signed."
        )
    tree = Tree(last.size, shelf.read)
    if tree.root() != last.root:
        raise ArchiveDamaged(
            f"The stored tiles do not have the root of the signed head over {last.size:,} entries; nothing "
            "was signed. Restore ledger/tile/ from the second copy."
        )
    size = _settled(vault)
    if size < last.size:
        raise ArchiveDamaged(short_ledger(last.size, size))
    begin = (last.size - 1) // TILE_WIDTH
    leaves = tree.tile(0, begin)
    for (sequence, body), leaf in zip(_bodies(vault, begin * TILE_WIDTH, last.size), leaves, strict=True):
        if merkle.leaf_hash(body) != leaf:
            raise ArchiveDamaged(
                f"Ledger entry {sequence} in the database is not the one that was published in the signed "
                f"head over {last.size:,} entries. Run `paloverde rebuild`, which reads the ledger again."
            )


def _own_keys(vault: Vault, origin: str) -> list[Key]:
    """The City's key, and those that signed before it: the register of keys is in the ledger."""
    with vault.books.connect() as connection:
        register = key_register(connection)
    names = dict.fromkeys([vault.signer.public_key, *(known.public_key for known in register.keys)])
    return [log_key(origin, name) for name in names]


def short_ledger(signed: int, here: int) -> str:
    """What is said of a ledger that is shorter than the log that was published of it."""
    return (
        f"The store holds a signed head over {signed:,} entries of the ledger, and only {here:,} are here. "
        "Restore ledger/entries/ from the second copy, then run `paloverde rebuild`."
    )


class _Writing:
    """Stores tiles and bundles as they become whole, and the partial ones at the end."""

    def __init__(self, tree: Tree, begun: Iterator[bytes], put: _Put) -> None:
        """`begun` are the entries that stand in the partial bundle already."""
        self._put, self._entries = put, list(begun)
        self._growth = Growth(tree.size, tree.edge(), self._put_tile)

    def append(self, body: bytes) -> None:
        self._entries.append(body)
        self._growth.append(merkle.leaf_hash(body))
        if len(self._entries) == TILE_WIDTH:
            self._put_bundle()

    def close(self) -> None:
        if self._entries:
            self._put_bundle()
        self._growth.close()

    def _put_tile(self, tile: Tile, hashes: list[bytes]) -> None:
        self._put(tile.key, b"".join(hashes), What.TILE, tile.covers)

    def _put_bundle(self) -> None:
        size = self._growth.size
        self._put(bundle_key((size - 1) // TILE_WIDTH, size), bundle(self._entries), What.ENTRIES, size)
        self._entries = []


def _settled(vault: Vault) -> int:
    """Up to which entry the ledger lies in the store without a gap."""
    with vault.books.connect() as connection:
        pending = connection.execute(select(func.min(LEDGER.c.sequence)).where(LEDGER.c.pending)).scalar()
        last = connection.execute(select(func.max(LEDGER.c.sequence))).scalar() or 0
    return int(last if pending is None else pending - 1)


def _bodies(vault: Vault, after: int, until: int) -> Iterator[tuple[int, bytes]]:
    """The entries behind `after` up to `until`, with their numbers, a bundle of them in memory at a time."""
    columns = select(LEDGER.c.sequence, LEDGER.c.body).order_by(LEDGER.c.sequence)
    while after < until:
        upper = min(after + TILE_WIDTH, until)
        wanted = columns.where(LEDGER.c.sequence > after, LEDGER.c.sequence <= upper)
        with vault.books.connect() as connection:
            rows = connection.execute(wanted).all()
        if [row.sequence for row in rows] != list(range(after + 1, upper + 1)):
            raise ArchiveDamaged(
                f"The database's ledger has not every entry from {after + 1:,} to {upper:,}. Run `paloverde "
                "rebuild`, which reads it from the store again."
            )
        yield from ((row.sequence, row.body.encode()) for row in rows)
        after = upper


def _chained(vault: Vault, known: int, size: int) -> Iterator[tuple[int, bytes]]:
    """The new entries, each signed with a key of the City's, and naming the hash of the one before it."""
    with vault.books.connect() as connection:
        register = key_register(connection)
    if not register.knows(vault.signer.public_key):
        raise ArchiveDamaged(
            "The register of keys in the database does not know the City's own key, and no head was signed "
            "over it: see `paloverde keys list`, then run `paloverde repair`."
        )
    previous = FIRST if known == 0 else None
    for sequence, body in _bodies(vault, max(known - 1, 0), size):
        entry = genuine(body.decode(), sequence, register)
        if previous not in (None, entry.previous):
            raise ArchiveDamaged(
                f"Ledger entry {sequence} does not follow from the one before it; nothing was signed. Run "
                "`paloverde rebuild`, which reads the ledger from the store again."
            )
        previous = hashlib.sha256(body).hexdigest()
        if sequence > known:
            yield sequence, body
