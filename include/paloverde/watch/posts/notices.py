"""A post is never used in lieu of a notice that the City must give (policy V, first paragraph)."""

from __future__ import annotations

from collections.abc import Iterable

from paloverde.records import Kind
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.links import links_of
from paloverde.watch.posts.lexicon import lexicon, quoted
from paloverde.watch.posts.link_back import Way, way_back
from paloverde.watch.posts.published import is_posted_by_the_city
from paloverde.watch.seen import Seen


def _notice_without_link(seen: Seen, book: Book) -> Iterable[Finding]:
    if seen.kind is Kind.STORY or not is_posted_by_the_city(seen):
        return
    met = list(lexicon("notices").met_in(seen.text))
    if not met:
        return
    way = way_back(seen, book.city_domains)
    is_unknown = not book.city_domains and links_of(seen)  # nobody has said which site is the City's
    if way is Way.CITY or is_unknown:
        return
    for one in met:
        yield NOTICE_WITHOUT_LINK.in_item(
            seen,
            f"The post seems to speak of {one.row.says} ({quoted(one.spans)}) and {way.value}. "
            f"A post does not take the place of a notice ({one.row.cite}).",
            "Make sure that the notice was given as the law asks, and link to it on the City's website.",
            weight=one.row.how_soon if way is Way.NONE else Weight.ADVICE,
            spans=one.spans,
            rule=one.rule,
            which=one.row.id,
        )


NOTICE_WITHOUT_LINK = Check(
    name="notice-without-link",
    title="Notices without a link to the official one",
    version=1,
    clauses=("P-09",),
    says="A post of the City that reads like a notice (a hearing, a bid, an ordinance, an agenda) and does "
    "not link to the City's website. It knows words in English and Spanish; whether the notice was given "
    "elsewhere, it cannot know.",
    answered_by=("public_affairs", "clerk"),
    of_item=_notice_without_link,
)
