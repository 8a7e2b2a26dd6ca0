"""Where somebody is signed in, and the way out of everywhere at once: everybody's own, nobody else's.

Whoever came by a password is asked for it before: a browser that was left open shall not lock its owner out.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from paloverde.desk.areas.my_password import refuse_another
from paloverde.desk.rights import Act
from paloverde.desk.sessions import Sessions, sessions_of
from paloverde.desk.sign_in import Refused
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.wording import some

pages = Pages()


@pages.page("/my-sign-ins", Act.LOOK)
def my_sign_ins(visit: Here) -> Response:
    """One line for each session, so that a strange one is noticed."""
    return _shown(visit)


@pages.form("/sign-out-everywhere", Act.LOOK, keeps=False)
def sign_out_everywhere(visit: Here, current: Annotated[str, Form()] = "") -> Response:
    """End every session of the person at the desk's own service: this one, too, where it is one."""
    if visit.by_password:
        try:
            refuse_another(visit, current)
        except Refused as refused:
            return _shown(visit, refused)
    ended = _sessions(visit).end_all(visit.person.username)
    return visit.go("/my-sign-ins", told=f"{some(ended, 'sign-in')} ended.")


def _shown(visit: Visit, refused: Refused | None = None) -> Response:
    mine = [one for one in _sessions(visit).open() if one.username == visit.person.username]
    error = refused.sentence if refused else ""
    title = "Where you are signed in"
    return visit.show("my_sign_ins.html", 400 if refused else 200, title=title, sign_ins=mine, error=error)


def _sessions(visit: Visit) -> Sessions:
    vault = visit.city.vault
    return sessions_of(visit.city.settings, vault.books, vault.clock)
