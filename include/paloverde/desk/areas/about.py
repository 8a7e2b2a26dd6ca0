"""What this archive is and promises, and how each account stands: open to everybody at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fastapi.responses import Response

from paloverde.archive.registry import OTHER
from paloverde.capture.health import Standing
from paloverde.desk.account_warnings import warnings
from paloverde.desk.account_words import days_left
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.installation import LastNight
from paloverde.installation.history import open_gaps
from paloverde.wording import short

pages = Pages()


class Line(NamedTuple):
    """An account as the page tells of it."""

    account: str
    night: str
    gaps: str
    token: str
    days_left: str
    whole_night: str


@pages.page("/about", Act.LOOK)
def about(visit: Here) -> Response:
    """The promise of the store, the last night of each account, and its access."""
    standings = _standings(visit)
    return visit.show(
        "about.html",
        title="About this archive",
        here="Help",
        agency=visit.city.settings.agency_name,
        promise=visit.city.promise(),
        lines=_lines(visit, standings),
        warnings=warnings(visit, standings),
    )


def _standings(visit: Visit) -> list[Standing]:
    mine = visit.accounts()
    return [one for one in visit.city.standings() if not mine or one.account.slug in mine]


def _lines(visit: Visit, standings: Sequence[Standing]) -> list[Line]:
    """One for each registered account; one that was never archived says so."""
    newest = {night.account: night for night in visit.city.last_nights()}
    known = {one.account.slug: one for one in standings}
    mine, gaps = visit.accounts(), open_gaps(visit.city.vault.books)
    return [
        _line(one.slug, one.platform, newest.get(one.slug), gaps.get(one.slug, 0), known.get(one.slug))
        for one in visit.city.accounts()
        if not mine or one.slug in mine
    ]


def _line(slug: str, platform: str, night: LastNight | None, open_: int, standing: Standing | None) -> Line:
    """`open_` is how many of its gaps are open."""
    never = "only imported" if platform == OTHER else "never"
    when = short(night.day) if night else never
    gaps = "" if night is None and not open_ else f"{open_:,}"
    if standing is None:
        return Line(slug, when, gaps, "", "", "")
    canary = standing.canary
    whole = short(standing.whole_night) if standing.whole_night else "none yet"
    alive = "never checked" if canary is None else "alive" if canary.alive else "NOT ALIVE"
    return Line(slug, when, gaps, alive, days_left(standing), whole)
