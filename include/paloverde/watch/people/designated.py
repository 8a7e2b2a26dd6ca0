"""Whether the division that the policy designates can act on each City account (section IV, P-07).

The policy makes the Public Affairs Division the Authorized User that answers for the design, implementation
and management of the City's sites. An account on which nobody of it is authorized runs beside that.
"""

from __future__ import annotations

from collections.abc import Iterable

from paloverde.watch.accounts.own_page import city_accounts
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.now import Now
from paloverde.watch.people.rules import rules
from paloverde.watch.registers.authorizing import GRANTS
from paloverde.watch.registers.people import PEOPLE
from paloverde.wording import some


def _ask(now: Now, book: Book) -> Iterable[Finding]:
    for one in city_accounts(now, book):
        slug = one.account.slug
        grants = [each.entry for each in book.of(GRANTS).values() if each.entry.account == slug]
        able = {grant.person for grant in grants if grant.counts_on(book.day)}
        if grants and not any(_is_of_the_division(book, person) for person in able):
            yield DESIGNATED_USER.found(
                slug,
                f"Nobody of {rules().designated_user.division} may post on {slug} today: "
                f"{some(len(able), 'person', 'people')} of other departments may.",
                "Enter a grant for somebody of that division under “Who may post”, or the department of "
                "those who "
                "have one under “People”.",
                account=slug,
                weight=Weight.ADVICE,
            )


def _is_of_the_division(book: Book, person: str) -> bool:
    known = book.of(PEOPLE).get(person)
    if known is None or not known.entry.is_there_on(book.day):
        return False
    return rules().designated_user.words.casefold() in known.entry.department.casefold()


DESIGNATED_USER = Check(
    name="designated-user",
    title="The designated division can act on each account",
    version=1,
    clauses=("P-07",),
    says="Flags each City account with grants on which nobody of the division that section IV of the policy "
    "designates (Public Affairs) may post today, by the departments that the register of people states. An "
    "account without any grant is told by the check of access reviews.",
    answered_by=("public_affairs", "clerk"),
    of_now=_ask,
)
