"""The events in the life of a Public Records Act request. Pure data.

Each is one paper of the series `requests`, filed under the number of its request; none is ever changed or
taken out. Nothing here asks for a purpose (Gov. Code 7921.300), and nobody needs to give a name.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

import msgspec

from paloverde.records import PACIFIC
from paloverde.requests.custodian_search import Affidavit, Instruction
from paloverde.retention.holds import By
from paloverde.search.scope import Scope

_USERNAME = re.compile(r"[a-z][a-z0-9._@-]*")
SERIES = "requests"
DOCUMENTS = "request-documents"  # letters and other files of a request, by its number


class Outcome(StrEnum):
    """What the City determined (Gov. Code 7922.535(a), 7922.540).

    `DISCLOSABLE` says in time that the request seeks disclosable records, and by when they will be available;
    what is withheld of them is told by a final determination, one of the others, once they are reviewed.
    """

    DISCLOSABLE = "disclosable"
    FULL = "full"  # everything that was asked for is handed over
    PART = "part"  # something of it is withheld or redacted: a denial in part
    DENIED = "denied"
    NONE = "none"  # the City has no such record
    NOT_AGENCY = "not_agency"  # another agency may have them


DISCLOSING = frozenset({Outcome.FULL, Outcome.PART})
PROMISING = DISCLOSING | {Outcome.DISCLOSABLE}  # with the estimated date and time
DENYING = frozenset({Outcome.PART, Outcome.DENIED})


class Ending(StrEnum):
    """Why a request was closed."""

    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"  # by the requester, whose words are noted


class Way(StrEnum):
    """How copies reach the requester. The command line takes the names of these in small letters."""

    LINK = "by a private link"  # a web address that whoever has it can open, for a short time
    POSTED = "by posting on the City's website"  # for everybody
    EMAIL = "by e-mail"
    LETTER = "by post, on paper or with a disc"
    COUNTER = "at the counter"
    DISC = "on a disc or drive"
    INSPECTION = "for inspection at the office"


WAYS = {way.name.lower(): way for way in Way}


class Requester(msgspec.Struct, frozen=True):
    """Whoever asks, as far as they like to say. Everything may be empty; there is no field for a purpose."""

    name: str = ""
    contact: str = ""  # where the answer goes: an e-mail address, a postal address, "comes to the counter"


class Document(msgspec.Struct, frozen=True):
    """A file that belongs to an event: its name and the SHA-256 of its bytes, as the series
    `request-documents` keeps it, or as a sealed bundle.
    """

    name: str
    sha256: str


class Responsible(msgspec.Struct, frozen=True):
    """Somebody who is responsible for a denial: name, and title or position (Gov. Code 7922.540)."""

    name: str
    title: str


def is_a_name(text: str) -> bool:
    """Whether a letter may name somebody so: not by what the person signs in with, such as mlopez."""
    return bool(text.strip()) and _USERNAME.fullmatch(text.strip()) is None


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """What all events have. `at` is when it was entered, `local` the same moment in the City, as text."""

    by: By
    at: datetime
    local: str = ""
    documents: tuple[Document, ...] = ()
    note: str = ""


class Received(Event, frozen=True, kw_only=True, tag="received"):
    """The request came in, on `received_on` (Pacific day), by any channel (`channels.toml`).

    The clock runs from `received_on` (rulebook R-10). `received_at` is the moment where it is known: after
    office hours it is the same day all the same.
    `inspect` says that the requester wants to look at records, rather than to have copies. `wants` is the
    form or format that was asked for.
    """

    number: str
    channel: str
    text: str
    received_on: date
    received_at: datetime | None = None
    requester: Requester = Requester()
    wants: str = ""
    inspect: bool = False


class Acknowledged(Event, frozen=True, kw_only=True, tag="acknowledged"):
    """The requester was told that the request is here."""

    sent_on: date


class ClarificationAsked(Event, frozen=True, kw_only=True, tag="clarification asked"):
    """The requester was asked what is meant (Gov. Code 7922.600). The clock runs on."""

    question: str
    asked_on: date


class ClarificationAnswered(Event, frozen=True, kw_only=True, tag="clarification answered"):
    """What the requester said. The day of receipt stays what it was."""

    answer: str
    answered_on: date


class Searched(Event, frozen=True, kw_only=True, tag="searched"):
    """A search of the archive, as the search certificate tells it and as it can be repeated.

    `scope` has no bound that is not in it; `through` is the last sealed run that was searched, and `previous`
    the hash which that run's seal names. `versions_sha256` is `searching.versions_sha256` of the hits.
    `limits` are the gaps that touch it, `standing` is what the searched sites never give, all in words.
    """

    question: str
    sentence: str
    scope: Scope
    accounts: tuple[str, ...]
    through: int
    previous: str
    hits: int
    items: int
    removed: int
    read: int  # record versions that were read or covered
    per_term: dict[str, int]
    versions_sha256: str
    limits: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    minutes: int = 0  # that somebody spent on it


class CustodianAsked(Event, frozen=True, kw_only=True, tag="custodian asked"):
    """Somebody was asked to search what only they have, such as a personal device (policy V.C).

    `instruction` says what and where, `letter` are its words as they were sent; where only the question was
    noted there is neither.
    """

    custodian: str
    title: str
    about: str
    asked_on: date
    instruction: Instruction | None = None
    letter: str = ""


class CustodianReminded(Event, frozen=True, kw_only=True, tag="custodian reminded"):
    """A custodian who has not answered was asked again, in the words of `letter`."""

    custodian: str
    reminded_on: date
    letter: str = ""


class CustodianAnswered(Event, frozen=True, kw_only=True, tag="custodian answered"):
    """What a custodian said: what was searched and found. `affidavit` is the same as stated facts."""

    custodian: str
    answer: str
    answered_on: date
    affidavit: Affidavit | None = None


class Imported(msgspec.Struct, frozen=True):
    """A sealed run in which handed-in files were archived: its number, how they came, the records read."""

    sequence: int
    provenance: str
    records: int
    not_read: int = 0


class CustodianHandedIn(Event, frozen=True, kw_only=True, tag="custodian handed in"):
    """What a custodian found was handed in, and archived under `account` in these runs.

    Of `messages` that are e-mails, `matched` came from an address that the custodian is known by, as their
    own headers say. `list_sha256` is the list of all files, with their hashes and who forwarded what, which
    is kept apart from the request's own documents: it names people of private mail.
    """

    custodian: str
    handed_on: date
    account: str
    runs: tuple[Imported, ...]
    list_sha256: str
    files: int
    messages: int = 0
    matched: int = 0

    @property
    def records(self) -> int:
        return sum(run.records for run in self.runs)


class ReviewFinished(Event, frozen=True, kw_only=True, tag="review finished"):
    """Every found record has a verdict. The numbers count versions of records."""

    responsive: int
    not_responsive: int
    exempt_in_part: int
    exempt: int

    @property
    def reviewed(self) -> int:
        return self.responsive + self.not_responsive + self.exempt_in_part + self.exempt


class Extended(Event, frozen=True, kw_only=True, tag="extended"):
    """The time to determine was extended, by written notice (Gov. Code 7922.535(b), (c)).

    `facts` has, for each ground of `grounds` (codes of `grounds.toml`), what makes it true of this request.
    `until` is the date that the notice gives, `sent_on` the Pacific day on which it went out, `officer` the
    head of the agency or the designee who signed it.
    """

    grounds: tuple[str, ...]
    facts: dict[str, str]
    until: date
    sent_on: date
    officer: Responsible


class Determined(Event, frozen=True, kw_only=True, tag="determined"):
    """The requester was told what the City determined, and why (Gov. Code 7922.535(a)).

    `available_at` is the estimated date and time at which records are made available; `responsible` are those
    who are responsible for a denial in whole or in part; `exemptions` the codes that it claims.
    """

    outcome: Outcome
    reasons: str
    sent_on: date
    available_at: datetime | None = None
    responsible: tuple[Responsible, ...] = ()
    exemptions: tuple[str, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether nothing more is owed: `disclosable` promises one that says what is withheld."""
        return self.outcome is not Outcome.DISCLOSABLE


