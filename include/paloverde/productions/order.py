"""What counsel orders of a production, and everything that happens to it since. Pure data.

Each event is one paper of the series `productions`, filed under the number of the production, such as
PROD-2026-0001; none is ever changed or taken out. A changed order is a paper of its own, with all its terms.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

import msgspec

from paloverde.errors import BadQuestion
from paloverde.productions.bates import Bates
from paloverde.productions.document import Production
from paloverde.productions.plan import LARGEST, SMALLEST, Form
from paloverde.retention.holds import By
from paloverde.search.question import ask
from paloverde.wording import spoken

SERIES = "productions"
_NUMBER = re.compile(r"PROD-(\d{4})-(\d{4,})")
_DEMAND = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .-]{0,39}")  # no `;`: load files part several values by it


class Families(StrEnum):
    """What comes along with a record that was found: what it is not alone, so that it is not misread."""

    WHOLE = "whole"  # the post at its root, and all that was said under it
    PARENT = "parent"  # the post at its root
    NONE = "none"


class Demand(msgspec.Struct, frozen=True):
    """A demand for inspection, by its number, and the question that finds what answers it (CCP 2031.280(a)).

    The number is "" for a search that no demand asked for.
    """

    number: str
    question: str


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be produced, and how.

    The records are those of the `hold`, or the named `items` (permalinks, ids, `account/kind/id`), and of
    these or of the whole archive those that answer one of the `demands`. `since` and `until` are Pacific days
    of posting, both included; what has no date is in. `custodians` are by account, those of others are the
    agency. `most_bytes` is the size of a volume before packing.
    """

    matter: str
    prefix: str
    digits: int = 7
    hold: str = ""
    items: tuple[str, ...] = ()
    demands: tuple[Demand, ...] = ()
    accounts: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    include_private: bool = False
    families: Families = Families.WHOLE
    custodians: Mapping[str, tuple[str, ...]] = {}
    confidentiality: str = ""
    forms: tuple[Form, ...] = tuple(Form)
    most_bytes: int = LARGEST
    by_name: bool = False

    @property
    def bates(self) -> Bates:
        return Bates(self.prefix, self.digits)


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """What all events have."""

    by: By
    at: datetime
    note: str = ""


class Ordered(Event, frozen=True, kw_only=True, tag="ordered"):
    """Counsel ordered the production."""

    number: str
    terms: Terms


class Changed(Event, frozen=True, kw_only=True, tag="changed"):
    """Counsel changed the order; the note says why. What was chosen has to be chosen again."""

    terms: Terms


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """The search for a demand, as it can be repeated."""

    number: str
    question: str
    sentence: str
    hits: int
    versions_sha256: str


class Chosen(Event, frozen=True, kw_only=True, tag="chosen"):
    """The records were chosen, frozen through the sealed run `through`.

    `scopes` is how many scopes the hold had. Of the `records` (versions), `relatives` are there for their
    family alone, `duplicates` say the same as another and are named with it; `unanswering` are in the hold or
    the list and answer no demand, so that they are not chosen. `versions_sha256` is over all that was chosen.
    """

    through: int
    previous: str
    scopes: int = 0
    answered: tuple[Answered, ...] = ()
    records: int
    relatives: int = 0
    duplicates: int = 0
    unanswering: int = 0
    versions_sha256: str
    limits: tuple[str, ...] = ()


class Reviewed(Event, frozen=True, kw_only=True, tag="reviewed"):
    """The review for privilege was finished and signed by a second person. Numbers count record versions."""

    decisions_sha256: str
    produced: int
    redacted: int
    withheld: int
    not_produced: int


class Built(Event, frozen=True, kw_only=True, tag="built"):
    """The volumes were written, under these numbers. Nothing has left the City by it.

    `hashes` is the SHA-256 of the signed list of all files, `decisions_sha256` that of the review. `made` is
    what all documents say of the production: built again from the same `basis`, they say the same again.
    """

    hashes: str
    decisions_sha256: str
    first: str
    last: str
    documents: int
    pages: int
    volumes: int
    unread: tuple[str, ...] = ()
    basis: str = ""
    made: Production | None = None


