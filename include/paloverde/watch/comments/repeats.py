"""exact-repeats: the same text again and again (V.B.4(f), P-35).

Repetition alone breaks no guideline: a petition is repeated, too, and so is thanks. What is flagged is the
same text of one poster under several posts, or of several posters where it carries a link, an e-mail address
or a telephone number, as advertising does. A person decides whether it solicits commerce.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from paloverde.platforms.hosts import host_of, is_under
from paloverde.records import Kind, archive_day
from paloverde.search.words import addresses
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.comments.public import is_kept_back, is_of_the_public, removed
from paloverde.watch.measures import measure
from paloverde.watch.now import Now
from paloverde.watch.seen import Seen
from paloverde.watch.words import plain_words
from paloverde.wording import some

_MOST_LINKS = 50
_MENTION = re.compile(r"(?<!\w)@[\w.]{1,60}")
_EMAIL = re.compile(r"(?<=\w)@((?:[\w-]{1,63}\.){1,8}[a-zA-Z]{2,24})")
_PHONE = re.compile(r"(?<!\d)(?:\+?\d[ .()-]{0,2}){10,15}(?!\d)")


class _Said(NamedTuple):
    """One comment of a repeated text."""

    item: str
    poster: str
    under: str


def same_text(text: str) -> str:
    """What texts of the same words share: no capitals, accents, marks, or names after an @."""
    return " ".join(plain_words(_MENTION.sub(" ", text) if "@" in text else text))


def letters_in(folded: str) -> int:
    """How many letters and digits a folded text has."""
    return sum(map(str.isalnum, folded))


def poster_of(seen: Seen) -> str:
    """Who said it, by whatever the site gives; "" where it names nobody."""
    return seen.poster.id or seen.poster.username or seen.poster.name or ""


def _repeats(now: Now, book: Book) -> Iterator[Finding]:
    since = archive_day(now.at) - timedelta(days=measure("repeat_days"))
    for account in now.accounts():
        groups: dict[bytes, dict[str, _Said]] = {}
        advertised: set[bytes] = set()
        is_gone = removed(now, account.slug)
        for seen in now.seen(account.slug, since, Kind.COMMENT.value):
            if is_of_the_public(seen) and not is_gone(seen):
                _group(seen, groups, advertised, book.city_domains)
        for name, said in groups.items():
            yield from _by_one(account.slug, name, said.values())
            if name in advertised:
                yield from _by_several(account.slug, name, said.values())


def _group(
    seen: Seen,
    groups: dict[bytes, dict[str, _Said]],
    advertised: set[bytes],
    city_domains: tuple[str, ...],
) -> None:
    """Put a comment beside those that say the same; one that is hidden by now is out, an edited one moves."""
    folded = same_text(seen.text)
    if letters_in(folded) < measure("repeat_letters"):
        return
    name = hashlib.sha256(folded.encode("utf-8", "surrogatepass")).digest()
    if is_kept_back(seen):
        groups.get(name, {}).pop(seen.item, None)
        return
    groups.setdefault(name, {})[seen.item] = _Said(
        seen.item, poster_of(seen), seen.thread_id or seen.parent_id
    )
    if leads_elsewhere(seen.text, city_domains):
        advertised.add(name)


def leads_elsewhere(text: str, city_domains: tuple[str, ...]) -> bool:
    """Whether a text has a link, an e-mail address or a telephone number, the City's own website left out."""
    hosts = [host_of(text[start:end]) for start, end in addresses(text)]
    hosts += [match[1] for match in _EMAIL.finditer(text)] if "@" in text else []
    return any(not is_under(host, city_domains) for host in hosts) or _PHONE.search(text) is not None


def _by_one(slug: str, name: bytes, said: Iterable[_Said]) -> Iterator[Finding]:
    of: dict[str, list[_Said]] = {}
    for one in said:
        if one.poster and one.under:
            of.setdefault(one.poster, []).append(one)
    for poster, theirs in of.items():
        posts = {one.under for one in theirs}
        if len(posts) >= measure("repeat_posts"):
            what = f"One poster wrote the same text under {some(len(posts), 'post')} within"
            yield _finding(slug, name + poster.encode("utf-8", "surrogatepass"), what, theirs)


def _by_several(slug: str, name: bytes, said: Iterable[_Said]) -> Iterator[Finding]:
    theirs = [one for one in said if one.poster]
    posters = {one.poster for one in theirs}
    if len(posters) >= measure("repeat_posters"):
        what = f"{some(len(posters), 'poster')} wrote the same text with a link or a number to call within"
        yield _finding(slug, name, what, theirs)


def _finding(slug: str, name: bytes, what: str, said: list[_Said]) -> Finding:
    items = [one.item for one in said]
    return EXACT_REPEATS.found(
        slug,
        f"{what} {some(measure('repeat_days'), 'day')}: {some(len(items), 'comment')} in all. It may be "
        "advertising, V.B.4(f).",
        "Read it. If it solicits commerce, hide it at the site, and cite V.B.4(f) for each in Removed "
        "content: a filter of the site may act on exact repeats. A petition, thanks or a complaint that "
        "is repeated breaks no guideline and stays. Nothing was hidden here.",
        account=slug,
        which=hashlib.sha256(name).hexdigest()[:16],
        rule="measures/repeats#1",
        links=tuple(items[:_MOST_LINKS]),
    )


EXACT_REPEATS = Check(
    name="exact-repeats",
    title="The same comment again and again",
    version=1,
    clauses=("P-35",),
    says=f"The same text of {measure('repeat_letters')} letters or more: of one poster under "
    f"{measure('repeat_posts')} posts, or of {measure('repeat_posters')} posters where it carries a link, an "
    f"e-mail address or a telephone number, within {measure('repeat_days')} days on one account. A text that "
    "is changed by a word each time is not found. What is hidden or gone already does not count.",
    answered_by=("public_affairs", "clerk"),
    of_now=_repeats,
)
