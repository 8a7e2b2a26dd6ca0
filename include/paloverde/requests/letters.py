"""The letters of a request: the facts that each of them tells. Pure data.

`Letter` holds the facts of one letter. `writing` makes its words, from `letters.toml`; `lints` says what it
lacks before it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

import msgspec

from paloverde.records import archive_day
from paloverde.requests.assistance import Holdings
from paloverde.requests.clock import Clock
from paloverde.requests.costs import Sheet
from paloverde.requests.events import PROMISING, Outcome, Responsible, Way
from paloverde.wording import at_time, some


class Office(msgspec.Struct, frozen=True):
    """Who writes: the agency, and how to reach the office that answers records requests.

    `technology` says in which kind of store the archive lies, as a sentence, `location` where its machines
    stand.
    """

    agency: str
    contact: str = ""
    technology: str = ""
    location: str = ""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """The request that a letter is about: in its own words, with its dates. A name is there where one was
    given.

    `channel` is how it came, in words ("by a letter"); `extended_until` the date of an extension that was
    noticed; `promised_on` when it was told that there are disclosable records, before they were reviewed.
    """

    number: str
    wording: str
    channel: str
    clock: Clock
    requester: str = ""
    extended_until: date | None = None
    promised_on: date | None = None

    @property
    def due(self) -> date:
        """The day to work to."""
        return self.extended_until or self.clock.target


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """An exemption as a letter claims it: its code in `exemptions.toml`, the facts that it needs, and of how
    many records parts are `redacted` or the whole is `withheld`. `retained` of them the City keeps in the
    ordinary course of business.
    """

    code: str
    facts: Mapping[str, str] = {}
    redacted: int = 0
    withheld: int = 0
    retained: int = 0


class Counts(msgspec.Struct, frozen=True):
    """How many record versions are released, how many of these with redactions; how many withheld whole."""

    released: int = 0
    redacted: int = 0
    withheld: int = 0

    def sentence(self) -> str:
        """The numbers as the letter says them."""
        parts = [f"{some(self.released, 'record is', 'records are')} released"]
        if self.redacted:
            parts.append(f"{self.redacted:,} of these with parts taken out")
        if self.withheld:
            parts.append(f"{some(self.withheld, 'record is', 'records are')} withheld whole")
        return f"{', '.join(parts)}. Each version of a post, comment or message counts as one record."


class Bundle(msgspec.Struct, frozen=True):
    """A sealed bundle: its file, the file's SHA-256, the key that sealed it, and what is in it."""

    file: str
    sha256: str
    key: str
    counts: Counts = Counts()


class Delivery(msgspec.Struct, frozen=True):
    """How copies are handed over: where (an address, an office), and until when where that ends."""

    way: Way
    where: str = ""
    until: datetime | None = None

    def sentence(self) -> str:
        where = f": {self.where}" if self.where else ""
        until = f", until {at_time(self.until)}" if self.until else ""
        return f"{_HANDED[self.way]}{where}{until}."


_HANDED = {
    Way.POSTED: "They are posted on the City's website",
    Way.LINK: "You get them by a private link",
    Way.EMAIL: "You get them by e-mail",
    Way.LETTER: "You get them by post",
    Way.COUNTER: "You get them at the counter",
    Way.DISC: "You get them on a disc or drive",
    Way.INSPECTION: "You can see them at our office",
}


class Acknowledgment(msgspec.Struct, frozen=True, tag_field="letter", tag="acknowledgment"):
    """The request is here; how the archive works (Gov. Code 7922.600(a))."""

    holdings: Holdings


class Clarification(msgspec.Struct, frozen=True, tag_field="letter", tag="clarification"):
    """Questions that help to find records; the clock runs on."""

    questions: tuple[str, ...]
    holdings: Holdings
    offers: tuple[str, ...] = ()


class Extension(msgspec.Struct, frozen=True, tag_field="letter", tag="extension"):
    """The notice of Gov. Code 7922.535(b). `grounds` has, by code of `grounds.toml`, the facts of this
    request.
    """

    until: date
    grounds: Mapping[str, str]


