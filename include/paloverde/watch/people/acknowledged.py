"""Who was not given the policy in force, and who may post without having signed it (I, V.A.6, V.A.14)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.now import Now
from paloverde.watch.register import Entered
from paloverde.watch.registers.accounts import PolicyVersion, policy_on
from paloverde.watch.registers.authorizing import ACKNOWLEDGEMENTS, GRANTS, acknowledged
from paloverde.watch.registers.people import PEOPLE, Person
from paloverde.wording import several, short, some

_ENTER = "enter it in the register “Acknowledgements of the policy”"


def _ask(now: Now, book: Book) -> Iterable[Finding]:
    del now  # what is registered is all that it looks at
    version = policy_on(book, book.day)
    if version is None:
        yield ACKNOWLEDGED_POLICY.found(
            "policy-versions",
            "No version of the policy is entered, so that nobody can tell who has signed the one in force.",
            "Enter the version in force in the register “Versions of the policy”, with the SHA-256 of its "
            "file.",
        )
        return
    may_do = authorized_on(book, book.day)
    for person in sorted(may_do):
        yield from _of_user(person, version, book)
    yield from _of_others(may_do, version, book)


def authorized_on(book: Book, day: date) -> frozenset[str]:
    """Everybody with a grant that counts on a day, for whatever account."""
    return frozenset(one.entry.person for one in book.of(GRANTS).values() if one.entry.counts_on(day))


def _name(book: Book, person: str) -> str:
    known = book.of(PEOPLE).get(person)
    return f"{known.entry.name} ({person})" if known else person


def _of_user(person: str, version: Entered[PolicyVersion], book: Book) -> Iterator[Finding]:
    paper, name = acknowledged(book, person, version.id), _name(book, person)
    rule = f"policy-versions/{version.id}#{version.number}"
    if paper is None or paper.entry.signed_on is None:
        older = _last_signed(book, person)
        yield ACKNOWLEDGED_POLICY.found(
            f"people/{person}",
            f"{name} may post for the City, and no signature under version {version.id} of the policy, in "
            f"force since {short(version.entry.effective_on)}, is on file. {older}",
            f"Have the last page signed and dated, give the original to Human Resources, and {_ENTER}; "
            "until then think about revoking the grant.",
            rule=rule,
            which=f"signed {version.id}",
        )
        return
    if paper.entry.to_human_resources_on is None:
        yield ACKNOWLEDGED_POLICY.found(
            f"people/{person}",
            f"{name} signed version {version.id} of the policy on {short(paper.entry.signed_on)}, and "
            "nobody noted that Human Resources have the original.",
            f"Give the original to Human Resources, and add the day to {paper.id} of the register "
            "“Acknowledgements of the policy”.",
            rule=rule,
            which=f"original {version.id}",
            weight=Weight.ADVICE,
        )
    if paper.entry.uses_own_device is None and not _says_device(book, person):
        yield ACKNOWLEDGED_POLICY.found(
            f"people/{person}",
            f"{name} may post for the City, and nobody noted whether a personal device is used for it: a "
            "custodian of records would not be known.",
            f"Ask, and add it to {paper.id} of the register “Acknowledgements of the policy”.",
            rule=rule,
            which="device",
            weight=Weight.ADVICE,
        )


def _says_device(book: Book, person: str) -> bool:
    known = book.of(PEOPLE).get(person)
    return known is not None and known.entry.uses_own_device


def _last_signed(book: Book, person: str) -> str:
    signed = [
        (one.entry.signed_on, one.entry.version)
        for one in book.of(ACKNOWLEDGEMENTS).values()
        if one.entry.person == person and one.entry.signed_on is not None
    ]
    if not signed:
        return "Nor is one under an older version."
    on, version = max(signed)
    return f"Version {version} was signed on {short(on)}."


def _of_others(may_do: frozenset[str], version: Entered[PolicyVersion], book: Book) -> Iterator[Finding]:
    """Everybody else whom the policy governs gets a copy; that is one finding with all their names."""
    lacks = sorted(
        one.entry.name
        for one in book.of(PEOPLE).values()
        if one.id not in may_do
        and _is_governed(one.entry, book.day)
        and not acknowledged(book, one.id, version.id)
    )
    if lacks:
        yield ACKNOWLEDGED_POLICY.found(
            f"policy-versions/{version.id}",
            f"{some(len(lacks), 'person is', 'people are')} governed by the policy, and no paper says that "
            f"they were given version {version.id}: {several(lacks)}.",
            f"Give each a copy, and {_ENTER}.",
            rule=f"policy-versions/{version.id}#{version.number}",
            which="copies",
            weight=Weight.ADVICE,
        )


def _is_governed(person: Person, day: date) -> bool:
    """Employees, officials, volunteers and contractors alike, while they are there (I)."""
    return person.is_there_on(day)


ACKNOWLEDGED_POLICY = Check(
    name="acknowledged-policy",
    title="The policy was given and signed",
    version=1,
    clauses=("P-03", "P-16", "P-27"),
    says=(
        "Lists who may post without having signed the version of the policy in force, whose original Human "
        "Resources do not have, of whom nobody noted whether a personal device is used, and everybody else "
        "whom the policy governs and who was not given a copy. It knows the people of the register, and "
        "nobody else."
    ),
    answered_by=("clerk", "public_affairs"),
    of_now=_ask,
)
