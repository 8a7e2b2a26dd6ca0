"""What all conversations do with an answer: take it, live with trouble, read one single object."""

from __future__ import annotations

from collections.abc import Callable, Generator

from paloverde.errors import PermissionMissing, Unreachable, Unreadable
from paloverde.platforms.conversation import Found, Gap, Listing, NotThere, Request, Response, Said, TooMuch
from paloverde.records import Kind, Reading

# What ends one listing and not the night. A dead token, a limit or a used-up budget ends the night.
TROUBLE = (PermissionMissing, Unreachable, NotThere, Unreadable, TooMuch)


def answered(response: Response | None) -> Response:
    """The answer that the driver sent in."""
    if response is None:
        raise TypeError("A request is answered with a response or an error.")
    return response


def body_of(response: Response | None) -> bytes:
    """The body of the answer that the driver sent in."""
    return answered(response).body


def single(
    stream: str, kind: Kind, request: Request, read: Callable[[bytes], Reading]
) -> Generator[Said, Response | None, None]:
    """One object that is read as a listing of one."""
    try:
        reading = read(body_of((yield request)))
    except TROUBLE as error:
        reason = str(error) or "the site gave no reason"
        yield Gap(stream, kind, reason)
        yield Listing(stream, kind, complete=False, got=0, reason=reason)
        return
    got = [record for record in reading.records if record.kind is kind]
    yield Found(reading.records, reading.unread, stream)
    if not got:
        yield Gap(stream, kind, "the site answered and left it out")
    reason = "" if got else "left out by the site"
    yield Listing(stream, kind, complete=bool(got), got=len(got), reason=reason)