class Determination(msgspec.Struct, frozen=True, kw_only=True, tag_field="letter", tag="determination"):
    """What the City decided (Gov. Code 7922.535(a)). `deniers` are responsible for what is withheld
    (7922.540); neither they nor `claims` nor `counts` are there while the records are still under review.

    `searches` are the sentences of the searches, `elsewhere` is whom to ask where it is not our record.
    """

    outcome: Outcome
    reasons: str
    available_at: datetime | None = None
    counts: Counts = Counts()
    claims: tuple[Claimed, ...] = ()
    deniers: tuple[Responsible, ...] = ()
    delivery: Delivery | None = None
    searches: tuple[str, ...] = ()
    elsewhere: str = ""


class Estimate(msgspec.Struct, frozen=True, tag_field="letter", tag="estimate"):
    """What the copy costs."""

    sheet: Sheet


class Production(msgspec.Struct, frozen=True, kw_only=True, tag_field="letter", tag="production"):
    """An instalment goes out. `next_at` is when the next is expected; None on the last."""

    instalment: int
    bundle: Bundle
    counts: Counts
    delivery: Delivery
    next_at: datetime | None = None
    claims: tuple[Claimed, ...] = ()
    deniers: tuple[Responsible, ...] = ()
    searches: tuple[str, ...] = ()


class Closure(msgspec.Struct, frozen=True, tag_field="letter", tag="closure"):
    """The request is closed. `summary` are name and value of what was done; `kept_until` ends its hold."""

    reasons: str
    summary: tuple[tuple[str, str], ...] = ()
    kept_until: date | None = None


class ClawBack(msgspec.Struct, frozen=True, kw_only=True, tag_field="letter", tag="clawback"):
    """Something privileged went out by mistake (rulebook R-21).

    `items` name the places by their numbers in the bundle, never by what stands there.
    """

    bundle: Bundle
    released_at: datetime
    privilege: str
    items: tuple[str, ...]
    replacement: str


Body = Acknowledgment | Clarification | Extension | Determination | Estimate | Production | Closure | ClawBack


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one letter. `at` is when it is written (aware); whoever signs is named with title."""

    case: Case
    office: Office
    at: datetime
    signer: Responsible
    body: Body

    @property
    def day(self) -> date:
        """The Pacific day of the letter."""
        return archive_day(self.at)

    @property
    def kind(self) -> str:
        """The name of its wording in `letters.toml`."""
        if isinstance(self.body, Determination):
            return self.body.outcome.value
        return str(self.body.__struct_config__.tag)

    @property
    def claims(self) -> tuple[Claimed, ...]:
        """The exemptions that it claims."""
        return self.body.claims if isinstance(self.body, Determination | Production) else ()

    @property
    def counts(self) -> Counts:
        """The records that it speaks of."""
        return self.body.counts if isinstance(self.body, Determination | Production) else Counts()

    @property
    def deniers(self) -> tuple[Responsible, ...]:
        """Those whom it names as responsible for a denial."""
        return self.body.deniers if isinstance(self.body, Determination | Production) else ()

    @property
    def is_denial(self) -> bool:
        """Whether it denies anything: any redaction is a denial in part (rulebook R-22)."""
        told = isinstance(self.body, Determination) and self.body.outcome in (Outcome.PART, Outcome.DENIED)
        return told or bool(self.claims or self.counts.redacted or self.counts.withheld)

    @property
    def discloses(self) -> bool:
        """Whether it says that records will be available."""
        return isinstance(self.body, Determination) and self.body.outcome in PROMISING

    @property
    def is_final(self) -> bool:
        """Whether it says what the review of the records came to."""
        return isinstance(self.body, Determination) and self.body.outcome is not Outcome.DISCLOSABLE


def said_freely(letter: Letter) -> Iterator[str]:
    """What somebody of the City wrote into it by hand: where a slip can say too much."""
    match letter.body:
        case Clarification(questions, _, offers):
            yield from (*questions, *offers)
        case Extension(_, grounds):
            yield from grounds.values()
        case Determination() as body:
            yield from (body.reasons, body.elsewhere, *body.searches)
        case Estimate(sheet):
            yield from (sheet.facts, *(line.what for line in sheet.lines))
        case Production() as body:
            yield from (body.bundle.file, *body.searches)
        case Closure(reasons, summary):
            yield from (reasons, *(value for _, value in summary))
        case ClawBack() as body:
            yield from (body.privilege, body.replacement, *body.items)
    if isinstance(letter.body, Determination | Production):
        facts = (claim.facts for claim in letter.claims)
        yield from (one.get(name, "") for one in facts for name in ("balancing", "second_statute"))
        if letter.body.delivery is not None:
            yield letter.body.delivery.where
