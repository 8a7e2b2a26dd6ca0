"""A hold that comes between the seal of a destruction and its last deed brings back what still lies there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from disposing import FIRST, QUIET, Item, Later, item_of, led_astray
from sqlalchemy import event, select

from paloverde.archive.agreement import fingerprint
from paloverde.archive.kept import everything
from paloverde.archive.layout import records_key
from paloverde.archive.mended import MendedStore
from paloverde.archive.seal import Role, RunKind, Seal, Superseded
from paloverde.archive.tombstones import last_destroyed, seals_of
from paloverde.errors import ArchiveDamaged, PersonNeeded, TryAgain
from paloverde.installation.holds import Kept
from paloverde.retention.certificate import Certificate
from paloverde.retention.destroyed import destroyed
from paloverde.retention.disposition import carry_out
from paloverde.retention.hold_marks import changing_holds
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Trigger
from paloverde.retention.overtaking import SERIES, Reinstated
from paloverde.retention.reinstating import lies, put_back
from paloverde.state.tables import COPIES, ITEMS, PARTS, RUNS
from stores import NO_SERVER, bucket_at, find_s3

ONE, TWO = "nextdoor-cityofpalmaria", "facebook-cityofpalmaria"
PICTURES, MANY = "instagram-cityofpalmaria", "linkedin-cityofpalmaria"
COUNSEL = By("Cleo Ruiz", "counsel", "this test")
UNDONE = r"was undone because of the hold LIT-1 \(Ruiz v. City\)"
LOOK = 'SELECT parts."key" FROM parts WHERE parts."key" = ?'  # before an object is deleted
FORGOTTEN = "DELETE FROM copies"  # once it is
PEOPLE = {"ana": "clerk", "ben": "approver"}


class Killed(BaseException):
    """The process dies here."""


@pytest.fixture
def later(tmp_path: Path, built: Path) -> Later:
    return Later(tmp_path / "home", built)


@contextmanager
def watching(later: Later, words: str, at: int, do: Callable[[], None]) -> Iterator[None]:
    """Do something when the database is told something for the `at`th time."""
    told: list[str] = []

    def look(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        told.extend([statement] * " ".join(statement.split()).startswith(words))
        if len(told) == at:
            told.append("done")
            do()

    books = later.city.vault.books
    event.listen(books, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(books, "before_cursor_execute", look)
    assert len(told) > at, "it was never told"


def die() -> None:
    raise Killed


def dying(later: Later, order: str, deeds: int, words: str = LOOK) -> None:
    """Carry an order out until so many objects are deleted; `FORGOTTEN`: of the last no table knows."""
    with watching(later, words, deeds + (words == LOOK), die), pytest.raises(Killed):
        carry_out(later.office, order, "ana", QUIET)


def hold(later: Later, item: Item) -> Kept:
    scope = Scope(items=("/".join(item),))
    return later.city.holds.issue("LIT-1", "Ruiz v. City", scope, Trigger.CLAIM, COUNSEL)


def hold_without_a_look(later: Later, item: Item) -> None:
    """As where another process sets and lifts legal holds at that moment."""
    scope = Scope(items=("/".join(item),))
    with changing_holds(later.city.vault), pytest.raises(TryAgain):
        later.city.holds.issue("LIT-1", "Ruiz v. City", scope, Trigger.CLAIM, COUNSEL, wait=0.0)


def release(later: Later) -> None:
    memo = later.home / "memo.txt"
    memo.write_text("Settled.")
    later.city.holds.release("LIT-1", memo, COUNSEL)


def carried_out(later: Later, order: str) -> Certificate:
    return later.city.disposition.carry_out(order, PEOPLE, "ana", QUIET)


def parts_of(later: Later) -> set[tuple[Any, ...]]:
    """Every object as readers find it, whichever run names it."""
    names = ("key", "version_id", "sha256", "of_run", "day", "role", "rows", "undated", "earliest", "latest")
    query = select(*(PARTS.c[name] for name in names)).where(PARTS.c.role != "tombstones")
    with later.city.vault.books.connect() as connection:
        return {tuple(row) for row in connection.execute(query)}


def register_of(later: Later) -> set[tuple[Any, ...]]:
    with later.city.vault.books.connect() as connection:
        return {tuple(row) for row in connection.execute(select(ITEMS))}


def same_rows(later: Later, rows: list[dict[str, Any]]) -> bool:
    return sorted(map(repr, later.rows())) == sorted(map(repr, rows))


def agrees(later: Later) -> None:
    """The database says what the objects say: the same before and after it is filled from them."""
    books, holds = later.city.vault.books, later.city.holds

    def said() -> tuple[Any, ...]:
        kept = {one.stored for batch in everything(books) for one in batch}
        return fingerprint(books), kept, [holds.counts(one) for one in holds.all()]

    before = said()
    assert later.city.rebuild(QUIET).missing == []
    assert said() == before
    assert all(lies(later.city.vault.store, stored) for stored in before[1])


def reinstatement(later: Later, slug: str) -> Seal:
    (seal,) = [one for one in later.city.archive.seals([slug]) if one.run.kind is RunKind.REINSTATEMENT]
    return seal


@pytest.mark.parametrize("slug", [ONE, PICTURES])
def test_everything_is_as_it_was_once_a_hold_is_issued(later: Later, slug: str) -> None:
    order = later.order(slug)
    wanted, rows, parts, register = later.wanted(order), later.rows(), parts_of(later), register_of(later)
    dying(later, order, 0)
    assert wanted.isdisjoint({item_of(row) for row in later.rows()})
    item = min(wanted)
    issued = hold(later, item)
    assert issued.gathered.items == 1
    assert issued.marked.bearing == issued.marked.objects > 0
    assert same_rows(later, rows)
    assert register_of(later) == register
    assert parts <= parts_of(later)
    assert {one[5] for one in parts_of(later) - parts} <= {"exchanges"}  # the blanked ones stay beside them
    assert led_astray(later.city, later.rows()) == []
    assert destroyed(later.city.archive, item[2]) == []
    assert last_destroyed(later.city.archive, slug) == {}
    agrees(later)
    assert same_rows(later, rows)
    seal = reinstatement(later, slug)
    assert seal.run.counts == {"items": len(wanted), "gone": 0}


def test_a_paper_and_the_ledger_tell_of_it_once(later: Later) -> None:
    order = later.order(ONE)
    dying(later, order, 0)
    hold(later, min(later.wanted(order)))
    later.city.holds.reconcile().settle()
    seal, cabinet = reinstatement(later, ONE), later.city.cabinet
    (filed,) = cabinet.newest(SERIES)
    assert (filed.number, filed.subject) == (1, f"run-{seal.sequence}")
    paper = cabinet.read(filed, Reinstated)
    assert (paper.order, paper.account, paper.told) == (order, ONE, seal.run.coverage.notes)
    told = [one.event for one in later.city.ledger.entries() if one.event.what == "destruction undone"]
    assert [(one.about["order"], one.about["sequence"]) for one in told] == [(order, str(seal.sequence))]
    assert "because of the hold LIT-1 (Ruiz v. City)" in told[0].about["why"]


def test_a_hold_that_is_about_something_else_undoes_nothing(later: Later) -> None:
    order = later.order(ONE)
    dying(later, order, 0)
    destroyed_ones = later.wanted(order)
    other = min({item_of(row) for row in later.rows() if row["account"] == ONE} - destroyed_ones)
    hold(later, other)
    assert len(seals_of(later.city.archive, order, [ONE])) == 1
    assert carry_out(later.office, order, "ana", QUIET).items == len(destroyed_ones)


def test_the_order_is_withdrawn_and_its_items_are_proposed_anew(later: Later) -> None:
    order = later.order(ONE)
    wanted = later.wanted(order)
    dying(later, order, 0)
    hold(later, min(wanted))
    for _ in range(2):
        with pytest.raises(PersonNeeded, match=UNDONE):
            carry_out(later.office, order, "ana", QUIET)
    assert later.city.cabinet.last("certificates", order) is None
    assert later.city.disposition.standing(order).sealed == 0
    assert "was undone because of the hold LIT-1" in later.city.disposition.state_after_a_stop(order)
    later.city.disposition.withdraw(order, "A claim was filed", "cleo")
    release(later)
    anew = later.order(ONE)
    assert later.wanted(anew) == wanted
    certificate = carry_out(later.office, anew, "ana", QUIET)
    assert (certificate.items, certificate.kept) == (len(wanted), [])
    assert wanted.isdisjoint({item_of(row) for row in later.rows()})
    agrees(later)


def test_carry_out_finds_the_hold_and_goes_on_with_the_other_accounts(later: Later) -> None:
    order = later.order(ONE, TWO)
    wanted = later.wanted(order)
    dying(later, order, 0)
    ((begun, other),) = [
        (a, b) for a, b in ((ONE, TWO), (TWO, ONE)) if seals_of(later.city.archive, order, [a])
    ]
    item = min(one for one in wanted if one[0] == begun)
    hold_without_a_look(later, item)
    certificate = carry_out(later.office, order, "ana", QUIET)
    assert [note for note in certificate.kept if "was undone because of the hold LIT-1" in note]
    assert [run.account for run in certificate.runs] == [other]
    assert certificate.items == sum(one[0] == other for one in wanted)
    assert {one for one in wanted if one[0] == begun} <= {item_of(row) for row in later.rows()}
    assert later.city.holds.counts(later.city.holds.get("LIT-1"))[0] == 1
    agrees(later)


def test_a_hold_that_comes_between_two_deeds_stops_them(later: Later) -> None:
    order = later.order(ONE)
    other = later.again()
    item = min(later.wanted(order))

    def issue() -> None:
        scope = Scope(items=("/".join(item),))
        with pytest.raises(TryAgain):
            other.holds.issue("LIT-1", "Ruiz v. City", scope, Trigger.CLAIM, COUNSEL, wait=0.0)

    with watching(later, LOOK, 2, issue), pytest.raises(PersonNeeded, match=UNDONE):
        carry_out(later.office, order, "ana", QUIET)
    assert reinstatement(later, ONE).run.counts["gone"] in (1, 2)
    assert item in {item_of(row) for row in later.rows()}
    agrees(later)


@pytest.mark.parametrize("words", [LOOK, FORGOTTEN])
@pytest.mark.parametrize("deeds", [1, 3, 8, 15])
def test_what_was_deleted_before_is_named_and_the_rest_comes_back(
    later: Later, deeds: int, words: str
) -> None:
    """Three raw answers, twelve dossiers and two tables of records go, in this order."""
    order = later.order(MANY)
    wanted, before = later.wanted(order), later.rows()
    dying(later, order, deeds, words)
    (undone,) = seals_of(later.city.archive, order, [MANY])
    store, old = later.city.vault.store, undone.run.superseded
    assert len(old) == 17
    gone = {one.key for one in old if not lies(store, one.stored)}
    assert len(gone) == deeds
    lying = [one for one in old if one.role in (Role.RECORDS, Role.REMOVED) and one.key not in gone]
    there = {item_of(row) for one in lying for row in rows_in(later, one)} & wanted
    hold(later, min(there))
    rows, seal = later.rows(), reinstatement(later, MANY)
    notes = " ".join(seal.run.coverage.notes)
    assert seal.run.counts["gone"] == len(gone)
    assert all(key in notes for key in gone)
    assert there == {item_of(row) for row in rows} & wanted
    assert all(versions(rows, one) == versions(before, one) for one in wanted)
    assert later.rows(Role.TOMBSTONES) == []
    copies_lie(later)
    agrees(later)
    with pytest.raises(PersonNeeded, match=UNDONE):
        carry_out(later.office, order, "ana", QUIET)
    later.city.disposition.withdraw(order, "A claim was filed", "cleo")
    release(later)


@pytest.mark.parametrize("deeds", [1, 3, 8])
def test_what_came_back_in_part_is_destroyed_once_the_hold_is_released(later: Later, deeds: int) -> None:
    """Without its dossier nobody knows that an item was removed: it stays until a look finds it gone again."""
    order = later.order(MANY)
    wanted = later.wanted(order)
    dying(later, order, deeds)
    left_out = {
        note for seal in seals_of(later.city.archive, order, [MANY]) for note in seal.run.coverage.notes
    }
    hold(later, min(wanted))
    removed = {item_of(row) for row in later.rows(Role.REMOVED)}
    later.city.disposition.withdraw(order, "A claim was filed", "cleo")
    release(later)
    anew = later.order(MANY)
    assert later.wanted(anew) == wanted & removed
    certificate = carry_out(later.office, anew, "ana", QUIET)
    assert set(certificate.kept) <= left_out
    assert certificate.items == len(wanted & removed) - len(certificate.kept) > 0
    agrees(later)


def test_an_item_of_which_a_row_is_gone_keeps_its_tombstones(later: Later) -> None:
    free = may_go(later)
    row = next(one for one in later.rows(Role.RECORDS) if item_of(one) in free)
    later.one_more_version(row)
    order = later.order(ONE)
    wanted = later.wanted(order)
    dying(later, order, 12)  # a raw answer, ten dossiers and the first of two tables
    hold(later, item_of(row))
    assert {item_of(one) for one in later.rows(Role.TOMBSTONES)} == wanted
    assert [one["version_sha256"] for one in later.rows() if item_of(one) in wanted] == ["ed" * 32]
    seal = reinstatement(later, ONE)
    assert seal.run.counts == {"items": 0, "gone": 12}
    told = (
        f"{ONE}, {row['kind']} {row['native_id']}: a row of it was deleted before that; its tombstones stay."
    )
    assert told in seal.run.coverage.notes
    assert later.city.holds.counts(later.city.holds.get("LIT-1"))[0] == 1
    assert [one.order for one in destroyed(later.city.archive, row["native_id"])] == [order]
    agrees(later)


def may_go(later: Later) -> set[Item]:
    probe = later.order(ONE)
    wanted = later.wanted(probe)
    later.city.disposition.withdraw(probe, "It was a probe.", "ana")
    return wanted


def rows_in(later: Later, old: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = later.city.archive.table(old).to_pylist()
    return found


def versions(rows: list[dict[str, Any]], item: Item) -> list[tuple[str, str]]:
    return sorted(
        (row["version_sha256"], row["payload_sha256"])
        for row in rows
        if item_of(row) == item and "removed_at" not in row
    )


def copies_lie(later: Later) -> None:
    """What the database takes for copied lies in the second copy."""
    copied = PARTS.join(COPIES, (COPIES.c.key == PARTS.c.key) & (COPIES.c.version_id == PARTS.c.version_id))
    with later.city.vault.books.connect() as connection:
        rows = connection.execute(select(PARTS.c.key).select_from(copied)).scalars().all()
    assert [key for key in rows if later.stores[1].find(key) is None] == []


@pytest.mark.parametrize(
    "words", ["INSERT INTO runs", "DELETE FROM items", "UPDATE runs", "INSERT INTO filed"]
)
def test_an_undoing_that_dies_is_completed(later: Later, words: str) -> None:
    order = later.order(ONE)
    wanted, rows, register = later.wanted(order), later.rows(), register_of(later)
    dying(later, order, 0)
    item = min(wanted)
    hold_without_a_look(later, item)
    with watching(later, words, 1, die), pytest.raises(Killed):
        later.city.holds.reconcile()
    later.city.ledger.settle(patience=0)
    later.city.holds.reconcile().settle()
    assert same_rows(later, rows)
    assert register_of(later) == register
    assert later.city.holds.counts(later.city.holds.get("LIT-1"))[0] == 1
    assert len(list(later.city.cabinet.newest(SERIES))) == 1
    with later.city.vault.books.connect() as connection:
        assert connection.execute(select(RUNS.c.sequence).where(RUNS.c.pending)).first() is None
    agrees(later)


def test_what_an_undone_destruction_wrote_goes_with_what_is_in_it(later: Later) -> None:
    """An item that stayed then is in a table that nothing names any more: it must not be left in the store."""
    order = later.order(ONE)
    wanted = later.wanted(order)
    table = next(one for one in later.rows(Role.RECORDS) if item_of(one) in wanted)
    stayed = item_of(table)
    later.one_more_version(table)
    dying(later, order, 0)
    hold(later, min(wanted - {stayed}))
    left = [old for old in reinstatement(later, ONE).run.superseded if old.role is not Role.TOMBSTONES]
    assert stayed in {item_of(row) for old in left for row in rows_in(later, old)}
    later.city.disposition.withdraw(order, "A claim was filed", "cleo")
    release(later)
    later.now += timedelta(days=3 * 366)
    anew = later.order(ONE)
    assert stayed in later.wanted(anew)
    certificate = carry_out(later.office, anew, "ana", QUIET)
    assert certificate.items == len(wanted)
    assert {old.key for old in left} <= {one.key for one in certificate.objects}
    for old in left:
        if lies(later.city.vault.store, old.stored):
            assert wanted.isdisjoint({item_of(row) for row in rows_in(later, old)})
    agrees(later)


def test_a_hold_on_what_was_removed_counts_once_no_dossier_tells_of_it(later: Later) -> None:
    order = later.order(MANY)
    wanted = later.wanted(order)
    dying(later, order, 15)  # every raw answer and dossier
    other = Scope(accounts=(MANY,), words="zebrafish removed:yes")
    later.city.holds.issue("LIT-0", "Doe v. City", other, Trigger.CLAIM, COUNSEL)
    assert len(seals_of(later.city.archive, order, [MANY])) == 1
    scope = Scope(accounts=(MANY,), words="removed:yes")
    later.city.holds.issue("LIT-1", "Ruiz v. City", scope, Trigger.CLAIM, COUNSEL)
    lying = [old for old in reinstatement(later, MANY).run.parts if old.role is Role.RECORDS]
    there = {item_of(row) for one in lying for row in rows_in(later, one)} & wanted
    assert there
    assert there == {item_of(row) for row in later.rows()} & wanted
    with pytest.raises(PersonNeeded, match=UNDONE):
        carry_out(later.office, order, "ana", QUIET)


def test_what_only_the_second_copy_holds_is_put_back_before(later: Later) -> None:
    """A deed deletes the copy first: what lacks in the first store alone is damage."""
    order = later.order(ONE)
    wanted, rows = later.wanted(order), later.rows()
    dying(later, order, 0)
    (undone,) = seals_of(later.city.archive, order, [ONE])
    tables = [old for old in undone.run.superseded if old.role is Role.RECORDS]
    lost = max(tables, key=lambda old: len({item_of(row) for row in rows_in(later, old)} & wanted))
    item = min({item_of(row) for row in rows_in(later, lost)} & wanted)
    move(files_of(later, lost.key), "lost-")
    assert not lies(later.city.vault.store, lost.stored)
    assert hold(later, item).gathered.items == 1
    assert same_rows(later, rows)
    seal = reinstatement(later, ONE)
    assert seal.run.counts == {"items": len(wanted), "gone": 0}
    told = f"{lost.key} was missing or damaged in the store; its second copy was put back."
    assert told in seal.run.coverage.notes[0]
    agrees(later)


def test_what_is_whole_nowhere_is_never_told_of_as_deleted(later: Later) -> None:
    order = later.order(ONE)
    dying(later, order, 0)
    (undone,) = seals_of(later.city.archive, order, [ONE])
    lost = next(old for old in undone.run.superseded if old.role is Role.RECORDS)
    move(files_of(later, lost.key), "lost-")
    (copy,) = [one for one in files_of(later, lost.key, "second") if one.name.endswith(".parquet")]
    copy.chmod(0o600)
    copy.write_bytes(b"?" + copy.read_bytes()[1:])
    with pytest.raises(ArchiveDamaged, match="no destruction deleted it, and its second copy is damaged"):
        hold(later, min(later.wanted(order)))
    assert len(seals_of(later.city.archive, order, [ONE])) == 1
    assert "NOT COMPLETE" in later.city.holds.lack(later.city.holds.get("LIT-1"))


def test_what_is_put_back_is_read_where_a_store_counts_versions(later: Later) -> None:
    access, body = find_s3(), b"what a seal names"
    if access is None:
        pytest.skip(NO_SERVER)
    vault, second = later.city.vault, later.stores[1]
    key = records_key(ONE, FIRST, hashlib.sha256(body).hexdigest())
    seal = next(iter(later.city.archive.seals([ONE])))
    with bucket_at("first", access) as place, bucket_at("lost", access) as lost:
        stored = lost.store().put(key, body, locked_until=None)
        second.put(key, body, locked_until=None)
        old = Superseded(Role.RECORDS, key, stored.version_id, stored.sha256, stored.size, "")
        undone = msgspec.structs.replace(seal, run=msgspec.structs.replace(seal.run, superseded=[old]))
        vault = msgspec.structs.replace(vault, store=MendedStore(place.store(), vault.books))
        assert not lies(vault.store, stored)
        assert len(put_back(vault, undone)) == 1
        assert vault.store.get(stored) == body
        assert put_back(vault, undone) == []


def test_one_destruction_that_cannot_be_undone_stops_no_other(later: Later) -> None:
    """The hold says that it is not complete until that one is undone, too."""
    orders = list[str]()
    for slug in (ONE, TWO):
        orders.append(later.order(slug))
        dying(later, orders[-1], 0)
    items = [min(later.wanted(order)) for order in orders]
    part = later.city.archive.parts(Role.SIGHTINGS, [ONE])[0].part
    lost = move(files_of(later, part.key), "lost-")
    scope, holds = Scope(items=tuple(map("/".join, items))), later.city.holds
    with pytest.raises(ArchiveDamaged, match=f"NOT COMPLETE.*{part.key}"):
        holds.issue("LIT-1", "Ruiz v. City", scope, Trigger.CLAIM, COUNSEL)
    for _ in range(2):
        assert items[1] in {item_of(row) for row in later.rows()}
        assert items[0] not in {item_of(row) for row in later.rows()}
        assert holds.counts(holds.get("LIT-1"))[0] == 1
        assert len(list(later.city.cabinet.newest(SERIES))) == 1
        told = f"NOT COMPLETE: it is or may be about what {orders[0]} of {ONE} (run "
        assert holds.lack(holds.get("LIT-1")).startswith(told)
        with pytest.raises(PersonNeeded, match="Until then nothing is decided"):
            holds.on(TWO)
        with pytest.raises(ArchiveDamaged, match=part.key):
            holds.reconcile().settle()
    for path in lost:
        path.rename(path.with_name(path.name.removeprefix("lost-")))
    holds.reconcile().settle()
    assert set(items) <= {item_of(row) for row in later.rows()}
    assert holds.lack(holds.get("LIT-1")) == ""
    agrees(later)


def files_of(later: Later, key: str, store: str = "archive") -> list[Path]:
    return list((later.home / store).rglob(f"*{key.rpartition('/')[2]}*"))


def move(files: list[Path], front: str) -> list[Path]:
    """Under other names no store finds them."""
    assert files
    return [path.rename(path.with_name(front + path.name)) for path in files]
