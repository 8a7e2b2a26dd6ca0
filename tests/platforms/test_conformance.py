"""What every platform must keep, whatever its site: one suite for all of `PLATFORMS`."""

from __future__ import annotations

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.errors import CredentialDead, PaloverdeError, Unreadable, WrongAccount
from paloverde.platforms import PLATFORMS
from paloverde.platforms.capability import Given, Subject
from paloverde.platforms.conversation import Answer, Call, Look, Platform, Request, Verdict
from paloverde.records import Account, Kind
from platforms.simulated import MOMENT, Simulated
from platforms.talk import NOW, Heard, ask, drive

EVERY = pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS.keys())
KINDS = {"post": Kind.POST, "comment": Kind.COMMENT, "message": Kind.MESSAGE}

POSTS = "the list of posts"  # where a fault strikes, in each site's own words:
WHERE = {
    POSTS: {
        "facebook": "published_posts",
        "instagram": "/media",
        "linkedin": "/posts?q=author",
        "nextdoor": "/post?",
        "x": "/tweets",
        "youtube": "playlistItems",
    }
}

# Faults that end a night or leave gaps, and what each needs.
FAULTS = [
    {"kind": "rate_limited", "nth": 4},
    {"kind": "truncated_gzip", "nth": 4},
    {"kind": "short_body", "nth": 4},
    {"kind": "empty_page", "nth": 4, "times": 2},
    {"kind": "repeated_cursor"},
    {"kind": "expired_token", "nth": 5},
    {"kind": "server_error", "nth": 4, "status": 503},
    {"kind": "html", "nth": 4},
    {"kind": "permission_lost", "nth": 4},
    {"kind": "permission_lost", "nth": 4, "times": 1},
    {"kind": "drop", "nth": 6, "times": 1},
    {"kind": "shuffled"},
    {"kind": "pinned_first", "contains": POSTS},
]


def night(site: Simulated) -> Heard:
    return drive(site.platform, site.platform.night(site.account, None), site)


def look_up(site: Simulated, ids: list[str]) -> dict[str, Look]:
    kinds = {item.id: KINDS[item.kind] for item in site.presence.everything()}
    items = [(kinds[native_id], native_id) for native_id in ids]
    return drive(site.platform, site.platform.look_up(site.account, items), site).looks()


@EVERY
def test_it_is_registered_under_its_own_name(platform: Platform) -> None:
    assert PLATFORMS[platform.name] is platform
    assert platform.title


@EVERY
def test_the_token_goes_into_a_header_and_into_no_address(platform: Platform) -> None:
    headers, params = platform.authorize(Request("/x"), "a-token")
    assert headers["Authorization"] == "Bearer a-token"
    assert "a-token" not in [value for name, value in headers.items() if name != "Authorization"]
    assert not params


@EVERY
@given(
    status=st.integers(100, 599),
    headers=st.dictionaries(
        st.sampled_from(
            ["retry-after", "x-app-usage", "x-business-use-case-usage", "x-rate-limit-reset", "x-rate-limit-remaining"]
        ),
        st.text(max_size=20) | st.integers().map(str),
    ),
    body=st.binary(max_size=60)
    | st.builds(
        lambda code, words: json.dumps({"error": {"code": code, "message": words}, "errors": [{"title": words}]}).encode(),
        st.integers() | st.none() | st.text(max_size=5),
        st.text(max_size=20),
    ),
)  # fmt: skip
def test_no_answer_can_make_the_judge_raise(
    platform: Platform, status: int, headers: dict[str, str], body: bytes
) -> None:
    answer = Answer(status, headers, body)
    verdict = platform.judge(answer, NOW)
    assert isinstance(verdict, Verdict)
    assert 0 <= verdict.wait < 10_000_000
    assert 0 <= platform.pace(answer, NOW) < 10_000_000
    assert verdict.call is not Call.GOOD or status < 300
    assert verdict.call is Call.GOOD or verdict.reason


@EVERY
@given(body=st.binary(max_size=80) | st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "data", "error", "messages", "comments", "from", "participants", "timestamp", "x"]), inner, max_size=4)).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_reading_gives_records_or_unread_pieces_or_one_clear_refusal(platform: Platform, body: bytes) -> None:
    try:
        reading = platform.read(body)
    except Unreadable:
        return
    for record in reading.records:
        assert record.native_id
        assert isinstance(record.native_id, str)
        assert record.position < 0 or body[record.position :].startswith(record.payload)
    assert all(piece.reason for piece in reading.unread)


@EVERY
def test_a_clean_night_brings_what_is_there_and_nothing_else(platform: Platform) -> None:
    site = Simulated(platform)
    heard = night(site)
    there = site.there()
    archived = [record for record in heard.records if record.kind in KINDS.values()]
    assert {record.native_id for record in archived} <= there.keys()
    recent = {item.id for item in site.presence.posts if item.stream == "own" and site.presence.there(item)}
    assert recent <= {record.native_id for record in archived}
    assert not [piece for found in heard.found for piece in found.unread]
    assert heard.listings


@EVERY
def test_records_are_sound_and_hold_no_token(platform: Platform) -> None:
    site = Simulated(platform)
    for record in night(site).records:
        assert record.platform == platform.name
        assert isinstance(record.native_id, str)
        assert record.native_id
        assert isinstance(json.loads(record.payload), dict)
        assert site.token.encode() not in record.payload
        for moment in (record.posted_at, record.edited_at):
            assert moment is None or moment.utcoffset() == timedelta(0)
        # what is scheduled carries the time at which it will appear
        assert record.posted_at is None or record.posted_at <= MOMENT + timedelta(days=60)
        assert record.poster.missing or (record.poster.name and record.poster.id)
        assert record.drift is None


