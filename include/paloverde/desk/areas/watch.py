"""What the checks of the policy found: what waits, by weight and check, and what of it is on today's page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response

from paloverde.desk import todo
from paloverde.desk.areas.watch_frame import HERE, is_of, roles_in_words, shown
from paloverde.desk.areas.watch_waiting import grouped, may_know, may_see, title_of, waiting_by_check
from paloverde.desk.rights import Act
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.watch.check import Weight
from paloverde.watch.findings import State
from paloverde.wording import some

pages = Pages()
_AT = "/watch"
_PER_PAGE = 50
_ALL = "all"
_STATES = (
    (State.OPEN.value, "what waits"),
    (State.ANSWERED.value, "what is answered"),
    (State.ENDED.value, "what is no longer so"),
    (_ALL, "all of it"),
)
_FIELDS = (
    Field("check", "Check", "choice"),
    Field("account", "Account", "choice"),
    Field("state", "Which", "choice", value=State.OPEN.value),
    Field("after", "After"),
)


@pages.page("/watch", Act.SEE_WATCH)
def queue(visit: Here) -> Response:
    """What waits: urgent findings first, those of one check together."""
    asked = Typed(visit.request.query_params, _FIELDS).values
    asked["state"] = asked["state"] if asked["state"] in dict(_STATES) else State.OPEN.value
    asked["check"] = asked["check"] if asked["check"] in visit.city.watch.checks else ""
    state = "" if asked["state"] == _ALL else asked["state"]
    found = visit.city.watch.findings(
        check=asked["check"], account=asked["account"], state=state, after=asked["after"],
        limit=_PER_PAGE + 1, **may_see(visit),
    )  # fmt: skip
    shown_, further = found[:_PER_PAGE], len(found) > _PER_PAGE
    kept = {name: asked[name] for name in ("check", "account", "state")}
    is_narrowed = bool(asked["check"] or asked["account"]) or asked["state"] != State.OPEN.value
    waits = waiting_by_check(visit)
    return shown(
        visit,
        "watch_waiting.html",
        HERE,
        _AT,
        asked=asked,
        checks=[("", "all checks"), *_checks(visit, waits)],
        accounts=[("", "all accounts"), *((one.slug, one.slug) for one in visit.city.accounts())],
        states=_STATES,
        summary=[] if is_narrowed or asked["after"] else list(_summary(visit, waits)),
        groups=grouped(visit, shown_),
        is_narrowed=is_narrowed,
        was_any=bool(visit.city.watch.counts(weight=None, **may_see(visit))),
        is_first=not asked["after"],
        first=urlencode(kept),
        further=urlencode(kept | {"after": shown_[-1].id}) if further else "",
    )


def todo_(visit: Visit) -> todo.Section | None:
    """Findings that somebody's role decides about: urgent ones by their check, and how many others wait."""
    if not visit.may(Act.ANSWER_WATCH):
        return None
    mine = {name for name, check in visit.city.watch.checks.items() if is_of(visit, check.answered_by)}
    urgent = {name: waits for name, waits in waiting_by_check(visit, Weight.URGENT).items() if name in mine}
    lines = [
        todo.Line(some(waits, "finding"), _narrowed(name), _to_be_looked_at(visit, name, waits), True)
        for name, waits in urgent.items()
    ]
    every = sum(waits for name, waits in waiting_by_check(visit).items() if name in mine)
    if rest := every - sum(urgent.values()):
        why = "of the checks of the policy can be looked at this week or later."
        lines.append(todo.Line(some(rest, "finding"), "/watch", why))
    return todo.Section(HERE, lines)


def _to_be_looked_at(visit: Visit, check: str, waits: int) -> str:
    """How a line of today's page goes on after “2 findings”."""
    return f"{'is' if waits == 1 else 'are'} to be looked at today: {title_of(visit, check)}."


def _narrowed(check: str) -> str:
    return f"/watch?{urlencode({'check': check})}"


def _checks(visit: Visit, waits: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Every check that somebody may know of by its title, with how much of it waits."""
    for name, check in sorted(visit.city.watch.checks.items(), key=lambda pair: pair[1].title):
        if may_know(visit, check):
            yield name, f"{check.title} ({waits.get(name, 0):,})"


def _summary(visit: Visit, waits: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """The checks of which something waits, the fullest first."""
    for name, number in sorted(waits.items(), key=lambda pair: -pair[1]):
        check = visit.city.watch.checks.get(name)
        yield {
            "title": title_of(visit, name),
            "path": _narrowed(name) if check else "/watch",
            "clauses": check.clauses if check else (),
            "waits": number,
            "deciders": roles_in_words(check.answered_by, Act.ANSWER_WATCH) if check else "",
        }
