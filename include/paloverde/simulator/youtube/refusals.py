"""How YouTube says each kind of trouble that the fault switchboard can cause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from paloverde.simulator.city import City
from paloverde.simulator.wire import Ask, Reply
from paloverde.simulator.youtube import errors, wire

Options = dict[str, Any]


def _always(made: Callable[[], Reply]) -> Callable[[City, Ask, Options], Reply]:
    return lambda _, __, ___: wire.finish(made())


def rate_limited(_: City, __: Ask, ___: Options) -> Reply:
    """Too fast for a moment; no header says for how long."""
    return wire.finish(errors.error(403, "rateLimitExceeded", errors.SLOWER, "usageLimits"))


def server_error(_: City, __: Ask, options: Options) -> Reply:
    status = int(options.get("status", 503))
    return wire.finish(errors.error(status, "backendError", "Backend Error", "global"))


def permission_lost(_: City, __: Ask, ___: Options) -> Reply:
    message = "Request had insufficient authentication scopes."
    return wire.finish(errors.error(403, "insufficientPermissions", message, "global"))


REFUSALS: dict[str, Callable[[City, Ask, Options], Reply]] = {
    "rate_limited": rate_limited,
    "server_error": server_error,
    "permission_lost": permission_lost,
    "expired_token": _always(errors.unauthorized),
    "gone": _always(lambda: errors.not_found("notFound", "resource", "global")),
    "quota_exceeded": _always(errors.quota),
    "processing_failure": _always(errors.processing_failure),
    "comments_disabled": _always(errors.comments_disabled),
}