@EVERY
def test_two_nights_of_an_unchanged_site_say_the_same(platform: Platform) -> None:
    site = Simulated(platform)
    first, second = night(site), night(site)
    assert [record.payload for record in first.records] == [record.payload for record in second.records]


@EVERY
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(map(str, fault.values())))
def test_no_fault_makes_a_short_listing_look_whole(platform: Platform, fault: dict[str, object]) -> None:
    site = Simulated(platform)
    clean = {(one.stream, one.of): one.got for one in night(site).listings}
    where = WHERE.get(str(fault.get("contains")), {})
    site.fault(**fault | ({"contains": where[platform.name]} if where else {}))
    try:
        heard = night(site)
    except PaloverdeError:
        return
    short = [one for one in heard.listings if one.complete and one.got < clean.get((one.stream, one.of), 0)]
    assert not short
    broken = [one for one in heard.listings if not one.complete]
    assert all(one.reason for one in broken)


@EVERY
def test_a_look_up_tells_present_from_gone(platform: Platform) -> None:
    site = Simulated(platform)
    own = [item.id for item in site.presence.posts if item.stream == "own" and site.presence.there(item)][-4:]
    site.play(do="delete", item=own[0], by="city")
    looks = look_up(site, own)
    assert looks[own[0]] is Look.GONE
    assert {looks[native_id] for native_id in own[1:]} == {Look.PRESENT}


@EVERY
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "outage"},
        {"kind": "permission_lost"},
        {"kind": "server_error"},
        {"kind": "html"},
        {"kind": "truncated_gzip"},
        {"kind": "drop"},
    ],
    ids=lambda fault: "-".join(fault.values()),
)
def test_no_outage_makes_a_look_up_say_gone(platform: Platform, fault: dict[str, object]) -> None:
    site = Simulated(platform)
    items = [item.id for item in site.presence.posts if site.presence.there(item)][-5:]
    site.fault(**fault)
    try:
        looks = look_up(site, items)
    except PaloverdeError:
        return
    assert not {Look.GONE, Look.HIDDEN} & set(looks.values())


@EVERY
def test_every_subject_is_answered_and_every_limit_is_a_sentence(platform: Platform) -> None:
    assert set(platform.gives) == set(Subject)
    for subject, capability in platform.gives.items():
        assert capability.limit or capability.given in (Given.CAPTURED, Given.NONE), (
            f"{subject.value} needs its reason"
        )
        assert not capability.limit or capability.limit.endswith("."), subject.value


@EVERY
def test_budgets_and_costs_are_sound(platform: Platform) -> None:
    site = Simulated(platform)
    requests = night(site).requests
    assert all(platform.cost(request) >= 0 for request in requests)
    assert all(isinstance(platform.lane(request), str) for request in requests)
    assert len({budget.name for budget in platform.budgets}) == len(platform.budgets)
    for budget in platform.budgets:
        assert budget.most > 0
        assert ZoneInfo(budget.zone)
    if platform.budgets:
        assert any(platform.cost(request) > 0 for request in requests)


@EVERY
def test_the_canary_sings_for_the_right_account_only(platform: Platform) -> None:
    site = Simulated(platform)
    said, asked = ask(platform, platform.canary(site.account), site)
    assert said
    assert asked <= 2
    other = Account("another-account", platform.name, "1234567890123", "another")
    with pytest.raises(WrongAccount, match="another-account"):
        ask(platform, platform.canary(other), site)


@EVERY
def test_the_canary_dies_with_the_token(platform: Platform) -> None:
    site = Simulated(platform)
    site.presence.revoked[site.token] = 463
    with pytest.raises(CredentialDead):
        ask(platform, platform.canary(site.account), site)


def swept(site: Simulated, watched: list[str]) -> Heard:
    since = site.city.clock.now() - timedelta(minutes=15)
    return drive(site.platform, site.platform.sweep(site.account, since, watched), site)


@EVERY
def test_a_sweep_brings_what_was_said_since_in_few_questions(platform: Platform) -> None:
    site = Simulated(platform)
    own = [item for item in site.presence.posts if item.stream == "own" and site.presence.there(item)]
    watched = [item.id for item in own[-3:]]
    on = own[-2].id
    commented = site.play(do="comment", on=on, text="Was the street swept today?")["item"]["id"]
    site.city.clock.move(60)
    posted = site.play(do="post", text="The water is back.")["item"]["id"]
    wanted = {commented, posted}
    if site.presence.conversations:
        wanted.add(site.play(do="message", text="Please call me.")["item"]["id"])
    site.city.clock.move(60)
    heard = swept(site, watched)
    assert wanted <= {record.native_id for record in heard.records}
    assert len(heard.requests) <= 20
    assert not [listing for listing in heard.listings if listing.complete]


@EVERY
def test_a_quiet_sweep_finds_no_fault_with_a_quiet_site(platform: Platform) -> None:
    site = Simulated(platform)
    night(site)
    site.city.clock.move(3600)
    heard = swept(site, [])
    assert not [listing for listing in heard.listings if listing.complete]
    assert not [piece for found in heard.found for piece in found.unread]


@EVERY
def test_what_a_sweep_finds_lies_where_a_night_finds_it(platform: Platform) -> None:
    """Only the listing that shows an item every night can prove it absent."""
    site = Simulated(platform)
    own = [item for item in site.presence.posts if item.stream == "own" and site.presence.there(item)]
    commented = site.play(do="comment", on=own[-1].id, text="And on my street?")["item"]["id"]
    site.city.clock.move(60)

    def places(heard: Heard) -> set[tuple[str, str]]:
        return {
            (found.stream, found.of)
            for found in heard.found
            for record in found.records
            if record.native_id == commented
        }

    brought = places(swept(site, [own[-1].id]))
    assert brought
    assert brought <= places(night(site))
