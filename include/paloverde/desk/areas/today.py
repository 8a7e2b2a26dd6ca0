"""The first page: what needs the person who is signed in."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi.responses import Response

from paloverde.desk.areas import work
from paloverde.desk.rights import Act
from paloverde.desk.todo import Line, Section, Todo
from paloverde.desk.visit import Here, Pages, Visit

pages = Pages()


@pages.page("/", Act.LOOK)
def today(visit: Here) -> Response:
    """What is due, what is wrong, what waits for a decision."""
    sections = [section for todo in TODO if (section := todo(visit)) is not None]
    return visit.show(
        "today.html", title="Today", here="Today", today=visit.city.requests.today(), sections=sections
    )


def _requests(visit: Visit) -> Section | None:
    """Deadlines of records requests."""
    if not visit.may(Act.SEE_REQUESTS):
        return None
    alarms = visit.city.requests.alarms()
    lines = [Line(one.number, f"/requests/{one.number}", one.told, urgent=one.is_overdue) for one in alarms]
    return Section("Records requests", lines, "No deadline is near.")


TODO: Sequence[Todo] = (_requests, work.todo)
