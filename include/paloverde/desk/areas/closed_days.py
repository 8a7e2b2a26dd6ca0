"""The City's closed days: the table that is adopted, and how it is, from a file or typed."""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.areas.request_frame import HERE, Given, told
from paloverde.desk.asked import Wrong
from paloverde.desk.filekinds import wrong_with
from paloverde.desk.files import brought
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import PersonNeeded
from paloverde.requests.closures import as_table, typed_closures

pages = Pages()
_TYPED = "What was typed at the desk"
_ENDINGS = (".csv", ".txt")


@pages.page("/requests/closed-days", Act.SEE_REQUESTS)
def closed_days(visit: Here) -> Response:
    return _closed_days(visit)


@pages.form("/requests/closed-days", Act.WORK_REQUESTS)
def adopt(visit: Here, given: Given) -> Response:
    """Adopt the City's table of closed days, from a file or as it was typed."""
    text = str(given.get("days", "")).replace("\r\n", "\n")
    try:
        with brought(given, "table", any_kind=True) as files:
            if not files and not text.strip():
                raise Wrong("table", "Choose the file with the closed days, or type them.")
            body, name = _of_file(files[0]) if files else _of_typed(text)
        years = visit.city.requests.adopt_closures(body, name, visit.by)
    except PersonNeeded as error:
        return _closed_days(visit, told(error), 400, text)
    if not years:
        return visit.go("/requests/closed-days", told=f"{name} says nothing that is not adopted already.")
    adopted = ", ".join(map(str, years))
    return visit.go("/requests/closed-days", told=f"The closed days of {adopted} are adopted.")


def _of_file(file: Path) -> tuple[bytes, str]:
    if file.suffix.lower() not in _ENDINGS or wrong_with(file, file.name):
        raise Wrong(
            "table",
            f"{showing.name(file.name)} is no table of closed days: choose the file that your spreadsheet "
            "saves as “CSV UTF-8”.",
        )
    return file.read_bytes(), file.name


def _of_typed(text: str) -> tuple[bytes, str]:
    return as_table(typed_closures(text, _TYPED)), _TYPED


def _closed_days(visit: Visit, wrong: str = "", status: int = 200, typed: str = "") -> Response:
    closures, today = visit.city.requests.closures(), visit.city.requests.today()
    days = [(day, showing.name(closures.days[day])) for day in sorted(closures.days)]
    to_come = "\n".join(f"{day}, {name}" for day, name in days if day.year >= today.year)
    return visit.show(
        "requests_closed_days.html",
        status,
        title="Closed days",
        here=HERE,
        days=days,
        typed=typed or to_come,
        wrong=wrong,
        act=Act,
    )
