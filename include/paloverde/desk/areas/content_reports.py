"""Anybody of the City reports content, and sees how far their own reports have come (policy V.B.5, P-43).

These two pages are all of the desk that an employee without another role may open. They show nothing of the
archive, of others' reports, or of what counsel said: only what the reporter wrote, and the step it is at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import BadQuestion
from paloverde.records import Holder
from paloverde.retention.guidelines import GUIDELINES
from paloverde.watch.register import Entered
from paloverde.watch.registers.moderation_cases import CONTENT_REPORTS, ContentReport, Decided
from paloverde.wording import short_moment

pages = Pages()
AT = "/report"
_BEGINNING = 80  # characters of the words that name a report without an address
_LONGEST = 300  # characters of what was reported, in the list
_CHOOSE = ("", "choose one")
_MOST = 50  # of somebody's reports that the page shows
_STATES = {
    "the designee": "It waits for the City Manager’s designee.",
    "the action at the site": "It was decided that {decided}; that is being done.",
    "": "It was decided that {decided}.",
}
_LOOKED_AT = "The City Manager’s designee has it, and it is being looked at."


@pages.page(AT, Act.REPORT_CONTENT)
def mine(visit: Here) -> Response:
    """What somebody reported, and how far each has come."""
    rows = list(_rows(visit))[:_MOST]
    return visit.show("report_mine.html", title="Content that you reported", rows=rows, new=f"{AT}/new")


@pages.page(f"{AT}/new", Act.REPORT_CONTENT)
def new(visit: Here) -> Response:
    """The form of a report."""
    return form(visit, _step(visit))


@pages.form(f"{AT}/new", Act.REPORT_CONTENT, adds=True)
def reported(visit: Here, given: Given) -> Response:
    """File a report."""

    def do(typed: Typed) -> Response:
        id_ = visit.city.watch.put(
            CONTENT_REPORTS.name, _entry(visit, typed), visit.actor, role=visit.person.role.value
        )
        return visit.go(AT, told=f"Thank you. Your report is {id_}; the City Manager’s designee has it next.")

    return done(visit, _step(visit), given, do)


def _entry(visit: Visit, typed: Typed) -> dict[str, str]:
    """A report as the register takes it: who reports it, and when, nobody types."""
    link, words = typed.text("link"), typed.text("words")
    if not (link or words):
        raise BadQuestion("Say what you report: its address at the site, or its words.")
    return {
        "about": link or f"“{words[:_BEGINNING]}{'…' if len(words) > _BEGINNING else ''}”",
        "words": words,
        "account": typed.choice("account"),
        "guidelines": typed.choice("guideline"),
        "why": typed.needed("why"),
        "reported_by": visit.person.in_full,
        "reported_at": visit.city.vault.clock().isoformat(),
    }


def _rows(visit: Visit) -> Iterator[dict[str, Any]]:
    """Somebody's own reports, the newest first."""
    entries = visit.city.watch.entries(CONTENT_REPORTS.name)
    for one in sorted(entries.all(withdrawn=True), key=lambda one: one.entry.reported_at, reverse=True):
        if one.entry.reported_by == visit.person.in_full and entries.history(one.id)[0].by == visit.actor:
            yield {
                "id": one.id,
                "about": showing.name(one.entry.about, _LONGEST),
                "at": short_moment(one.entry.reported_at),
                "state": state_of(one),
            }


def state_of(one: Entered[ContentReport]) -> str:
    """How far a report has come, in a sentence: nothing of who was asked, or what they said."""
    report = one.entry
    if one.withdrawn:
        return "The City took it out of its register. Ask the City Clerk if you wonder why."
    decided = report.decided.value if report.decided is not Decided.NOT_YET else ""
    return _STATES.get(report.waits_for, _LOOKED_AT).format(decided=decided)


def _step(visit: Visit) -> Step:
    accounts = [one for one in visit.city.accounts() if one.holder is Holder.CITY]
    named = [_CHOOSE, *((one.slug, f"{one.handle} ({one.platform})") for one in accounts)]
    clauses = [_CHOOSE, *((letter, f"{letter}. {one.clause}") for letter, one in GUIDELINES.items())]
    return Step(
        "Report content", "", f"{AT}/new", "Send this report", AT, "Back to your reports",
        (
            Field("account", "On which account of the City it stands", "choice", "", True, named),
            Field("link", "Its address at the site", "text", "As the browser shows it, where you have it."),
            Field("words", "Its words", "area", "Copy them, where you have no address."),
            Field("guideline", "Which Content Guideline it may break", "choice", "", True, clauses),
            Field("why", "Why you think so", "area", "", True),
        ),
        lead=(
            "The City Manager’s designee looks at it with the City’s legal counsel, and decides.",
            "If somebody is in danger, call 911 first.",
            "Your report is a record of the City, with your name.",
        ),
    )  # fmt: skip
