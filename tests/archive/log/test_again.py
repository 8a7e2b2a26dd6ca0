"""The database is only a copy of the log, too; and a ledger must fit the heads that were published of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.log.conftest import ORIGIN, change
from archive.log.test_heads import Dying
from ledgers import lengthen
from paloverde.archive.keys import Cause, register_key
from paloverde.archive.ledger import Ledger
from paloverde.archive.log.check import check_log
from paloverde.archive.log.heads import Published, publish
from paloverde.archive.log.notes import log_key, make_head, signed_by
from paloverde.archive.log.shelf import Shelf, What
from paloverde.archive.log.walk import Folder
from paloverde.archive.papers import Cabinet
from paloverde.archive.rebuild import rebuild
from paloverde.archive.signing import open_signer
from paloverde.archive.store.directory import DirectoryStore
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, Unreachable
from paloverde.state.books import open_books, writing
from paloverde.state.tables import LOG

Publish = Callable[[int], Published]


def rows(vault: Vault) -> list[tuple[object, ...]]:
    columns = (LOG.c.key, LOG.c.version_id, LOG.c.sha256, LOG.c.size, LOG.c.what, LOG.c.tree_size)
    with vault.books.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(LOG.c.key))]


def fill(vault: Vault, published: Publish) -> None:
    for count in (5, 255, 10):
        lengthen(vault, count)
        published(0)
    Shelf(vault).note(
        [
            Shelf(vault).put(
                f"ledger/timestamps/000000000270-tsa-1a2b-{hashlib.sha256(b't').hexdigest()}.tsr",
                b"t",
                What.TIMESTAMP,
                270,
            )
        ]
    )


def test_the_table_of_the_log_comes_back_from_the_objects(
    vault: Vault, published: Publish, tmp_path: Path
) -> None:
    fill(vault, published)
    fresh = Vault(vault.store, open_books(f"sqlite:///{tmp_path}/other.db"), vault.signer, vault.clock, 2)
    rebuild(fresh.store, fresh.books, lambda _: None)
    assert rows(fresh) == rows(vault)
    assert publish(fresh, ORIGIN).new == 0
    lengthen(fresh, 3)
    assert publish(fresh, ORIGIN).new == 3


def test_a_ledger_that_is_shorter_than_what_was_published_is_refused(
    vault: Vault, published: Publish, root: Path
) -> None:
    fill(vault, published)
    before = rows(vault)
    for number in range(266, 271):
        next(root.glob(f"ledger/entries/{number:012d}-*")).unlink()
    fresh = open_books(f"sqlite:///{root}/../fresh.db")
    said = "The store holds a signed head over 270 entries of the ledger, and only 265 are here"
    with pytest.raises(ArchiveDamaged, match=said):
        rebuild(vault.store, fresh, lambda _: None)
    assert rows(vault) == before


def test_a_ledger_of_another_history_is_refused(vault: Vault, published: Publish) -> None:
    lengthen(vault, 5)
    published(0)
    forged = make_head(ORIGIN, 4, b"\1" * 32, vault.signer).whole().encode()
    key = f"ledger/heads/000000000004-{hashlib.sha256(forged).hexdigest()}"
    vault.store.put(key, forged, locked_until=None)
    with pytest.raises(ArchiveDamaged, match="are not those of the signed head over 4 entries"):
        rebuild(vault.store, vault.books, lambda _: None)


def test_two_heads_of_one_size_stop_it(vault: Vault, published: Publish) -> None:
    lengthen(vault, 5)
    published(0)
    forged = make_head(ORIGIN, 5, b"\1" * 32, vault.signer).whole().encode()
    key = f"ledger/heads/000000000005-{hashlib.sha256(forged).hexdigest()}"
    vault.store.put(key, forged, locked_until=None)
    with pytest.raises(ArchiveDamaged, match="two signed heads over 5 entries"):
        rebuild(vault.store, vault.books, lambda _: None)


def test_tiles_of_a_publication_that_was_broken_off_are_passed_over(vault: Vault, published: Publish) -> None:
    lengthen(vault, 5)
    published(0)
    vault.store.put("ledger/tile/0/000.p/9", b"x" * 288, locked_until=None)
    before = rows(vault)
    rebuild(vault.store, vault.books, lambda _: None)
    assert rows(vault) == before


def test_a_damaged_head_is_left_out_and_told(vault: Vault, published: Publish, root: Path) -> None:
    fill(vault, published)
    change(next(root.glob("ledger/heads/000000000260-*")))
    done = rebuild(vault.store, vault.books, lambda _: None)
    assert any("ledger/heads/000000000260-" in key for key in done.left_out)


def test_a_head_that_a_stranger_put_there_does_not_stop_it(
    vault: Vault, published: Publish, tmp_path: Path
) -> None:
    register_key(cabinet_of(vault), vault.books, vault.signer, Cause.FIRST, "It began.", "installation")
    published(0)
    stranger = open_signer(tmp_path / "stranger.pem")
    forged = make_head(ORIGIN, 900, b"\1" * 32, stranger).whole().encode()
    key = f"ledger/heads/000000000900-{hashlib.sha256(forged).hexdigest()}"
    vault.store.put(key, forged, locked_until=None)
    assert rebuild(vault.store, vault.books, lambda _: None).left_out == [key]
    assert key not in [row[0] for row in rows(vault)]
    assert publish(vault, ORIGIN).new == 0


def test_the_log_goes_on_under_a_new_key_and_comes_back(
    vault: Vault, published: Publish, tmp_path: Path
) -> None:
    register_key(cabinet_of(vault), vault.books, vault.signer, Cause.FIRST, "It began.", "installation")
    first = published(3).head
    new = Vault(vault.store, vault.books, open_signer(tmp_path / "new.pem"), vault.clock, 2)
    register_key(cabinet_of(vault), vault.books, new.signer, Cause.ROTATED, "A year has passed.", "IT")
    lengthen(new, 2)
    second = publish(new, ORIGIN).head
    assert first is not None
    assert second is not None
    assert signed_by(first.note, [log_key(ORIGIN, vault.signer.public_key)]) is not None
    assert signed_by(second.note, [log_key(ORIGIN, new.signer.public_key)]) is not None
    rebuild(vault.store, vault.books, lambda _: None)
    assert publish(new, ORIGIN).new == 0
    report = check_log(
        Folder(tmp_path / "archive"), first, [log_key(ORIGIN, one.signer.public_key) for one in (vault, new)]
    )
    assert (report.wrong, report.limits) == ([], [])


def damage_of(kind: str, path: Path) -> None:
    if kind == "lost":
        path.unlink()
    else:
        body = path.read_bytes()
        path.write_bytes(body[:-1] if kind == "cut" else bytes(len(body)))


@pytest.mark.parametrize("kind", ["cut", "zeros", "lost"])
@pytest.mark.parametrize("what", ["tile/0/000", "tile/1/000.p/1", "tile/entries/001.p/4", "heads/*260-*"])
def test_a_row_says_what_should_lie_there_and_not_what_does(
    vault: Vault, published: Publish, root: Path, tmp_path: Path, what: str, kind: str
) -> None:
    fill(vault, published)
    second = DirectoryStore(tmp_path / "second")
    for stored in vault.store.walk("ledger/heads/"):
        second.put(stored.key, vault.store.get(stored), locked_until=None)
    (victim,) = root.glob(f"ledger/{what}")
    damage_of(kind, victim)
    fresh = Vault(vault.store, open_books(f"sqlite:///{tmp_path}/other.db"), vault.signer, vault.clock, 2)
    rebuild(fresh.store, fresh.books, lambda _: None, second=second)
    free = {victim.relative_to(root).as_posix(): None} if kind == "lost" else {}
    named = [[row[0], row[0] not in free and row[1], *row[2:]] for row in rows(fresh)]
    assert named == [[row[0], row[0] not in free and row[1], *row[2:]] for row in rows(vault)]


def test_a_head_that_lies_nowhere_any_more_is_still_named(
    vault: Vault, published: Publish, root: Path
) -> None:
    fill(vault, published)
    before = rows(vault)
    (victim,) = root.glob("ledger/heads/*270-*")
    victim.unlink()
    rebuild(vault.store, vault.books, lambda _: None)
    assert rows(vault) == before


def test_a_row_that_was_altered_is_not_taken_for_what_was_lost(vault: Vault, published: Publish) -> None:
    fill(vault, published)
    before = rows(vault)
    for altered in ({"key": LOG.c.key + "0"}, {"sha256": "0" * 64}, {"key": "ledger/heads/1"}):
        with writing(vault.books) as connection:
            connection.execute(LOG.update().where(LOG.c.key.contains("heads/000000000260-")).values(altered))
        rebuild(vault.store, vault.books, lambda _: None)
        assert rows(vault) == before


@pytest.mark.parametrize("dies_at", range(7))
def test_the_table_is_what_the_objects_say_wherever_a_publication_breaks_off(
    vault: Vault, published: Publish, tmp_path: Path, dies_at: int
) -> None:
    lengthen(vault, 254)
    published(0)
    lengthen(vault, 5)
    dying = Vault(Dying(vault, dies_at), vault.books, vault.signer, vault.clock, 2)  # type: ignore[arg-type]
    with suppress(Unreachable):
        publish(dying, ORIGIN)
    assert rebuilt_rows(vault, tmp_path / "then.db") == rows(vault)
    lengthen(vault, 1)
    publish(vault, ORIGIN)
    assert rebuilt_rows(vault, tmp_path / "later.db") == rows(vault)


def test_what_was_stored_and_never_noted_is_noted_by_the_next_publication(
    vault: Vault, published: Publish, tmp_path: Path
) -> None:
    """As when the database dies with its last statement, or is put back from an older copy."""
    lengthen(vault, 5)
    published(0)
    before = [row[0] for row in rows(vault)]
    for count in (255, 10):
        lengthen(vault, count)
        published(0)
    stamp = f"ledger/timestamps/000000000270-tsa-1a2b-{hashlib.sha256(b't').hexdigest()}.tsr"
    vault.store.put(stamp, b"t", locked_until=None)
    with writing(vault.books) as connection:
        connection.execute(LOG.delete().where(LOG.c.key.not_in(before)))
    assert publish(vault, ORIGIN).new == 0
    assert rows(vault) == rebuilt_rows(vault, tmp_path / "later.db")
    assert stamp in [row[0] for row in rows(vault)]


def rebuilt_rows(vault: Vault, path: Path) -> list[tuple[object, ...]]:
    fresh = Vault(vault.store, open_books(f"sqlite:///{path}"), vault.signer, vault.clock, 2)
    rebuild(fresh.store, fresh.books, lambda _: None)
    return rows(fresh)


def cabinet_of(vault: Vault) -> Cabinet:
    return Cabinet(vault, Ledger(vault.store, vault.books, vault.signer, 2))
