"""City business on officials' own accounts that was not forwarded to the City (policy V.E.4(e); P-64, P-65).

It is told once for an account, with the number of the last weeks, and not comment by comment: a word of a
body's subjects is a weak sign of City business, and a list that nobody believes is read by nobody. What was
forwarded is known by its words in an e-mail that was handed in, or by the register of questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from paloverde.archive.registry import OTHER
from paloverde.records import Account, Holder, Kind, archive_day
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.inbox.question_waiting import MEASURES
from paloverde.watch.inbox.signs import FILE, Language, What, answer
from paloverde.watch.now import Now
from paloverde.watch.registers.bodies import all_terms, terms_in
from paloverde.watch.registers.inbox import QUESTIONS
from paloverde.watch.seen import Seen
from paloverde.wording import some, spoken

_SAID = (Kind.COMMENT.value, Kind.MESSAGE.value, Kind.POST.value)
_MOST_LINKS = 50
# Words that point somebody to the City where no address is given (V.E.4(e)).
_POINTING = re.compile(
    r"(?i)\bcity(?:['’]s|\s+of\s+[\w .]{2,40}?['’]s)?\s+(?:official\s+)?"
    r"(?:website|web\s*site|web\s*page|facebook|instagram|twitter|linkedin|nextdoor|youtube|account|page)\b"
    r"|\bofficial\s+city\s+(?:account|page|website)\b"
    r"|\b(?:p[aá]gina|sitio|cuenta)s?\s+(?:web\s+|oficial(?:es)?\s+)*(?:de\s+la\s+ciudad|del\s+municipio)\b"
)
_QUOTING = re.compile(r"[>\s]+")  # how mail programs lay out what they forward


class _Received(NamedTuple):
    """What an official received of City business. `is_directed`: the writer was pointed to the City."""

    seen: Seen
    is_forwarded: bool
    is_directed: bool


def _look(now: Now, book: Book) -> Iterator[Finding]:
    terms = all_terms(book)
    officials = [one for one in now.accounts() if one.holder is Holder.OFFICIAL and one.platform != OTHER]
    if not terms or not officials:
        return
    since = archive_day(now.at) - timedelta(days=MEASURES["forward_window"].value)
    handed_in = _handed_in(now, since)
    for account in officials:
        received = _received(now, book, account, since, handed_in)
        for is_private in (False, True):
            of_kind = [one for one in received if one.seen.is_private is is_private]
            if any(not one.is_forwarded for one in of_kind):
                yield _finding(account, of_kind, since, book, is_private=is_private)


def _received(now: Now, book: Book, account: Account, since: date, handed_in: str) -> list[_Received]:
    """What others wrote to an account of City business, and had time to be forwarded."""
    until = now.at - timedelta(days=MEASURES["forward_within"].value)
    items = {seen.item: seen for seen in now.seen(account.slug, since, *_SAID)}  # the newest version of each
    own = [seen for seen in items.values() if seen.is_by_the_account]
    asked = {question.entry.item for question in book.of(QUESTIONS).values()}
    terms, ways = all_terms(book), _ways_to_the_city(now, book)
    return [
        _Received(seen, seen.item in asked or _plain(seen.text) in handed_in, _is_directed(seen, own, ways))
        for seen in items.values()
        if not seen.is_by_the_account and since <= seen.said_on and seen.said_at <= until
        if terms_in(seen.text, terms)
    ]


def _handed_in(now: Now, since: date) -> str:
    """The words of all e-mails that were handed in."""
    mailed = [one.slug for one in now.accounts() if one.platform == OTHER]
    return "\0".join(
        _plain(seen.text) for slug in mailed for seen in now.seen(slug, since, Kind.MESSAGE.value)
    )


def _is_directed(seen: Seen, own: Sequence[Seen], ways: Sequence[str]) -> bool:
    """Whether the account answered with an address, a handle or words that lead to the City."""
    names = {seen.native_id, *((seen.thread_id,) if seen.kind is Kind.MESSAGE else ())}
    answers = [one.text.casefold() for one in own if one.parent_id in names and one.said_at >= seen.said_at]
    return any(_POINTING.search(text) is not None or any(way in text for way in ways) for text in answers)


def _ways_to_the_city(now: Now, book: Book) -> tuple[str, ...]:
    """The City's web addresses, and its official accounts as a reply names them."""
    cities = [one for one in now.accounts() if one.holder is Holder.CITY and one.platform != OTHER]
    handles = {one.handle.removeprefix("@").casefold() for one in cities if one.handle}
    return (
        *book.city_domains,
        *(f"@{handle}" for handle in handles),
        *(f".com/{handle}" for handle in handles),
    )


def _finding(
    account: Account, received: Sequence[_Received], since: date, book: Book, *, is_private: bool
) -> Finding:
    left = [one for one in received if not one.is_forwarded]
    directed = sum(one.is_directed for one in left)
    noun = "private message" if is_private else "comment"
    told, site = FILE.what[What.BUSINESS], next(iter(book.city_domains), "")
    return CHECK.found(
        account.slug,
        f"Since {spoken(since)} this account received {some(len(received), noun)} with words that are "
        f"registered for the subjects of the City’s bodies. Of {len(left):,} no forwarded copy is "
        f"archived, and no department was asked; {directed:,} of these "
        f"{'was' if directed == 1 else 'were'} pointed to the City’s website or accounts ({told.cite}).",
        f"{told.todo} An answer that fits: “{answer(What.BUSINESS, Language.EN, site)}”",
        account=account.slug,
        weight=Weight.ADVICE,
        which="messages" if is_private else "comments",
        private=is_private,
        links=tuple(one.seen.item for one in left[:_MOST_LINKS]),
    )


def _plain(text: str) -> str:
    return _QUOTING.sub(" ", text.casefold()).strip()


CHECK = Check(
    name="forwarding",
    title="City business on officials' accounts that was not forwarded",
    version=2,
    clauses=("P-64", "P-65"),
    says="Counts, for each official's account that is archived, what others wrote in the last "
    f"{some(MEASURES['forward_window'].value, 'day')} with words registered for the subjects of the "
    "City's bodies and of which no forwarded e-mail with the same text is archived and no department "
    "was asked, and how many of them were answered with an address, an account or words that lead to the "
    "City. Such words are "
    "a weak sign, so it is told once for an account. Of personal accounts that are not archived it "
    "knows nothing.",
    answered_by=("clerk", "public_affairs"),
    of_now=_look,
)
