"""The first page: what needs the person who is signed in."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi.responses import Response

from paloverde.desk.areas import accounts, disposition, holds, removed, requests, work
from paloverde.desk.rights import Act
from paloverde.desk.todo import Section, Todo
from paloverde.desk.visit import Here, Pages

pages = Pages()


@pages.page("/", Act.LOOK)
def today(visit: Here) -> Response:
    """What is due, what is wrong, what waits for a decision."""
    sections = [section for todo in WAITING if (section := todo(visit)) is not None]
    sections.sort(key=_urgency)
    return visit.show(
        "today.html",
        title="Today",
        here="Today",
        today=visit.city.requests.today(),
        sections=sections,
        is_quiet=not any(section.lines for section in sections),
    )


def _urgency(section: Section) -> int:
    """What is urgent first, then what is to be done at all, then what is said to be done."""
    return 0 if any(line.urgent for line in section.lines) else 1 if section.lines else 2


WAITING: Sequence[Todo] = (
    requests.todo,
    removed.todo_,
    holds.todo_,
    disposition.todo_,
    accounts.todo,
    work.todo,
)
