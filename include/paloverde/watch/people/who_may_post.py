"""Who could post on each account on some days, with the paper of each (V.A.3, V.A.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from paloverde.watch.book import Book
from paloverde.watch.now import Now
from paloverde.watch.people.publishers import TELLING
from paloverde.watch.register import Entered
from paloverde.watch.registers.accounts import policy_on
from paloverde.watch.registers.authorizing import GRANTS, Grant, acknowledged, uses_own_device
from paloverde.watch.registers.people import PEOPLE
from paloverde.watch.report import Report, Table
from paloverde.wording import several, short, some

_COLUMNS = (
    *("Account", "Person", "Title", "May", "From", "Until", "Granted by", "Policy signed", "Own device"),
    "Paper",
)


def _make(now: Now, book: Book, since: date, until: date) -> Table:
    found = [one for one in book.of(GRANTS).values() if one.entry.meets(since, until)]
    found.sort(key=lambda one: (one.entry.account, one.entry.person, one.entry.since))
    days = f"on {short(since)}" if since == until else f"on some day from {short(since)} to {short(until)}"
    notes = [
        f"{some(len(found), 'grant was', 'grants were')} in force {days}, by the register as it stands.",
        "What the register said before is in the history of each entry.",
        _of_sites(),
    ]
    without = sorted({account.slug for account in now.accounts()} - {one.entry.account for one in found})
    if without:
        notes.append(f"Nobody had a grant on: {several(without)}.")
    return Table(_COLUMNS, tuple(_row(one, book, until) for one in found), tuple(notes))


def _row(one: Entered[Grant], book: Book, day: date) -> tuple[str, ...]:
    grant, known = one.entry, book.of(PEOPLE).get(one.entry.person)
    return (
        grant.account,
        f"{known.entry.name} ({grant.person})" if known else grant.person,
        known.entry.title if known else "",
        grant.authority.value,
        short(grant.since),
        _end(grant),
        grant.granted_by,
        _signed(grant.person, book, day),
        _device(grant.person, book, day),
        one.id,
    )


def _end(grant: Grant) -> str:
    if grant.revoked_on is not None:
        return f"revoked from {short(grant.revoked_on)} by {grant.revoked_by}"
    return short(grant.until) if grant.until is not None else "open"


def _signed(person: str, book: Book, day: date) -> str:
    """Whether the person had signed, by a day, the version of the policy in force on it."""
    version = policy_on(book, day)
    paper = acknowledged(book, person, version.id) if version else None
    signed = paper.entry.signed_on if paper else None
    return f"{short(signed)} ({version.id})" if version and signed is not None and signed <= day else "no"


def _device(person: str, book: Book, day: date) -> str:
    """A custodian of records on a device of the person's own (V.C.2), as declared."""
    declared = uses_own_device(book, person, day)
    if declared is None:
        return "not said"
    return "yes" if declared else "no"


def _of_sites() -> str:
    return f"Whether one of them published something is told by {' and '.join(_telling())} alone."


def _telling() -> Iterator[str]:
    for platform, what in TELLING.items():
        yield f"{'LinkedIn' if platform == 'linkedin' else platform.capitalize()} ({what})"


WHO_MAY_POST = Report(
    name="who-may-post",
    title="Who may post",
    clauses=("P-14", "P-27"),
    says="Every grant in force on some day of a span, with who gave it, and who had signed the policy.",
    read_by=("clerk", "public_affairs", "counsel", "auditor"),
    make=_make,
)
