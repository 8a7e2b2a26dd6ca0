"""How X says each kind of trouble that the fault switchboard can cause."""

from __future__ import annotations

from typing import Any

from paloverde.simulator.city import City
from paloverde.simulator.limits import Usage
from paloverde.simulator.wire import Ask, Reply
from paloverde.simulator.x import problems, vocabulary, wire

Options = dict[str, Any]


def rate_limited(city: City, ask: Ask, options: Options) -> Reply:
    """429; `reset_in` seconds may be negative, as a site whose clock is behind would say it."""
    resets = int(city.clock.now().timestamp()) + int(options.get("reset_in", 60))
    return wire.finish(city, ask, problems.plain(429), Usage(900, 900, resets, over=True))


def expired_token(city: City, ask: Ask, _: Options) -> Reply:
    return wire.finish(city, ask, problems.plain(401))


def server_error(city: City, ask: Ask, options: Options) -> Reply:
    return wire.finish(city, ask, problems.plain(int(options.get("status", 503))))


def permission_lost(city: City, ask: Ask, _: Options) -> Reply:
    return wire.finish(city, ask, problems.forbidden(_words(city, ask)))


def credits_depleted(city: City, ask: Ask, _: Options) -> Reply:
    return wire.finish(city, ask, problems.credits_depleted(_words(city, ask)))


def gone(city: City, ask: Ask, _: Options) -> Reply:
    words = _words(city, ask)
    ids = ask.query.get("ids", ask.path.rpartition("/")[2]).split(",")
    lost = [problems.not_found(words, one, "ids", words.resource) for one in ids]
    return wire.finish(city, ask, Reply(200, {"errors": lost}))


def _words(city: City, ask: Ask) -> vocabulary.Words:
    return vocabulary.spoken(ask.query, city.presences["x"].settings["vocabulary"])


REFUSALS = {
    "rate_limited": rate_limited, "expired_token": expired_token, "server_error": server_error,
    "permission_lost": permission_lost, "credits": credits_depleted, "gone": gone,
}  # fmt: skip
