"""Carrying out an order of destruction: on a real archive of six sites in two stores, three years later."""

from __future__ import annotations

import hashlib
import io
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from disposing import (
    NOW,
    QUIET,
    SAID,
    SITES,
    Item,
    Later,
    cells,
    everything_in,
    found_in,
    item_of,
    led_astray,
    words_of,
)
from sqlalchemy import select

from paloverde.archive.moveout import move_out
from paloverde.archive.rebuild import rebuild
from paloverde.archive.seal import Role, RunKind
from paloverde.archive.whereabouts import whereabouts
from paloverde.errors import ArchiveDamaged, PersonNeeded
from paloverde.retention.certificate import Certificate
from paloverde.retention.disposition import carry_out
from paloverde.state.tables import ITEMS, PARTS

ONE = "nextdoor-cityofpalmaria"


@pytest.fixture
def later(tmp_path: Path, built: Path) -> Later:
    return Later(tmp_path / "home", built)


def carried_out(later: Later, order: str) -> Certificate:
    return carry_out(later.office, order, "ana", QUIET)


def test_what_is_destroyed_is_gone_from_both_stores_and_what_stays_leads_back_to_its_bytes(
    later: Later,
) -> None:
    order, before = later.order(), later.rows()
    wanted = later.wanted(order)
    certificate = carried_out(later, order)
    after = later.rows()
    left = {item_of(row) for row in after}
    gone = wanted - left
    assert {item_of(row) for row in before} - left == gone
    assert {account.split("-")[0] for account, _, _ in gone} == set(SITES)
    assert certificate.items == len(gone) == len(wanted) - len(certificate.kept)
    # LinkedIn tells a page of its comments in notifications, which are items of their own and stay here.
    assert all(
        told.startswith("linkedin-") and "its words stand also in" in told for told in certificate.kept
    )
    stays = "\0".join(words_of(after))
    words = {word for word in words_of([row for row in before if item_of(row) in gone]) if word not in stays}
    unique = {SAID.format(site, what) for site in SITES for what in ("comment", "post")}
    unique.discard(SAID.format("linkedin", "comment"))  # it is what a notification tells, word for word
    assert {one for one in unique if any(one in word for word in words)} == unique
    for store in later.stores:
        assert found_in(store, words) == []
    assert led_astray(later.city, after) == []
    _find_nothing(later, gone, words)


def _find_nothing(later: Later, gone: set[Item], words: set[str]) -> None:
    """Search, a move and fixity of what is left; neither knows anything of what went."""
    city = later.city
    for site in SITES[:2]:
        answer = city.search(f'"{SAID.format(site, "comment")[:25]}"', "ana", include_private=True)
        assert answer.hits == []
    assert {item_of(vars_of(hit)) for hit in city.search("kind:comment", "ana").hits}.isdisjoint(gone)
    move_out(city.archive, city.accounts(), later.home / "out", QUIET)
    moved = b"".join(path.read_bytes() for path in (later.home / "out").rglob("*.jsonl"))
    assert [word for word in words if word.encode() in moved] == []
    report = city.copies.check(budget_mb=10_000)
    assert report.damaged == []
    assert not [told for told in report.database if "table parts" in told or "table items" in told]
    for account in {account for account, _, _ in gone}:
        items = frozenset((kind, native_id) for slug, kind, native_id in gone if slug == account)
        found = whereabouts(city.archive, account, items)
        assert (found.records, found.removed, found.media) == ([], [], [])


def vars_of(hit: Any) -> dict[str, Any]:
    return {"account": hit.account, "kind": hit.kind, "native_id": hit.native_id}


def test_the_database_comes_back_from_the_objects_as_it_was(later: Later) -> None:
    carried_out(later, later.order(ONE))
    city = later.city
    before = tables(later)
    told = rebuild(city.vault.store, city.vault.books, QUIET, second=city.vault.second)
    assert (told.missing, told.unrepaired) == ([], [])
    assert tables(later) == before


