"""Posts link back to the City's website, to the extent possible (policy V, first paragraph).

Most posts may stand without a link, so a post without one is counted in a weekly report and is no finding. A
finding is made where a post asks its readers to do business with the City, and leads them nowhere at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum

from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.links import Leads, links_of, tells_links
from paloverde.watch.now import Now
from paloverde.watch.posts.lexicon import lexicon, quoted
from paloverde.watch.posts.published import city_accounts, is_posted_by_the_city, posts_between
from paloverde.watch.report import Report, Table
from paloverde.watch.seen import Seen
from paloverde.wording import short

_FIRST_WORDS = 60  # characters of a post that a row shows
_PROFILE = re.compile(
    r"(?i)\blinks? (?:is |are )?in (?:our |the )?(?:bio|profile)\b|\benlace en (?:la |nuestra )?bio"
)


class Way(StrEnum):
    """How a post leads back to the City's website."""

    CITY = "links back to the City's website"
    PROFILE = "names the link on the account's own page"  # Instagram makes no address in a caption a link
    SHORT = "has only a short link, whose end the archive has not seen"
    NONE = "has no link back"


def way_back(seen: Seen, city_domains: tuple[str, ...]) -> Way:
    """How a post leads back, as far as its own words and links tell."""
    leads = {link.leads(city_domains) for link in links_of(seen)}
    if Leads.CITY in leads:
        return Way.CITY
    if _PROFILE.search(seen.text):
        return Way.PROFILE
    return Way.SHORT if Leads.SHORT in leads else Way.NONE


def _asks_without_a_link(seen: Seen, book: Book) -> Iterable[Finding]:
    del book  # where a link leads is the report's to say
    if not (is_posted_by_the_city(seen) and tells_links(seen)) or _PROFILE.search(seen.text):
        return
    for met in lexicon("business").met_in(seen.text):
        if links_of(seen):
            return
        yield LINK_BACK.in_item(
            seen,
            f"The post seems to speak of {met.row.says} ({quoted(met.spans)}) and has no link.",
            "Add a link to the City's website, where the post can still be changed.",
            weight=Weight.ADVICE,
            spans=met.spans,
            rule=met.rule,
        )
        return  # one is enough: the same link answers all of them


LINK_BACK = Check(
    name="link-back",
    title="Links back to the City's website",
    version=2,
    clauses=("P-08", "C-02"),
    says="A post that asks its readers to apply, register, pay or read more, and has no link. "
    "Other posts without a link are counted in the report “Links back”, and are no findings. "
    "Stories are left out: no site tells what links they carry.",
    answered_by=("public_affairs",),
    of_item=_asks_without_a_link,
)


def _rate(now: Now, book: Book, since: date, until: date) -> Table:
    if not book.city_domains:
        return Table(_COLUMNS, (), (_NO_DOMAIN,))
    rows: list[tuple[str, ...]] = []
    for account in city_accounts(now):
        weeks: dict[date, list[tuple[Seen, Way]]] = {}
        for post in posts_between(now, account, since, until):
            day = post.said_on
            of_week = weeks.setdefault(day - timedelta(days=day.weekday()), [])
            of_week.append((post, way_back(post, book.city_domains)))
        for monday, posts in sorted(weeks.items()):
            rows += _of_week(account.slug, monday, posts)
    return Table(_COLUMNS, tuple(rows), _NOTES)


def _of_week(slug: str, monday: date, posts: list[tuple[Seen, Way]]) -> Iterator[tuple[str, ...]]:
    week, whole = short(monday), len(posts)
    for way in Way:
        number = sum(one is way for _, one in posts)
        if number or way is Way.CITY:
            yield slug, week, way.value, f"{number:,} of {whole:,}", f"{100 * number / whole:.0f}%", ""
    for post, way in posts:
        if way is Way.NONE:
            yield slug, week, f"no link back: “{_beginning(post.text)}”", "", "", post.permalink or post.item


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _FIRST_WORDS else f"{line[:_FIRST_WORDS].rstrip()}…"


_COLUMNS = ("Account", "Week from", "What", "Posts", "Share", "Where")
_NO_DOMAIN = "Nobody has said which website is the City's: IT names it in the setting PALOVERDE_CITY_DOMAINS."
_NOTES = (
    "The policy asks for a link back “to the extent possible”: a share below 100% is no violation by itself.",
    "A week begins on Monday. A post counts in the week in which it was posted, as it was last seen.",
    "Shares of somebody else's post, answers to comments, and stories are not counted.",
    "A short link (such as bit.ly) is counted apart: the archive does not follow links.",
)

LINK_BACK_RATE = Report(
    name="link-back-rate",
    title="Links back",
    clauses=("P-08", "C-02"),
    says="For each account and week, how many posts lead back to the City's website, and which do not.",
    read_by=("public_affairs", "clerk"),
    make=_rate,
)
