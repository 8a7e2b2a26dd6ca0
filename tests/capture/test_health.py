"""The daily look at an account's access, by a real installation over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from paloverde.capture.health import Standing
from paloverde.errors import (
    BadQuestion,
    CredentialDead,
    PersonNeeded,
    RateLimited,
    TryAgain,
    WrongAccount,
)
from paloverde.installation import Installation, open_installation
from paloverde.installation.accounts import watched
from paloverde.records import Account
from paloverde.settings import load
from paloverde.simulator.server import RunningSites, start
from paloverde.simulator.sites import SITES, build
from paloverde.wording import at_time


@dataclass
class World:
    """A city with the simulated sites, whose clock can be moved together with theirs."""

    sites: RunningSites
    city: Installation
    home: Path

    @property
    def now(self) -> datetime:
        return self.sites.city.clock.now()

    def pass_days(self, days: float) -> None:
        self.sites.city.clock.move(days * 86400)

    def known(self, site: str) -> dict[str, Any]:
        (known,) = [one for one in self.sites.accounts() if one["platform"] == site]
        return known

    def slug(self, site: str) -> str:
        return str(self.known(site)["slug"])

    def put(self, site: str, **more: Any) -> str:
        known = self.known(site)
        self.city.put_token(known["slug"], json.dumps(known["grant"] | more), "this test")
        return str(known["slug"])

    def told(self) -> list[tuple[str, dict[str, str]]]:
        return [(one.event.what, one.event.about) for one in self.city.ledger.entries()]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with start(build(3, datetime(2026, 11, 22, 17, tzinfo=UTC), scale=0.05)) as sites:
        settings = load(
            {
                "PALOVERDE_HOME": str(tmp_path),
                "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
                "PALOVERDE_TOKEN_API": f"{sites.url}/tokens",
                "PALOVERDE_ATTEMPTS": "1",
                **{f"PALOVERDE_{name.upper()}_API": f"{sites.url}/{name}" for name in SITES},
            }
        )
        city = open_installation(settings, sites.city.clock.now)
        for known in sites.accounts():
            account = Account(known["slug"], known["platform"], known["native_id"], known["handle"])
            city.register_account(account)
        yield World(sites, city, tmp_path)


@pytest.mark.parametrize("site", sorted(SITES))
def test_a_living_token_is_proven_by_the_sites_own_word(world: World, site: str) -> None:
    slug = world.put(site)
    checked = world.city.check_health(slug)
    assert checked.trouble is None
    assert not checked.is_red
    (standing,) = world.city.standings(slug)
    assert standing.canary is not None
    assert (standing.canary.alive, standing.canary.alive_at) == (True, world.now)
    assert f"alive on {at_time(world.now)}" in standing.health
    assert standing.todo == ""


def test_a_dead_token_is_renewed_by_the_check_itself(world: World) -> None:
    slug = world.put("x")
    for token in list(world.sites.city.presence("x").tokens):
        world.sites.city.presence("x").revoked[token] = 463
    assert world.city.check_health(slug).trouble is None


def test_a_token_that_nothing_renews_is_named_dead_once_in_the_ledger(world: World) -> None:
    slug = world.slug("x")
    world.city.put_token(slug, world.known("x")["token"], "this test")
    assert world.city.check_health(slug).trouble is None
    died = world.now
    world.pass_days(1)
    for token in list(world.sites.city.presence("x").tokens):
        world.sites.city.presence("x").revoked[token] = 463
    for _ in range(2):
        checked = world.city.check_health(slug)
        assert isinstance(checked.trouble, CredentialDead)
        assert checked.is_red
    (standing,) = [one for one in world.city.standings() if one.account.slug == slug]
    assert f"NOT ALIVE on {at_time(world.now)}" in standing.health
    assert f"last alive on {at_time(died)}" in standing.health
    assert standing.todo
    assert [what for what, _ in world.told() if what.startswith("token proven")] == [
        "token proven alive",
        "token proven dead",
    ]


def test_an_outage_says_nothing_of_the_token(world: World) -> None:
    slug = world.put("x")
    world.city.check_health(slug)
    before = world.now
    world.pass_days(0.01)
    world.sites.desk.switchboard.add({"kind": "server_error", "site": "x", "times": None})
    checked = world.city.check_health(slug)
    assert isinstance(checked.trouble, TryAgain)
    (standing,) = [one for one in world.city.standings() if one.account.slug == slug]
    assert standing.canary is not None
    assert (standing.canary.alive, standing.canary.asked_at) == (True, before)


def test_the_token_of_another_account_is_no_health(world: World) -> None:
    world.put("x")
    impostor = Account("x-impostor", "x", "99", "somebodyelse")
    world.city.register_account(impostor)
    world.city.put_token("x-impostor", world.known("x")["token"], "this test")
    assert isinstance(world.city.check_health("x-impostor").trouble, WrongAccount)


def test_each_alarm_of_the_runway_comes_once(world: World) -> None:
    slug, days = world.slug("x"), 20
    ends = world.now + timedelta(days=days)
    handed_in = {"access_token": world.known("x")["token"], "expires_at": ends.isoformat()}
    world.city.put_token(slug, json.dumps(handed_in), "this test")
    raised: dict[int, list[int]] = {}
    red = []
    for day in range(days + 1):
        for _ in range(2):
            checked = world.city.check_health(slug)
            raised.setdefault(days - day, []).extend(alarm.days for alarm in checked.alarms)
        red += [days - day] if checked.is_red else []
        world.pass_days(1)
    assert {left: alarms for left, alarms in raised.items() if alarms} == {14: [14], 7: [7], 2: [2], 1: [1]}
    assert red == [2, 1, 0]
    told = [about for what, about in world.told() if what == "runway alarm"]
    assert [about["days"] for about in told] == ["14", "7", "2", "1"]
    assert {about["account"] for about in told} == {slug}


def test_a_check_after_a_long_silence_raises_the_nearest_alarm_alone(world: World) -> None:
    slug = world.slug("x")
    ends = (world.now + timedelta(days=5)).isoformat()
    handed_in = {"access_token": world.known("x")["token"], "expires_at": ends}
    world.city.put_token(slug, json.dumps(handed_in), "this test")
    assert [alarm.days for alarm in world.city.check_health(slug).alarms] == [7]
    (standing,) = [one for one in world.city.standings() if one.account.slug == slug]
    assert standing.runway == "runway: 5 days, the token ends on Friday, November 27, 2026"
    assert "sign in at the site again" in standing.todo


def test_a_token_from_elsewhere_is_used_and_not_kept(world: World) -> None:
    known = world.known("x")
    checked = world.city.check_health(known["slug"], known["token"])
    assert checked.trouble is None
    assert not world.city.access.credentials.accounts()
    assert isinstance(world.city.check_health(known["slug"]).trouble, CredentialDead)


def test_a_night_begins_with_a_renewed_token_and_goes_on_when_it_dies_under_way(world: World) -> None:
    slug = world.put("x")
    first = world.city.token_of(slug)
    world.pass_days(0.08)  # of the token's two hours, five minutes are left
    day = world.now.date()
    world.sites.desk.switchboard.add({"kind": "expired_token", "site": "x", "nth": 4, "times": 1})
    report = world.city.archive_night(slug, day)
    assert report.gaps == []
    assert world.sites.city.presence("x").grant["count"] == 2
    assert world.city.token_of(slug) != first
    kept = b"".join(file.read_bytes() for file in (world.home / "archive").rglob("*") if file.is_file())
    for token in world.sites.city.presence("x").tokens:
        assert token.encode() not in kept
    whole = world.city.complete_nights()
    assert whole == {slug: day}


def test_an_account_that_is_taken_off_leaves_no_token(world: World) -> None:
    slug = world.put("x")
    world.city.remove_account(slug, "this test")
    assert not world.city.access.credentials.accounts()


def test_the_version_that_linkedin_is_asked_for_ends_after_a_year(world: World) -> None:
    checked = world.city.check_health(world.put("linkedin"))
    assert checked.end is not None
    assert checked.end.cause == "version 202608 of LinkedIn's API"
    assert "PALOVERDE_LINKEDIN_VERSION" in checked.end.todo
    assert checked.end.day.year == 2027


def test_the_version_of_an_api_ends_too(world: World) -> None:
    old = dict(world.city.settings.__dict__) | {"facebook_api_version": "v21.0"}
    settings = type(world.city.settings)(**old)
    access = type(world.city.access)(settings, world.city.vault.books, world.city.vault.clock)
    account = world.city.account(world.slug("facebook"))
    (end,) = access.ends(world.city.platform("facebook"), account)
    assert end.cause == "version v21.0 of Facebook's API"
    assert "PALOVERDE_FACEBOOK_API_VERSION" in end.todo
    assert str(end.day) == "2027-01-21"


def the_standing(world: World, slug: str) -> Standing:
    (standing,) = [one for one in world.city.standings() if one.account.slug == slug]
    return standing


def test_a_version_that_the_site_no_longer_serves_ends_the_runway(world: World) -> None:
    slug = world.put("linkedin")
    assert world.city.check_health(slug).trouble is None
    assert "days" in the_standing(world, slug).runway
    world.sites.desk.switchboard.add({"kind": "version_sunset", "site": "linkedin", "times": None})
    checked = world.city.check_health(slug)
    assert "runway: ended" in checked.sentence()
    standing = the_standing(world, slug)
    assert standing.runway.startswith("runway: ended")
    assert "days" not in standing.runway


@pytest.mark.parametrize(
    ("site", "fault"), [("x", "expired_token"), ("linkedin", "version_sunset"), ("facebook", "expired_token")]
)
def test_a_night_that_is_refused_ends_the_runway_and_a_whole_night_mends_it(
    world: World, site: str, fault: str
) -> None:
    slug, day = world.slug(site), world.now.date()
    world.city.put_token(slug, world.known(site)["token"], "this test")
    assert world.city.check_health(slug).trouble is None
    world.sites.desk.switchboard.add({"kind": fault, "site": site, "times": None})
    with pytest.raises(PersonNeeded):
        world.city.archive_night(slug, day)
    standing = the_standing(world, slug)
    assert standing.health.startswith(f"NOT ALIVE on {at_time(world.now)}: ")
    assert standing.runway.startswith("runway: ended")
    assert standing.todo == "mend what the health line says"
    assert standing.broken is not None
    assert [what for what, _ in world.told()].count("token proven dead") == 1
    world.sites.desk.switchboard.clear()
    world.city.archive_night(slug, day)
    standing = the_standing(world, slug)
    assert (standing.is_dead, standing.broken) == (False, None)
    assert standing.health == f"alive on {at_time(world.now)}: a night came to its end"


def test_a_night_without_a_token_is_a_proof_too(world: World) -> None:
    slug = world.slug("x")
    with pytest.raises(CredentialDead):
        world.city.archive_night(slug, world.now.date())
    assert the_standing(world, slug).runway.startswith("runway: ended")


def test_a_night_that_met_the_sites_quota_says_so_and_when_it_goes_on(world: World) -> None:
    slug, day = world.put("youtube"), world.now.date()
    world.city.check_health(slug)
    world.sites.desk.switchboard.add({"kind": "quota_exceeded", "site": "youtube", "nth": 4, "times": None})
    with pytest.raises(RateLimited):
        world.city.archive_night(slug, day)
    standing = the_standing(world, slug)
    assert standing.health.startswith("alive")
    assert standing.broken is not None
    assert standing.broken.at_limit
    assert f"it broke off on {at_time(world.now)}: " in str(standing.broken)
    assert "quota" in str(standing.broken)
    assert standing.broken.paused_until is not None
    midnight = datetime(2026, 11, 23, 8, tzinfo=UTC)  # in California
    assert timedelta(0) <= standing.broken.paused_until - midnight < timedelta(minutes=10)
    assert standing.todo == (
        f"wait for the night's next try, or do it by `paloverde archive {slug} --day {day}`, "
        f"after {at_time(standing.broken.paused_until)}: it goes on where it stopped"
    )
    world.pass_days(2)
    later = the_standing(world, slug).broken
    assert later is not None
    assert later.paused_until is None


def test_the_command_warns_of_a_night_that_does_not_come_and_fails_after_three_days(world: World) -> None:
    slug, told = world.put("nextdoor"), list[str]()
    assert "complete night" not in watched(world.city, slug, told.append)
    world.city.archive_night(slug, world.now.date())
    world.pass_days(2.7)  # of a day that had eleven hours to go
    said = watched(world.city, slug, told.append)
    assert "; its last complete night is that of Sunday, November 22, 2026, 3 days ago: see" in said
    assert told == []
    world.pass_days(1)
    with pytest.raises(PersonNeeded, match="2026, 4 days ago: see whether the nights are started"):
        watched(world.city, slug, told.append)
    assert told[0].startswith(slug)
    assert the_standing(world, slug).todo.startswith("see whether the nights are started")


def test_a_night_that_an_outage_broke_off_says_the_cause_and_that_it_is_asked_again(world: World) -> None:
    slug, day = world.put("nextdoor"), world.now.date()
    world.city.check_health(slug)
    world.sites.desk.switchboard.add({"kind": "html", "site": "nextdoor", "times": None})
    with pytest.raises(TryAgain):
        world.city.archive_night(slug, day)
    standing = the_standing(world, slug)
    assert standing.health.startswith("alive")
    assert standing.broken is not None
    assert not standing.broken.at_limit
    assert "Nextdoor" in str(standing.broken)
    assert standing.todo.endswith(": it asks again")


def test_a_better_token_stays_where_a_bad_one_is_handed_in(world: World) -> None:
    slug = world.slug("x")
    world.city.put_token(slug, "the-good-one", "this test")
    for bad in (
        '["SECRETBAD"]',
        '"SECRETBAD"',
        '{"access_token": 123}',
        '{"access_token": "a", "expires_in": -5}',
    ):
        with pytest.raises(BadQuestion, match="The token that was kept before stays") as told:
            world.city.put_token(slug, bad, "this test")
        assert "SECRETBAD" not in str(told.value)
    assert world.city.token_of(slug) == "the-good-one"


def test_a_kept_token_names_the_command_that_proves_it(world: World) -> None:
    slug = world.slug("x")
    told = world.city.put_token(slug, "a-token", "this test")
    assert any(f"`paloverde health {slug}`" in line for line in told)
