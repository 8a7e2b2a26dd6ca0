"""Pages that answered a form, and forms that wait because a sign-in was over."""

from __future__ import annotations

from fastapi.responses import Response

from paloverde.desk.answers import answer
from paloverde.desk.rights import Act
from paloverde.desk.todo import Line, Section
from paloverde.desk.unsent import address
from paloverde.desk.visit import Here, Pages, Visit

pages = Pages()


@pages.page("/answers/{id_}", Act.OWN_ANSWERS)
def shown(visit: Here, id_: str) -> Response:
    """What a form was answered with, as it was shown."""
    return answer(visit, id_)


def todo(visit: Visit) -> Section | None:
    """What the person typed and could not send."""
    waiting = [
        Line("A form that you filled in", address(form.page, id_), "It was not filed: your sign-in was over.")
        for id_, form in visit.desk.unsent().all(visit.person.username)
    ]
    return Section("Not sent", waiting) if waiting else None
