"""What is filed about a production in discovery: that it was served, a clawback, a note, its giving up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.desk import showing
from paloverde.desk.areas.discovery_frame import HERE, docket_of, sha256_of
from paloverde.desk.areas.discovery_shelf import forget
from paloverde.desk.rights import Act
from paloverde.desk.steps import Choices, Given, Step, done, form
from paloverde.desk.typed import Field, Typed, carried
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import BadQuestion
from paloverde.productions.docket import Docket, refusal
from paloverde.productions.in_words import said
from paloverde.productions.order import AnyEvent, Built, ClawedBack, GivenUp, Noted, Served
from paloverde.records import archive_day
from paloverde.requests.exemptions import PRIVILEGES
from paloverde.retention.holds import By

pages = Pages()
_NOTE = Field("note", "Anything else, in a few words")


class Filer(NamedTuple):
    """Who files something about a production, and when."""

    docket: Docket
    by: By
    at: datetime


class Deed(NamedTuple):
    """Something that is filed about a production. What `is_final` is shown in words first."""

    title: str
    button: str
    act: Act
    lead: Sequence[str]
    fields: Callable[[date], Sequence[Field]]
    event: Callable[[Typed, tuple[str, ...], Filer], AnyEvent]
    choices: Choices | None = None
    is_final: bool = True


@pages.page("/discovery/{number}/step/{name}", Act.SEE_PRODUCTIONS)
def step(visit: Here, number: str, name: str) -> Response:
    """The form of something that is filed."""
    docket, deed = docket_of(visit, number), _deed(visit, name)
    return form(visit, _asking(visit, docket, name, deed))


@pages.form("/discovery/{number}/step/{name}", Act.SEE_PRODUCTIONS, adds=True)
def take_step(visit: Here, number: str, name: str, given: Given) -> Response:
    """File it; what is final is shown first, and filed as it was shown."""
    docket, deed = docket_of(visit, number), _deed(visit, name)
    ticked = tuple(map(str, given.getlist("privilege")))
    asking = _asking(visit, docket, name, deed, ticked)

    def do(typed: Typed) -> Response:
        event = deed.event(typed, ticked, Filer(docket, visit.by, visit.city.vault.clock()))
        if deed.is_final and str(given.get("seen", "")) != (hash_ := _hash(docket, event)):
            if refused := refusal(docket, event, archive_day(event.at)):
                raise BadQuestion(refused)
            pairs = carried(typed.values, *(("privilege", one) for one in ticked), ("seen", hash_))
            return form(visit, _confirming(docket, name, deed, event, pairs))
        visit.city.productions.file(number, event)
        if isinstance(event, GivenUp):
            forget(visit.city, number)
        return visit.go(
            f"/discovery/{number}", told=f"Filed. {visit.by.name} {showing.name(said(event), 600)}"
        )

    return done(visit, asking, given, do)


def _deed(visit: Visit, name: str) -> Deed:
    deed = _DEEDS.get(name)
    if deed is None:
        raise HTTPException(404)
    visit.need(deed.act)
    return deed


def _asking(visit: Visit, docket: Docket, name: str, deed: Deed, ticked: tuple[str, ...] = ()) -> Step:
    path, built = f"/discovery/{docket.number}", docket.last(Built)
    choices = deed.choices and deed.choices._replace(chosen=ticked)
    facts = [("Matter", showing.name(docket.terms.matter)), ("It is", docket.state.value)]
    facts += [("Bates numbers", f"{built.first} to {built.last}")] if built else []
    return Step(
        f"{docket.number}: {deed.title}", HERE, f"{path}/step/{name}",
        "Show what will be filed" if deed.is_final else deed.button, path, "Back to the production",
        deed.fields(archive_day(visit.city.vault.clock())), facts=facts, lead=deed.lead, choices=choices,
    )  # fmt: skip


def _confirming(
    docket: Docket, name: str, deed: Deed, event: AnyEvent, pairs: Sequence[tuple[str, str]]
) -> Step:
    path = f"/discovery/{docket.number}"
    facts = [("What will be filed", showing.name(f"{event.by.name} {said(event)}", 4_000))]
    facts += [("Note", showing.name(event.note, 4_000))] if event.note else []
    return Step(
        f"{docket.number}: {deed.title}", HERE, f"{path}/step/{name}", deed.button, path,
        "Back to the production, filing nothing", facts=facts, hidden=pairs, final=True,
        lead=("Nothing is filed yet. What is filed stays in the history for good.",),
    )  # fmt: skip


def _hash(docket: Docket, event: AnyEvent) -> str:
    """Of what is shown before it is filed, and of how the production stands."""
    built, plain = docket.last(Built), msgspec.to_builtins(event)
    del plain["at"]
    return sha256_of((docket.state, built.hashes if built else "", plain))


def _serving(today: date) -> Sequence[Field]:
    return (
        Field("to", "Who was served", "text", "Such as the other side’s counsel, by name.", True),
        Field("way", "How", "text", "Such as by mail, on a drive, by file transfer.", True),
        Field("on", "On which day", "date", required=True, value=str(today)),
        _NOTE,
    )


def _clawing(today: date) -> Sequence[Field]:
    return (
        Field("first", "The first Bates number", "text", "As it stands on the page.", True),
        Field("last", "The last", "text", "Left empty: the same."),
        Field("reason", "What it is and why it was produced by mistake", "area",
              "The notice states this basis: say what it is, not what it says.", True),
        Field("on", "Day on which the mistake was seen", "date", required=True, value=str(today)),
        _NOTE,
    )  # fmt: skip


def _why(label: str) -> Callable[[date], Sequence[Field]]:
    return lambda _: (Field("note", label, "area", required=True),)


def _served(typed: Typed, _: tuple[str, ...], filer: Filer) -> Served:
    built = filer.docket.last(Built)
    return Served(
        **_common(typed, filer), hashes=built.hashes if built else "", to=typed.needed("to"),
        way=typed.needed("way"), served_on=typed.needed_day("on"),
    )  # fmt: skip


def _clawed(typed: Typed, ticked: tuple[str, ...], filer: Filer) -> ClawedBack:
    first = typed.needed("first")
    return ClawedBack(
        **_common(typed, filer), first=first, last=typed.text("last") or first, privileges=ticked,
        reason=typed.needed("reason"), discovered_on=typed.needed_day("on"),
    )  # fmt: skip


def _common(typed: Typed, filer: Filer) -> dict[str, Any]:
    return {"by": filer.by, "at": filer.at, "note": typed.text("note")}


_DEEDS = {
    "serve": Deed(
        "note that it was served", "Note that it was served", Act.ORDER_PRODUCTIONS,
        ("The desk sends nothing: take the volumes, send them as counsel does, then note it here.",),
        _serving, _served,
    ),
    "clawback": Deed(
        "claw something back", "Claim it back", Act.ORDER_PRODUCTIONS,
        (
            "What was produced by mistake is claimed back, with its basis (CCP 2031.285; FRE 502(b)).",
            "Tell the other side at once: this page sends nothing.",
        ),
        _clawing, _clawed,
        Choices("privilege", "Privileges that are claimed",
                [(row.code, f"{row.code}: {row.title} ({row.cite})") for row in PRIVILEGES.values()]),
    ),
    "note": Deed(
        "note something", "Note it", Act.SEE_PRODUCTIONS, (), _why("What there is to note"),
        lambda typed, _, filer: Noted(**_common(typed, filer)), is_final=False,
    ),
    "give-up": Deed(
        "give it up", "Give it up for good", Act.ORDER_PRODUCTIONS,
        (
            "It will not be served. Its Bates numbers are never given again; its papers stay.",
            "Its volumes that lie at the desk are thrown away.",
        ),
        _why("Why"), lambda typed, _, filer: GivenUp(**_common(typed, filer)),
    ),
}  # fmt: skip