class SignedOff(Event, frozen=True, kw_only=True, tag="signed off"):
    """A second person looked at the volumes and agrees that exactly these go out."""

    hashes: str


class Served(Event, frozen=True, kw_only=True, tag="served"):
    """The production was served, on a Pacific day."""

    hashes: str
    to: str
    way: str
    served_on: date


class ClawedBack(Event, frozen=True, kw_only=True, tag="clawed back"):
    """Counsel claims back what was produced by mistake (CCP 2031.285; FRE 502(b), FRCP 26(b)(5)(B)).

    `first` to `last` are Bates numbers, both included; `privileges` the codes that are claimed.
    """

    first: str
    last: str
    privileges: tuple[str, ...]
    reason: str
    discovered_on: date


class GivenUp(Event, frozen=True, kw_only=True, tag="given up"):
    """It will not be served; the note says why. Its Bates numbers are burnt."""


class Noted(Event, frozen=True, kw_only=True, tag="noted"):
    """Anything else; the words are in the note."""


AnyEvent = Ordered | Changed | Chosen | Reviewed | Built | SignedOff | Served | ClawedBack | GivenUp | Noted
E = TypeVar("E", bound=Event)


def read_event(body: bytes) -> AnyEvent:
    """The event that a paper tells."""
    event: AnyEvent = msgspec.json.decode(body, type=AnyEvent)
    return event


def is_number(text: str) -> bool:
    """Whether a text is the number of a production."""
    return _NUMBER.fullmatch(text) is not None


def next_number(year: int, taken: Iterable[str]) -> str:
    """The number after the last of that year."""
    matches = filter(None, map(_NUMBER.fullmatch, taken))
    last = max((int(match[2]) for match in matches if int(match[1]) == year), default=0)
    return f"PROD-{year}-{last + 1:04}"


def check_terms(terms: Terms, accounts: Collection[str]) -> None:
    """Raise `BadQuestion` where an order says nothing or contradicts itself, or an account is none."""
    if not terms.matter.strip():
        raise BadQuestion("Name the matter, as the load files name it to the other side.")
    terms.bates.number(1)
    if terms.hold and terms.items:
        raise BadQuestion("A production is made from a hold or from a list of items, not from both.")
    if not (terms.hold or terms.items or terms.demands):
        raise BadQuestion("Say what is produced: a hold, demands with their questions, or a list of items.")
    if terms.since and terms.until and terms.since > terms.until:
        raise BadQuestion(
            f"The first day, {spoken(terms.since)}, is after the last, {spoken(terms.until)}: exchange them."
        )
    if strange := sorted({*terms.accounts, *terms.custodians} - {*accounts}):
        raise BadQuestion(f"No account is named {strange[0]}. Known are: {', '.join(sorted(accounts))}.")
    if not terms.forms:
        raise BadQuestion(f"Name a form at least: {', '.join(Form)}.")
    if terms.most_bytes < SMALLEST:
        raise BadQuestion(f"A volume has {SMALLEST:,} bytes at least, not {terms.most_bytes:,}.")
    _check_demands(terms.demands)


def _check_demands(demands: Iterable[Demand]) -> None:
    seen = set[tuple[str, str]]()
    for demand in demands:
        if demand.number and not _DEMAND.fullmatch(demand.number):
            raise BadQuestion(
                f"{demand.number!r} cannot be the number of a demand: use up to 40 letters, digits, blanks, "
                "dots and dashes."
            )
        ask(demand.question)
        if (demand.number, demand.question) in seen:
            raise BadQuestion(f"Demand {demand.number or demand.question!r} is there twice.")
        seen.add((demand.number, demand.question))
