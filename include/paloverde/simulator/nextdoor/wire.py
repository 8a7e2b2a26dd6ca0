"""Nextdoor's partner API over the city: a pure function from a request to an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from paloverde.simulator.city import City, Presence
from paloverde.simulator.nextdoor import objects
from paloverde.simulator.nextdoor.objects import View
from paloverde.simulator.wire import Ask, Reply

SETTINGS: dict[str, Any] = {
    "held_back": 0,  # so many of the oldest posts are counted and not given
    "without_count": False,  # posts_length is left out
    "signed_media": False,
}
DIGEST = "/partner_api/v1/agency_digest/"


def answer(city: City, ask: Ask) -> Reply:
    """Answers as https://nextdoor.com/external/api/partner/v1 would; the agency feed by its whole path."""
    presence = city.presences["nextdoor"]
    opens = _token(presence, ask)
    if opens is None:
        return refused(401, "invalid_token", "The access token is missing, expired or revoked.")
    if ask.method != "GET":
        return refused(403, "insufficient_scope", "The token does not carry the scope post:write.")
    view = View(city, presence, ask)
    path = ask.path.rstrip("/")
    if path.startswith(DIGEST.rstrip("/")):
        return Reply(200, objects.digest(view))
    act = ROUTES.get(path)
    if act is None:
        return refused(404, "not_found", "There is nothing at this address.")
    if opens != "owner":
        return refused(403, "insufficient_scope", "The token does not carry the scope that this needs.")
    return act(view)


def refused(status: int, error: str, description: str, **more: Any) -> Reply:
    return Reply(status, {"error": error, "error_description": description, **more})


def _token(presence: Presence, ask: Ask) -> str | None:
    scheme, _, token = ask.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or token in presence.revoked:
        return None
    return presence.tokens.get(token)


def me(view: View) -> Reply:
    return Reply(200, objects.neighbor(view))


def profiles(view: View) -> Reply:
    private = objects.neighbor(view)
    return Reply(200, {"primary_profile_id": private["id"], "profile_list": [private, objects.profile(view)]})


def posts(view: View) -> Reply:
    """All posts of the profile that the header or the parameter names, in one answer."""
    wanted = view.ask.query.get("secure_profile_id") or view.ask.headers.get("secure_profile_id", "")
    if wanted != view.presence.account.id:
        told = "secure_profile_id is missing or is not a profile of this user."
        return refused(400, "invalid_request", told, invalid_parameter="secure_profile_id")
    own = objects.own_posts(view)
    shown = own[: len(own) - int(view.presence.settings["held_back"])]
    payload: dict[str, Any] = {"posts": [objects.post(view, one) for one in shown]}
    if not view.presence.settings["without_count"]:
        payload["posts_length"] = len(own)
    return Reply(200, payload)


ROUTES: dict[str, Callable[[View], Reply]] = {"/me": me, "/me/profiles": profiles, "/post": posts}


def empty(payload: Any) -> Any:
    """A list answer with nothing in it."""
    if isinstance(payload, dict) and "posts" in payload:
        return {"posts": [], "posts_length": 0}
    return payload


def empty_page(_city: City, _ask: Ask, payload: Any) -> Any:
    """No posts, and the count of those that there are: this site has no way on."""
    return {"posts": [], "posts_length": len(payload["posts"])}
