"""How Nextdoor says each kind of trouble that the fault switchboard can cause."""

from __future__ import annotations

from typing import Any

from paloverde.simulator.city import City
from paloverde.simulator.nextdoor import wire
from paloverde.simulator.wire import Ask, Reply

Options = dict[str, Any]


def rate_limited(_: City, __: Ask, options: Options) -> Reply:
    reply = wire.refused(429, "rate_limited", "Too many requests.")
    reply.headers["Retry-After"] = str(options.get("reset_in", 60))
    return reply


def expired_token(_: City, __: Ask, ___: Options) -> Reply:
    return wire.refused(401, "invalid_token", "The access token has expired.")


def server_error(_: City, __: Ask, options: Options) -> Reply:
    return wire.refused(int(options.get("status", 500)), "server_error", "Something went wrong.")


def permission_lost(_: City, __: Ask, ___: Options) -> Reply:
    return wire.refused(403, "access_denied", "The app may not read the posts of this profile.")


def gone(_: City, __: Ask, ___: Options) -> Reply:
    return wire.refused(404, "not_found", "There is no such post.")


REFUSALS = {
    "rate_limited": rate_limited, "expired_token": expired_token, "server_error": server_error,
    "permission_lost": permission_lost, "gone": gone,
}  # fmt: skip
