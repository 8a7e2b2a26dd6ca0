"""Which person published an item, where a site says so."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from paloverde.records import Account, Kind
from paloverde.watch.people.publishers import Publisher, people_named, person_known_as, publishers
from townhall import JO, SAM, TODAY
from watching import CITY, CITY_ON_X, book, seen

LINKEDIN = Account("linkedin-palmaria", "linkedin", "urn:li:organization:77", "cityofpalmaria")
REAL = os.environ.get("PALOVERDE_REAL_SAMPLES", "")


def told(account: Account, **payload: Any) -> tuple[Publisher, ...]:
    return publishers(seen(account=account, payload=json.dumps(payload).encode()))


def test_facebook_names_the_administrator_of_a_post() -> None:
    assert told(CITY, id="1_2", admin_creator={"id": "9001", "name": "Jo Rivera"}) == (
        Publisher("9001", "Jo Rivera"),
    )


def test_linkedin_names_who_commented_as_the_page() -> None:
    page, person = LINKEDIN.native_id, "urn:li:person:AbC9"
    created = {"actor": page, "impersonator": person, "time": 1}
    assert told(LINKEDIN, actor=page, created=created, lastModified=created) == (Publisher(person),)
    changed = {"actor": page, "impersonator": "urn:li:person:ZzZ1", "time": 2}
    assert told(LINKEDIN, actor=page, created=created, lastModified=changed) == (
        Publisher(person),
        Publisher("urn:li:person:ZzZ1"),
    )


def test_a_post_of_linkedins_older_interface_names_who_created_it() -> None:
    payload = {
        "author": LINKEDIN.native_id,
        "created": {"actor": "urn:li:person:AbC9", "time": 1},
        "lastModified": {"actor": "urn:li:csUser:7", "time": 2},  # the site itself
    }
    assert told(LINKEDIN, **payload) == (Publisher("urn:li:person:AbC9"),)


def test_somebody_who_comments_as_a_person_is_no_publisher() -> None:
    assert told(LINKEDIN, actor="urn:li:person:Q", created={"actor": "urn:li:person:Q", "time": 1}) == ()


@pytest.mark.parametrize(
    ("account", "payload"),
    [
        (CITY, b'{"id": "1"}'),
        (CITY, b'{"admin_creator": null}'),
        (CITY, b'{"admin_creator": [1]}'),
        (CITY, b'{"message": "\\"admin_creator\\""}'),
        (CITY, b'{"admin_creator": {"name": "Jo'),
        (CITY_ON_X, b'{"admin_creator": {"id": "9001"}}'),
        (LINKEDIN, b'{"created": 17}'),
    ],
)
def test_what_a_site_does_not_say_is_not_known(account: Account, payload: bytes) -> None:
    assert publishers(seen(account=account, payload=payload)) == ()


def test_people_are_known_by_the_sites_id_and_a_name_is_a_hint() -> None:
    registers = book(TODAY, {"people": [JO, SAM]})
    assert person_known_as(registers, "facebook", "9001") == "jrivera"
    assert person_known_as(registers, "linkedin", "urn:li:person:AbC9") == "jrivera"
    assert person_known_as(registers, "x", "9001") == ""
    assert people_named(registers, " jo  RIVERA") == ["jrivera"]
    assert people_named(registers, "") == []


@pytest.mark.skipif(not REAL, reason="PALOVERDE_REAL_SAMPLES is not set")
def test_recorded_comments_of_a_page_name_their_administrator() -> None:
    page = json.loads(
        (Path(REAL) / "linkedin/quoted/socialActions_comments_page.json").read_text(encoding="utf-8")
    )
    found = [told(LINKEDIN, **element) for element in page["elements"]]
    assert found == [(), (Publisher(page["elements"][1]["created"]["impersonator"]),)]
    legacy = json.loads(
        (Path(REAL) / "linkedin/quoted/post_image_ugcposts_legacy.json").read_text(encoding="utf-8")
    )
    assert publishers(seen(account=LINKEDIN, kind=Kind.POST, payload=json.dumps(legacy).encode())) == (
        Publisher(legacy["created"]["actor"]),
    )
