"""How Instagram says each kind of trouble that the fault switchboard can cause."""

from __future__ import annotations

from typing import Any

from paloverde.simulator.city import City
from paloverde.simulator.facebook import errors
from paloverde.simulator.facebook.errors import GraphError
from paloverde.simulator.instagram import wire
from paloverde.simulator.wire import Ask, Reply

Options = dict[str, Any]


def throttle(city: City, ask: Ask, options: Options) -> Reply:
    """A limit is a 400 with code 80002, and minutes to wait in a header; there is no 429."""
    code = int(options.get("code", 80002))
    error = GraphError(wire.THROTTLED, code) if code == 80002 else errors.throttled(code)
    return wire.finish(city, ask, error.reply(ask), throttled_minutes=int(options.get("minutes", 5)))


def expired_token(city: City, ask: Ask, options: Options) -> Reply:
    return wire.finish(city, ask, errors.token_dead(int(options.get("subcode", 463))).reply(ask))


def server_error(city: City, ask: Ask, options: Options) -> Reply:
    return wire.finish(city, ask, errors.unavailable(int(options.get("status", 500))).reply(ask))


def permission_lost(city: City, ask: Ask, options: Options) -> Reply:
    return wire.finish(city, ask, errors.permission(int(options.get("code", 10))).reply(ask))


def reduce_data(city: City, ask: Ask, _: Options) -> Reply:
    return wire.finish(city, ask, errors.too_much().reply(ask))


def gone(city: City, ask: Ask, _: Options) -> Reply:
    native_id = ask.query.get("ids", ask.path.strip("/").rpartition("/")[2]).split(",")[0]
    return wire.finish(city, ask, errors.no_such(native_id).reply(ask))


REFUSALS = {
    "rate_limited": throttle, "throttle": throttle, "expired_token": expired_token,
    "server_error": server_error, "permission_lost": permission_lost, "reduce_data": reduce_data,
    "gone": gone,
}  # fmt: skip
