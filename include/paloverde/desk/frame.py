"""The frame around every page of the desk: its template, its menu, its headers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from paloverde.desk.rights import Act
from paloverde.desk.wording import plain
from paloverde.wording import at_time, brief, long_date

_FOLDER = Path(__file__).parent
STATIC = _FOLDER / "static"


class Entry(NamedTuple):
    """An entry of the menu: shown to whoever may do its act."""

    title: str
    path: str
    act: Act


# In the order in which a day goes. Pages of what is not built yet are not here.
MENU = (
    Entry("Today", "/", Act.LOOK),
    Entry("Search", "/search", Act.SEARCH),
    Entry("Requests", "/requests", Act.SEE_REQUESTS),
    Entry("Removed content", "/removed", Act.SEE_REMOVED),
    Entry("Policy", "/watch", Act.SEE_WATCH),
    Entry("Holds", "/holds", Act.SEE_HOLDS),
    Entry("Disposition", "/disposition", Act.SEE_DISPOSITION),
    Entry("Discovery", "/discovery", Act.SEE_PRODUCTIONS),
    Entry("Accounts", "/accounts", Act.SEE_ACCOUNTS),
    Entry("Ledger", "/ledger", Act.SEE_LEDGER),
    Entry("Help", "/help", Act.LOOK),
)


def page(template: str, facts: Mapping[str, Any], *, framed: bool) -> str:
    """A page's HTML. Whatever a fact holds is shown as text."""
    ours = {"menu": MENU, "Act": Act, "version": version()}
    return _pages().get_template(template).render(facts, framed=framed, **ours)


def headers(*, framed: bool) -> Sequence[tuple[str, str]]:
    """What a browser is told of every answer: nothing from elsewhere is loaded, no script but ours is run."""
    ancestors = "'self'" if framed else "'none'"
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; "
        f"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
    )
    return (
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", "same-origin"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "SAMEORIGIN" if framed else "DENY"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    )


@cache
def _pages() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"day": _day, "moment": _moment, "brief": brief, "number": "{:,}".format}
    pages.filters["plain"] = plain
    return pages


@cache
def version() -> str:
    """Changes with the style sheet and the script, so that no browser shows an old one."""
    told = hashlib.sha256()
    for file in sorted(STATIC.iterdir()):
        told.update(file.read_bytes())
    return told.hexdigest()[:12]


def _day(day: date) -> str:
    return f"{day:%A}, {long_date(day)}"


def _moment(moment: datetime) -> str:
    return at_time(moment)