def tables(later: Later) -> list[set[tuple[Any, ...]]]:
    parts = select(*(column for column in PARTS.c if column.name != "checked_at"))
    with later.city.vault.books.connect() as connection:
        return [{tuple(row) for row in connection.execute(query)} for query in (parts, select(ITEMS))]


def test_the_same_order_again_changes_nothing_and_gives_its_certificate(later: Later) -> None:
    order = later.order(ONE)
    first = carried_out(later, order)
    held = [set(store.walk("")) for store in later.stores]
    assert carried_out(later, order) == first
    assert [set(store.walk("")) for store in later.stores] == held


def test_the_certificate_names_every_object_and_the_law_and_the_people(later: Later) -> None:
    order = later.order(ONE)
    certificate = carried_out(later, order)
    assert {one.username for one in certificate.approvals} == {"ana", "ben"}
    assert None not in (certificate.resolution, certificate.consent)
    assert sum(group.items for group in certificate.groups) == certificate.items > 0
    assert {group.resolution for group in certificate.groups} == {"2026-11"}
    for one in certificate.objects:
        assert {gone.store for gone in one.gone} == {store.description for store in later.stores}
        for store in later.stores:
            assert store.find(one.key) is None
            assert one.replaced_by == "" or store.find(one.replaced_by) is not None
    (seal,) = [one for one in later.city.archive.seals([ONE]) if one.run.kind is RunKind.DISPOSITION]
    assert {old.key for old in seal.run.superseded} == {one.key for one in certificate.objects}
    filed = later.city.cabinet.last("certificates", order)
    assert filed is not None
    until = later.city.vault.store.standing(filed.stored).locked_until
    assert until is not None
    assert until.year >= NOW.year + 75


def test_tombstones_tell_ids_hashes_and_dates_of_every_version(later: Later) -> None:
    order = later.order(ONE)
    wanted = later.wanted(order)
    versions = {(*item_of(row), row["payload_sha256"]) for row in later.rows(Role.RECORDS)}
    carried_out(later, order)
    rows = later.rows(Role.TOMBSTONES)
    assert {(*item_of(row), row["payload_sha256"]) for row in rows} == {
        v for v in versions if v[:3] in wanted
    }
    assert {row["order_id"] for row in rows} == {order}


def test_nothing_is_destroyed_before_everything_is_there(later: Later) -> None:
    disposition = later.city.disposition
    proposed = disposition.propose([ONE], "ana", QUIET).order
    assert proposed is not None
    held = [set(store.walk("records/")) for store in later.stores]
    with pytest.raises(PersonNeeded, match="resolution is missing"):
        carried_out(later, proposed.id)
    assert [set(store.walk("records/")) for store in later.stores] == held


def test_a_damaged_object_stops_everything(later: Later) -> None:
    order = later.order(ONE)
    sealed = later.city.archive.parts(Role.EXCHANGES, [ONE])[0]
    path = later.home / "archive" / sealed.part.key
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-9] + b"123456789")
    before = later.rows(Role.RECORDS)
    with pytest.raises(ArchiveDamaged):
        carried_out(later, order)
    assert later.rows(Role.RECORDS) == before


def test_what_an_object_under_a_legal_hold_holds_is_left_out_with_the_reason(later: Later) -> None:
    order = later.order(ONE)
    wanted, city = later.wanted(order), later.city
    for sealed in city.archive.parts(Role.EXCHANGES, [ONE]):
        city.vault.store.set_legal_hold(sealed.part.stored, on=True)
    before = later.rows()
    with pytest.raises(PersonNeeded, match=r"no certificate is filed.*is under a legal hold") as refused:
        carried_out(later, order)
    assert f"And {len(wanted) - 5:,} more." in str(refused.value)
    assert later.rows() == before
    assert city.cabinet.last("certificates", order) is None


