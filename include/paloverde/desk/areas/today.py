"""The first page: what needs the person who is signed in."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi.responses import Response

from paloverde.desk import unset
from paloverde.desk.areas import (
    accounts,
    device_searches,
    discovery,
    disposition,
    holds,
    removed,
    requests,
    waiting,
    watch,
    work,
)
from paloverde.desk.rights import Act
from paloverde.desk.todo import Section, Todo
from paloverde.desk.visit import Here, Pages

pages = Pages()


@pages.page("/", Act.LOOK)
def today(visit: Here) -> Response:
    """What is due, what is wrong, what waits for a decision."""
    sections = [section for todo in WAITING if (section := todo(visit)) is not None]
    waiting = sorted((section for section in sections if section.lines), key=_urgency)
    return visit.show(
        "today.html",
        title="Today",
        here="Today",
        today=visit.city.requests.today(),
        sections=waiting,
        quiet=_in_a_row([section.title for section in sections if not section.lines]),
    )


def _urgency(section: Section) -> bool:
    """What is urgent first."""
    return not any(line.urgent for line in section.lines)


def _in_a_row(names: Sequence[str]) -> str:
    """Names as a sentence ends with them: Holds, Disposition and Accounts."""
    *first, last = names or [""]
    return f"{', '.join(first)} and {last}" if first else last


WAITING: Sequence[Todo] = (
    requests.todo,
    removed.todo_,
    watch.todo_,
    device_searches.todo,
    holds.todo_,
    disposition.todo_,
    discovery.todo_,
    accounts.todo,
    unset.todo,
    work.todo,
    waiting.todo,
)
