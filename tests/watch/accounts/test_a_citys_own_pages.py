"""The checks of accounts and people in a real archive: six simulated sites, one night, real registers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from paloverde.watch.accounts import CHECKS as OF_ACCOUNTS
from paloverde.watch.people import CHECKS as OF_PEOPLE
from simulatedcity import TODAY, ArchivedCity, archived_city

pytestmark = pytest.mark.slow
NAMES = [check.name for check in (*OF_ACCOUNTS, *OF_PEOPLE)]
VERSION = {
    "version": "2026-03",
    "effective_on": "2026-03-01",
    "sha256": "5f" * 32,
    "city_name": "City of Palma Ria",
}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArchivedCity]:
    home: Path = tmp_path_factory.mktemp("city")
    with archived_city(home) as city:
        city.night()
        watch = city.city.watch
        watch.put("policy-versions", VERSION, "cleo")
        watch.put("people", {"id": "jrivera", "name": "Jo Rivera", "standing": "staff"}, "cleo")
        for slug in city.tokens:
            papers = {
                "account": slug,
                "account_class": "city",
                "approved_by": "Ines",
                "approved_on": "2026-03-01",
            }
            grant = {"person": "jrivera", "account": slug, "since": "2020-01-01", "granted_by": "Ines"}
            watch.put("account-papers", papers, "cleo")
            watch.put("grants", grant, "cleo")
        yield city


def told(real: ArchivedCity, check: str) -> dict[str, str]:
    return {one.finding.account: one.finding.said for one in real.city.watch.findings(check=check)}


def test_every_check_looks_at_a_real_archive_without_trouble(real: ArchivedCity) -> None:
    done = real.city.watch.round()
    assert [one.sentence() for one in done.troubles if one.check in NAMES] == []
    assert done.versions > 1000


def test_what_each_site_says_of_its_pages_is_read(real: ArchivedCity) -> None:
    assert told(real, "official-status").keys() == {"instagram-cityofpalmaria", "youtube-cityofpalmaria"}
    assert told(real, "sponsor-and-name") == {}
    missing = told(real, "disclaimer")
    assert missing.keys() == real.tokens.keys()
    no_room = {slug for slug, said in missing.items() if "have no room for it" in said}
    assert no_room == {f"{site}-cityofpalmaria" for site in ("x", "instagram", "nextdoor")}


def test_who_comments_as_the_page_is_known_once_somebody_enters_the_id(real: ArchivedCity) -> None:
    watch, since = real.city.watch, TODAY - timedelta(days=60)
    watch.again(["authorized-publisher"], since)
    (said,) = told(real, "authorized-publisher").values()
    known_as = said.partition(" ")[0]
    assert known_as.startswith("linkedin:urn:li:person:")
    entry = {"id": "jrivera", "name": "Jo Rivera", "standing": "staff", "known_as": known_as}
    watch.put("people", entry, "cleo", id_="jrivera")
    assert watch.again(["authorized-publisher"], since).ended > 0
    assert told(real, "authorized-publisher") == {}


def test_the_public_list_has_every_account_with_its_address(real: ArchivedCity) -> None:
    rows = real.city.watch.report("official-sites", TODAY, TODAY).rows
    assert [row[0] for row in rows] == ["Facebook", "Instagram", "LinkedIn", "Nextdoor", "X", "YouTube"]
    assert all(row[1] == "City of Palma Ria" and row[3].startswith("https://") for row in rows)
