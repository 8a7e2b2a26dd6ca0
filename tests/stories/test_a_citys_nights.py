"""Nights of a whole simulated city on both sites, audited against what is truly there.

The audit does not use the writer's code: it reads Parquet rows and compares them with the simulator's own
record of who said what, who hid it, who deleted it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from paloverde.archive.seal import Role
from paloverde.errors import CredentialDead, PaloverdeError, Suspicious
from simulatedcity import TODAY, ArchivedCity, archived_city
from stores import NO_SERVER, Place, bucket_at, find_s3

FACEBOOK, X = "facebook-cityofpalmaria", "x-cityofpalmaria"
LATER = TODAY + timedelta(days=1)


@pytest.fixture(params=["directory", pytest.param("s3", marks=pytest.mark.s3)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "directory":
        yield Place("directory", f"file://{tmp_path}/city/archive")
        return
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    with bucket_at("s3", access) as bucket:
        yield bucket


@pytest.fixture
def city(tmp_path: Path, place: Place) -> Iterator[ArchivedCity]:
    with archived_city(tmp_path / "city", place) as running:
        yield running


@pytest.fixture
def small_city(tmp_path: Path) -> Iterator[ArchivedCity]:
    with archived_city(tmp_path / "city") as running:
        yield running


def obtainable(entry: dict[str, Any]) -> bool:
    """Whether the sites give the item at all: not what is deleted, old messages, or X's scheduled posts."""
    return entry["state"] != "deleted" and entry["kind"] != "message" and entry["stream"] != "scheduled"


def audit(city: ArchivedCity) -> list[str]:
    """Everything in the archive that is not as the city truly is; an empty list is a pass."""
    faults = []
    rows, removed = city.rows(), city.rows(Role.REMOVED)
    for slug in (FACEBOOK, X):
        truth = {entry["id"]: entry for entry in city.truth(slug)}
        latest = {row["native_id"]: row for row in rows if row["account"] == slug}
        held = {row["native_id"]: row for row in removed if row["account"] == slug}
        for id_, entry in truth.items():
            row = latest.get(id_)
            if obtainable(entry) and row is None:
                faults.append(f"{slug}: {entry['kind']} {id_} is not archived")
            elif obtainable(entry) and unescape(entry["wire_text"]) != unescape(row["text"] or ""):  # type: ignore[index]
                faults.append(f"{slug}: {id_} says {row['text']!r}, not {entry['wire_text']!r}")  # type: ignore[index]
            if entry["state"] == "hidden" and slug == FACEBOOK and id_ not in held:
                faults.append(f"{slug}: {id_} is hidden and not held")
            if entry["state"] == "deleted" and id_ in latest and id_ not in held:
                faults.append(f"{slug}: {id_} is deleted and not held")
        for id_, row in held.items():
            if truth[id_]["state"] == "present":
                faults.append(f"{slug}: {id_} is held as removed and is there")
            if row["poster_name"] is None and row["poster_missing"] is None:
                faults.append(f"{slug}: {id_} is held without its poster, and nothing says why")
    return faults


def latest_comment(city: ArchivedCity, slug: str) -> dict[str, Any]:
    """The newest comment that the public wrote and that is there."""
    there = [e for e in city.truth(slug) if e["kind"] == "comment" and e["state"] == "present"]
    return max((e for e in there if e["author"]["username"] != "cityofpalmaria"), key=lambda e: e["at"])


def test_two_nights_keep_all_that_is_said_and_hold_what_is_removed(city: ArchivedCity, place: Place) -> None:
    city.night()
    city.check()
    assert audit(city) == []
    hidden, deleted = latest_comment(city, FACEBOOK), latest_comment(city, X)
    city.event(site="facebook", do="hide", item=hidden["id"])
    city.event(site="x", do="delete", item=deleted["id"], by="author")
    city.event(site="facebook", do="comment", on="latest post", text="¿Cuándo barren mi calle? 🧹")
    city.event(site="x", do="post", text="Parks & Recreation: the pool opens at 9 <early>.")
    city.night(LATER)
    assert city.check(LATER) == {hidden["id"], deleted["id"]}
    assert audit(city) == []
    for sealed in city.city.archive.parts(Role.REMOVED):
        standing = city.city.vault.store.standing(sealed.part.stored)
        assert standing.locked_until is not None
        assert standing.locked_until > datetime.now(UTC) + timedelta(days=730)


