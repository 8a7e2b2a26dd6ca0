"""The papers of a production in discovery, as drafts: drawn as long work, kept a day for whoever asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.desk import showing
from paloverde.desk.areas.discovery_frame import docket_of, sha256_of, shown
from paloverde.desk.areas.discovery_shelf import folder_of, refuse_missing
from paloverde.desk.areas.request_frame import Given, as_shown
from paloverde.desk.drafts import Drafts
from paloverde.desk.files import taken
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.installation import Installation
from paloverde.installation.production_papers import Drafted, ProductionPapers
from paloverde.productions.docket import Docket
from paloverde.productions.order import Built, ClawedBack
from paloverde.productions.papers.declaration import GROUNDS
from paloverde.retention.holds import By

pages = Pages()
_KINDS = {"pdf": "application/pdf", "html": "text/html; charset=utf-8", "csv": "text/csv; charset=utf-8"}
_FORM = Field("form", "As", "choice", options=[("pdf", "PDF"), ("html", "a page (HTML)")])
_TO = Field("to", "To whom", "text", "Left empty: whoever was served, or a blank.")
_REACH = (
    Field("first", "From the Bates number", "text", "Left empty: of the whole production."),
    Field("last", "To the Bates number", "text", "Left empty: the same."),
)
_GROUNDS = tuple(Field(f"ground-{one}", f"{row.title} ({row.cite}; {row.court} court)", "tick")
                 for one, row in GROUNDS.items())  # fmt: skip
Make = Callable[[ProductionPapers, str, By, Path, Typed], Drafted]


class Kind(NamedTuple):
    """A paper that is drafted. `needs` says what must be there: built volumes, or something clawed back."""

    title: str
    about: str
    act: Act
    make: Make
    fields: Sequence[Field] = ()
    needs: type[Built | ClawedBack] = Built


class _Made(msgspec.Struct, frozen=True):
    """A paper that was drawn, with the ending of each of its files."""

    number: str
    title: str
    name: str
    endings: tuple[str, ...]


@pages.page("/discovery/{number}/papers", Act.SEE_PRODUCTIONS)
def papers(visit: Here, number: str) -> Response:
    """What may be drafted."""
    return _page(visit, docket_of(visit, number))


@pages.form("/discovery/{number}/papers/{kind}", Act.SEE_PRODUCTIONS)
def draft(visit: Here, number: str, kind: str, given: Given) -> Response:
    """Draw one, as long work. The ledger notes it."""
    docket, asked = docket_of(visit, number), _PAPERS.get(kind)
    if asked is None:
        raise HTTPException(404)
    visit.need(asked.act)
    visit.pace("export")
    city, by, typed = visit.city, visit.by, Typed(given, _fields(asked))
    try:
        form, folder = typed.choice("form"), _folder_for(visit, docket, asked)
    except PersonNeeded as error:
        return _page(visit, docket, plain(error), 400)
    path, username = f"/discovery/{number}/papers", visit.person.username

    def work(progress: Progress) -> str:
        progress("The facts are gathered from the ledger, the archive and the volumes.")
        made = asked.make(city.production_papers, number, by, folder, typed)
        progress("The paper is drawn.", 0.7)
        body = city.production_papers.drawn(made, form, by)
        bodies = {form: body} | ({"csv": made.beside} if made.beside else {})
        name = f"{number} {made.what}"
        _keep(city, progress.id, username, _Made(number, asked.title, name, tuple(bodies)), bodies)
        return f"{path}/{progress.id}"

    # By all that was typed: two drafts at a time on other grounds are two.
    subject = f"{number} {username} {kind} {sha256_of(typed.values)[:16]}"
    return visit.go(JOBS.start(visit, f"{asked.title} of {number}", subject, work, again=path))


@pages.page("/discovery/{number}/papers/{id_}", Act.SEE_PRODUCTIONS)
def made(visit: Here, number: str, id_: str) -> Response:
    """A paper that was drawn, to be taken."""
    docket_of(visit, number)
    found = _found(visit, number, id_)
    path = f"/discovery/{number}/papers"
    return shown(
        visit, number, "discovery_paper.html", found.title, "/papers", path=path,
        files=[(ending.upper(), f"{path}/{id_}/{ending}") for ending in found.endings],
    )  # fmt: skip


@pages.page("/discovery/{number}/papers/{id_}/{ending}", Act.SEE_PRODUCTIONS)
def file(visit: Here, number: str, id_: str, ending: str) -> Response:
    """Its file."""
    docket_of(visit, number)
    found = _found(visit, number, id_)
    if ending not in found.endings:
        raise HTTPException(404)
    body = (_folder(visit.city) / f"{id_}.{ending}").read_bytes()
    return taken(f"{showing.name(found.name, 80)}.{ending}", body, _KINDS[ending])


def _page(visit: Visit, docket: Docket, wrong: str = "", status: int = 200) -> Response:
    number = docket.number
    return shown(
        visit,
        number,
        "discovery_papers.html",
        "Papers",
        "/papers",
        status=status,
        wrong=wrong,
        path=f"/discovery/{number}/papers",
        papers=[_offered(visit, docket, name, one) for name, one in _PAPERS.items() if visit.may(one.act)],
    )


def _offered(visit: Visit, docket: Docket, name: str, one: Kind) -> dict[str, Any]:
    """One paper as the page offers it, or what it still lacks."""
    lacks = ""
    try:
        _folder_for(visit, docket, one)
    except PersonNeeded as error:
        lacks = plain(error)
    return {"name": name, "title": one.title, "about": one.about, "lacks": lacks} | as_shown(
        _fields(one), {}, {}
    )


def _folder_for(visit: Visit, docket: Docket, one: Kind) -> Path:
    """The volumes that a paper is made of. `BadQuestion` where what it needs is not there."""
    folder = folder_of(visit.city, docket)
    if docket.last(one.needs) is None:
        lacking = "its volumes are not built yet" if one.needs is Built else "nothing was clawed back"
        raise BadQuestion(f"There is nothing to draft of {docket.number}: {lacking}.")
    return Path() if one.needs is ClawedBack else refuse_missing(folder, docket.number)


def _fields(one: Kind) -> list[Field]:
    return [*one.fields, _FORM]


def _found(visit: Visit, number: str, id_: str) -> _Made:
    """A paper that this person asked for; a page that is not there where it is kept no more."""
    try:
        found, _ = Drafts(_folder(visit.city)).get(id_, visit.person.username, _Made)
    except BadQuestion:
        raise HTTPException(404) from None
    if found.number != number:
        raise HTTPException(404)
    return found


def _folder(city: Installation) -> Path:
    return city.settings.home / "desk" / "papers"


def _keep(city: Installation, id_: str, username: str, made: _Made, bodies: Mapping[str, bytes]) -> None:
    """Keep what was drawn for a day, for whoever asked."""
    Drafts(_folder(city)).put(id_, username, made)
    for ending, body in bodies.items():
        where = os.open(_folder(city) / f"{id_}.{ending}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(where, "wb") as stream:
            stream.write(body)


def _declaration(papers: ProductionPapers, number: str, by: By, folder: Path, typed: Typed) -> Drafted:
    return papers.declaration(
        number, by, folder, [one for one in GROUNDS if typed.is_ticked(f"ground-{one}")]
    )


def _custody(papers: ProductionPapers, number: str, by: By, folder: Path, typed: Typed) -> Drafted:
    first, last = typed.text("first"), typed.text("last")
    return papers.custody(number, by, folder, (first or last, last or first) if first or last else None)


def _letter(papers: ProductionPapers, number: str, by: By, folder: Path, typed: Typed) -> Drafted:
    return papers.letter(number, by, folder, typed.text("to"))


def _claim(papers: ProductionPapers, number: str, by: By, _: Path, typed: Typed) -> Drafted:
    return papers.claim(number, by, typed.text("to"))


def _hashes(papers: ProductionPapers, number: str, by: By, folder: Path, _: Typed) -> Drafted:
    return papers.hashes(number, by, folder)


def _log(papers: ProductionPapers, number: str, by: By, folder: Path, _: Typed) -> Drafted:
    return papers.log(number, by, folder)


_PAPERS: Mapping[str, Kind] = {
    "declaration": Kind(
        "Declaration of the custodian",
        "An unsigned draft on the grounds that you tick. What only who declares can say is left open.",
        Act.ORDER_PRODUCTIONS, _declaration, _GROUNDS,
    ),
    "custody": Kind(
        "Chain of custody", "Who or what handled the records, and when, from the ledger.",
        Act.SEE_PRODUCTIONS, _custody, _REACH,
    ),
    "letter": Kind(
        "Production letter", "A draft of the letter that goes with the volumes.", Act.ORDER_PRODUCTIONS,
        _letter, (_TO,),
    ),
    "claim": Kind(
        "Claim of privilege", "A draft of the letter that claims back what was clawed back.",
        Act.ORDER_PRODUCTIONS,
        _claim, (_TO,),
        ClawedBack,
    ),
    "hashes": Kind(
        "List of hashes", "The SHA-256 of every file, as a paper and as a table.", Act.SEE_PRODUCTIONS,
        _hashes,
    ),
    "log": Kind(
        "Privilege log", "As a paper; the page “Privilege log” shows it, and has it as a table.",
        Act.ORDER_PRODUCTIONS,
        _log,
    ),
}  # fmt: skip
