"""Posts and users by id. What is not there is named in `errors`, inside a 200."""

from __future__ import annotations

from typing import Any

from paloverde.simulator.city import State
from paloverde.simulator.x import listing, objects, problems
from paloverde.simulator.x.objects import View


def several(view: View) -> dict[str, Any]:
    return _found(view, _ids(view), "ids", single=False)


def several_users(view: View) -> dict[str, Any]:
    shown, lost = [], []
    for one in _ids(view):
        person = view.presence.people.get(one)
        if person is None:
            lost.append(problems.not_found(view.words, one, "ids", "user"))
        elif person.suspended:
            lost.append(problems.suspended(view.words, one, "ids"))
        else:
            shown.append(objects.user(view, person))
    return {**({"data": shown} if shown else {}), **({"errors": lost} if lost else {})}


def _ids(view: View) -> list[str]:
    ids = view.ask.query.get("ids", "").split(",")
    wrong = next((one for one in ids if not one.isdigit()), None)
    if wrong is not None or len(ids) > 100:
        message = f"The `ids` query parameter needs 1 to 100 ids; [{wrong or len(ids)}] is not that"
        raise problems.Refused(problems.invalid(view.words, "ids", wrong or str(len(ids)), message))
    return ids


def one(view: View, native_id: str) -> dict[str, Any]:
    return _found(view, [native_id], "id", single=True)


def _found(view: View, ids: list[str], parameter: str, *, single: bool) -> dict[str, Any]:
    shown, items, lost = [], [], []
    now = view.city.clock.now()
    for one in ids:
        item = view.presence.items.get(one)
        known = (
            item is not None and item.kind != "message" and view.presence.stream_of(item, now) != "scheduled"
        )
        if item is not None and known and item.author.suspended and item.state is not State.DELETED:
            lost.append(problems.withheld(view.words, one, parameter))
        elif item is None or not known or not view.presence.there(item):
            lost.append(problems.not_found(view.words, one, parameter, view.words.resource))
        else:
            edition = next(i for i, version in enumerate(item.editions) if version.id == one)
            shown.append(objects.post(view, item, edition - len(item.editions)))
            items.append(item)
    answer: dict[str, Any] = {}
    if shown:
        answer["data"] = shown[0] if single else shown
        listing.include(view, answer, items)
    if lost:
        answer["errors"] = [*answer.get("errors", []), *lost]
    return answer
