"""Who may post on which account, who signed the policy, who looks it over, who speaks for the City
(V.A.4 to V.A.6, V.A.14, V.E.4(b)).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from paloverde.watch.book import Book
from paloverde.watch.register import Entered, Register
from paloverde.watch.registers.accounts import POLICY_VERSIONS, policy_on
from paloverde.watch.registers.people import PEOPLE, Person


class Authority(StrEnum):
    """What somebody is authorized to do on an account (V.A.4)."""

    PUBLISH = "publish and answer"
    ANSWER = "answer comments and messages only"


class Grant(msgspec.Struct, frozen=True):
    """A person's authority on an account. `until` is its last day; from `revoked_on` on it counts no more."""

    person: Annotated[str, Meta(title="Person", extra={"of": "people"})]
    account: Annotated[str, Meta(title="Account", extra={"of": "account"})]
    since: Annotated[date, Meta(title="Authorized from")]
    granted_by: Annotated[
        str, Meta(title="Granted by", description="The City Manager or the designee (V.A.4).")
    ]
    authority: Annotated[Authority, Meta(title="What it covers")] = Authority.PUBLISH
    until: Annotated[date | None, Meta(title="Last day, where it was granted for a time")] = None
    revoked_on: Annotated[date | None, Meta(title="Revoked from")] = None
    revoked_by: Annotated[str, Meta(title="Revoked by")] = ""
    why: Annotated[str, Meta(title="Why it was granted or revoked", extra={"long": True})] = ""

    def counts_on(self, day: date) -> bool:
        """Whether it was in force on a day."""
        has_begun = self.since <= day
        has_ended = (self.until is not None and self.until < day) or (
            self.revoked_on is not None and self.revoked_on <= day
        )
        return has_begun and not has_ended

    def is_open_on(self, day: date) -> bool:
        """Whether it is in force, or begins later: nobody has ended it."""
        return self.counts_on(max(day, self.since))

    def meets(self, first: date, last: date) -> bool:
        """Whether it was in force on some day from `first` to `last`."""
        return self.since <= last and self.counts_on(max(first, self.since))


def _wrong_grant(grant: Grant) -> str:
    if grant.until is not None and grant.until < grant.since:
        return "The last day lies before the first."
    if grant.revoked_on is not None and not grant.revoked_by:
        return "Say who revoked it."
    if grant.revoked_by and grant.revoked_on is None:
        return "Say from which day it is revoked."
    return ""


GRANTS = Register(
    name="grants",
    title="Who may post",
    about="Which person is authorized on which account, from when, until when, and by whom.",
    entry=Grant,
    clauses=("P-13", "P-14", "P-15"),
    keepers=("clerk", "public_affairs"),
    prefix="G",
    wrong=_wrong_grant,
)


class Acknowledgement(msgspec.Struct, frozen=True):
    """That somebody was given a version of the policy, and signed it."""

    person: Annotated[str, Meta(title="Person", extra={"of": "people"})]
    version: Annotated[str, Meta(title="Version of the policy", extra={"of": "policy-versions"})]
    given_on: Annotated[date, Meta(title="Was given a copy on (I)")]
    signed_on: Annotated[
        date | None,
        Meta(title="Signed and dated the last page on (V.A.6)", description="Needed of who may post."),
    ] = None
    paper_sha256: Annotated[
        str, Meta(title="SHA-256 of the signed page", description="Where it was scanned.")
    ] = ""
    to_human_resources_on: Annotated[date | None, Meta(title="Original given to Human Resources on")] = None
    uses_own_device: Annotated[
        bool | None, Meta(title="Uses a personal device for City accounts (V.A.14)")
    ] = None
    own_device_accounts: Annotated[
        tuple[str, ...],
        Meta(title="On these accounts", description="One on each line.", extra={"of": "account"}),
    ] = ()


def _wrong_acknowledgement(given: Acknowledgement) -> str:
    if given.signed_on is not None and given.signed_on < given.given_on:
        return "The policy was signed before the copy was given: mend one of the two days."
    if given.to_human_resources_on is not None and given.signed_on is None:
        return "Say on which day it was signed: Human Resources have the original."
    return ""


ACKNOWLEDGEMENTS = Register(
    name="acknowledgements",
    title="Acknowledgements of the policy",
    about="Who was given which version of the policy, who signed it, and who uses a personal device.",
    entry=Acknowledgement,
    clauses=("P-03", "P-16", "P-27"),
    keepers=("clerk", "public_affairs"),
    prefix="A",
    wrong=_wrong_acknowledgement,
)


