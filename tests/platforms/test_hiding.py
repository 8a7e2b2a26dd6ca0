"""Hiding a comment at a site and showing it again, against the simulated sites: four that can, two that cannot."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from paloverde.errors import CredentialDead, PermissionMissing, RateLimited, Unreachable, Unreadable
from paloverde.platforms import PLATFORMS
from paloverde.platforms.conversation import (
    Answer,
    Call,
    Hiding,
    Look,
    NotThere,
    Platform,
    Request,
    Response,
)
from paloverde.platforms.exchange import Exchange
from paloverde.platforms.line import Line, Rules, act
from paloverde.platforms.matrix import reference
from paloverde.platforms.network import Limits
from paloverde.records import Kind
from paloverde.simulator.city import Item, State
from paloverde.simulator.server import RunningSites, start
from platforms.simulated import Simulated
from platforms.talk import NOW, drive, error_for

THAT_HIDE = [platform for platform in PLATFORMS.values() if platform.hiding is not None]
EVERY = pytest.mark.parametrize("platform", THAT_HIDE, ids=lambda platform: platform.name)


def hiding_of(platform: Platform) -> Hiding:
    assert platform.hiding is not None
    return platform.hiding


def of_the_public(site: Simulated) -> Item:
    """The last comment of a resident under a post of the City."""
    return [
        item
        for item in site.presence.comments
        if item.author is not site.presence.account
        and item.root.author is site.presence.account
        and item.root.stream == "own"
        and item.state is State.PRESENT
        and site.presence.there(item)
    ][-1]


def send(site: Simulated, native_id: str, *, hidden: bool) -> list[Request]:
    """What was asked, once the site has said that it is so; what the site refuses is raised."""
    conversation, asked = hiding_of(site.platform).act(native_id, hidden), list[Request]()
    try:
        request = next(conversation)
        while True:
            asked.append(request)
            answer = site(request)
            verdict = site.platform.judge(answer, NOW)
            if verdict.call is Call.GOOD:
                reply = Response(request, answer.status, answer.headers, answer.body, NOW)
                request = conversation.send(reply)
            else:
                request = conversation.throw(error_for(verdict))
    except StopIteration:
        return asked


def line_to(sites: RunningSites, platform: Platform, **rules: bool) -> Line:
    token = next(one["token"] for one in sites.accounts() if one["platform"] == platform.name)
    version = "/v26.0" if platform.name in ("facebook", "instagram") else ""
    given = Rules(loopback=True, clock_skew=1e12, **rules)  # the city's clock stands still
    limits = Limits(attempts=2)
    address = f"{sites.url}/{platform.name}{version}"
    return Line(platform, address, token, clock=lambda: NOW, rules=given, limits=limits, sleep=lambda _: None)


@EVERY
def test_a_line_that_may_only_read_sends_nothing_else(platform: Platform) -> None:
    site, kept = Simulated(platform), list[Exchange]()
    with start(site.city) as sites, line_to(sites, platform) as line:
        before = sites.desk.requests.get(platform.name, 0)
        with pytest.raises(PermissionMissing, match="PALOVERDE_ALLOW_HIDING"):
            act(hiding_of(platform).act(of_the_public(site).id, True), line, kept.append)
        assert sites.desk.requests.get(platform.name, 0) == before
    assert kept == []


@EVERY
def test_a_line_that_may_hide_keeps_what_it_sent_and_tries_again_after_a_fault(platform: Platform) -> None:
    site, kept = Simulated(platform), list[Exchange]()
    item = of_the_public(site)
    with start(site.city) as sites, line_to(sites, platform, may_hide=True) as line:
        sites.desk.switchboard.add({"kind": "server_error", "site": platform.name, "status": 503})
        act(hiding_of(platform).act(item.id, True), line, kept.append)
    assert item.state in (State.HIDDEN, State.HELD)
    asked = next(hiding_of(platform).act(item.id, True))
    assert [one.status for one in kept] in ([503, 200], [503, 204])
    assert {(one.method, one.sent) for one in kept} == {(asked.method, asked.sent)}
    assert site.token not in repr(kept)


def test_linkedin_and_nextdoor_give_no_program_a_way() -> None:
    assert {name for name, platform in PLATFORMS.items() if platform.hiding is None} == {
        "linkedin",
        "nextdoor",
    }


@EVERY
def test_a_comment_is_hidden_and_shown_again_by_one_request_each(platform: Platform) -> None:
    site = Simulated(platform)
    item = of_the_public(site)
    assert len(send(site, item.id, hidden=True)) == 1
    assert item.state in (State.HIDDEN, State.HELD)
    assert item.changed is not None
    assert item.changed.by == "city"
    send(site, item.id, hidden=False)
    assert str(item.state) == State.PRESENT


@EVERY
def test_asked_once_more_it_is_as_it_was(platform: Platform) -> None:
    site = Simulated(platform)
    item = of_the_public(site)
    send(site, item.id, hidden=True)
    state, changed = item.state, item.changed
    send(site, item.id, hidden=True)
    assert (item.state, item.changed) == (state, changed)


@EVERY
def test_without_the_permission_nothing_is_hidden(platform: Platform) -> None:
    site = Simulated(platform)
    site.presence.settings["may_hide"] = False
    item = of_the_public(site)
    with pytest.raises(PermissionMissing):
        send(site, item.id, hidden=True)
    assert item.state is State.PRESENT


@EVERY
def test_an_id_that_the_site_does_not_know_is_not_there(platform: Platform) -> None:
    with pytest.raises(NotThere):
        send(Simulated(platform), "999000999", hidden=True)


@EVERY
@pytest.mark.parametrize(
    ("fault", "error"),
    [("rate_limited", RateLimited), ("server_error", Unreachable), ("expired_token", CredentialDead)],
)
def test_what_is_in_the_way_is_told_by_its_own_name(
    platform: Platform, fault: str, error: type[Exception]
) -> None:
    site = Simulated(platform)
    item = of_the_public(site)
    site.fault(kind=fault)
    with pytest.raises(error):
        send(site, item.id, hidden=True)
    assert item.state is State.PRESENT


@EVERY
def test_an_answer_that_does_not_say_that_it_is_done_is_no_success(platform: Platform) -> None:
    request = next(hiding_of(platform).act("1", True))
    for body in (b"{}", b'{"success":false,"data":{"hidden":false}}', b"no JSON"):
        again = hiding_of(platform).act("1", True)
        next(again)
        with pytest.raises(Unreadable):
            again.send(Response(request, 200, {}, body, NOW))


@EVERY
def test_the_next_look_sees_what_was_hidden_where_the_site_tells(platform: Platform) -> None:
    site = Simulated(platform)
    item = of_the_public(site)
    send(site, item.id, hidden=True)
    heard = drive(platform, platform.look_up(site.account, [(Kind.COMMENT, item.id)]), site)
    tells = hiding_of(platform).tells
    assert heard.looks() == {item.id: Look.HIDDEN if tells else Look.PRESENT}


def test_what_the_city_wrote_on_instagram_stays_whatever_is_set() -> None:
    site = Simulated(PLATFORMS["instagram"])
    post = next(item for item in site.presence.posts if item.stream == "own")
    own = site.play(do="comment", on=post.id, by="city", text="Thank you all.")["item"]["id"]
    send(site, own, hidden=True)
    assert site.presence.items[own].state is State.PRESENT


def test_on_x_only_replies_to_the_citys_own_posts_can_be_hidden() -> None:
    site = Simulated(PLATFORMS["x"])
    elsewhere = next(item for item in site.presence.posts if item.author is not site.presence.account)
    with pytest.raises(PermissionMissing):
        send(site, elsewhere.id, hidden=True)


def test_hiding_on_youtube_costs_its_fifty_units() -> None:
    site = Simulated(PLATFORMS["youtube"])
    before = site.presence.calls.get("units", (0, 0))[1]
    [request] = send(site, of_the_public(site).id, hidden=True)
    assert site.platform.cost(request) == 50
    assert site.presence.calls["units"][1] - before == 50


def test_a_body_that_is_empty_is_good_only_where_the_site_says_that_there_is_none() -> None:
    youtube = PLATFORMS["youtube"]
    assert youtube.judge(Answer(204, {}, b""), NOW).call is Call.GOOD
    assert youtube.judge(Answer(200, {}, b""), NOW).call is Call.NONSENSE


def test_each_request_is_one_that_the_sites_own_description_knows() -> None:
    given = os.environ.get("PALOVERDE_API_SPECS")
    if not given:
        pytest.skip("The sites' own descriptions are not at hand: PALOVERDE_API_SPECS names no folder.")
    specs = Path(given)
    x = json.loads((specs / "x/openapi-2.167-docs-20260822.json").read_text())
    put = x["paths"]["/2/tweets/{tweet_id}/hidden"]["put"]
    asked = next(hiding_of(PLATFORMS["x"]).act("7", True))
    sent = json.loads(asked.sent)
    schema = x["components"]["schemas"]["HidePostsReplyRequest"]
    assert sent.keys() == schema["properties"].keys() == set(schema["required"])
    assert set(hiding_of(PLATFORMS["x"]).permissions) <= set(put["security"][0]["OAuth2UserToken"])
    youtube = json.loads((specs / "youtube/youtube.v3.rev20261104.json").read_text())
    method = youtube["resources"]["comments"]["methods"]["setModerationStatus"]
    asked = next(hiding_of(PLATFORMS["youtube"]).act("7", True))
    assert (asked.method, f"youtube/v3{asked.path}") == (method["httpMethod"], method["path"])
    assert {name for name, _ in asked.params} == {
        name for name, told in method["parameters"].items() if told.get("required")
    }
    assert list(hiding_of(PLATFORMS["youtube"]).permissions) == method["scopes"]
    for file, member, site in (
        ("Comment", "is_hidden", "facebook"),
        ("IGComment", "hide", "instagram"),
    ):
        apis = json.loads((specs / f"meta/{file}.json").read_text())["apis"]
        update = next(one for one in apis if one.get("name") == "#update")
        asked = next(hiding_of(PLATFORMS[site]).act("7", True))
        assert asked.method == update["method"]
        assert [name for name, _ in asked.params] == [member]
        assert member in {one["name"] for one in update["params"]}


def test_the_table_of_sites_says_of_each_whether_and_with_which_permission() -> None:
    page = reference()
    for platform in PLATFORMS.values():
        told = platform.hiding.permissions if platform.hiding else ("no program can",)
        row = next(line for line in page.splitlines() if line.startswith(f"| {platform.title} |"))
        assert all(one in row for one in told)
