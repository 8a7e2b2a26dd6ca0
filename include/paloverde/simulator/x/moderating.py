"""Hiding a reply: PUT /2/tweets/{id}/hidden, for replies in conversations that the account began."""

from __future__ import annotations

import json
from typing import Any

from paloverde.simulator.city import Change, State
from paloverde.simulator.x import problems
from paloverde.simulator.x.objects import View


def set_hidden(view: View, native_id: str) -> dict[str, Any]:
    """Raises `Refused` for what is no JSON, no reply, or not under the account's own posts."""
    item = view.presence.find(native_id)
    if item is None or item.kind == "message":
        raise problems.Refused(problems.plain(404))
    if not view.presence.settings["may_hide"]:
        raise problems.Refused(problems.plain(403))
    if item.kind != "comment" or item.root.author is not view.presence.account:
        raise problems.Refused(problems.plain(403))
    hidden = _wanted(view)
    state = State.HIDDEN if hidden else State.PRESENT
    if item.state is not state:
        item.state, item.changed = state, Change("city", view.city.clock.now(), "through the API")
    return {"data": {"hidden": hidden}}


def _wanted(view: View) -> bool:
    try:
        told = json.loads(view.ask.body)
    except ValueError:
        told = None
    hidden = told.get("hidden") if isinstance(told, dict) else None
    if not isinstance(hidden, bool):
        message = "$.hidden: is missing but it is required"
        raise problems.Refused(problems.invalid(view.words, "hidden", str(hidden), message))
    return hidden
