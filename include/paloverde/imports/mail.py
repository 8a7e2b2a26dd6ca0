"""E-mails that officials forward: single messages (.eml) and boxes of them (.mbox), RFC 5322 and RFC 4155.

A message is a private message whose id is its Message-ID. What is attached is kept as media; the text is the
plain part, else the HTML part without its markup. A message that another encloses is a message of its own
too, with the bytes that stand there. Nothing in a message is ever executed or fetched.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import parseaddr
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from paloverde.errors import Unreadable
from paloverde.imports.attached import type_of
from paloverde.imports.enclosed import Enclosed, enclosed
from paloverde.imports.members import Member, Sources
from paloverde.imports.said import File, Original, Read, Said, Task, cleaned, missed, segments
from paloverde.imports.times import time_of
from paloverde.records import Kind, Medium, Missing, Poster, Record, Unread, Visibility

ENDINGS = (".eml", ".mbox")
_NEXT = re.compile(rb"(?:\A|(?<=\n))From [^\n]*\d:\d\d[^\n]*\n")  # who and when (RFC 4155)
_LONGEST_ID = 500
# What the parser of the standard library raises at forged headers, beside what it reports as defects.
GAVE_UP = (ValueError, TypeError, AttributeError, LookupError, OverflowError, AssertionError, MessageError)
_LONGEST_MESSAGE = 128 * 1024 * 1024
parse = BytesParser(policy=policy.default.clone(raise_on_defect=False)).parsebytes


def read_mail(sources: Sources, task: Task) -> Iterator[Said]:
    """The messages of all handed-in e-mail files. Raises `Unreadable` where there is none."""
    members = [member for member in sources.members if member.ending in ENDINGS]
    if not members:
        raise Unreadable(f"{sources.handed[0].name} holds no e-mail (.eml) and no box of e-mails (.mbox).")
    for member in members:
        try:
            if member.ending == ".eml":
                original = cleaned(member.name, member.content(_LONGEST_MESSAGE))
                yield original
                yield _read([(original.body, 0)], task)
            else:
                yield from _box(member, task)
        except Unreadable as error:
            yield missed(member.path or member.name, str(error))


def mails(member: Member) -> Iterator[bytes]:
    """The bytes of every message in a handed-in e-mail file. Raises `Unreadable` where it cannot be read."""
    if member.ending == ".eml":
        yield member.content(_LONGEST_MESSAGE)
    else:
        for original in segments(member, _message_ends):
            yield from (body for body, _ in messages_of(original))


def _box(member: Member, task: Task) -> Iterator[Said]:
    for original in segments(member, _message_ends):
        yield original
        yield _read(messages_of(original), task)


def _message_ends(text: bytes) -> int:
    """The length of the whole messages of a box: up to the last line that begins another."""
    return max((found.start() for found in _beginnings(text)), default=0)


def _beginnings(text: bytes) -> Iterator[re.Match[bytes]]:
    """The lines that begin a message: "From " at the start, or after an empty line. Elsewhere it is text."""
    for found in _NEXT.finditer(text):
        before = text[max(0, found.start() - 4) : found.start()]
        if not before or before.endswith((b"\n\n", b"\n\r\n")):
            yield found


def messages_of(original: Original) -> list[tuple[bytes, int]]:
    """The messages in a box and where they stand."""
    body = original.body
    starts = list(_beginnings(body))
    if not starts:
        return [(body, 0)] if body.strip() else []
    ends = [found.start() for found in starts[1:]] + [len(body)]
    return [(body[start.end() : end], start.end()) for start, end in zip(starts, ends, strict=True)]


def _read(found: list[tuple[bytes, int]], task: Task) -> Read:
    read = Read([])
    for payload, position in found:
        inner = _tried(payload, position, task, read)
        for one in inner:
            _tried(one.body, position + one.start if one.start >= 0 else -1, task, read)
    return read


def _tried(payload: bytes, position: int, task: Task, read: Read) -> list[Enclosed]:
    """One message into what was read, or why it cannot be; the messages that it encloses."""
    try:
        inner = enclosed(payload)
        _take(payload, position, task, read, inner)
    except RecursionError:
        reason = "its parts lie too deep within each other to be read"
        read.unread.append(Unread(payload, reason, position))
    except GAVE_UP as error:
        reason = f"this e-mail is made so that it cannot be read ({type(error).__name__})"
        read.unread.append(Unread(payload, reason, position))
    else:
        return inner
    return []


def _take(payload: bytes, position: int, task: Task, read: Read, inner: list[Enclosed]) -> None:
    """One message into what was read; its enclosed messages are among its attachments."""
    message = parse(payload)
    if not isinstance(message, EmailMessage) or not message.keys():
        read.unread.append(Unread(payload, "this has no headers of an e-mail", position))
        return
    notes: list[str] = []
    files = _attachments(message, inner, notes)
    read.records.append(_record(message, payload, position, task, files, notes))
    read.files.extend(files)


def _record(
    message: EmailMessage, payload: bytes, position: int, task: Task, files: list[File], notes: list[str]
) -> Record:
    told = header(message, "Date")
    posted_at, wrong = _date(told, task.now, task.zone)
    name, address = parseaddr(header(message, "From") or "")
    subject, body = header(message, "Subject"), words_of(message, notes)
    answered = _ids(message, "In-Reply-To")
    roots = _ids(message, "References") or answered
    notes += [note for note in (wrong, *(type(one).__doc__ or "" for one in message.defects)) if note]
    return Record(
        platform=task.account.platform,
        kind=task.kind or Kind.MESSAGE,
        native_id=_own_id(message, payload),
        payload=payload,
        position=position,
        parent_id=answered[0] if answered else None,
        thread_id=roots[0] if roots else None,
        text="\n".join(part for part in (subject, body) if part) or None,
        posted_at=posted_at,
        posted_text=told,
        poster=Poster(name or None, address or None, None, Missing.API_NOT_EXPOSED),
        visibility=Visibility.PRIVATE,
        media=tuple(file.medium for file in files),
        drift="; ".join(notes) or None,
    )


def header(message: EmailMessage, name: str) -> str | None:
    """A header as text, None where it is missing; whatever it holds is no reason to lose the message."""
    try:
        value = message[name]
    except GAVE_UP:
        value = next((told for key, told in message.raw_items() if key.lower() == name.lower()), None)
    return None if value is None else _sound(str(value)).strip() or None


def _ids(message: EmailMessage, name: str) -> list[str]:
    return re.findall(r"<([^<>\s]{1,500})>", header(message, name) or "")


def _own_id(message: EmailMessage, payload: bytes) -> str:
    told = (header(message, "Message-ID") or "").strip("<> \t")
    if told and len(told) <= _LONGEST_ID and told.isprintable():
        return told
    return "mail-" + hashlib.sha256(payload).hexdigest()[:32]


def _date(told: str | None, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, str | None]:
    return time_of(told, now, zone) if told else (None, "it has no date")


def words_of(message: EmailMessage, notes: list[str]) -> str:
    """The words of a message: its plain part, else its HTML part without markup."""
    for preferred in ("plain", "html"):
        part = message.get_body((preferred,))
        if part is not None:
            words = _decoded(part, notes)
            return plain_text(words) if preferred == "html" else words.strip()
    return ""


def _decoded(part: MIMEPart, notes: list[str]) -> str:
    body = part.get_payload(decode=True)
    charset = part.get_content_charset() or "utf-8"
    if not isinstance(body, bytes):
        return ""
    try:
        return body.decode(charset)
    except (UnicodeError, LookupError):
        notes.append(f"the text is not {charset[:40]}; what does not fit is shown as U+FFFD")
        return body.decode(errors="replace")


def _attachments(message: EmailMessage, enclosed_in: list[Enclosed], notes: list[str]) -> list[File]:
    """What a message carries beside its text, the messages inside it too, with the bytes that they have."""
    exact = iter(_as_many(message, enclosed_in, notes))
    bodies = {id(part) for part in (message.get_body(("plain",)), message.get_body(("html",))) if part}
    files = []
    for number, part in enumerate(message.walk(), start=1):
        inner = part.get_content_type() == "message/rfc822"
        if id(part) in bodies or (part.is_multipart() and not inner):
            continue
        name = _sound(part.get_filename() or f"part-{number}")
        body = next(exact, None) if inner else None
        body = _carried(part, inner=inner) if body is None else body
        if body is None:
            notes.append(f"the attachment {name} is damaged")
        elif inner or part.get_content_disposition() == "attachment" or not _is_words(part):
            own = hashlib.sha256(body).hexdigest()
            medium = Medium(f"attachment:{number}/{name}", type_of(name), None, f"{number}-{own[:16]}")
            files.append(File(medium, body=body))
    return files


def _as_many(message: EmailMessage, found: list[Enclosed], notes: list[str]) -> list[bytes]:
    """The bytes of the enclosed messages, where they were found as often as the parser sees some."""
    seen = sum(part.get_content_type() == "message/rfc822" for part in message.walk())
    if seen == len(found):
        return [one.body for one in found]
    notes.append("a message in it could not be cut out as it stands: its copy was written anew")
    return []


def _carried(part: object, *, inner: bool) -> bytes | None:
    if not isinstance(part, EmailMessage):
        return None
    if inner:
        enclosed = part.get_payload(0)
        return enclosed.as_bytes() if isinstance(enclosed, EmailMessage) else None
    body = part.get_payload(decode=True)
    return body if isinstance(body, bytes) else None


def _is_words(part: object) -> bool:
    return (
        isinstance(part, EmailMessage) and part.get_content_maintype() == "text" and not part.get_filename()
    )


def _sound(text: str) -> str:
    """Text without the halves of characters that the parser leaves where bytes did not fit."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class _Words(HTMLParser):
    """Collects what a page says; scripts and styles say nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        if tag in ("p", "br", "div", "tr", "li", "h1", "h2", "h3", "td"):
            self.words.append("\n" if tag != "td" else " ")
        self.words += [f"[{value}]" for name, value in attrs if tag == "img" and name == "alt" and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style") and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def plain_text(html: str) -> str:
    """The words of an HTML text, a line for each block."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.words).split("\n"))
    return "\n".join(line for line in lines if line)