class AccessReview(msgspec.Struct, frozen=True):
    """Somebody looked at an account's own settings, and wrote down who can publish there.

    No site tells a program all of them; the list of the site's own page is what counts.
    """

    account: Annotated[str, Meta(title="Account", extra={"of": "account"})]
    reviewed_on: Annotated[date, Meta(title="Looked at on")]
    reviewed_by: Annotated[str, Meta(title="By", extra={"of": "people"})]
    able_to_post: Annotated[
        tuple[str, ...],
        Meta(
            title="Who can post there, as the site's settings list them",
            description="Short names of people, one on each line; else the name as it stands there.",
            extra={"of": "people"},
        ),
    ] = ()
    remarks: Annotated[str, Meta(title="What was seen and done", extra={"long": True})] = ""


ACCESS_REVIEWS = Register(
    name="access-reviews",
    title="Reviews of access",
    about="Each look at who can post on an account, as the site's own settings list them.",
    entry=AccessReview,
    clauses=("P-14", "P-15"),
    keepers=("clerk", "public_affairs"),
    prefix="R",
)


class Spokesperson(msgspec.Struct, frozen=True):
    """Who was designated to speak for the City or one of its bodies."""

    person: Annotated[str, Meta(title="Person", extra={"of": "people"})]
    speaks_for: Annotated[str, Meta(title="Speaks for", description="Such as the City, or a commission.")]
    since: Annotated[date, Meta(title="Designated from")]
    designated_by: Annotated[str, Meta(title="Designated by")]
    until: Annotated[date | None, Meta(title="Last day")] = None
    subject: Annotated[str, Meta(title="On which subjects, where not on all", extra={"long": True})] = ""

    def counts_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


SPOKESPERSONS = Register(
    name="spokespersons",
    title="Spokespersons",
    about="Who was designated to speak for the City or one of its bodies, from when until when.",
    entry=Spokesperson,
    clauses=("P-61",),
    keepers=("clerk", "counsel"),
    prefix="S",
    wrong=lambda one: "The last day lies before the first." if one.until and one.until < one.since else "",
)


def grants_on(book: Book, account: str, day: date) -> Iterator[Entered[Grant]]:
    """The grants that were in force on an account on a day."""
    for one in book.of(GRANTS).values():
        if one.entry.account == account and one.entry.counts_on(day):
            yield one


def may_post(book: Book, account: str, day: date) -> frozenset[str]:
    """The short names of those who could publish on an account on a day."""
    return frozenset(
        one.entry.person for one in grants_on(book, account, day) if one.entry.authority is Authority.PUBLISH
    )


def may_answer(book: Book, account: str, day: date) -> frozenset[str]:
    """The short names of those who could answer comments on an account on a day: publishers too."""
    return frozenset(one.entry.person for one in grants_on(book, account, day))


def may_speak(book: Book, person: str, day: date) -> bool:
    """Whether somebody was a designated spokesperson on a day."""
    return any(
        one.entry.person == person and one.entry.counts_on(day) for one in book.of(SPOKESPERSONS).values()
    )


def acknowledged(book: Book, person: str, version: str) -> Entered[Acknowledgement] | None:
    """The last paper by which somebody acknowledged a version of the policy, a signed one before others."""
    of_it = [
        one
        for one in book.of(ACKNOWLEDGEMENTS).values()
        if one.entry.person == person and one.entry.version == version
    ]
    return max(of_it, key=lambda one: (one.entry.signed_on or date.min, one.entry.given_on), default=None)


def uses_own_device(book: Book, person: str, day: date) -> bool | None:
    """Whether somebody uses a personal device for City accounts (V.A.14); None where nobody said.

    The paper on the policy in force counts before the register of people.
    """
    version, known = policy_on(book, day), book.of(PEOPLE).get(person)
    paper = acknowledged(book, person, version.id) if version else None
    if paper is not None and paper.entry.uses_own_device is not None:
        return paper.entry.uses_own_device
    return True if known is not None and known.entry.uses_own_device else None


# What `with_own_devices` looks into.
TELL_OF_DEVICES: tuple[Register[Any], ...] = (PEOPLE, ACKNOWLEDGEMENTS, POLICY_VERSIONS)


def with_own_devices(book: Book, day: date, asked: Iterable[str] = ()) -> list[Person]:
    """Who is there on a day and has declared to use a personal device: custodians of records on it (V.C.2).

    Those whose names are among `asked` are left out: they were asked to search it already.
    """
    known = {name.casefold().strip() for name in asked}
    return [
        one.entry
        for one in book.of(PEOPLE).values()
        if one.entry.is_there_on(day) and one.entry.name.casefold().strip() not in known
        if uses_own_device(book, one.id, day)
    ]
