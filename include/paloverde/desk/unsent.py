"""What somebody typed into a form that was not taken, because their sign-in was over: kept for a day.

A form says whose page it stood on and which page that was, sealed by the desk, so that what a stranger sends
is not kept. Neither files nor what a form must not keep (a site's token) are among it; it is shown to nobody
but whoever typed it, once they are signed in again.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from starlette.datastructures import FormData, UploadFile

from paloverde.desk.drafts import Drafts
from paloverde.desk.strongbox import Strongbox
from paloverde.errors import BadQuestion

FORM_FROM = "form_from"
UNSENT = "unsent"  # the name that addresses have for it
OWN = ("form_token", FORM_FROM, "form_again")  # fields that no person fills in
_MOST = 1024 * 1024  # bytes of one form
_MOST_EACH = 20  # forms of one person


class From(msgspec.Struct, frozen=True):
    """Whose page a form stands on, and its address at the desk."""

    username: str
    page: str


class Unsent(msgspec.Struct, frozen=True):
    """A form that was not taken: `action` is where it goes, `files` the names of those that it had."""

    page: str
    action: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...]


class _Sealed(msgspec.Struct, frozen=True):
    body: str
    at: float


class Shelf:
    """The forms that wait for their people, in the desk's folder."""

    def __init__(self, desk: Path) -> None:
        self._box, self._drafts = Strongbox(desk), Drafts(desk / "unsent")

    def mark(self, username: str, page: str) -> str:
        """What a form carries, to be known again."""
        return self._box.seal(msgspec.json.encode(From(username, page)))

    def origin(self, form: FormData) -> From | None:
        """Whose page a form comes from, and which one; None where it is none of the desk's of that day."""
        body = self._box.open(str(form.get(FORM_FROM, "")))
        return msgspec.json.decode(body, type=From) if body else None

    def keep(self, origin: From, action: str, form: FormData) -> str:
        """Keep a form; the address at which it stands filled in again, or nothing where it is too long."""
        pairs = form.multi_items()
        texts = tuple((name, text) for name, text in pairs if isinstance(text, str) and name not in OWN)
        files = tuple(str(one.filename) for _, one in pairs if isinstance(one, UploadFile) and one.filename)
        body = msgspec.json.encode(Unsent(origin.page, action, texts, files))
        if len(body) > _MOST:
            return ""
        for id_, _ in sorted(self._of(origin.username), key=lambda one: one[1].at)[: -_MOST_EACH + 1]:
            self._drafts.drop(id_, origin.username)
        id_ = secrets.token_hex(16)
        self._drafts.put(id_, origin.username, _Sealed(self._box.seal(body), time.time()))
        return address(origin.page, id_)

    def get(self, id_: str, username: str) -> Unsent | None:
        """Somebody's form; None where there is none any more."""
        try:
            kept = self._drafts.get(id_, username, _Sealed)[0]
        except BadQuestion:
            return None
        body = self._box.open(kept.body)
        return msgspec.json.decode(body, type=Unsent) if body else None

    def all(self, username: str) -> Iterator[tuple[str, Unsent]]:
        """Somebody's forms, each with its id."""
        for id_, _ in self._of(username):
            if (form := self.get(id_, username)) is not None:
                yield id_, form

    def drop(self, id_: str, username: str) -> None:
        self._drafts.drop(id_, username)

    def _of(self, username: str) -> Iterable[tuple[str, _Sealed]]:
        return self._drafts.of(username, _Sealed)


def address(page: str, id_: str) -> str:
    """The page on which a kept form is filled in again."""
    return f"{page}{'&' if '?' in page else '?'}{urlencode({UNSENT: id_})}"
