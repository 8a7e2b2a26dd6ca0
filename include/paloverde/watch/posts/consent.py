"""Verbal consent is documented in writing at or near the time at which it is given (V.A.9).

The policy's own example is an e-mail: “Mr. Smith verbally consented to use a photo of his son, Tim Smith, on
the City's Parks & Recreation Facebook page.” Such a sentence is read into the fields of an entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from paloverde.errors import BadQuestion
from paloverde.imports.mail import GAVE_UP, header, parse, words_of
from paloverde.records import PACIFIC
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.now import Now
from paloverde.watch.register import Entered
from paloverde.watch.registers.media import PHOTO_RELEASES, Basis, Release, item_of
from paloverde.wording import at_time, some

PROMPTLY = timedelta(hours=24)  # “at or near the same time as it is given”, as the rulebook takes it (P-19)
_LONGEST = 2_000  # characters around a consent that are kept as its words
_BEFORE = 200  # characters before the consent in which whoever gave it is named
_CONSENT = re.compile(
    r"\b(?:(?:has|have|had|also) ){0,2}"
    r"(?:(?:verbally|orally) (?:consented|agreed|permitted|allowed|gave (?:\w+ ){0,3}(?:consent|permission))"
    r"|gave (?:\w+ ){0,3}(?:verbal|oral) (?:consent|permission)"
    r"|(?:consented|agreed) (?:verbally|orally))"
    r"(?: (?:to|for|that|we|us|the City|may|can|use|using|the use of|post|posting|share|publish)){0,5}"
    r" (?P<what>(?:\w+ ){0,3}?(?:photo(?:graph)?s?|pictures?|images?|videos?))"
    r" (?:of|showing|with) (?P<of_whom>[^.;!?]{1,200}?)"
    r"(?:,? (?P<where>(?:on|for|in|at) [^.;!?]{1,200}?))?(?=[.;!?]|\Z)",
    re.IGNORECASE,
)
_TITLE = r"(?:Mr|Ms|Mrs|Dr|Mx)\b\.?"
_PART = rf"(?!{_TITLE})(?:[A-Z]\.|[A-Z][\w'’-]{{0,30}})"
_NAME = re.compile(rf"(?:{_TITLE} )?{_PART}(?: {_PART}){{0,4}}")
_NO_NAMES = frozenset(("I", "He", "She", "They", "We", "The", "Today", "Yesterday", "Hi", "Hello", "Subject"))
_CHILD = re.compile(
    r"(?i)\b(?:(?:grand|step|god)?(?:sons?|daughters?|child(?:ren)?)|kids?|minors?|niece|nephew)\b"
)


class Consent(NamedTuple):
    """A verbal consent as somebody wrote it down."""

    given_by: str
    of_whom: str
    purpose: str
    is_of_a_child: bool
    words: str


def consent_in(text: str) -> Consent | None:
    """The first verbal consent that a text documents; None where there is none."""
    plain = " ".join(text.replace("“", " ").replace("”", " ").split())
    match = _CONSENT.search(plain)
    if match is None:
        return None
    before = plain[max(0, match.start() - _BEFORE) : match.start()].strip(" ,")
    by, of_whom = _by(before), match["of_whom"].strip(" ,")
    return Consent(
        by,
        of_whom,
        f"{match['what'].strip()} {match['where'] or ''}".strip(),
        _CHILD.search(of_whom) is not None,
        f"{before[before.rfind(by) :]} {match[0]}".strip(),
    )


def _by(before: str) -> str:
    """Who consented: the last name before it, else the last words (“the mother”)."""
    for name in reversed(_NAME.findall(before)):
        words = name.split()
        while words and words[0] in _NO_NAMES:
            words.pop(0)
        if words:
            return " ".join(words)
    return before.rpartition(", ")[2].rpartition(". ")[2]


def given_by_mail(body: bytes) -> dict[str, str]:
    """The fields of a photo release, as far as an e-mail (RFC 5322) that documents verbal consent tells them.

    When the consent was given, which pictures it is for and who is their focus the e-mail does not say.
    Raises `BadQuestion` where it documents none.
    """
    try:
        message = parse(body)
        text = words_of(message, []) if isinstance(message, EmailMessage) else ""
        told_by, sent = (header(message, "From"), header(message, "Date")) if text else (None, None)
    except (*GAVE_UP, MessageError, RecursionError):
        raise BadQuestion("This file cannot be read as an e-mail: save the message anew as .eml.") from None
    consent = consent_in(text)
    if consent is None:
        raise BadQuestion(
            "The e-mail documents no verbal consent. It needs a sentence such as: Mr. Smith verbally "
            "consented to use a photo of his son, Tim Smith, on the City's Parks & Recreation Facebook "
            "page."
        )
    given = {
        "basis": Basis.VERBAL.value,
        "given_by": consent.given_by,
        "of_whom": consent.of_whom,
        "purpose": consent.purpose,
        "shows_minors": "yes" if consent.is_of_a_child else "",
        "documented_by": told_by or "",
        "words": consent.words[:_LONGEST],
    }
    given["documented_at"] = _local(sent) if sent else ""
    return {name: value for name, value in given.items() if value}


def _local(sent: str) -> str:
    """The date of an e-mail as a form takes it; "" for what is none, which the clerk then fills in."""
    try:
        at = parsedate_to_datetime(sent)
        aware = at if at.tzinfo else at.replace(tzinfo=PACIFIC)
        return aware.astimezone(PACIFIC).isoformat(timespec="minutes")
    except GAVE_UP:
        return ""


def _late(now: Now, book: Book) -> Iterable[Finding]:
    for entered in book.of(PHOTO_RELEASES).values():
        entry = entered.entry
        if entry.basis is not Basis.VERBAL or entry.given_at is None:
            continue
        if entry.documented_at is None:
            if now.at - entry.given_at > PROMPTLY:
                yield _finding(
                    entered, "and is not written down", "Write it down, such as in an e-mail, and enter when."
                )
            continue
        lag = entry.documented_at - entry.given_at
        if lag > PROMPTLY:
            yield _finding(
                entered,
                f"and was written down {_long(lag)} later",
                "Note in the entry why, or ask again and write it down at once.",
            )


def _finding(entered: Entered[Release], what: str, next_: str) -> Finding:
    entry = entered.entry
    assert entry.given_at is not None
    named = tuple(name for name in entry.pictures if item_of(name))
    return VERBAL_CONSENT.found(
        f"{PHOTO_RELEASES.name}/{entered.id}",
        f"{entry.given_by} consented on {at_time(entry.given_at)}, {what}. The policy asks for that at or "
        "near the same time.",
        next_,
        account=named[0].partition("/")[0] if named else "",
        links=named,
    )


def _long(lag: timedelta) -> str:
    days = lag // timedelta(days=1)
    return some(days, "day") if days > 1 else some(lag // timedelta(hours=1), "hour")


VERBAL_CONSENT = Check(
    name="verbal-consent",
    title="Verbal consent that was not written down in time",
    version=1,
    clauses=("P-19",),
    says="An entry of the register of photo releases with verbal consent that is not written down, or "
    "was written down more than 24 hours after it was given. The policy says “promptly”; the 24 "
    "hours are ours.",
    answered_by=("public_affairs", "clerk"),
    of_now=_late,
)
