"""What IT has done with one account at once, in a sentence: the command line and the desk say the same.

Each raises what stands in the way; what came of it until then is sealed all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from paloverde.archive.registry import registered_since
from paloverde.capture.lateness import late
from paloverde.errors import PersonNeeded, Suspicious
from paloverde.installation.city import Installation
from paloverde.installation.nights import whole_night


def checked(city: Installation, slug: str, tell: Callable[[str], None]) -> str:
    """Whether the account's access lives and how long yet. Raises what the site says against it, and
    `PersonNeeded` where few days are left, after telling how many.
    """
    found = city.check_health(slug)
    if found.trouble is not None:
        raise found.trouble
    if found.is_red and found.end is not None:
        tell(found.sentence())
        raise PersonNeeded(f"few days are left: {found.end.todo}.")
    return found.sentence()


def watched(city: Installation, slug: str, tell: Callable[[str], None]) -> str:
    """As `checked`, and whether its nights come in time. Raises `PersonNeeded` where none came for days."""
    said, now = checked(city, slug, tell), city.vault.clock()
    night = whole_night(city.vault.books, slug)
    overdue = late(night, registered_since(city.vault.books)[slug], now)
    if overdue is None:
        return said
    if overdue.is_urgent:
        tell(said)
        raise PersonNeeded(f"{overdue}: {overdue.todo(slug)}.")
    return f"{said}; {overdue}: {overdue.todo(slug)}"


def archived(city: Installation, slug: str, day: date) -> str:
    """What the night of an archive day brought. `Suspicious` where it is too little; it is sealed as well."""
    report = city.archive_night(slug, day)
    if report.too_small:
        raise Suspicious(report.sentence())
    return report.sentence()


def swept(city: Installation, slug: str) -> str:
    """What a look between two nights brought, and how fast things come to the archive."""
    told = city.sweep(slug).sentence()
    measured = city.latency(slug)
    return f"{told} Measured: {measured.sentence()}." if measured else told


def looked_up(city: Installation, slug: str, day: date, at_most: int | None) -> str:
    """What a removal check found. `at_most` is how many items a person has seen to be gone."""
    return city.check_removals(slug, day, at_most=at_most).sentence()
