"""LinkedIn's errors: {"status", "code", "serviceErrorCode", "message"}."""

from __future__ import annotations

from typing import Any

from paloverde.simulator.wire import Reply


class Refused(Exception):
    """Ends a request with an error answer."""

    def __init__(self, status: int, code: str, message: str, service: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.service = status, code, message, service

    def reply(self) -> Reply:
        payload: dict[str, Any] = {"status": self.status, "code": self.code, "message": self.message}
        if self.service is not None:
            payload["serviceErrorCode"] = self.service
        return Reply(self.status, payload)


def version_missing() -> Refused:
    message = "A version must be present. Please specify a version by adding the LinkedIn-Version header."
    return Refused(400, "VERSION_MISSING", message)


def version_dead(version: str) -> Refused:
    return Refused(426, "NONEXISTENT_VERSION", f"Requested version {version}01 is not active")


def token_missing() -> Refused:
    return Refused(401, "EMPTY_ACCESS_TOKEN", "Empty oauth2_access_token", 401)


def token_invalid() -> Refused:
    return Refused(401, "INVALID_ACCESS_TOKEN", "Invalid access token", 65600)


def token_revoked() -> Refused:
    message = "The token used in the request has been revoked by the user"
    return Refused(401, "REVOKED_ACCESS_TOKEN", message, 65601)


def denied(what: str) -> Refused:
    return Refused(403, "ACCESS_DENIED", f"Not enough permissions to access: {what}", 100)


def bad_path() -> Refused:
    return Refused(400, "ILLEGAL_ARGUMENT", "Syntax exception in path variables")


def bad_query(name: str = "") -> Refused:
    if name:
        return Refused(400, "ILLEGAL_ARGUMENT", f"Parameter '{name}' is invalid")
    return Refused(400, "ILLEGAL_ARGUMENT", "Invalid query parameters passed to request")


def missing(what: str) -> Refused:
    return Refused(404, "NOT_FOUND", f"Entity with key {what} not found")


def no_resource(path: str) -> Refused:
    return Refused(404, "RESOURCE_NOT_FOUND", f"No virtual resource found for {path}")


def method_not_allowed(method: str) -> Refused:
    return Refused(405, "METHOD_NOT_ALLOWED", f"{method} is not supported here")


def throttled() -> Refused:
    message = "Resource level throttle APPLICATION DAY limit for calls to this resource is reached."
    return Refused(429, "TOO_MANY_REQUESTS", message, 101)
