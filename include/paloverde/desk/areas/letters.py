"""The letters of a request: drafted from its file, shown with what stops them, sent, kept word for word."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import date
from itertools import chain, count
from typing import Any

from fastapi.responses import Response
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from paloverde.bundles.pdf.letters import paper_pdf
from paloverde.desk.areas.letter_claims import instead_of_review
from paloverde.desk.areas.letter_fields import KINDS, fields_of, signer_of, wish_of
from paloverde.desk.areas.request_frame import Given, as_shown, line, request_of, shown, told
from paloverde.desk.areas.request_step import on
from paloverde.desk.asked import Wrong
from paloverde.desk.files import brought, taken
from paloverde.desk.letterpaper import blocks
from paloverde.desk.rights import Act
from paloverde.desk.typed import Field, Typed, carried
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import PersonNeeded
from paloverde.installation.letters import Draft
from paloverde.requests.drafting import TITLES
from paloverde.requests.in_words import said
from paloverde.requests.letters import Determination, Extension
from paloverde.requests.paper import Paper
from paloverde.requests.plaintext import as_text
from paloverde.requests.request import Request
from paloverde.requests.sending import event_of
from paloverde.wording import ended, spoken

pages = Pages()
_WAYS = ("e-mail", "post", "hand, at the counter", "a message on the site")
_POSTED = Field(
    "posted",
    "What really went out, such as a signed scan",
    "file",
    "It is kept beside the words. Needed where the letter went out on an earlier day.",
)
_CHANGED = "The letter says something else by now than what you read: read it again, then note it."
_FINAL = (Determination, Extension)  # what they file cannot be taken back


def _sending(today: date) -> tuple[Field, ...]:
    """How a letter went out. The desk sends none itself."""
    return (
        Field("sent_by", "How it went", "choice", options=[(way, f"by {way}") for way in _WAYS]),
        on("Day on which it went out", today),
        Field("sent_to", "To what address", hint="Left empty: the one that the requester gave."),
    )


@pages.page("/requests/{number}/letters", Act.SEE_REQUESTS)
def letters(visit: Here, number: str) -> Response:
    """The letters that were sent, and the kinds that there are."""
    request_of(visit, number)
    rows = [
        (place, TITLES[sent.kind], sent.letter.day, line(sent.way), line(sent.to), sent.by.name)
        for place, sent in enumerate(visit.city.letters.sent(number), 1)
    ]
    kinds = [(kind, f"{TITLES[kind]}: {says}") for kind, says in KINDS.items()]
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
    which = str(given.get("do", ""))
    if which not in ("pdf", "enclosure"):
        return _drafted(visit, request, kind, fields, typed)
    try:
        made = _draft(visit, request, kind, typed)
        paper = made.enclosure if which == "enclosure" and made.enclosure else made.written.paper
        body = _pdf(visit, paper, made)
    except Wrong as error:
        return _drafted(visit, request, kind, fields, typed, {error.field: told(error)})
    except PersonNeeded as error:
        return _drafted(visit, request, kind, fields, typed, {"": told(error)})
    return taken(f"{number}-{kind}-{'draft' if which == 'pdf' else which}.pdf", body, "application/pdf")


@pages.form("/requests/{number}/letters/send", Act.SEND_LETTERS)
def send(visit: Here, number: str, given: Given) -> Response:
    """Note that a letter was sent, on its day, exactly as it was read; its words and its PDF are kept.

    What cannot be taken back is shown first, as it will be filed.
    """
    request, kind = request_of(visit, number), str(given.get("kind", ""))
    fields = _fields(visit, request, kind)
    typed, sending = Typed(given, fields), Typed(given, _sending(visit.city.requests.today()))
    try:
        day = sending.needed_day("on")
        made = _draft(visit, request, kind, typed, day)
        if str(given.get("seen", "")) != _hash(made):
            return _drafted(visit, request, kind, fields, typed, {"": _changed(made)}, sending)
        way = sending.choice("sent_by")
        if isinstance(made.letter.body, _FINAL) and given.get("confirmed") != _hash(made):
            visit.city.letters.check(made.letter, visit.by)
            return _asked_again(
                visit, request, kind, made, [*carried(typed.values), *carried(sending.values)]
            )
        to = sending.text("sent_to") or request.received.requester.contact
        bodies = _bodies(visit, made)
        posted = _posted(given, bodies)
        visit.city.letters.send(made.letter, visit.by, way, to=to, files=bodies, posted=posted)
    except Wrong as error:
        return _drafted(visit, request, kind, fields, typed, {error.field: told(error)}, sending)
    except PersonNeeded as error:
        return _drafted(visit, request, kind, fields, typed, {"": told(error)}, sending)
    place, title = len(visit.city.letters.sent(number)), TITLES[kind]
    words = f"The letter “{title}” is noted as sent by {way} on {spoken(day)}, and its exact words are kept."
    return visit.go(f"/requests/{number}/letters/{place}", told=words)


def _asked_again(
    visit: Visit, request: Request, kind: str, made: Draft, pairs: list[tuple[str, str]]
) -> Response:
    """What noting a letter files for good, to be read before it is done."""
    event = event_of(made.letter, visit.by, (), visit.city.requests.now())
    return shown(
        visit,
        request.number,
        "request_send.html",
        f"note that “{TITLES[kind]}” was sent",
        "/letters",
        said=line(said(event), 4_000) if event else "",
        day=made.letter.day,
        is_earlier=made.letter.day < visit.city.requests.today(),
        pairs=[*pairs, ("kind", kind), ("seen", _hash(made)), ("confirmed", _hash(made))],
        posted=_POSTED,
    )


def _changed(made: Draft) -> str:
    return f"{_CHANGED} It is dated {spoken(made.letter.day)}."


def _bodies(visit: Visit, made: Draft) -> dict[str, bytes]:
    """The letter and its enclosure as PDF, by their names."""
    day = made.letter.day
    bodies = {f"{made.letter.kind}-{day}.pdf": _pdf(visit, made.written.paper, made)}
    if made.enclosure is not None:
        bodies[f"enclosure-{day}.pdf"] = _pdf(visit, made.enclosure, made)
    return bodies


def _fields(visit: Visit, request: Request, kind: str) -> list[Field]:
    if kind not in KINDS:
        raise HTTPException(404)
    return fields_of(kind, request, visit.person, visit.city.settings)


def _draft(visit: Visit, request: Request, kind: str, typed: Typed, on: date | None = None) -> Draft:
    return visit.city.letters.draft(request.number, kind, wish_of(kind, typed), signer_of(typed), on)


def _posted(given: Given, beside: Collection[str]) -> dict[str, bytes]:
    """What really went out, each file under a name that no other has."""
    posted: dict[str, bytes] = {}
    with brought(given, "posted") as files:
        for file in files:
            posted[_free_name(file.name, (*beside, *posted))] = file.read_bytes()
    return posted


def _day_of(sending: Typed) -> date | None:
    """The day on which it went out; None, for today, where that is none."""
    with suppress(Wrong):
        return sending.day("on")
    return None


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
    sending: Typed | None = None,
) -> Response:
    """The fields, and beside them the letter with what stops it."""
    wrong, instead = dict(wrong or {}), instead_of_review(kind)
    asked = _sending(visit.city.requests.today())
    sending = sending or Typed(QueryParams(""), asked, is_new=True)
    apart = {field.name for field in instead}
    made: Draft | None = None
    lacks = ""
    try:
        made = _draft(visit, request, kind, typed, _day_of(sending))
    except Wrong as error:
        wrong.setdefault(error.field, told(error))
    except PersonNeeded as error:
        lacks = told(error)
    is_final = made is not None and isinstance(made.letter.body, _FINAL)
    return shown(
        visit,
        request.number,
        "request_draft.html",
        f"the letter “{TITLES[kind]}”",
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
        is_final=is_final,
        sending=asked if is_final else (*asked, _POSTED),
        sending_values=sending.values,
        sending_names=[field.name for field in (*asked, _POSTED)],
        contact=line(request.received.requester.contact),
    )


def _made(made: Draft | None) -> dict[str, Any]:
    if made is None:
        return {"blocks": [], "enclosure": [], "findings": [], "doubts": [], "seen": "", "unverified": []}
    return {
        "blocks": blocks(made.written.paper),
        "enclosure": blocks(made.enclosure) if made.enclosure else [],
        "findings": [(plain(one.says), plain(one.cite), plain(ended(one.mend))) for one in made.findings],
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
    """Of the exact words that were read, with those of its enclosure."""
    enclosed = as_text(made.enclosure) if made.enclosure else ""
    return hashlib.sha256(f"{made.text}{enclosed}".encode()).hexdigest()
