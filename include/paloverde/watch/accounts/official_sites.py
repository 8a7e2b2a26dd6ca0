"""The public list of the City's official accounts, from the registry (policy IV)."""

from __future__ import annotations

from datetime import date

from paloverde.watch.accounts.own_page import CityAccount, city_accounts, own_page
from paloverde.watch.book import Book
from paloverde.watch.now import Now
from paloverde.watch.report import Report, Table
from paloverde.wording import long_date, several, some

# The sites as the policy (III) writes them.
_SITES = {
    "facebook": "Facebook", "instagram": "Instagram", "linkedin": "LinkedIn",
    "nextdoor": "Nextdoor", "x": "X", "youtube": "YouTube",
}  # fmt: skip
# Where the public finds an account by its handle; of other sites the profile itself says where.
_ADDRESSES = {"instagram": "https://www.instagram.com/{handle}/", "x": "https://x.com/{handle}"}


def _make(now: Now, book: Book, since: date, until: date) -> Table:
    del since  # the list is of one day: the last
    listed = sorted(city_accounts(now, book), key=lambda one: (one.account.platform, one.account.handle))
    rows = tuple(_row(one) for one in listed)
    unapproved = [one.account.slug for one in listed if not (one.papers and one.papers.approved_on)]
    notes = [
        f"As registered on {long_date(book.day)}: {some(len(rows), 'account')} of the City.",
        f"The City's own websites, its primary source (V): {', '.join(book.city_domains) or 'none is set'}.",
    ]
    if unapproved:
        notes.append(f"Not for the public list before they are approved: {several(unapproved)}.")
    if until < book.day:
        notes.append("The registry has no list of an earlier day: this one is of the day above.")
    return Table(("Site", "Name", "Handle", "Address", "Department"), rows, tuple(notes))


def _row(one: CityAccount) -> tuple[str, ...]:
    page = own_page(one.profile) if one.profile else None
    handle = page.handle if page and page.handle else one.account.handle
    known = _ADDRESSES.get(one.account.platform, "").replace("{handle}", handle)
    return (
        _SITES.get(one.account.platform, one.account.platform),
        page.name if page else "",
        handle,
        known or (one.profile.permalink if one.profile else ""),
        one.papers.department if one.papers else "",
    )


OFFICIAL_SITES = Report(
    name="official-sites",
    title="The City's official Social Media Sites",
    clauses=("P-06",),
    says="The list that section IV shows the public: every registered account of the City that is open.",
    read_by=("clerk", "public_affairs", "counsel", "auditor"),
    make=_make,
)
