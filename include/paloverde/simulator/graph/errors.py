"""Graph API errors: the body, the status and the code together.

See https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

from __future__ import annotations

import hashlib
from typing import Any

from paloverde.simulator.wire import Ask, Reply

CALLS = {
    4: "(#4) Application request limit reached",
    17: "(#17) User request limit reached",
    32: "(#32) Page request limit reached",
    613: "(#613) Calls to this api have exceeded the rate limit.",
    80001: "(#80001) There have been too many calls to this Page account. Wait a bit and try "
    "again. For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.",
}
TOKENS = {
    460: "Error validating access token: The session has been invalidated because the user changed "
    "their password or Facebook has changed the session for security reasons.",
    463: "Error validating access token: Session has expired on Sunday, 01-Nov-26 00:00:00 PST. "
    "The current time is Sunday, 22-Nov-26 02:00:00 PST.",
    467: "Error validating access token: The session is invalid because the user logged out.",
}
NO_SUCH = (
    "Unsupported get request. Object with ID '{id}' does not exist, cannot be loaded due to missing "
    "permissions, or does not support this operation. Please read the Graph API documentation at "
    "https://developers.facebook.com/docs/graph-api"
)


class GraphError(Exception):
    """Ends a request with Graph's own error body."""

    def __init__(
        self, message: str, code: int, *, subcode: int = 0, kind: str = "OAuthException", status: int = 400,
        transient: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.message, self.code, self.subcode = message, code, subcode
        self.kind, self.status, self.transient = kind, status, transient

    def reply(self, ask: Ask) -> Reply:
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.transient:
            error["is_transient"] = True
        error["fbtrace_id"] = trace(ask)
        headers = {}
        if self.code == 190:
            headers["WWW-Authenticate"] = f'OAuth "Facebook Platform" "invalid_token" "{self.message}"'
        return Reply(self.status, {"error": error}, headers=headers)


def trace(ask: Ask) -> str:
    """A trace id of the form that Graph gives; the same question has the same one."""
    return "A" + hashlib.sha256(repr((ask.path, sorted(ask.query.items()))).encode()).hexdigest()[:22]


def no_such(native_id: str) -> GraphError:
    return GraphError(NO_SUCH.format(id=native_id), 100, subcode=33, kind="GraphMethodException")


def unsupported() -> GraphError:
    message = (
        "Unsupported get request. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api"
    )
    return GraphError(message, 100, kind="GraphMethodException")


def throttled(code: int = 4, status: int = 0) -> GraphError:
    return GraphError(CALLS[code], code, status=status or (403 if code == 4 else 400))


def token_dead(subcode: int = 463) -> GraphError:
    return GraphError(TOKENS[subcode], 190, subcode=subcode)


def permission(code: int = 10) -> GraphError:
    message = {
        10: "(#10) This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content "
        "Access' feature.",
        200: "(#200) Requires pages_messaging permission to manage the object",
    }[code]
    return GraphError(message, code, status=403)


def too_much() -> GraphError:
    return GraphError(
        "Please reduce the amount of data you're asking for, then retry your request", 1, status=500
    )


def unavailable(status: int = 500) -> GraphError:
    message = "An unexpected error has occurred. Please retry your request later."
    return GraphError(message, 2, status=status, transient=True)
