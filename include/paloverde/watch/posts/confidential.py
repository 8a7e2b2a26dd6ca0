"""The City's posts contain only what is freely available to the public (V.A.12(b))."""

from __future__ import annotations

from collections.abc import Iterable

from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.people.publishers import publishers
from paloverde.watch.posts.lexicon import lexicon, quoted
from paloverde.watch.posts.published import is_said_by_the_city
from paloverde.watch.registers.people import PEOPLE
from paloverde.watch.seen import Seen

_EMERGENCY = "emergency"


def _confidential(seen: Seen, book: Book) -> Iterable[Finding]:
    if not is_said_by_the_city(seen):
        return
    for met in lexicon("confidential").met_in(seen.text):
        if met.row.id == _EMERGENCY and _may_tell_emergencies(seen, book):
            continue
        yield CONFIDENTIAL_MATTERS.in_item(
            seen,
            f"The City seems to speak of {met.row.says}: {quoted(met.spans)} ({met.row.cite}).",
            "Decide whether that was freely available to the public; ask counsel before anything is changed.",
            weight=met.row.how_soon,
            spans=met.spans,
            rule=met.rule,
            which=met.row.id,
        )


def _may_tell_emergencies(seen: Seen, book: Book) -> bool:
    """Whether whoever published it is expressly authorized to; of an unknown one, whether anybody is."""
    day = seen.said_on
    authorized = [
        one.entry
        for one in book.of(PEOPLE).values()
        if one.entry.may_tell_emergencies and one.entry.is_there_on(day)
    ]
    told = publishers(seen)
    if not told:
        return bool(authorized)
    known = {name for person in authorized for name in person.known_as}
    return all(f"{seen.account.platform}:{one.id}" in known for one in told)


CONFIDENTIAL_MATTERS = Check(
    name="confidential-matters",
    title="Claims, lawsuits, personnel, crimes, emergencies",
    version=2,
    clauses=("P-23",),
    says="A post or answer of the City with words of a claim, a lawsuit, advice of counsel, a personnel "
    "matter, a crime or an emergency. Words are no proof. An emergency is passed over where the register of "
    "people authorizes whoever published to share it, or anybody where the site does not name who published.",
    answered_by=("public_affairs", "counsel"),
    of_item=_confidential,
)
