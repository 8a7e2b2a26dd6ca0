"""Papers of a request to look at: the letters that were sent, word for word, and its search certificate."""

from __future__ import annotations

from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.bundles.pages import visible
from paloverde.bundles.pdf.letters import paper_pdf
from paloverde.desk import showing
from paloverde.desk.areas.request_frame import line, request_of, shown, told
from paloverde.desk.files import taken
from paloverde.desk.letterpaper import blocks
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages
from paloverde.errors import PersonNeeded
from paloverde.requests.drafting import TITLES
from paloverde.requests.plaintext import as_text
from paloverde.requests.writing import written

pages = Pages()


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
    words = visit.city.letters.text_of(number, one).decode()
    paper = written(one.letter).paper
    documents = [(showing.name(document.name), document.sha256) for document in one.documents]
    return shown(
        visit,
        number,
        "request_letter.html",
        f"the letter “{TITLES[one.kind]}”",
        "/letters",
        blocks=blocks(paper) if as_text(paper) == words else [],
        words=visible(words),
        day=one.letter.day,
        documents=documents,
        sent_at=one.at,
        way=line(one.way),
        to=line(one.to),
        by=one.by.name,
    )
