"""Several listings one after another, and single objects that are read as a listing of one."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from paloverde.errors import Unreachable
from paloverde.platforms.conversation import Found, Gap, Listing, Request, Response, Said
from paloverde.platforms.graph.pages import NOWHERE, Reads
from paloverde.platforms.graph.walk import TROUBLE, Ask, Walked, body_of, walk
from paloverde.records import Kind

_PATIENCE = 3  # listings in a row that cannot be reached before the site counts as down

Saying = Generator[Said, Response | None, None]


def single(stream: str, kind: Kind, request: Request, reads: Reads) -> Saying:
    """One object that is read as a listing of one."""
    try:
        response = yield request
        reading = reads.read(body_of(response), NOWHERE)
    except TROUBLE as error:
        yield Gap(stream, kind, str(error) or "the site gave no reason")
        yield Listing(stream, kind, complete=False, got=0, reason=str(error) or "the site gave no reason")
        return
    got = [record for record in reading.records if record.kind is kind]
    yield Found(reading.records, reading.unread, stream)
    if not got:
        yield Gap(stream, kind, "the site answered and left it out")
    reason = "" if got else "left out by the site"
    yield Listing(stream, kind, complete=bool(got), got=len(got), reason=reason)


def every(asks: Iterable[Ask], reads: Reads) -> Saying:
    """Walks many listings. One out of reach is a gap; several in a row: the site is down."""
    failures = 0
    for ask in asks:
        walked: Walked = yield from walk(ask, reads)
        failures = failures + 1 if isinstance(walked.trouble, Unreachable) else 0
        if failures >= _PATIENCE and walked.trouble is not None:
            raise walked.trouble