def test_no_secret_is_in_any_byte_on_disk(small_city: ArchivedCity, tmp_path: Path) -> None:
    small_city.night()
    small_city.check()
    for row in small_city.rows():
        _, body = small_city.city.archive.exchange(row["exchange_key"], row["exchange_offset"])
        assert b"city-token" not in body
        break
    found = subprocess.run(
        ["grep", "-rlaF", "city-token", tmp_path], capture_output=True, text=True, check=False
    )
    assert found.stdout == ""


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "outage", "site": "x"},
        {"kind": "outage", "site": "x", "lookups": "gone"},
        {"kind": "outage", "site": "facebook"},
        {"kind": "permission_lost", "site": "facebook", "silent": True},
        {"kind": "permission_lost", "site": "x"},
        {"kind": "empty_page", "site": "facebook"},
        {"kind": "repeated_cursor", "site": "facebook"},
        {"kind": "html", "site": "x", "nth": 4},
        {"kind": "server_error", "site": "x", "status": 503, "nth": 5},
        {"kind": "truncated_gzip", "site": "facebook", "keep": 0.6, "nth": 9},
        {"kind": "drop", "site": "facebook", "nth": 12},
        {"kind": "rate_limited", "site": "x", "reset_in": 3600, "nth": 6},
        {"kind": "credits", "site": "x", "nth": 3},
        {"kind": "shuffled", "site": "x"},
        {"kind": "reduce_data", "site": "facebook", "above": 10},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_a_fault_of_a_site_is_never_read_as_a_removal(
    small_city: ArchivedCity, fault: dict[str, Any]
) -> None:
    small_city.night()
    small_city.check()
    small_city.fault(**{"times": None, **fault})
    for slug, token in small_city.tokens.items():
        with suppress(PaloverdeError):  # whatever it is, the audit below must hold
            small_city.city.archive_night(slug, LATER, token)
            small_city.city.check_removals(slug, LATER, token)
    small_city.mend()
    assert audit(small_city) == []
    small_city.night(LATER + timedelta(days=1))
    small_city.check(LATER + timedelta(days=1))
    assert audit(small_city) == []


def test_a_token_that_dies_stops_only_its_own_account(small_city: ArchivedCity) -> None:
    small_city.fault(kind="expired_token", site="facebook", times=None)
    with pytest.raises(CredentialDead):
        small_city.city.archive_night(FACEBOOK, TODAY, small_city.tokens[FACEBOOK])
    report = small_city.city.archive_night(X, TODAY, small_city.tokens[X])
    assert report.outcome == "sealed"
    gaps = [seal.run.coverage.gaps for seal in small_city.city.archive.seals(accounts=[FACEBOOK])]
    assert "broke off" in gaps[0][0].cause


def test_an_edit_keeps_both_versions(small_city: ArchivedCity) -> None:
    small_city.night()
    comment = latest_comment(small_city, FACEBOOK)
    small_city.event(site="facebook", do="edit", item=comment["id"], text="I was wrong, thank you.")
    small_city.night(LATER)
    texts = [row["text"] for row in small_city.rows() if row["native_id"] == comment["id"]]
    assert texts == [comment["wire_text"], "I was wrong, thank you."]


def test_a_deleted_post_takes_its_comments_into_the_hold(small_city: ArchivedCity) -> None:
    small_city.night()
    small_city.check()
    posts = [e for e in small_city.truth(FACEBOOK) if e["kind"] == "post" and e["state"] == "present"]
    comments = [e for e in small_city.truth(FACEBOOK) if e["kind"] == "comment"]
    post = max(posts, key=lambda p: sum(c["root"] == p["id"] and c["state"] == "present" for c in comments))
    small_city.event(site="facebook", do="delete", item=post["id"], by="city")
    small_city.night(LATER)
    assert post["id"] in small_city.check(LATER)
    small_city.check(LATER + timedelta(days=1))
    assert audit(small_city) == []
    held = {row["native_id"]: row for row in small_city.rows(Role.REMOVED)}
    assert held[post["id"]]["cause"] == "city"


def test_mass_disappearance_waits_for_a_person(small_city: ArchivedCity) -> None:
    small_city.night()
    small_city.check()
    for entry in [e for e in small_city.truth(X) if e["kind"] == "post" and e["stream"] == "own"][-30:]:
        small_city.event(site="x", do="delete", item=entry["id"], by="platform")
    small_city.night(LATER)
    with pytest.raises(Suspicious, match="no longer listed"):
        small_city.city.check_removals(X, LATER, small_city.tokens[X])
    assert small_city.rows(Role.REMOVED) == [
        row for row in small_city.rows(Role.REMOVED) if row["account"] != X
    ]
    small_city.city.check_removals(X, LATER, small_city.tokens[X], at_most=60)
    assert audit(small_city) == []
