"""What all pages of one production in discovery share: the production itself, and the way between them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.desk.rights import Act
from paloverde.desk.visit import Visit
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.productions.docket import Docket
from paloverde.productions.order import SERIES, Built, is_number
from paloverde.productions.plan import Form
from paloverde.requests.review import Verdict
from paloverde.requests.reviewing import Review

HERE = "Discovery"
FORMS: Mapping[Form, str] = {
    Form.DAT: "load file (DAT)",
    Form.PAGES: "pages (PDF, OPT)",
    Form.EDRM: "EDRM XML",
    Form.TABLES: "tables",
    Form.RSMF: "conversations (RSMF)",
    Form.WACZ: "web archive (WACZ)",
}
_DECIDED: Mapping[Verdict, str] = {
    Verdict.RESPONSIVE: "Produced whole",
    Verdict.NOT_RESPONSIVE: "Not produced",
    Verdict.EXEMPT_IN_PART: "Redacted",
    Verdict.EXEMPT: "Withheld",
}
_MOST = 1_000  # productions that are remembered
_LONGEST = 20  # characters of a number
_known: dict[tuple[str, str], Docket] = {}  # by number and the SHA-256 of the newest paper
# The pages of one production, in the order in which it comes about.
_PLACES = (
    ("This production", "/discovery/{}"),
    ("Review for privilege", "/requests/{}/review"),
    ("Privilege log", "/discovery/{}/log"),
    ("Volumes", "/discovery/{}/volumes"),
    ("Papers", "/discovery/{}/papers"),
    ("History", "/discovery/{}/history"),
)


def docket_of(visit: Visit, number: str) -> Docket:
    """The production of that number; a page that is not there where there is none."""
    visit.need(Act.SEE_PRODUCTIONS)
    if len(number) > _LONGEST or not is_number(number):
        raise HTTPException(404)
    try:
        return visit.city.productions.get(number)
    except BadQuestion:
        raise HTTPException(404) from None


def every(city: Installation) -> list[Docket]:
    """Every production, by number. One that has no new paper since it was read last is not read again."""
    return [_of(city, filed.subject, filed.stored.sha256) for filed in city.cabinet.newest(SERIES)]


def shown(
    visit: Visit, number: str, template: str, title: str, at: str, *, status: int = 200, **facts: Any
) -> Response:
    """A page of a production; `at` is its place among them."""
    return visit.show(
        template,
        status,
        title=f"{number}: {title}" if title else number,
        here=HERE,
        number=number,
        at=at,
        places=list(_places(visit, number)),
        act=Act,
        **facts,
    )


def decided(review: Review) -> list[tuple[str, int]]:
    """What was decided about its records, in numbers and in the words of a production."""
    return [(_DECIDED[verdict], many) for verdict, many in review.counts.items()]


def is_last_word(docket: Docket, review: Review) -> bool:
    """Whether the volumes that were built last are of all that was ordered, chosen and decided by now."""
    built = docket.last(Built)
    return built is not None and docket.is_built and built.decisions_sha256 == review.decisions_sha256


def sha256_of(told: object) -> str:
    """The hash of what a page shows, so that what is confirmed is what was seen."""
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def _places(visit: Visit, number: str) -> Iterator[tuple[str, str, str]]:
    """Name, place and address of each page of a production that the person may open."""
    for name, form in _PLACES:
        if visit.opens(path := form.format(number)):
            yield name, form.partition("}")[2], path


def _of(city: Installation, number: str, newest: str) -> Docket:
    found = _known.get((number, newest))
    if found is None:
        found = city.productions.get(number)
        if len(_known) >= _MOST:
            _known.clear()
        _known[number, found.entries[-1].sha256] = found
    return found
