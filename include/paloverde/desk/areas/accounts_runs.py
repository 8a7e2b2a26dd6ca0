"""IT asks a site about one account now: its access, a night again, what is new, what may be removed.

Each is long work, and does what the command of that name does, by the same functions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from fastapi.responses import Response

from paloverde.archive.registry import OTHER
from paloverde.desk.areas.accounts import HERE, account_of
from paloverde.desk.asked import Wrong
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.installation import Installation
from paloverde.installation.accounts import archived, checked, looked_up, swept
from paloverde.records import Account, archive_day
from paloverde.wording import spoken

pages = Pages()
_SITE = "The site is asked once more for this; its limits count it like any night’s question."


@pages.page("/accounts/{slug}/health", Act.RUN_ACCOUNTS)
def health(visit: Here, slug: str) -> Response:
    """The form that checks its access."""
    return form(visit, _health(asked(visit, slug)))


@pages.form("/accounts/{slug}/health", Act.RUN_ACCOUNTS)
def check_health(visit: Here, slug: str, given: Given) -> Response:
    """Renew the token where it is due, and ask the site whether it opens the account."""
    mine = asked(visit, slug)

    def do(typed: Typed) -> Response:
        del typed
        return _begun(visit, mine, "Access", "health", partial(_checked, visit.city, mine.slug))

    return done(visit, _health(mine), given, do)


@pages.page("/accounts/{slug}/night", Act.RUN_ACCOUNTS)
def night(visit: Here, slug: str, day: str = "") -> Response:
    """The form of a night; a gap of the account's page names the day."""
    return form(visit, _night(asked(visit, slug), day or _today(visit).isoformat()))


@pages.form("/accounts/{slug}/night", Act.RUN_ACCOUNTS)
def archive(visit: Here, slug: str, given: Given) -> Response:
    """Archive a day, today's or an earlier one that was missed."""
    mine = asked(visit, slug)

    def do(typed: Typed) -> Response:
        day = typed.needed_day("day")
        if day > _today(visit):
            raise Wrong("day", "This day has not come yet: the newest that can be archived is today.")
        work = partial(archived, visit.city, mine.slug, day)
        return _begun(visit, mine, f"Night of {spoken(day)},", "night", work, f"/days/{day}")

    return done(visit, _night(mine, ""), given, do)


@pages.page("/accounts/{slug}/sweep", Act.RUN_ACCOUNTS)
def sweep(visit: Here, slug: str) -> Response:
    """The form of a look between two nights."""
    return form(visit, _sweep(asked(visit, slug)))


@pages.form("/accounts/{slug}/sweep", Act.RUN_ACCOUNTS)
def look(visit: Here, slug: str, given: Given) -> Response:
    """Look for what is new since the last night or look."""
    mine = asked(visit, slug)

    def do(typed: Typed) -> Response:
        del typed
        work = partial(swept, visit.city, mine.slug)
        return _begun(visit, mine, "What is new", "sweep", work, f"/days/{_today(visit)}")

    return done(visit, _sweep(mine), given, do)


@pages.page("/accounts/{slug}/removals", Act.RUN_ACCOUNTS)
def removals(visit: Here, slug: str) -> Response:
    """The form of a check for removals."""
    return form(visit, _removals(asked(visit, slug)))


@pages.form("/accounts/{slug}/removals", Act.RUN_ACCOUNTS)
def look_up(visit: Here, slug: str, given: Given) -> Response:
    """Look up what no list shows any more."""
    mine = asked(visit, slug)

    def do(typed: Typed) -> Response:
        day = _today(visit)
        at_most = typed.number("at_most", least=1) if typed.text("at_most") else None
        work = partial(looked_up, visit.city, mine.slug, day, at_most)
        return _begun(visit, mine, "Check for removals", "removals", work, f"/days/{day}")

    return done(visit, _removals(mine), given, do)


def _health(mine: Account) -> Step:
    lead = [("A token that comes near its end is renewed where that is possible, and the site is asked the "
            "cheapest question that shows whether the token opens this account.")]  # fmt: skip
    return _step(mine, "health", f"Check the access of {mine.slug}", "Check it now", lead)


def _night(mine: Account, day: str) -> Step:
    lead = [
        (
            "Everything that the site still shows is asked for, as in the night, and sealed for this day. "
            "A day that is archived already stays as it is, and what was missing is added."
        ),
        "What was posted and taken away again meanwhile cannot be had from the site any more.",
        _SITE,
    ]
    hint = "The day in California for which it is sealed."
    fields = [Field("day", "Day", "date", hint, required=True, value=day)]
    return _step(mine, "night", f"Archive {mine.slug}", "Archive this day", lead, fields=fields)


def _sweep(mine: Account) -> Step:
    lead = [
        (
            "A short look at what is new since the last night or look. What is missing in it is not "
            "believed gone. It needs a whole night before it, and is refused while a night is under way."
        ),
        _SITE,
    ]
    return _step(mine, "sweep", f"Look for what is new on {mine.slug}", "Look now", lead)


def _removals(mine: Account) -> Step:
    lead = [
        (
            "What no list shows any more is looked up item by item; what is found removed is held for two "
            "years. In turn it also looks at what was not looked at for longest."
        ),
        (
            "Where very much is gone at once, nothing is concluded before somebody has looked at the page of "
            "the account. Look first; then say below how many may really be gone."
        ),
    ]
    hint = "Only after you have looked at the page. Leave it empty otherwise."
    fields = [Field("at_most", "Up to so many items may be gone", "number", hint)]
    return _step(mine, "removals", f"Check {mine.slug} for removals", "Check it now", lead, fields=fields)


def _step(mine: Account, action: str, title: str, button: str, lead: list[str], **more: Any) -> Step:
    path = f"/accounts/{mine.slug}"
    return Step(
        title=title, here=HERE, action=f"{path}/{action}", button=button, back=path,
        back_words=f"Back to {mine.slug}", lead=lead, **more,
    )  # fmt: skip


def _checked(city: Installation, slug: str) -> str:
    told: list[str] = []
    try:
        return checked(city, slug, told.append)
    except PersonNeeded as error:
        raise PersonNeeded(". ".join([*told, str(error)])) from error


def _begun(
    visit: Visit, mine: Account, what: str, action: str, work: Callable[[], str], outcome: str = ""
) -> Response:
    """Long work; the last thing it tells is what came of it, and its link leads to what shows that."""
    path = f"/accounts/{mine.slug}"

    def doing(progress: Progress) -> str:
        progress("The site is being asked.")
        work()
        return f"{path}{outcome}"

    what = f"{what} of {mine.slug}"
    started = JOBS.start(visit, what[:80], what, doing, again=f"{path}/{action}", act=Act.RUN_ACCOUNTS)
    return visit.go(started)


def asked(visit: Visit, slug: str) -> Account:
    """An account whose site is asked; the others are refused in words."""
    mine = account_of(visit, slug)
    if mine.platform == OTHER or mine.slug not in {one.slug for one in visit.city.accounts()}:
        raise BadQuestion("No night asks for this account: it is only imported, or it is retired.")
    return mine


def _today(visit: Visit) -> date:
    return archive_day(visit.city.vault.clock())
