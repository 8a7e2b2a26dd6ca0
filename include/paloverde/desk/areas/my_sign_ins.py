"""Where somebody is signed in, and the way out of everywhere at once: everybody's own, nobody else's."""

from __future__ import annotations

from fastapi.responses import Response

from paloverde.desk.rights import Act
from paloverde.desk.sessions import Sessions, sessions_of
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.wording import some

pages = Pages()


@pages.page("/my-sign-ins", Act.LOOK)
def my_sign_ins(visit: Here) -> Response:
    """One line for each session, so that a strange one is noticed."""
    mine = [one for one in _sessions(visit).open() if one.username == visit.person.username]
    return visit.show("my_sign_ins.html", title="Where you are signed in", sign_ins=mine)


@pages.form("/sign-out-everywhere", Act.LOOK)
def sign_out_everywhere(visit: Here) -> Response:
    """End every session of the person at the desk's own service: this one, too, where it is one."""
    ended = _sessions(visit).end_all(visit.person.username)
    return visit.go("/my-sign-ins", told=f"{some(ended, 'sign-in')} ended.")


def _sessions(visit: Visit) -> Sessions:
    vault = visit.city.vault
    return sessions_of(visit.city.settings, vault.books, vault.clock)
