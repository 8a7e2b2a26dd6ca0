"""People who have left, and could still post, or still hold what an account is opened with (V.A.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.now import Now
from paloverde.watch.registers.accounts import ACCOUNT_PAPERS
from paloverde.watch.registers.authorizing import GRANTS
from paloverde.watch.registers.people import PEOPLE, Person
from paloverde.wording import short


def _ask(now: Now, book: Book) -> Iterable[Finding]:
    del now  # what is registered is all that it looks at
    people = book.of(PEOPLE)
    for one in book.of(GRANTS).values():
        if not one.entry.is_open_on(book.day):
            continue
        known = people.get(one.entry.person)
        if known is None:
            yield _unknown(one.id, one.entry.person, one.entry.account)
        elif left := left_by(known.entry, book.day):
            yield LEAVERS.found(
                f"grants/{one.id}",
                f"{known.entry.name} left on {short(left)}, and may still post on {one.entry.account}: the "
                f"grant {one.id} is open.",
                "Take the access away at the site today, change the password if it was known, then enter in "
                "the register “Who may post” from which day the grant is revoked, and by whom.",
                account=one.entry.account,
                weight=Weight.URGENT,
            )
    yield from _holders(book)


def left_by(person: Person, day: date) -> date | None:
    """The last day of somebody who has left by a day."""
    return person.left_on if person.left_on is not None and person.left_on < day else None


def _unknown(grant: str, person: str, account: str) -> Finding:
    return LEAVERS.found(
        f"grants/{grant}",
        f"The grant {grant} on {account} is for {person!r}, whom the register of people does not know: "
        "nobody can tell whether that person is still there.",
        "Enter the person in the register “People”, or mend the grant.",
        account=account,
        weight=Weight.ADVICE,
        which="unknown",
    )


def _holders(book: Book) -> Iterator[Finding]:
    for one in book.of(ACCOUNT_PAPERS).values():
        known = book.of(PEOPLE).get(one.entry.second_factor)
        left = left_by(known.entry, book.day) if known else None
        if known is not None and left is not None and not one.entry.is_closed_on(book.day):
            yield LEAVERS.found(
                one.entry.account,
                f"{known.entry.name} left on {short(left)}, and holds the second factor of signing in to "
                f"{one.entry.account}.",
                "Move the second factor to somebody who is there, change the password, and enter both in the "
                "register “Papers of accounts”.",
                account=one.entry.account,
                weight=Weight.URGENT,
                which="second factor",
            )


LEAVERS = Check(
    name="leavers",
    title="People who left can post no longer",
    version=1,
    clauses=("P-14",),
    says=(
        "Flags every open grant, and every second factor, of somebody whose last day has passed. It knows "
        "of a departure when the register of people says so, and what the register calls revoked it "
        "believes: that the access is gone at the site too is seen in the review of access."
    ),
    answered_by=("clerk", "public_affairs"),
    of_now=_ask,
)
