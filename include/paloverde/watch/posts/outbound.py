"""The links in the City's posts: third-party sites are used at one's own risk (policy V.A.16)."""

from __future__ import annotations

from datetime import date

from paloverde.watch.book import Book
from paloverde.watch.links import Leads, links_of
from paloverde.watch.now import Now
from paloverde.watch.posts.published import city_accounts, posts_between
from paloverde.watch.report import Report, Table
from paloverde.wording import short, some


def _inventory(now: Now, book: Book, since: date, until: date) -> Table:
    rows: list[tuple[str, ...]] = []
    for account in city_accounts(now):
        for post in posts_between(now, account, since, until):
            where = post.permalink or post.item
            for link in links_of(post):
                leads = link.leads(book.city_domains)
                rows.append((short(post.said_on), account.slug, leads.value, link.host, link.url, where))
    elsewhere = sum(row[2] == Leads.ELSEWHERE for row in rows)
    told = f"{some(len(rows), 'link')}, of which {some(elsewhere, 'leads', 'lead')} to another website."
    return Table(
        ("Day", "Account", "Leads to", "Host", "Link", "Post"), tuple(rows), (told, *_INVENTORY_NOTES)
    )


_INVENTORY_NOTES = (
    "Links stand as the site keeps them; none was followed, and what stood behind them was not archived.",
    "Stories are left out: no site tells what links they carry.",
)

OUTBOUND_LINKS = Report(
    name="outbound-links",
    title="Links to other sites",
    clauses=("P-29",),
    says="Every link in the City's posts, and whether it leads to the City's own website or to another one.",
    read_by=("public_affairs", "clerk", "counsel"),
    make=_inventory,
)
