"""How LinkedIn says each kind of trouble that the fault switchboard can cause."""

from __future__ import annotations

from typing import Any

from paloverde.simulator.city import City
from paloverde.simulator.linkedin import errors
from paloverde.simulator.linkedin.errors import Refused
from paloverde.simulator.linkedin.wire import finish
from paloverde.simulator.wire import Ask, Reply

Options = dict[str, Any]


def rate_limited(_: City, ask: Ask, options: Options) -> Reply:
    """429. The site sends no pause; with `reset_in` it does."""
    reply = errors.throttled().reply()
    if "reset_in" in options:
        reply.headers["Retry-After"] = str(options["reset_in"])
    return finish(ask, reply)


def expired_token(_: City, ask: Ask, __: Options) -> Reply:
    return finish(ask, errors.token_revoked().reply())


def server_error(_: City, ask: Ask, options: Options) -> Reply:
    status = int(options.get("status", 503))
    return finish(ask, Refused(status, "INTERNAL_SERVER_ERROR", "Internal Server Error").reply())


def permission_lost(_: City, ask: Ask, __: Options) -> Reply:
    return finish(ask, errors.denied(ask.path.strip("/").partition("/")[0]).reply())


def version_sunset(_: City, ask: Ask, __: Options) -> Reply:
    return finish(ask, errors.version_dead(ask.headers.get("linkedin-version", "")).reply())


def gone(_: City, ask: Ask, __: Options) -> Reply:
    return finish(ask, errors.missing(ask.path.rpartition("/")[2]).reply())


REFUSALS = {
    "rate_limited": rate_limited, "expired_token": expired_token, "server_error": server_error,
    "permission_lost": permission_lost, "version_sunset": version_sunset, "gone": gone,
}  # fmt: skip
