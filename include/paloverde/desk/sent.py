"""The forms that were answered within a day: whoever sends one again comes to what it led to the first time.

A form is known by the number that its page gave it and by what it says. One that adds something for good is
known by what it says alone, too: a page that is gone back to bears another number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from starlette.datastructures import UploadFile

from paloverde.desk.tokens import form_number
from paloverde.state.books import changing
from paloverde.state.tables import FORMS

_LASTS = timedelta(days=1)
_PIECE = 1 << 20  # bytes
_T = FORMS.c


class Answer(NamedTuple):
    """What came of a form: where it led, and what was told there. Without an address it is not known yet."""

    at: datetime
    location: str
    told: str


class Sent(NamedTuple):
    """One form as it came: `number` names it and what it says, `content` what it says, and who says it."""

    number: str
    content: str


def sent(username: str, path: str, token: str, fields: Iterable[tuple[str, object]]) -> Sent:
    """What a form says. Reads its files, and leaves them as they were."""
    said = hashlib.sha256()
    for part in (username, path, *(text for pair in fields for text in _texts(*pair))):
        said.update(f"{len(part)} {part}".encode(errors="replace"))
    content = said.hexdigest()
    return Sent(hashlib.sha256(f"{form_number(token)} {content}".encode()).hexdigest(), content)


def begin(books: Engine, form: Sent, now: datetime) -> Answer | None:
    """Note that a form is worked on; what came of it where it was sent before."""
    row = {"number": form.number, "content": form.content, "at": now, "location": "", "told": ""}
    try:
        with changing(books) as connection:
            connection.execute(delete(FORMS).where(_T.at <= now - _LASTS))
            connection.execute(insert(FORMS).values(row))
    except IntegrityError:
        return answer_of(books, form)
    return None


def answer_of(books: Engine, form: Sent) -> Answer | None:
    """What came of the very same form; None where it is not worked on any more, nothing having come of it."""
    with books.connect() as connection:
        row = connection.execute(select(_T.at, _T.location, _T.told).where(_T.number == form.number)).first()
    return Answer(*row) if row else None


def same_before(books: Engine, form: Sent, now: datetime) -> Answer | None:
    """What came of another form that said the same within a day, the last of them."""
    same = (_T.content == form.content) & (_T.location != "") & (_T.at > now - _LASTS)
    asked = select(_T.at, _T.location, _T.told).where(same & (_T.number != form.number))
    with books.connect() as connection:
        row = connection.execute(asked.order_by(_T.at.desc()).limit(1)).first()
    return Answer(*row) if row else None


def answered(books: Engine, form: Sent, location: str, told: str) -> None:
    """Note what came of it."""
    with changing(books) as connection:
        this = update(FORMS).where(_T.number == form.number)
        connection.execute(this.values(location=location, told=told.replace("\0", "␀")))


def forget(books: Engine, form: Sent) -> None:
    """Nothing came of it: it may be sent again."""
    with changing(books) as connection:
        connection.execute(delete(FORMS).where(_T.number == form.number))


def _texts(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, UploadFile):
        return (name, str(value))
    if not value.filename:
        return (name, "")
    body = hashlib.sha256()
    while piece := value.file.read(_PIECE):
        body.update(piece)
    value.file.seek(0)
    return (name, value.filename, body.hexdigest())
