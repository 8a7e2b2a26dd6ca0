"""Publishing: what is written, what is signed, and what is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.log.conftest import ORIGIN, change
from ledgers import AT, lengthen
from paloverde.archive.keys import Cause, key_register, register_key
from paloverde.archive.ledger import LONGEST_ENTRY, Event, Ledger
from paloverde.archive.log import merkle
from paloverde.archive.log.heads import Published, publish
from paloverde.archive.log.notes import log_key, make_head, signed_by
from paloverde.archive.log.shelf import Shelf, What
from paloverde.archive.log.tiles import Tree, entries_in
from paloverde.archive.papers import Cabinet
from paloverde.archive.signing import open_signer
from paloverde.archive.store.interface import Body, Stored
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, BadQuestion, Unreachable
from paloverde.state.books import writing
from paloverde.state.tables import LEDGER, LOG

Publish = Callable[[int], Published]


def keys_under(vault: Vault, prefix: str) -> list[str]:
    return sorted(stored.key for stored in vault.store.walk(prefix))


def bodies(vault: Vault) -> list[bytes]:
    with vault.books.connect() as connection:
        rows = connection.execute(select(LEDGER.c.body).order_by(LEDGER.c.sequence)).scalars().all()
    return [body.encode() for body in rows]


def test_an_empty_ledger_has_no_head(vault: Vault) -> None:
    assert (
        publish(vault, ORIGIN).sentence()
        == "The ledger has no entry yet, so that there is nothing to publish."
    )
    assert keys_under(vault, "ledger/") == []


def test_the_first_head_is_over_all_entries_and_signed(vault: Vault, published: Publish) -> None:
    done = published(3)
    assert done.sentence() == "A signed head over 3 entries was published, 3 new entries in it."
    assert done.head is not None
    assert done.head.root == merkle.root_of([merkle.leaf_hash(body) for body in bodies(vault)])
    assert signed_by(done.head.note, [log_key(ORIGIN, vault.signer.public_key)]) is not None
    sha256 = hashlib.sha256(done.head.whole().encode()).hexdigest()
    assert [key for key in keys_under(vault, "ledger/") if "entries/0000" not in key] == [
        f"ledger/heads/000000000003-{sha256}",
        "ledger/tile/0/000.p/3",
        "ledger/tile/entries/000.p/3",
    ]


def test_the_log_is_locked_as_the_ledger_is(vault: Vault, published: Publish) -> None:
    published(2)
    of_the_log = [one for one in vault.store.walk("ledger/") if "entries/0000" not in one.key]
    standings = [vault.store.standing(stored) for stored in of_the_log]
    assert len(standings) == 3
    assert all(standing.locked_until is not None for standing in standings)


def test_its_leaves_are_the_stored_entries_byte_for_byte(
    vault: Vault, shelf: Shelf, published: Publish
) -> None:
    published(5)
    key = "ledger/tile/entries/000.p/5"
    stored = [vault.store.get(one) for one in vault.store.walk("ledger/entries/")]
    assert entries_in(shelf.read(key), key) == stored == bodies(vault)


def test_nothing_new_is_no_new_head(vault: Vault, published: Publish) -> None:
    published(3)
    before = keys_under(vault, "ledger/")
    again = publish(vault, ORIGIN)
    assert again.sentence() == "The signed head over 3 entries is the newest; there are no new entries."
    assert (again.new, again.objects) == (0, 0)
    assert keys_under(vault, "ledger/") == before


def test_a_growing_log_writes_whole_tiles_once_and_the_edge(vault: Vault, published: Publish) -> None:
    published(250)
    before = set(keys_under(vault, "ledger/tile/"))
    published(10)
    assert set(keys_under(vault, "ledger/tile/")) - before == {
        "ledger/tile/0/000", "ledger/tile/0/001.p/4", "ledger/tile/1/000.p/1",
        "ledger/tile/entries/000", "ledger/tile/entries/001.p/4",
    }  # fmt: skip
    with vault.books.connect() as connection:
        rows = {row.key: (row.what, row.tree_size) for row in connection.execute(select(LOG))}
    assert rows["ledger/tile/1/000.p/1"] == ("tile", 256)
    assert rows["ledger/tile/entries/001.p/4"] == ("entries", 260)
    assert set(rows) == {key for key in keys_under(vault, "ledger/") if "/entries/0000000" not in key}


@pytest.mark.parametrize("sizes", [(255, 1, 1), (256, 256), (1, 511, 3), (100, 100, 100, 100)])
def test_every_head_continues_every_one_before(
    vault: Vault, published: Publish, sizes: tuple[int, ...]
) -> None:
    heads = [head for count in sizes if (head := published(count).head) is not None]
    newest = heads[-1]
    tree = Tree(newest.size, Shelf(vault).read)
    for head in heads:
        proof = merkle.consistency_proof(head.size, newest.size, tree.hashes)
        assert merkle.is_consistent(head.size, newest.size, head.root, newest.root, proof)
    assert newest.root == merkle.root_of([merkle.leaf_hash(body) for body in bodies(vault)])


def test_an_entry_that_is_not_stored_yet_waits_for_the_next_head(vault: Vault, published: Publish) -> None:
    published(2)
    with writing(vault.books) as connection:
        row = connection.execute(LEDGER.select().where(LEDGER.c.sequence == 2)).mappings().one()
        connection.execute(LEDGER.insert().values({**row, "sequence": 3, "pending": True, "key": "k"}))
    assert publish(vault, ORIGIN).new == 0


class Dying:
    """The real store, until the power fails at the n-th object that is written."""

    def __init__(self, vault: Vault, dies_at: int) -> None:
        self._store, self._left = vault.store, dies_at

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def put(
        self, key: str, body: Body, *, locked_until: datetime | None, sha256: str | None = None
    ) -> Stored:
        self._left -= 1
        if self._left < 0:
            raise Unreachable("The power failed.")
        return self._store.put(key, body, locked_until=locked_until, sha256=sha256)


@pytest.mark.parametrize("dies_at", range(7))
def test_a_crash_at_any_object_is_finished_by_the_next_run(
    vault: Vault, published: Publish, dies_at: int
) -> None:
    published(254)
    lengthen(vault, 5, actor="counsel", stored=False)
    dying = Vault(Dying(vault, dies_at), vault.books, vault.signer, vault.clock, 2)  # type: ignore[arg-type]
    if dies_at < 6:
        with pytest.raises(Unreachable):
            publish(dying, ORIGIN)
    lengthen(vault, 1, actor="counsel", stored=False)
    done = publish(vault, ORIGIN)
    assert done.head is not None
    assert (done.head.size, done.head.root) == (
        260,
        merkle.root_of([merkle.leaf_hash(b) for b in bodies(vault)]),
    )


def test_a_head_that_the_database_lost_is_found_in_the_store(vault: Vault, published: Publish) -> None:
    published(9)
    newest = published(5).head
    with writing(vault.books) as connection:
        connection.execute(LOG.delete().where(LOG.c.tree_size > 9))
    assert publish(vault, ORIGIN).head == newest
    assert Shelf(vault).newest_head() == newest


def cut(vault: Vault, last: int) -> None:
    with writing(vault.books) as connection:
        connection.execute(LEDGER.delete().where(LEDGER.c.sequence > last))


def test_a_ledger_that_was_cut_is_refused(vault: Vault, published: Publish) -> None:
    published(9)
    cut(vault, 4)
    with pytest.raises(ArchiveDamaged, match="signed head over 9 entries of the ledger, and only 4 are here"):
        publish(vault, ORIGIN)


def test_a_ledger_that_was_cut_and_grew_again_is_refused(vault: Vault, published: Publish) -> None:
    published(9)
    cut(vault, 4)
    lengthen(vault, 8, actor="counsel", stored=False)
    with pytest.raises(ArchiveDamaged, match="entry 5 in the database is not the one that was published"):
        publish(vault, ORIGIN)


def test_a_database_put_back_from_a_copy_is_refused_though_it_lost_the_head_too(
    vault: Vault, published: Publish
) -> None:
    published(4)
    published(5)
    cut(vault, 4)
    with writing(vault.books) as connection:
        connection.execute(LOG.delete().where(LOG.c.tree_size > 4))
    lengthen(vault, 8, actor="counsel", stored=False)
    with pytest.raises(ArchiveDamaged, match="entry 5 in the database is not the one that was published"):
        publish(vault, ORIGIN)


def test_new_entries_that_do_not_follow_are_not_signed(vault: Vault, published: Publish) -> None:
    published(3)
    lengthen(vault, 3, actor="counsel", stored=False)
    with writing(vault.books) as connection:
        body = connection.execute(select(LEDGER.c.body).where(LEDGER.c.sequence == 5)).scalar_one()
        changed = body.replace("counsel", "nobody")
        connection.execute(LEDGER.update().where(LEDGER.c.sequence == 5).values(body=changed))
    with pytest.raises(ArchiveDamaged, match="entry 5 in the database does not bear the signature"):
        publish(vault, ORIGIN)
    with writing(vault.books) as connection:
        connection.execute(LEDGER.delete().where(LEDGER.c.sequence == 5))
    with pytest.raises(ArchiveDamaged, match="not every entry from 3 to 6"):
        publish(vault, ORIGIN)


@pytest.mark.parametrize("victim", ["ledger/tile/0/000.p/9", "ledger/heads"])
def test_a_changed_tile_or_head_stops_it(vault: Vault, published: Publish, root: Path, victim: str) -> None:
    published(9)
    lengthen(vault, 1, actor="counsel", stored=False)
    path = root / victim
    change(path if path.is_file() else next(path.iterdir()), 5)
    with pytest.raises(ArchiveDamaged):
        publish(vault, ORIGIN)
    assert len(keys_under(vault, "ledger/heads/")) == 1


def test_two_heads_of_one_size_with_two_roots_are_named(vault: Vault, published: Publish) -> None:
    published(9)
    forged = make_head(ORIGIN, 9, b"\0" * 32, vault.signer).whole().encode()
    key = f"ledger/heads/000000000009-{hashlib.sha256(forged).hexdigest()}"
    vault.store.put(key, forged, locked_until=None)
    with pytest.raises(ArchiveDamaged, match="two signed heads over 9 entries with two roots"):
        publish(vault, ORIGIN)


def test_a_head_that_somebody_else_signed_is_named(vault: Vault, published: Publish, tmp_path: Path) -> None:
    published(9)
    lengthen(vault, 3, stored=False)
    stranger = Vault(vault.store, vault.books, open_signer(tmp_path / "other.pem"), vault.clock, 2)
    with pytest.raises(ArchiveDamaged, match="bears no signature of the City's key"):
        publish(stranger, ORIGIN)


def test_a_log_never_changes_its_name(vault: Vault, published: Publish) -> None:
    published(2)
    lengthen(vault, 1, actor="counsel", stored=False)
    with pytest.raises(ArchiveDamaged, match="The name of a log never changes"):
        publish(vault, "elsewhere.example/ledger")


def test_an_event_that_is_too_long_for_the_log_is_refused_before_anything_is_written(vault: Vault) -> None:
    ledger = Ledger(vault.store, vault.books, vault.signer, 2)
    with pytest.raises(BadQuestion, match=r"search made.*holds 65,535"):
        ledger.append(Event("search made", "clerk", AT, {"question": "ö" * 33_000}))
    assert ledger.entries() == []


def test_the_longest_entry_is_published(vault: Vault) -> None:
    ledger, at = Ledger(vault.store, vault.books, vault.signer, 2), AT
    ledger.append(Event("search made", "clerk", at, {"question": ""}))
    room = LONGEST_ENTRY - len(bodies(vault)[0])
    ledger.append(Event("search made", "clerk", at, {"question": "x" * room}))
    assert len(bodies(vault)[1]) == LONGEST_ENTRY
    assert publish(vault, ORIGIN).new == 2
    with pytest.raises(BadQuestion):
        ledger.append(Event("search made", "clerk", at, {"question": "x" * (room + 1)}))


def test_a_missing_object_is_named(vault: Vault, shelf: Shelf) -> None:
    with pytest.raises(ArchiveDamaged, match=r"ledger/tile/0/000 of the ledger's log is missing"):
        shelf.read("ledger/tile/0/000")
    assert list(shelf.of(What.HEAD, 3)) == []


def test_the_work_grows_with_the_new_entries_and_not_with_the_old(vault: Vault, published: Publish) -> None:
    published(700)
    lengthen(vault, 1, actor="counsel", stored=False)
    counting = Counting(vault)
    publish(Vault(counting, vault.books, vault.signer, vault.clock, 2), ORIGIN)  # type: ignore[arg-type]
    assert counting.read < 20
    assert counting.written == 4


def test_a_publication_lists_hardly_anything_however_many_heads_there_are(
    vault: Vault, published: Publish
) -> None:
    for _ in range(12):
        published(30)
    lengthen(vault, 1, actor="counsel", stored=False)
    counting = Counting(vault)
    publish(Vault(counting, vault.books, vault.signer, vault.clock, 2), ORIGIN)  # type: ignore[arg-type]
    assert counting.listed <= 4


class Counting:
    """The real store, counted."""

    def __init__(self, vault: Vault) -> None:
        self._store, self.read, self.written, self.listed = vault.store, 0, 0, 0

    def walk(self, prefix: str) -> Iterator[Stored]:
        self.listed += 1
        return self._store.walk(prefix)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def get(self, stored: Stored) -> bytes:
        self.read += 1
        return self._store.get(stored)

    def put(
        self, key: str, body: Body, *, locked_until: datetime | None, sha256: str | None = None
    ) -> Stored:
        self.written += 1
        return self._store.put(key, body, locked_until=locked_until, sha256=sha256)


def test_publishers_that_race_sign_one_history(vault: Vault, published: Publish) -> None:
    published(250)
    lengthen(vault, 20, stored=False)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: publish(vault, ORIGIN), range(4)))
    assert {one.head.size for one in done if one.head} == {270}
    assert len(keys_under(vault, "ledger/heads/")) == 2
    with vault.books.connect() as connection:
        noted = sorted(connection.execute(select(LOG.c.key)).scalars().all())
    assert noted == [key for key in keys_under(vault, "ledger/") if "/entries/0000000" not in key]


@pytest.mark.parametrize("known", [0, 2])
def test_an_entry_that_was_forged_in_the_database_goes_under_no_head(
    vault: Vault, published: Publish, known: int
) -> None:
    """The last one: no other entry follows from it, so that the chain alone would not show it."""
    if known:
        published(known)
    lengthen(vault, 1)
    with writing(vault.books) as connection:
        newest = LEDGER.c.sequence == known + 1
        body = connection.execute(select(LEDGER.c.body).where(newest)).scalar_one()
        forged = body.replace('"actor":"clerk"', '"actor":"zoe"')
        sha256 = hashlib.sha256(forged.encode()).hexdigest()
        connection.execute(LEDGER.update().where(newest).values(body=forged, sha256=sha256))
    before = keys_under(vault, "ledger/heads/")
    with pytest.raises(ArchiveDamaged, match="does not bear the signature"):
        publish(vault, ORIGIN)
    assert keys_under(vault, "ledger/heads/") == before


def test_an_entry_of_a_key_that_is_not_registered_goes_under_no_head(vault: Vault, tmp_path: Path) -> None:
    ours = Ledger(vault.store, vault.books, vault.signer, 2, key_register)
    register_key(Cabinet(vault, ours), vault.books, vault.signer, Cause.FIRST, "It began.", "installation")
    Ledger(vault.store, vault.books, open_signer(tmp_path / "stranger.pem"), 2).append(
        Event("search made", "zoe", AT, {})
    )
    with pytest.raises(ArchiveDamaged, match="entry 2 is signed with the key"):
        publish(vault, ORIGIN)
    assert keys_under(vault, "ledger/heads/") == []