class Produced(Event, frozen=True, kw_only=True, tag="produced"):
    """An instalment was put together: a sealed bundle. Nothing has left the City by it.

    Built again before it was released it keeps its number, and `replaces` is the SHA-256 of the one before.

    `decisions_sha256` is that of the signed review from which it was built (`Review.decisions_sha256`).
    `accepted` and `unread` are what its signer accepted: pairs of a control number and where words redacted
    from it may be read all the same, and files that could not be looked into for redacted words.
    """

    instalment: int
    bundle: Document
    records: int
    decisions_sha256: str
    pages: int = 0
    accepted: tuple[tuple[str, str], ...] = ()
    unread: tuple[str, ...] = ()
    replaces: str = ""


class SignedOff(Event, frozen=True, kw_only=True, tag="signed off"):
    """A second person agrees that exactly this bundle goes out."""

    sha256: str


class Released(Event, frozen=True, kw_only=True, tag="released"):
    """A bundle went to the requester."""

    sha256: str
    way: Way
    released_on: date


class MinutesSpent(Event, frozen=True, kw_only=True, tag="minutes"):
    """Working time of somebody, on a Pacific day."""

    minutes: int
    on: date
    what: str


class Noted(Event, frozen=True, kw_only=True, tag="noted"):
    """Anything else; the words are in `note`."""


class Reminded(Event, frozen=True, kw_only=True, tag="reminded"):
    """The daily look at the deadlines warned about this one."""

    alarm: str
    told: str


class Closed(Event, frozen=True, kw_only=True, tag="closed"):
    """The request is done with, on a Pacific day."""

    ending: Ending
    closed_on: date


class Reopened(Event, frozen=True, kw_only=True, tag="reopened"):
    """The request goes on where it was; why stands in `note`."""


class Litigated(Event, frozen=True, kw_only=True, tag="litigation"):
    """Somebody went to court over the request (Gov. Code 7923.000)."""

    matter: str
    on: date


AnyEvent = (
    Received
    | Acknowledged
    | ClarificationAsked
    | ClarificationAnswered
    | Searched
    | CustodianAsked
    | CustodianReminded
    | CustodianAnswered
    | CustodianHandedIn
    | ReviewFinished
    | Extended
    | Determined
    | Produced
    | SignedOff
    | Released
    | MinutesSpent
    | Noted
    | Reminded
    | Closed
    | Reopened
    | Litigated
)
E = TypeVar("E", bound=Event)


def local_time(moment: datetime) -> str:
    """A moment as the clock in the City shows it, with its distance from UTC (RFC 3339)."""
    return moment.astimezone(PACIFIC).isoformat(timespec="seconds")


def stamped(event: E) -> E:
    """An event with its Pacific time beside the UTC time."""
    return msgspec.structs.replace(event, local=local_time(event.at))


def read_event(body: bytes) -> AnyEvent:
    """The event that a paper tells."""
    event: AnyEvent = msgspec.json.decode(body, type=AnyEvent)
    return event
