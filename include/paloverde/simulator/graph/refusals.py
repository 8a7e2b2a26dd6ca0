"""How the Graph API says each kind of trouble that the fault switchboard can cause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from paloverde.simulator.city import City
from paloverde.simulator.graph import errors, wire
from paloverde.simulator.graph.errors import GraphError
from paloverde.simulator.wire import Ask, Reply

Options = dict[str, Any]
Refusal = Callable[[City, Ask, Options], Reply]


def refusals(site: str, limit: Callable[[Options], GraphError]) -> dict[str, Refusal]:
    """The refusals of a site; `limit` is how it says that too much was asked.

    There is no 429: a limit is a 400 or 403 with a code, and minutes to wait in a header.
    """

    def throttle(city: City, ask: Ask, options: Options) -> Reply:
        minutes = int(options.get("minutes", 5))
        return wire.finish(city, ask, limit(options).reply(ask), site=site, throttled_minutes=minutes)

    def saying(error: Callable[[Ask, Options], GraphError]) -> Refusal:
        return lambda city, ask, options: wire.finish(city, ask, error(ask, options).reply(ask), site=site)

    return {
        "rate_limited": throttle,
        "throttle": throttle,
        "expired_token": saying(lambda _, options: errors.token_dead(int(options.get("subcode", 463)))),
        "server_error": saying(lambda _, options: errors.unavailable(int(options.get("status", 500)))),
        "permission_lost": saying(lambda _, options: errors.permission(int(options.get("code", 10)))),
        "reduce_data": saying(lambda *_: errors.too_much()),
        "gone": saying(lambda ask, _: errors.no_such(_asked_for(ask))),
    }


def _asked_for(ask: Ask) -> str:
    """The id that a look-up is about, the first one where there are several."""
    return ask.query.get("ids", ask.path.strip("/").rpartition("/")[2]).split(",")[0]
