"""The letters of a request: drafted from its file, shown with what stops them, sent, kept word for word."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from itertools import chain, count
from typing import Any

from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.bundles.pages import visible
from paloverde.bundles.pdf.letters import paper_pdf
from paloverde.desk import showing
from paloverde.desk.areas.letter_claims import instead_of_review
from paloverde.desk.areas.letter_fields import KINDS, fields_of, signer_of, wish_of
from paloverde.desk.areas.request_frame import Given, as_shown, line, request_of, shown, told
from paloverde.desk.asked import Wrong
from paloverde.desk.files import brought, taken
from paloverde.desk.letterpaper import blocks
from paloverde.desk.rights import Act
from paloverde.desk.typed import Field, Typed, carried
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import PersonNeeded
from paloverde.installation.letters import Draft
from paloverde.requests.paper import Paper
from paloverde.requests.request import Request

pages = Pages()
_WAYS = ("e-mail", "post", "handed over at the counter", "a message on the site")
_SENDING = (
    Field("sent_by", "How it goes, or went", "choice", options=[(way, way) for way in _WAYS]),
    Field("sent_to", "To what address", hint="Left empty: the one that the requester gave."),
    Field("posted", "What really went out, such as a signed scan", "file", "It is kept beside the words."),
)
_CHANGED = "The letter says something else by now than what you read: read it again, then send it."


@pages.page("/requests/{number}/letters", Act.SEE_REQUESTS)
def letters(visit: Here, number: str) -> Response:
    """The letters that were sent, and the kinds that there are."""
    request_of(visit, number)
    rows = [
        (place, sent.kind, sent.at, line(sent.way), line(sent.to), sent.by.name)
        for place, sent in enumerate(visit.city.letters.sent(number), 1)
    ]
    kinds = [(kind, f"{kind.replace('_', ' ')}: {says}") for kind, says in KINDS.items()]
    return shown(visit, number, "request_letters.html", "letters", "/letters", rows=rows, kinds=kinds)


@pages.page("/requests/{number}/letters/new", Act.WORK_REQUESTS)
def new(visit: Here, number: str, kind: str = "acknowledgment") -> Response:
    """A letter as it would go out now, with the fields that only a person can fill in."""
    request = request_of(visit, number)
    fields = _fields(visit, request, kind)
    return _drafted(visit, request, kind, fields, Typed(visit.request.query_params, fields, is_new=True))


@pages.form("/requests/{number}/letters/new", Act.WORK_REQUESTS)
def draft(visit: Here, number: str, given: Given) -> Response:
    """The letter with what was filled in; or as a PDF, to be sent. Nothing is filed by it."""
    request, kind = request_of(visit, number), str(given.get("kind", ""))
    fields = _fields(visit, request, kind)
    typed = Typed(given, fields)
    if given.get("do") != "pdf":
        return _drafted(visit, request, kind, fields, typed)
    try:
        made = _draft(visit, request, kind, typed)
        body = _pdf(visit, made.written.paper, made)
    except Wrong as error:
        return _drafted(visit, request, kind, fields, typed, {error.field: told(error)})
    except PersonNeeded as error:
        return _drafted(visit, request, kind, fields, typed, {"": told(error)})
    return taken(f"{number}-{kind}-draft.pdf", body, "application/pdf")


@pages.form("/requests/{number}/letters/send", Act.SEND_LETTERS)
def send(visit: Here, number: str, given: Given) -> Response:
    """Note that a letter is sent, exactly as it was read; its words and its PDF are kept."""
    request, kind = request_of(visit, number), str(given.get("kind", ""))
    fields = _fields(visit, request, kind)
    typed, sending = Typed(given, fields), Typed(given, _SENDING)
    try:
        made = _draft(visit, request, kind, typed)
        if str(given.get("seen", "")) != _hash(made):
            return _drafted(visit, request, kind, fields, typed, {"": _CHANGED})
        way = sending.choice("sent_by")
        to = sending.text("sent_to") or request.received.requester.contact
        bodies = {f"{kind}-{made.letter.day}.pdf": _pdf(visit, made.written.paper, made)}
        with brought(given, "posted") as files:
            for file in files:
                bodies[_free_name(file.name, bodies)] = file.read_bytes()
        visit.city.letters.send(made.letter, visit.by, way, to=to, files=bodies)
    except Wrong as error:
        return _drafted(visit, request, kind, fields, typed, {error.field: told(error)})
    except PersonNeeded as error:
        return _drafted(visit, request, kind, fields, typed, {"": told(error)})
    place = len(visit.city.letters.sent(number))
    words = f"The letter “{kind}” is noted as sent by {way}, and its exact words are kept."
    return visit.go(f"/requests/{number}/letters/{place}", told=words)


@pages.page("/requests/{number}/letters/certificate", Act.WORK_REQUESTS)
def certificate(visit: Here, number: str, none: str = "", released: str = "", pdf: str = "") -> Response:
    """The search certificate of a request: for the file, or for the requester; that there are no records."""
    request_of(visit, number)
    try:
        paper = visit.city.letters.certificate(number, none=none == "yes", released=released == "yes")
        if pdf == "yes":
            body = paper_pdf(
                paper,
                agency=visit.city.settings.agency_name,
                made_at=visit.city.requests.now(),
                fonts_folder=visit.city.settings.fonts_folder,
            )
            return taken(f"{number}-search-certificate.pdf", body, "application/pdf")
    except PersonNeeded as error:
        return shown(
            visit,
            number,
            "request_certificate.html",
            "search certificate",
            "/letters",
            status=400,
            blocks=[],
            wrong=told(error),
            none=none,
            released=released,
        )
    return shown(
        visit,
        number,
        "request_certificate.html",
        "search certificate",
        "/letters",
        blocks=blocks(paper),
        wrong="",
        none=none,
        released=released,
    )


@pages.page("/requests/{number}/letters/{place}", Act.SEE_REQUESTS)
def kept(visit: Here, number: str, place: int) -> Response:
    """A letter that was sent, word for word, and the files that are kept with it."""
    request_of(visit, number)
    sent = visit.city.letters.sent(number)
    if not 1 <= place <= len(sent):
        raise HTTPException(404)
    one = sent[place - 1]
    words = visible(visit.city.letters.text_of(number, one).decode())
    documents = [(showing.name(document.name), document.sha256) for document in one.documents]
    return shown(
        visit,
        number,
        "request_letter.html",
        f"the letter “{one.kind}”",
        "/letters",
        words=words,
        documents=documents,
        sent_at=one.at,
        way=line(one.way),
        to=line(one.to),
        by=one.by.name,
    )


def _fields(visit: Visit, request: Request, kind: str) -> list[Field]:
    if kind not in KINDS:
        raise HTTPException(404)
    return fields_of(kind, request, visit.person)


def _draft(visit: Visit, request: Request, kind: str, typed: Typed) -> Draft:
    return visit.city.letters.draft(request.number, kind, wish_of(kind, typed), signer_of(typed))


def _free_name(name: str, taken_: Collection[str]) -> str:
    """The name of a file that went out; a second one of that name has a number."""
    names = chain([f"sent-{name}"], (f"sent-{number}-{name}" for number in count(2)))
    return next(one for one in names if one not in taken_)


def _drafted(
    visit: Visit,
    request: Request,
    kind: str,
    fields: Sequence[Field],
    typed: Typed,
    wrong: dict[str, str] | None = None,
) -> Response:
    """The fields, and beside them the letter with what stops it."""
    wrong, instead = dict(wrong or {}), instead_of_review(kind)
    apart = {field.name for field in instead}
    made: Draft | None = None
    lacks = ""
    try:
        made = _draft(visit, request, kind, typed)
    except Wrong as error:
        wrong.setdefault(error.field, told(error))
    except PersonNeeded as error:
        lacks = told(error)
    return shown(
        visit,
        request.number,
        "request_draft.html",
        f"the letter “{kind.replace('_', ' ')}”",
        "/letters",
        status=400 if wrong else 200,
        kind=kind,
        says=KINDS[kind],
        **as_shown([field for field in fields if field.name not in apart], typed.values, wrong),
        instead=instead,
        is_otherwise=any(typed.text(name) or wrong.get(name) for name in apart),
        **_made(made),
        lacks=lacks,
        pairs=carried(typed.values, ("kind", kind)),
        sending=_SENDING,
        sending_values={},
        contact=line(request.received.requester.contact),
    )


def _made(made: Draft | None) -> dict[str, Any]:
    if made is None:
        return {"blocks": [], "findings": [], "doubts": [], "seen": "", "unverified": []}
    return {
        "blocks": blocks(made.written.paper),
        "findings": [(plain(one.says), plain(one.cite), plain(one.mend)) for one in made.findings],
        "doubts": [plain(doubt) for doubt in made.letter.case.clock.doubts],
        "seen": _hash(made),
        "unverified": [plain(one) for one in made.unverified],
    }


def _pdf(visit: Visit, paper: Paper, made: Draft) -> bytes:
    settings = visit.city.settings
    return paper_pdf(
        paper, agency=settings.agency_name, made_at=made.letter.at, fonts_folder=settings.fonts_folder
    )


def _hash(made: Draft) -> str:
    """Of the exact words that were read."""
    return hashlib.sha256(made.text.encode()).hexdigest()
