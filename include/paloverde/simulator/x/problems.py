"""X's errors: whole answers (problem details, RFC 7807) and partial ones inside a 200."""

from __future__ import annotations

from typing import Any

from paloverde.simulator.wire import Reply
from paloverde.simulator.x.vocabulary import Words

PROBLEM = {"Content-Type": "application/problem+json; charset=utf-8"}
TITLES = {
    401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
}  # fmt: skip


class Refused(Exception):
    """Ends a request with a problem."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(str(reply.payload))
        self.reply = reply


def plain(status: int) -> Reply:
    title = TITLES[status]
    payload = {"title": title, "type": "about:blank", "status": status, "detail": title}
    return Reply(status, payload, headers=dict(PROBLEM))


def invalid(words: Words, name: str, value: str, message: str) -> Reply:
    payload = {
        "errors": [{"parameters": {name: [value]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{words.problems}invalid-request",
    }
    return Reply(400, payload, headers=dict(PROBLEM))


def forbidden(words: Words) -> Reply:
    payload = {
        "title": "Forbidden",
        "detail": "When authenticating requests to the X API v2 endpoints, you must use keys and tokens from "
        "a developer App that is attached to a Project with the access level that this endpoint needs.",
        "type": f"{words.problems}client-forbidden",
        "reason": "client-not-enrolled",
        "required_enrollment": "Appropriate Level of API Access",
        "registration_url": "https://developer.x.com/",
        "status": 403,
    }
    return Reply(403, payload, headers=dict(PROBLEM))


def needs_user(words: Words) -> Reply:
    payload = {
        "title": "Unsupported Authentication",
        "detail": "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported "
        "authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
        "type": f"{words.problems}unsupported-authentication",
        "status": 403,
    }
    return Reply(403, payload, headers=dict(PROBLEM))


def credits_depleted(words: Words) -> Reply:
    account = 1729384756019283746  # a bare number beyond 2**53, as the site writes it
    payload = {
        "account_id": account,
        "title": "CreditsDepleted",
        "detail": f"Your enrolled account [{account}] does not have any credits to fulfill this request.",
        "type": f"{words.problems}credits",
    }
    return Reply(402, payload, headers=dict(PROBLEM))


def not_found(words: Words, value: str, parameter: str, resource: str) -> dict[str, Any]:
    """A partial error: the site has no such thing."""
    return {
        "value": value,
        "detail": f"Could not find {resource} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{words.problems}resource-not-found",
    }


def withheld(words: Words, value: str, parameter: str) -> dict[str, Any]:
    """A partial error: the site has it and does not show it (protected or suspended author)."""
    return {
        "value": value,
        "detail": f"Sorry, you are not authorized to see the {words.resource.title()} with {parameter}: "
        f"[{value}].",
        "title": "Authorization Error",
        "resource_type": words.resource,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{words.problems}not-authorized-for-resource",
    }


def suspended(words: Words, value: str, parameter: str) -> dict[str, Any]:
    """A partial error: a user whom the site has suspended, under the name of what is not found."""
    return {
        "value": value,
        "detail": f"User has been suspended: [{value}].",
        "title": "Forbidden",
        "resource_type": "user",
        "parameter": parameter,
        "resource_id": value,
        "type": f"{words.problems}resource-not-found",
    }
