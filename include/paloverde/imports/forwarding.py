"""Who forwarded an e-mail, and whose it was before: read from the message, which is kept as it came.

A message that somebody forwards is enclosed as a part of its own, resent under the headers of RFC 5322 3.6.6,
or quoted in the text as mail programs do. What is quoted is the forwarder's word; so are all headers: an
address in From proves nobody, and is compared with the addresses that the person is known by.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from email.message import EmailMessage
from email.utils import parseaddr
from enum import StrEnum

import msgspec

from paloverde.errors import Unreadable
from paloverde.imports.enclosed import enclosed
from paloverde.imports.mail import ENDINGS, GAVE_UP, header, mails, parse, words_of
from paloverde.imports.members import Member

_LONGEST = 500  # characters of a header that is told
_QUOTE = re.compile(r"^[>\s*]*(From|Sent|Date|Subject)\s*:[\s*]*(.+?)[\s*]*$", re.IGNORECASE)
_NEAR = 8  # lines in which the headers of a quoted message stand


class How(StrEnum):
    """How the earlier message is in the one that came."""

    ENCLOSED = "enclosed"
    RESENT = "resent"
    QUOTED = "quoted"  # in the forwarder's own text
    NOT = "not forwarded"  # it is the person's own, or forwarding cannot be seen in it
    UNREAD = "not read"  # its bytes are kept


class Forwarded(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was handed in, and one that it forwards. All times are as the message writes them.

    `custodian` is whose known address it came from, "" where it is nobody's. `sha256` is of its bytes.
    """

    file: str
    sha256: str
    message_id: str = ""
    forwarder: str = ""
    forwarded_at: str = ""
    custodian: str = ""
    how: How = How.NOT
    sender: str = ""
    sent_at: str = ""
    subject: str = ""


class Earlier(msgspec.Struct, frozen=True):
    """The message before it was forwarded: who sent it, when, about what; "" is not told."""

    how: How
    sender: str = ""
    sent_at: str = ""
    subject: str = ""


def forwards(members: Iterable[Member], known: Mapping[str, str]) -> Iterator[Forwarded]:
    """Every handed-in message with each that it forwards. `known` are people's names by address."""
    for member in members:
        if member.ending in ENDINGS:
            try:
                for body in mails(member):
                    yield from _of(member.name, body, known)
            except Unreadable:
                yield Forwarded(file=member.name, sha256="", how=How.UNREAD)


def address_of(told: str) -> str:
    """An address as two are compared; "" where there is none."""
    return (parseaddr(told)[1] or "").strip().casefold()


def _of(file: str, body: bytes, known: Mapping[str, str]) -> Iterator[Forwarded]:
    sha256 = hashlib.sha256(body).hexdigest()
    try:
        message = parse(body)
        if not isinstance(message, EmailMessage):
            yield Forwarded(file=file, sha256=sha256, how=How.UNREAD)
            return
        resent = _told(message, "Resent-From")
        who = resent or _told(message, "From")
        one = Forwarded(
            file=file,
            sha256=sha256,
            message_id=_told(message, "Message-ID").strip("<> "),
            forwarder=who,
            forwarded_at=_told(message, "Resent-Date" if resent else "Date"),
            custodian=known.get(address_of(who), ""),
        )
        found = list(_earlier(message, body)) or [Earlier(How.NOT)]
    except (RecursionError, *GAVE_UP):
        yield Forwarded(file=file, sha256=sha256, how=How.UNREAD)
        return
    for earlier in found:
        yield msgspec.structs.replace(one, **msgspec.structs.asdict(earlier))


def _earlier(message: EmailMessage, body: bytes) -> Iterator[Earlier]:
    if _told(message, "Resent-From"):
        yield _headers(message, How.RESENT)
    inner = [parse(one.body) for one in enclosed(body)]
    yield from (_headers(one, How.ENCLOSED) for one in inner if isinstance(one, EmailMessage))
    if not inner:
        yield from _quoted(words_of(message, []))


def _headers(message: EmailMessage, how: How) -> Earlier:
    return Earlier(how, *(_told(message, name) for name in ("From", "Date", "Subject")))


def _quoted(text: str) -> Iterator[Earlier]:
    """The headers that mail programs put above what they quote: From, then Sent or Date a few lines on."""
    lines, at = text.splitlines(), 0
    while at < len(lines):
        found = _QUOTE.match(lines[at][: 2 * _LONGEST])
        is_begun = found is not None and found[1].lower() == "from"
        told = dict(_lines_of_headers(lines[at : at + _NEAR])) if is_begun else {}
        if sent := told.get("sent") or told.get("date"):
            yield Earlier(How.QUOTED, told["from"], sent, told.get("subject", ""))
            at += _NEAR
        at += 1


def _lines_of_headers(lines: list[str]) -> Iterator[tuple[str, str]]:
    """The headers of a few lines, the first of each name last: a later one is of another message."""
    for line in reversed(lines):
        if (found := _QUOTE.match(line[: 2 * _LONGEST])) is not None:
            yield found[1].lower(), found[2][:_LONGEST]


def _told(message: EmailMessage, name: str) -> str:
    """A header on one line, as text; nothing unseen in it."""
    words = " ".join((header(message, name) or "").split())
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in words)[:_LONGEST]
