"""contacts-in-posts: every number and address in the City's own posts that nobody has entered (P-24).

Whose a bare number is no word beside it tells, and a finding for each would be many false alarms. Here each
stands once, however often it was posted, for a person to go through: an office's is entered, a person's taken
out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from paloverde.platforms.hosts import is_under
from paloverde.requests.detectors import found_in
from paloverde.requests.likely import digits_of
from paloverde.watch.book import Book
from paloverde.watch.now import Now
from paloverde.watch.posts.personal import TOLD, Allowed, allowed
from paloverde.watch.posts.published import SAID, city_accounts, is_said_by_the_city
from paloverde.watch.report import Report, Table
from paloverde.watch.seen import Seen
from paloverde.wording import short

_NUMBER, _MAIL = "telephone number", "e-mail address"
_TOLD = (_NUMBER, _MAIL, "street address", "official's home")
_DIGITS = 10  # of a telephone number of North America, without the country's


class _Contact(NamedTuple):
    """One contact as it was last written, in how many posts, and in which last."""

    what: str
    written: str
    posts: frozenset[str]
    last: Seen


def _report(now: Now, book: Book, since: date, until: date) -> Table:
    found: dict[tuple[str, str], _Contact] = {}
    may = allowed(book)
    for account in city_accounts(now):
        newest = {one.item: one for one in now.seen(account.slug, since, *(kind.value for kind in SAID))}
        for seen in newest.values():
            if since <= seen.said_on <= until and is_said_by_the_city(seen):
                for what, written in _contacts(seen, may):
                    key = what, _same(what, written)
                    before = found.get(key)
                    posts = (before.posts if before else frozenset[str]()) | {seen.item}
                    last = before.last if before and before.last.said_at > seen.said_at else seen
                    found[key] = _Contact(what, written, posts, last)
    rows = sorted(found.values(), key=lambda one: (one.what, -len(one.posts), one.written))
    return Table(_COLUMNS, tuple(map(_row, rows)), _NOTES)


def _contacts(seen: Seen, may: Allowed) -> Iterator[tuple[str, str]]:
    """The contacts in the words of an item and in the descriptions of its pictures, without those entered."""
    for text in (seen.text, *(medium.alt_text for medium in seen.media)):
        for detector, (start, end) in found_in(text):
            written = " ".join(text[start:end].split()).rstrip(".,")
            if detector.what in _TOLD and not _is_entered(detector.what, written, may):
                yield detector.what, written


def _is_entered(what: str, written: str, may: Allowed) -> bool:
    if what == _NUMBER:
        number = _same(what, written)
        return number in may.numbers or number.startswith(TOLD.toll_free)
    plain = written.lower()
    if what == _MAIL and is_under(plain.rpartition("@")[2], may.city_domains):
        return True
    return any(one and one in plain for one in may.written)


def _same(what: str, written: str) -> str:
    """What two ways of writing the same contact share."""
    return digits_of(written)[-_DIGITS:] if what == _NUMBER else written.lower()


def _row(one: _Contact) -> tuple[str, ...]:
    return one.what, one.written, f"{len(one.posts):,}", short(one.last.said_on), one.last.item


_COLUMNS = ("What it looks like", "As written", "Posts", "Last on", "Last in")
_NOTES = (
    "Each stands here until it is entered under Published contacts, or in no post of these days any more.",
    "Enter what is an office's, a business's or a partner's; what is somebody's own is taken out.",
    "The City's own e-mail addresses and numbers whose calls are free are left out.",
    "What words beside it call somebody's own is a finding of personal-information as well.",
    "Numbers in pictures are here only where the site describes the picture with them.",
)

CONTACTS_IN_POSTS = Report(
    name="contacts-in-posts",
    title="Contacts in the City's posts",
    clauses=("P-24",),
    says="Every telephone number, e-mail address and street address in the City's own posts and answers that "
    "is not among Published contacts, each once.",
    read_by=("public_affairs", "clerk"),
    make=_report,
)
