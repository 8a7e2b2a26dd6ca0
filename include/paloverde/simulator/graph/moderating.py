"""Setting whether a comment is hidden: POST to its node, with the member in the query or in a form."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from paloverde.simulator.city import Change, Item, State
from paloverde.simulator.graph.errors import GraphError
from paloverde.simulator.graph.view import View

UNSETTABLE = (
    "Unsupported post request. Object with ID '{id}' does not exist, cannot be loaded due to missing "
    "permissions, or does not support this operation. Please read the Graph API documentation at "
    "https://developers.facebook.com/docs/graph-api"
)
REFUSED = "(#200) Permissions error"


def set_hidden(view: View, path: list[str], member: str, *, own_stay: bool) -> dict[str, Any]:
    """`own_stay`: what the account itself wrote stays as it is, and the site says "success" all the same.

    Raises `GraphError` without the permission, for what is no comment, for a value that is none.
    """
    native_id = path[0] if len(path) == 1 else ""
    item = view.presence.find(native_id)
    if item is None or item.kind != "comment":
        message = UNSETTABLE.format(id=native_id)
        raise GraphError(message, 100, subcode=33, kind="GraphMethodException")
    is_own = item.author is view.account
    if not view.owner or not view.presence.settings["may_hide"] or (is_own and not own_stay):
        raise GraphError(REFUSED, 200, status=403)
    wanted = (dict(parse_qsl(view.ask.body.decode())) | view.ask.query).get(member, "")
    if wanted not in {"true", "false"}:
        raise GraphError(f"(#100) Param {member} must be a boolean", 100)
    if not is_own:
        _change(view, item, State.HIDDEN if wanted == "true" else State.PRESENT)
    return {"success": True}


def _change(view: View, item: Item, state: State) -> None:
    if item.state is not state:
        item.state, item.changed = state, Change("city", view.city.clock.now(), "through the API")
