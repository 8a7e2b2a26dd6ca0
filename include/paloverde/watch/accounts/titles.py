"""Personal and campaign accounts that bear an office, the City's name, or a government's badge (V.E.3)."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache

from paloverde.watch.accounts.comparing import plain
from paloverde.watch.accounts.own_page import Level, OwnPage, newest, own_page
from paloverde.watch.accounts.rules import rules
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.now import Now
from paloverde.watch.registers.accounts import ACCOUNT_PAPERS, AccountClass, AccountPapers, policy_on
from paloverde.watch.registers.people import PEOPLE

_NOT_OFFICIAL = (AccountClass.CAMPAIGN, AccountClass.PRIVATE)
_FEWEST = 4  # letters of a person's own title that are looked for


def _ask(now: Now, book: Book) -> Iterable[Finding]:
    version = policy_on(book, book.day)
    city = version.entry.city_name if version else ""
    archived = {account.slug for account in now.accounts()}
    for one in book.of(ACCOUNT_PAPERS).values():
        if one.entry.account_class in _NOT_OFFICIAL and not one.entry.is_closed_on(book.day):
            yield from _of_account(
                one.entry, _page(one.entry, now, archived), city, _own_titles(book, one.entry.official)
            )


def _page(papers: AccountPapers, now: Now, archived: Container[str]) -> OwnPage:
    """What an account shows: as archived, else as its papers say. The first line of these is its name."""
    profile = newest(now.profiles(papers.account)) if papers.account in archived else None
    if profile is not None:
        return own_page(profile)
    name, _, words = papers.shown_as.partition("\n")
    return OwnPage(name, "", (("its own words", words),) if words else (), (), None)


def _own_titles(book: Book, person: str) -> tuple[str, ...]:
    """The title of the official, where the register of people says one."""
    known = book.of(PEOPLE).get(person)
    title = plain(known.entry.title).casefold() if known else ""
    return (title,) if len(title) >= _FEWEST else ()


def _of_account(papers: AccountPapers, page: OwnPage, city: str, own: tuple[str, ...]) -> Iterator[Finding]:
    named = "campaign" if papers.account_class is AccountClass.CAMPAIGN else "private"
    for which, said in _marks(page, city, own):
        yield TITLES.found(
            papers.account,
            f"{papers.account} is a {named} account of {papers.official or 'an official'}, and {said}.",
            "Tell the official what V.E.3 recommends: the person's name alone, such as “Jane Doe”, and no "
            "registration as official or governmental. Whether to change it is for the official to decide.",
            account=papers.account,
            weight=Weight.ADVICE,
            which=which,
        )


def _marks(page: OwnPage, city: str, own: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Which mark of an office the page bears, and in which words."""
    titles = rules().titles
    if title := title_in(page.name, (*titles.in_name, *own)):
        yield "name", f"its name “{page.name}” has the title “{title}”"
    if city and plain(city).casefold() in plain(page.name).casefold():
        yield "city", f"its name “{page.name}” has the name of {city}"
    for where, text in page.words:
        if title := title_in(text, (*titles.in_words, *own)):
            yield "words", f"its {where} has the title “{title}”"
            break
    if page.mark is not None and page.mark.level is Level.GOVERNMENTAL:
        yield "badge", f"the site shows it as governmental: {page.mark.said}"


def title_in(text: str, titles: tuple[str, ...]) -> str:
    """The first title that a text bears, "" where it bears none. One that somebody seeks or had is none."""
    for found in _titles(titles, rules().titles.spared).finditer(plain(text).casefold()):
        if not found["spared"]:
            return found["title"]
    return ""


@lru_cache
def _titles(titles: tuple[str, ...], spared: tuple[str, ...]) -> re.Pattern[str]:
    """The longest titles first, so that a mayor pro tem is no mayor."""
    by_length = "|".join(re.escape(one) for one in sorted(titles, key=len, reverse=True))
    before = "|".join(re.escape(one) for one in sorted(spared, key=len, reverse=True))
    return re.compile(rf"(?P<spared>\b(?:{before})[\s:,\-–—]+)?\b(?P<title>{by_length})\b")


TITLES = Check(
    name="titles",
    title="Titles on personal and campaign accounts",
    version=1,
    clauses=("P-59",),
    says=(
        "Looks at accounts that their papers call campaign or private for a title of office or the City's "
        "name in the name, a title in the other words, and a site's governmental badge. A title that "
        "somebody had or seeks (“former mayor”, “for Mayor”) is let pass. It advises: the policy "
        "recommends, it does not order."
    ),
    answered_by=("clerk", "counsel"),
    of_now=_ask,
)
