"""What of the accounts somebody must see to, in the words of whoever reads it: IT reads what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from paloverde.capture.broken import BrokenNight
from paloverde.capture.health import Standing
from paloverde.capture.lateness import SEE, Late, late
from paloverde.desk.rights import Act
from paloverde.desk.showing import name
from paloverde.desk.visit import Visit
from paloverde.installation import Installation
from paloverde.installation.history import disappeared
from paloverde.platforms.runway import RED_DAYS, End
from paloverde.wording import at_time, spoken

_MOST = 1_500  # characters of a warning
_ALL = "All accounts"
_LOOK = (
    "Nothing is taken for removed until somebody has looked at the page of the account: the site may be at "
    "fault, or a permission lost."
)


class Warned(NamedTuple):
    """Why somebody must see to an account, or to all. `path` is the page of the desk about it."""

    of: str
    path: str
    text: str
    urgent: bool


def standings_of(visit: Visit) -> list[Standing]:
    """How the accounts stand that the person may see."""
    return [one for one in visit.city.standings() if visit.may(Act.SEE_ACCOUNTS, one.account.slug)]


def warnings(visit: Visit, standings: Sequence[Standing]) -> list[Warned]:
    """What there is to see to, the urgent first. That nothing is archived of any account is said once."""
    still = _standstill(visit.city)
    found = [_of_all(visit, still)] if still else []
    gone = disappeared(visit.city.vault.books, [one.account.slug for one in standings], visit.city.settings)
    for one in standings:
        told = one._replace(late=None) if still else one
        if warned := _warned(visit, told, gone.get(one.account.slug, "")):
            found.append(warned)
    return sorted(found, key=lambda warned: not warned.urgent)


def warning(visit: Visit, one: Standing) -> Warned | None:
    """What must be seen to of one account; None where nothing must."""
    slug = one.account.slug
    return _warned(visit, one, disappeared(visit.city.vault.books, [slug], visit.city.settings).get(slug, ""))


def _warned(visit: Visit, one: Standing, gone: str) -> Warned | None:
    """`gone` says why nothing of it is concluded to be removed, "" where it is."""
    slug = one.account.slug
    told = list(_causes(visit, one))
    if gone:
        told.append(f"{gone[0].upper()}{gone[1:]}. {_LOOK}")
    if not told:
        return None
    told += _remedy(visit, one, is_gone=bool(gone))
    text = name(" ".join(told), _MOST)
    return Warned(slug, f"/accounts/{slug}", text, _is_urgent(one) or bool(gone))


def near_end(one: Standing) -> End | None:
    """The end of an account's access, where it is so near that somebody must act."""
    return one.end if one.end is not None and one.todo == one.end.todo else None


def _causes(visit: Visit, one: Standing) -> Iterator[str]:
    if one.is_dead and one.canary is not None:
        said = f": {one.canary.said.rstrip('.')}" if _is_it(visit) else ""
        since = f" It last worked on {at_time(one.canary.alive_at)}." if one.canary.alive_at else ""
        yield f"Its site refused the token on {at_time(one.canary.asked_at)}{said}.{since}"
    elif end := near_end(one):
        how = "ended" if one.days_left is not None and one.days_left < 0 else "ends"
        yield f"The archive’s access to it {how} on {spoken(end.day)}: {end.cause}."
    if one.broken is not None:
        yield _broken(visit, one.broken)
    if one.late is not None:
        told = str(one.late)
        yield f"{told[0].upper()}{told[1:]}."


def _broken(visit: Visit, night: BrokenNight) -> str:
    why = f": {night.cause.rstrip('.')}" if _is_it(visit) else ""
    limit = " at the site’s limit; it goes on by itself" if night.at_limit and not why else ""
    return f"The night of {spoken(night.day)} broke off on {at_time(night.ended_at)}{why or limit}."


def _remedy(visit: Visit, one: Standing, *, is_gone: bool) -> list[str]:
    """What IT does; nobody is told by the archive itself, so that the others tell IT."""
    if _is_it(visit):
        return [f"To do: {one.todo}."] if one.todo else []
    is_at_limit = one.broken is not None and one.broken.at_limit
    goes_on = is_at_limit and not (is_gone or one.is_dead or one.late or near_end(one))
    return [] if goes_on else ["Tell IT."]


def _is_urgent(one: Standing) -> bool:
    is_ending = one.days_left is not None and one.days_left <= RED_DAYS
    is_broken = one.broken is not None and not one.broken.at_limit
    return one.is_dead or is_ending or is_broken or (one.late is not None and one.late.is_urgent)


def _is_it(visit: Visit) -> bool:
    return visit.may(Act.RUN_ACCOUNTS)


def _standstill(city: Installation) -> Late | None:
    """Whether no night of any account was sealed lately, complete or not: then it is none of theirs."""
    asked = {one.slug for one in city.asked()}
    days = [night.day for night in city.last_nights() if night.account in asked]
    if len(asked) < 2 or not days:  # of one account its own warning says as much
        return None
    now = city.vault.clock()
    return late(max(days), now, now)


def _of_all(visit: Visit, still: Late) -> Warned:
    then = "then archive each account for the days that are missing"
    remedy = f"To do: {SEE}; {then}." if _is_it(visit) else "Tell IT."
    told = f"Nothing was archived of any account since the night of {spoken(still.since)}, {still.ago}."
    return Warned(_ALL, "/accounts", f"{told} {remedy}", still.is_urgent)
