"""comments.setModerationStatus: comments are held for review, published or rejected; success has no body."""

from __future__ import annotations

from paloverde.simulator.city import Change, Item, State
from paloverde.simulator.wire import Reply
from paloverde.simulator.youtube import errors
from paloverde.simulator.youtube.errors import Refused
from paloverde.simulator.youtube.objects import View

PATH, COST = "/comments/setModerationStatus", 50
_STATES = {"heldForReview": State.HELD, "published": State.PRESENT}
_MOST = 50
_DOMAIN = "youtube.comment"
FAILED = "The API server failed to successfully process the request."


def set_status(view: View) -> Reply:
    """Raises `Refused`. Rejecting, which cannot be undone, is not played here."""
    ids = [one for one in view.ask.query.get("id", "").split(",") if one]
    if not ids or len(ids) > _MOST:
        raise Refused(errors.invalid("missingRequiredParameter", "Missing required: id", "id"))
    status = view.ask.query.get("moderationStatus", "")
    if status not in _STATES:
        raise Refused(errors.invalid("invalidValue", f"Invalid value '{status}'.", "moderationStatus"))
    if not view.owner or not view.presence.settings["may_hide"]:
        raise Refused(errors.forbidden())
    for item in [_comment(view, one) for one in ids]:
        _change(view, item, _STATES[status])
    return Reply(204, body=b"")


def _comment(view: View, native_id: str) -> Item:
    """A comment of the channel; what its author deleted cannot be moderated any more."""
    item = view.presence.items.get(native_id)
    if item is None or item.kind != "comment":
        raise Refused(errors.not_found("commentNotFound", "comment", _DOMAIN))
    if not view.presence.there(item):
        raise Refused(errors.error(400, "processingFailure", FAILED, _DOMAIN))
    return item


def _change(view: View, item: Item, state: State) -> None:
    if item.state is not state:
        item.state, item.changed = state, Change("city", view.city.clock.now(), "through the API")