def test_what_an_object_that_is_still_locked_in_the_second_copy_holds_is_left_out(later: Later) -> None:
    order, second = later.order(ONE), later.stores[1]
    for stored in second.walk(f"removed/account={ONE}/"):
        second.extend(stored, later.now.replace(year=later.now.year + 9))
    before = later.rows()
    with pytest.raises(PersonNeeded, match="is locked until"):
        carried_out(later, order)
    assert later.rows() == before


def test_an_item_with_another_number_of_versions_than_was_approved_stays(later: Later) -> None:
    """A night that was sealed late brings one more version of something in the order."""
    order = later.order(ONE)
    row = next(row for row in later.rows(Role.RECORDS) if item_of(row) in later.wanted(order))
    later.one_more_version(row)
    certificate = carried_out(later, order)
    assert [told for told in certificate.kept if row["native_id"] in told]
    assert item_of(row) in {item_of(one) for one in later.rows(Role.RECORDS)}


def test_what_was_destroyed_is_expected_nowhere_and_begins_anew_where_it_is_shown_again(later: Later) -> None:
    order = later.order(ONE)
    ((account, kind, native_id), *_) = sorted(later.wanted(order))
    carried_out(later, order)
    item = (ITEMS.c.account == account, ITEMS.c.kind == kind, ITEMS.c.native_id == native_id)
    with later.city.vault.books.connect() as connection:
        row = connection.execute(select(ITEMS).where(*item)).mappings().one()
        assert (row["state"], row["version_sha256"]) == ("destroyed", "")
    later.shown_again(account, kind, native_id)
    with later.city.vault.books.connect() as connection:
        row = connection.execute(select(ITEMS).where(*item)).mappings().one()
        assert (row["state"], row["removed_at"], row["first_seen"]) == ("present", None, later.now)


def damaged_and_repaired(later: Later, role: Role) -> list[str]:
    """Other bytes under each object of a role in both copies, found and repaired; their keys."""
    keys = [sealed.part.key for sealed in later.city.archive.parts(role, [ONE])]
    for folder in ("archive", "second"):
        for key in keys:
            path = later.home / folder / key
            path.chmod(0o600)
            with path.open("ab") as file:
                file.write(b"damage")
        later.now += timedelta(days=40)  # what was read just now is not read again
        later.city.copies.check(budget_mb=10_000)
        assert later.city.copies.repair(QUIET).lost == []
    return keys


@pytest.mark.parametrize("role", [Role.RECORDS, Role.EXCHANGES])
def test_what_a_repair_left_of_the_damaged_goes_too(later: Later, role: Role) -> None:
    keys = damaged_and_repaired(later, role)
    order = later.order(ONE)
    folders = [later.home / name / ".damaged" for name in ("archive", "second")]
    left = [{path for path in folder.rglob("*") if path.is_file()} for folder in folders]
    assert [len(one) for one in left] == [len(keys), len(keys)]
    certificate = carried_out(later, order)
    gone = {one.key for one in certificate.objects}
    assert gone & set(keys)
    for folder, before in zip(folders, left, strict=True):
        now = {path for path in folder.rglob("*") if path.is_file()}
        assert now == {
            path for path in before if str(path.relative_to(folder)).rpartition(".")[0] not in gone
        }
    for one in certificate.objects:
        assert len(one.gone) == (4 if one.key in keys else 2)
    words = {SAID.format("nextdoor", what).encode() for what in ("comment", "post")}
    for path in later.home.rglob("*"):
        if path.is_file() and "order-files" not in str(path) and path.suffix != ".db":
            assert not [word for word in words if word in unpacked(path)], path


