r"""YouTube's errors: an object with a code, a message and reasons; angle brackets as \u003c and \u003e."""

from __future__ import annotations

import json
from typing import Any

from paloverde.simulator.wire import Reply

QUOTA = (
    "The request cannot be completed because you have exceeded your "
    '<a href="/youtube/v3/getting-started#quota">quota</a>.'
)
SLOWER = "The request cannot be completed because you have exceeded your rate limit."
UNAUTHORIZED = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
    "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
FORBIDDEN = (
    "The request might not be properly authorized to access the requested resource "
    "because of insufficient permissions."
)


class Refused(Exception):
    """Ends a request with an error."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(str(reply.status))
        self.reply = reply


def error(code: int, reason: str, message: str, domain: str = "youtube.common", **more: Any) -> Reply:
    payload = {
        "error": {
            "code": code,
            "message": message,
            "errors": [{"message": message, "domain": domain, "reason": reason, **more}],
        }
    }
    text = json.dumps(payload, indent=2, ensure_ascii=False)
    body = text.replace("<", "\\u003c").replace(">", "\\u003e").encode()
    return Reply(code, body=body)


def quota() -> Reply:
    return error(403, "quotaExceeded", QUOTA, "youtube.quota")


def unauthorized() -> Reply:
    reply = error(401, "authError", UNAUTHORIZED, "global", locationType="header", location="Authorization")
    reply.headers["WWW-Authenticate"] = (
        'Bearer realm="https://accounts.google.com/", error="invalid_token"'  # as RFC 6750 has it
    )
    return reply


def forbidden() -> Reply:
    return error(403, "forbidden", FORBIDDEN, locationType="parameter", location="moderationStatus")


def comments_disabled() -> Reply:
    message = (
        "The video identified by the <code><a "
        'href="/youtube/v3/docs/commentThreads/list#videoId">videoId</a></code> '
        "parameter has disabled comments."
    )
    return error(403, "commentsDisabled", message, "youtube.commentThread")


def not_found(reason: str, what: str, domain: str) -> Reply:
    return error(404, reason, f"The {what} that you are trying to retrieve cannot be found.", domain)


def invalid(reason: str, message: str, location: str) -> Reply:
    return error(400, reason, message, locationType="parameter", location=location)


def processing_failure() -> Reply:
    message = (
        "The API server failed to successfully process the request. While this can be a transient error, it "
        "usually indicates that the request's input is invalid."
    )
    return error(400, "processingFailure", message, "youtube.commentThread")
