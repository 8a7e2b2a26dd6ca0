"""Settings without which a letter or a link is refused: said on the first page, before that happens."""

from __future__ import annotations

from collections.abc import Iterator

from paloverde.desk.rights import Act
from paloverde.desk.todo import Line, Section
from paloverde.desk.visit import Visit
from paloverde.settings import SETTINGS, Settings

_TITLE = "Not set yet"
# What each is for, and what does not go without it.
_NEEDED = {
    "agency_name": ("The City’s name", "letters and bundles bear the name of a setting in its place"),
    "records_office": (
        "How the public reaches the office that answers records requests",
        "no letter can be sent",
    ),
    "archive_location": ("Where the archive’s machines stand", "letters that must say so cannot be sent"),
    "delivery_address": (
        "The public address of links to bundles",
        "no letter can promise a link, and none can be made",
    ),
}
_DEFAULTS = {one.name: one.default for one in SETTINGS}


def todo(visit: Visit) -> Section | None:
    """What IT sets before the first letter; nothing once all of it is set."""
    is_it = visit.may(Act.SEE_INSTALLATION)
    if not (is_it or visit.may(Act.SEND_LETTERS)):
        return None
    path = "/installation/settings" if is_it else "/help/letters"
    lines = [Line(*_words(name, is_it=is_it, path=path)) for name in _missing(visit.city.settings)]
    return Section(_TITLE, lines) if lines else None


def _missing(settings: Settings) -> Iterator[str]:
    for name in _NEEDED:
        value = getattr(settings, name)
        if not value or value == _DEFAULTS[name]:
            yield name


def _words(name: str, *, is_it: bool, path: str) -> tuple[str, str, str]:
    what, without = _NEEDED[name]
    remedy = f"To do: set PALOVERDE_{name.upper()}." if is_it else "Tell IT what it is, to be set."
    return what, path, f"is not set: {without}. {remedy}"
