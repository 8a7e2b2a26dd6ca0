"""The nights of a year and what goes wrong in them, drawn from the seed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from paloverde.simulator.faults import KINDS
from paloverde.simulator.sites import FILES
from simcity.happenings import happen, mass_deletion
from simcity.year import Year, at_hour

CALM = 4  # the last nights of a year have no trouble: by then all must be in order


def live(year: Year) -> None:
    """All nights of a plan, one after the other."""
    for number in range(1, year.plan.nights + 1):
        year.told.nights = number
        if number % 60 == 0:  # IT comes by: settings are brought up to date
            year.reopen()
        one_day(year)
        is_calm = not year.plan.troubled or number > year.plan.nights - CALM or number == 1
        one_night(year, calm=is_calm)
        year.day += timedelta(days=1)


def one_day(year: Year) -> None:
    """What people do between two nights."""
    moments = sorted(
        year.rng.randrange(60, 25 * 3600) for _ in range(year.rng.randrange(1, 5 * len(year.tokens)))
    )
    end = at_hour(year.day, 22) + timedelta(minutes=year.rng.randrange(100))
    for seconds in moments:
        moment = end - timedelta(hours=25) + timedelta(seconds=seconds)
        if year.city.clock.now() < moment < end:
            year.city.clock.set(moment)
        happen(year, year.rng.choice(list(year.tokens)))
        if year.rng.random() < 0.12:
            year.sweep(year.rng.choice(list(year.tokens)))
    if year.rng.random() < 0.03:
        mass_deletion(year)
    if year.city.clock.now() < end:
        year.city.clock.set(end)


def one_night(year: Year, *, calm: bool) -> None:
    """The night with its troubles; some are missed, killed or run twice."""
    year.wire.begin()
    dice = 1.0 if calm else year.rng.random()
    renew_tokens(year)
    if dice < 0.04:
        year.write("the night is missed")
        year.told.faults["night missed"] += 1
        return
    if not calm:
        trouble(year)
    try:
        if 0.04 <= dice < 0.16:
            _killed(year)
        year.night()
        if 0.16 <= dice < 0.26 or year.plan.nights == year.told.nights:
            year.write("the same night again")
            year.told.faults["night run twice"] += 1
            year.night()
    finally:
        year.store.die_at(None)
        year.wire.begin()
    count_faults(year)


def count_faults(year: Year) -> None:
    for fault in year.desk.switchboard.faults:
        year.told.faults[f"{fault.kind} ({fault.site})"] += fault.struck
    lasting = [
        fault for fault in year.desk.switchboard.faults if fault.times is None and year.rng.random() < 0.15
    ]
    year.desk.switchboard.clear()
    if year.told.nights < year.plan.nights - CALM:
        for fault in lasting:
            fault.struck = fault.seen = 0
            year.desk.switchboard.faults.append(fault)


def _killed(year: Year) -> None:
    """The process ends during the night: at a request, or at an object that it stores."""
    if year.rng.random() < 0.5:
        year.wire.kill_at = year.rng.randrange(1, 40)
        year.told.faults["killed at a request"] += 1
    else:
        prefix = year.rng.choice(
            ("records/", "sightings/", "exchanges/", "media/", "runs/", "ledger/", "removed/")
        )
        year.store.die_at(prefix, year.rng.randrange(1, 3), after=year.rng.random() < 0.5)
        year.told.faults["crashed between store and commit"] += 1
    year.write(f"the process will die: request {year.wire.kill_at}, object {year.store.prefix}")


def renew_tokens(year: Year) -> None:
    for slug in year.tokens:
        presence = year.presence(slug)
        if year.tokens[slug] in presence.revoked and year.rng.random() < 0.6:
            year.tokens_do(slug, "renew")


def trouble(year: Year) -> None:
    """None, one or a few faults of the switchboard; sometimes a token dies."""
    rng = year.rng
    for _ in range(rng.choice((0, 0, 1, 1, 1, 2, 3))):
        year.fault(**_fault(rng, year.plan.sites))
    if rng.random() < 0.04:
        year.tokens_do(rng.choice(list(year.tokens)), "revoke")
        year.told.faults["token revoked"] += 1
    if rng.random() < 0.2:
        year.wire.reframed = True
    if rng.random() < 0.25:
        slug = rng.choice(list(year.tokens))
        year.wire.meanwhile[rng.randrange(2, 60)] = lambda: happen(year, slug, during=True)


def _fault(rng: Random, sites: tuple[str, ...]) -> dict[str, Any]:
    site = rng.choice((*sites, *sites, FILES.name))
    kind = rng.choice(sorted(name for name, one in KINDS.items() if site in one.sites))
    wish: dict[str, Any] = {"kind": kind, "site": site, "nth": rng.choice((1, 1, 2, 3, 5, 8, 13, 21))}
    wish["times"] = rng.choice((1, 1, 1, 2, 3, 5, None))
    options = OPTIONS.get(kind)
    if options is not None:
        wish |= options(rng)
    if rng.random() < 0.4 and site in PLACES:
        wish["contains"] = rng.choice(PLACES[site])
    if kind == "pinned_first":  # it is a listing of posts that may open with an older one
        wish |= {"site": "facebook", "contains": "/published_posts"}
    return wish


OPTIONS: dict[str, Callable[[Random], dict[str, Any]]] = {
    "rate_limited": lambda rng: {"reset_in": rng.choice((-5, 1, 30, 900, 86_400))},
    "throttle": lambda rng: {
        "code": rng.choice((4, 17, 32, 613, 80001)),
        "minutes": rng.choice((0, 5, 1440)),
    },
    "truncated_gzip": lambda rng: {"keep": rng.choice((0.0, 0.3, 0.6, 0.95))},
    "short_body": lambda rng: {"keep": rng.choice((0.0, 0.3, 0.6, 0.95))},
    "expired_token": lambda rng: {"subcode": rng.choice((460, 463, 467))},
    "server_error": lambda rng: {"status": rng.choice((500, 502, 503))},
    "slow": lambda rng: {"seconds": rng.choice((2, 20, 50, 90))},
    "html": lambda rng: {"status": rng.choice((200, 403, 502))},
    "reduce_data": lambda rng: {"above": rng.choice((1, 5, 10))},
    "permission_lost": lambda rng: {"code": rng.choice((10, 200)), "silent": rng.random() < 0.4},
    "outage": lambda rng: {"lookups": rng.choice(("gone", "error"))},
    "offset_drift": lambda rng: {"by": rng.choice((1, 3))},
}
# Where a fault may strike: a piece of the path or the question, for each site.
PLACES: dict[str, tuple[str, ...]] = {
    "facebook": (
        "/comments",
        "published_posts",
        "visitor_posts",
        "/messages",
        "conversations",
        "ids=",
        "tagged",
    ),
    "instagram": ("/comments", "/media", "/stories", "/tags", "/messages", "conversations", "ids="),
    "x": ("/tweets?", "/mentions", "search/recent", "dm_events", "followers", "ids=", "users/me"),
    "linkedin": ("/comments", "posts?", "Notifications", "reactions", "organizationAcls"),
    "youtube": ("commentThreads", "playlistItems", "/videos", "/comments?", "likelySpam", "heldForReview"),
    "nextdoor": ("/post?", "/me"),
}
