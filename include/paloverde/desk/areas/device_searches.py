"""Searches of personal devices and accounts for a request: who was asked, what they answered and handed in.

What they signed and the lists of what they handed in are for those who work on requests: these tell of
private mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.bundles.pdf.letters import paper_pdf
from paloverde.desk import showing
from paloverde.desk.areas.device_search_forms import (
    answering,
    asking,
    handing_in,
    path_of,
    plain_words,
    reminding,
    stated_in,
)
from paloverde.desk.areas.request_frame import HERE, Given, line, request_of, shown
from paloverde.desk.asked import Wrong
from paloverde.desk.casebook import every
from paloverde.desk.files import brought, taken
from paloverde.desk.rights import Act
from paloverde.desk.steps import Step, done, form
from paloverde.desk.todo import Line, Section
from paloverde.desk.typed import Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import Unreadable
from paloverde.installation.device_searches import LIST
from paloverde.installation.handing_in import HandIn
from paloverde.productions.order import is_number
from paloverde.requests.custodian_search import Instruction, unverified
from paloverde.requests.custodians import Custodian, limits
from paloverde.requests.in_words import of_custodian
from paloverde.requests.plaintext import as_text
from paloverde.requests.request import Request
from paloverde.requests.unverified import in_a_sentence
from paloverde.watch.registers.authorizing import TELL_OF_DEVICES, with_own_devices
from paloverde.watch.registers.people import Person
from paloverde.wording import several

pages = Pages()
_DUE = "waits for a search of own devices; to be reminded today:"


@pages.page("/requests/{number}/custodians", Act.WORK_REQUESTS)
def everybody(visit: Here, number: str) -> Response:
    """Everybody who was asked to search what only they have, and how each stands."""
    request = request_of(visit, number)
    found = visit.city.device_searches.custodians(number)
    return shown(
        visit,
        number,
        "request_custodians.html",
        "own devices and accounts",
        "",
        people=[_shown(visit, request, one) for one in found],
        declared=[
            (showing.name(one.name), path_of(number, "ask", one.name))
            for one in _declared(visit, [custodian.name for custodian in found])
        ],
        limits=[line(limit) for limit in limits(found)],
        ask=path_of(number, "ask"),
    )


@pages.page("/requests/{number}/custodians/ask", Act.WORK_REQUESTS)
def ask(visit: Here, number: str, name: str = "") -> Response:
    """Ask somebody to search devices and accounts of their own; `name` may be of the register of people."""
    step = asking(visit, number)
    person = next((one for one in _declared(visit, []) if one.name == name), None)
    if person is None:
        return form(visit, step)
    known = {"custodian": person.name, "title": person.title, "contact": person.email}
    fields = [field._replace(value=known.get(field.name, field.value)) for field in step.fields]
    return form(visit, step._replace(fields=fields))


@pages.form("/requests/{number}/custodians/ask", Act.WORK_REQUESTS, adds=True)
def asked(visit: Here, number: str, given: Given) -> Response:
    """File the question, with the instruction that goes to the custodian."""
    places = tuple(one for one in given.getlist("place") if isinstance(one, str))

    def do(typed: Typed) -> Response:
        told = Instruction(
            contact=typed.needed("contact"),
            due_on=typed.needed_day("due"),
            addresses=typed.lines("addresses"),
            words=typed.lines("words"),
            places=places,
            since=typed.day("since"),
            until=typed.day("until"),
        )
        one = visit.city.device_searches.ask(
            number,
            typed.needed("custodian"),
            typed.text("title"),
            typed.needed("about"),
            told,
            visit.by,
            typed.needed_day("on"),
        )
        return visit.go(path_of(number, "letter", one.name), told="Filed. Now send this instruction.")

    return done(visit, asking(visit, number, places), given, do)


@pages.page("/requests/{number}/custodians/letter", Act.WORK_REQUESTS)
def letter(visit: Here, number: str, name: str = "") -> Response:
    """The instruction as it was asked, to be sent by hand."""
    one, searches = _one(visit, number, name), visit.city.device_searches
    told = Step(
        title=f"Instruction to {showing.name(one.name)}",
        here=HERE,
        action="",
        button="",
        back=path_of(number),
        back_words="Back to whoever was asked",
        lead=(in_a_sentence(unverified(searches.today())),),
        text=plain_words(as_text(searches.instruction(number, one.name))),
        links=_papers(number, one),
    )
    return form(visit, told)


@pages.page("/requests/{number}/custodians/{which}.pdf", Act.WORK_REQUESTS)
def paper(visit: Here, number: str, which: str, name: str = "") -> Response:
    """The instruction, the reminder or the blank statement, as PDF."""
    one, searches = _one(visit, number, name), visit.city.device_searches
    makers = {
        "instruction": searches.instruction,
        "reminder": searches.reminder,
        "statement": searches.statement,
    }
    if which not in makers:
        raise HTTPException(404)
    settings = visit.city.settings
    body = paper_pdf(
        makers[which](number, one.name),
        agency=settings.agency_name,
        made_at=visit.city.requests.now(),
        fonts_folder=settings.fonts_folder,
        by_name=True,
    )
    return taken(f"{number}-{which}.pdf", body, "application/pdf")


@pages.page("/requests/{number}/custodians/remind", Act.WORK_REQUESTS)
def remind(visit: Here, number: str, name: str = "") -> Response:
    """The reminder as it would go out today."""
    return form(visit, reminding(visit, number, _one(visit, number, name)))


@pages.form("/requests/{number}/custodians/remind", Act.WORK_REQUESTS, adds=True)
def reminded(visit: Here, number: str, given: Given) -> Response:
    """Note that the reminder was sent, with its words."""
    one = _one(visit, number, str(given.get("name", "")))

    def do(typed: Typed) -> Response:
        now = visit.city.device_searches.remind(number, one.name, visit.by, typed.needed_day("on"))
        return _back(visit, number, now)

    return done(visit, reminding(visit, number, one), given, do)


@pages.page("/requests/{number}/custodians/answer", Act.WORK_REQUESTS)
def answer(visit: Here, number: str, name: str = "") -> Response:
    """What a custodian states of their own search."""
    return form(visit, answering(visit, number, _one(visit, number, name)))


@pages.form("/requests/{number}/custodians/answer", Act.WORK_REQUESTS, adds=True)
def answered(visit: Here, number: str, given: Given) -> Response:
    """File what a custodian states, and keep what was signed."""
    one = _one(visit, number, str(given.get("name", "")))

    def do(typed: Typed) -> Response:
        with brought(given, "signed") as files:
            if len(files) > 1:
                raise Wrong("signed", "Choose one file: the statement as it was signed.")
            now = visit.city.device_searches.answer(
                number,
                one.name,
                stated_in(typed),
                visit.by,
                signed=files[0] if files else None,
                on=typed.needed_day("on"),
                note=typed.text("note"),
            )
        return _back(visit, number, now)

    return done(visit, answering(visit, number, one), given, do)


@pages.page("/requests/{number}/custodians/hand-in", Act.WORK_REQUESTS)
def hand_in(visit: Here, number: str, name: str = "") -> Response:
    """Archive what a custodian found."""
    return form(visit, handing_in(visit, number, _one(visit, number, name)))


@pages.form("/requests/{number}/custodians/hand-in", Act.WORK_REQUESTS, adds=True)
def handed_in(visit: Here, number: str, given: Given) -> Response:
    """Archive the files, and file that they were handed in."""
    one = _one(visit, number, str(given.get("name", "")))

    def do(typed: Typed) -> Response:
        told = HandIn(
            on=typed.needed_day("on"), statement=typed.text("statement"), declared_on=typed.day("declared")
        )
        with brought(given, "files", any_kind=True) as files:
            if not files:
                raise Wrong("files", "Choose the files that were handed in.")
            try:
                made = visit.city.device_searches.hand_in(number, one.name, files, visit.by, told)
            except Unreadable as error:
                raise Wrong("files", str(error)) from error
        return visit.go(path_of(number), told=f"{made.filed}: {line(of_custodian(made.event), 400)}")

    return done(visit, handing_in(visit, number, one), given, do)


@pages.page("/requests/{number}/custodians/files/{sha256}", Act.WORK_REQUESTS)
def kept(visit: Here, number: str, sha256: str) -> Response:
    """What a custodian signed, or the list of what was handed in."""
    request_of(visit, number)
    body = visit.city.device_searches.document(number, sha256.replace("\0", ""))
    lists = {made.list_sha256 for one in _found(visit, number) for made in one.handed_in}
    return taken(f"{number}-{LIST if sha256 in lists else 'signed-statement'}", body)


def todo(visit: Visit) -> Section | None:
    """Who is to be reminded today to search, for requests, productions and holds."""
    if not visit.may(Act.WORK_REQUESTS):
        return None
    open_ = [request for request in every(visit.city) if request.is_open]
    due: dict[str, list[str]] = {}
    for number, one in visit.city.device_searches.reminders(open_):
        due.setdefault(number, []).append(showing.name(one.name, 100))
    numbers = {request.number for request in open_}
    lines = [
        Line(number, path_of(number) if number in numbers else _matter(number), f"{_DUE} {several(names)}.")
        for number, names in due.items()
    ]
    return Section("Searches of own devices", lines)


def _matter(number: str) -> str:
    """The page of a production or a hold, whose custodians the command line has."""
    return f"/discovery/{number}" if is_number(number) else f"/holds/{number}"


def _found(visit: Visit, number: str) -> list[Custodian]:
    return visit.city.device_searches.custodians(number)


def _declared(visit: Visit, asked: Sequence[str]) -> list[Person]:
    """Who has declared to use a personal device, and was not asked yet."""
    return with_own_devices(visit.city.watch.book(TELL_OF_DEVICES), visit.city.device_searches.today(), asked)


def _one(visit: Visit, number: str, name: str) -> Custodian:
    request_of(visit, number)
    return visit.city.device_searches.custodian(number, name)


def _back(visit: Visit, number: str, one: Custodian) -> Response:
    told = line(one.sentence(visit.city.device_searches.today()), 400)
    return visit.go(path_of(number), told=f"Filed. {told}")


def _shown(visit: Visit, request: Request, one: Custodian) -> dict[str, Any]:
    """A custodian on the list: where they stand, and what can be done now."""
    number, today = request.number, visit.city.device_searches.today()
    due = one.remind_on(visit.city.settings.reminder_days) if request.is_open else None
    can_be_asked = one.asked.instruction is not None
    steps = [
        *([("Send a reminder", path_of(number, "remind", one.name))] if can_be_asked and due else []),
        ("File the answer", path_of(number, "answer", one.name)),
        ("Hand in what was found", path_of(number, "hand-in", one.name)),
        *_papers(number, one),
    ]
    return {
        "name": showing.name(one.name),
        "sentence": line(one.sentence(today)),
        "standing": one.standing.value,
        "is_due": due is not None and due <= today,
        "answer": line(one.answer.answer, 1_500) if one.answer else "",
        "handed_in": [line(of_custodian(made)) for made in one.handed_in],
        "steps": steps,
    }


def _papers(number: str, one: Custodian) -> list[tuple[str, str]]:
    """The papers of a custodian to take: those to send, what was signed, the lists of what came in."""
    links = [("The statement to be signed, as PDF", path_of(number, "statement.pdf", one.name))]
    if one.asked.instruction is not None:
        links.insert(0, ("The instruction, as PDF", path_of(number, "instruction.pdf", one.name)))
    stated = one.answer.affidavit if one.answer else None
    if stated is not None and stated.is_signed:
        links.append(("What was signed", path_of(number, f"files/{stated.signed_sha256}")))
    links += [
        (f"The list of what was handed in, {place}", path_of(number, f"files/{made.list_sha256}"))
        for place, made in enumerate(one.handed_in, 1)
    ]
    return links