def unpacked(path: Path) -> bytes:
    """What a file holds, however damaged its end is."""
    body = path.read_bytes()
    if body.startswith(b"PAR1") and body.endswith(b"damage"):
        body = body.removesuffix(b"damage")
    if body.startswith(b"PAR1"):
        return b"\0".join(b"\0".join(cells(row)) for row in pq.read_table(io.BytesIO(body)).to_pylist())
    whole = b""
    while body.startswith(b"\x1f\x8b"):
        member = zlib.decompressobj(31)
        whole, body = whole + member.decompress(body), member.unused_data
    return whole + body


def test_a_picture_goes_with_the_last_post_that_shows_it_and_no_earlier(later: Later) -> None:
    account = "instagram-cityofpalmaria"
    order = later.order(account)
    wanted, rows = later.wanted(order), later.rows(Role.RECORDS)
    stays = next(row for row in rows if row["account"] == account and item_of(row) not in wanted)
    doomed = [one for row in rows if item_of(row) in wanted for one in row["media"] or () if one["sha256"]]
    shared, alone = (one["sha256"] for one in (doomed[0], doomed[1]))
    assert shared != alone
    later.one_more_version(stays | {"media": [doomed[0]]})
    certificate = carried_out(later, order)
    assert certificate.items == len(wanted)
    for store in later.stores:
        held = {hashlib.sha256(body).hexdigest() for _, body in everything_in(store)}
        assert (shared in held, alone in held) == (True, False)
    assert [one.sha256 for one in certificate.objects if one.role == "media"].count(shared) == 0
    assert [one.sha256 for one in certificate.objects if one.role == "media"].count(alone) == 1


def around(row: dict[str, Any]) -> set[Item]:
    return {(row["account"], one["kind"], one["native_id"]) for one in row["thread"] if one["text"]}


def test_the_dossier_of_another_item_loses_the_words_of_what_is_destroyed(later: Later) -> None:
    """The other one is shown again: it stays, and so does its dossier."""
    dossiers = [row for row in later.rows(Role.REMOVED) if row["account"] == ONE and row["kind"] == "comment"]
    other = next(row for row in dossiers if around(row) & {item_of(one) for one in dossiers})
    later.shown_again(*item_of(other))
    order = later.order(ONE)
    gone = later.wanted(order) & around(other)
    assert gone
    assert item_of(other) not in later.wanted(order)
    said = {one["text"] for one in other["thread"] if (ONE, one["kind"], one["native_id"]) in gone}
    certificate = carried_out(later, order)
    assert certificate.kept == []
    (now,) = [row for row in later.rows(Role.REMOVED) if item_of(row) == item_of(other)]
    assert around(now) == around(other) - gone
    assert now["text"] == other["text"]
    for one in now["thread"]:
        if (ONE, one["kind"], one["native_id"]) in gone:
            assert one["missing"] == f"destroyed by {order}"
            assert one["poster_name"] is one["poster_id"] is None
    others = "\0".join(words_of(later.rows()))
    only = {text for text in said if text not in others}
    assert only
    for store in later.stores:
        assert found_in(store, only) == []


def test_a_dossier_that_is_still_locked_keeps_what_it_tells_of_around_it(later: Later) -> None:
    dossiers = [row for row in later.rows(Role.REMOVED) if row["account"] == ONE and row["kind"] == "comment"]
    other = next(row for row in dossiers if around(row) & {item_of(one) for one in dossiers})
    later.shown_again(*item_of(other))
    (sealed,) = [
        one
        for one in later.city.archive.parts(Role.REMOVED, [ONE])
        if other["native_id"] in later.city.archive.table(one.part)["native_id"].to_pylist()
    ]
    later.city.vault.store.extend(sealed.part.stored, later.now.replace(year=later.now.year + 9))
    order = later.order(ONE)
    kept = later.wanted(order) & around(other)
    assert kept
    before = later.rows()
    # With them stays whatever shares an answer with them that the dossier names.
    with pytest.raises(
        PersonNeeded, match="the dossier of a removed item that holds something of it is locked"
    ) as told:
        carried_out(later, order)
    assert sealed.part.key in str(told.value)
    assert later.rows() == before
