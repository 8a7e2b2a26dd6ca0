"""A release for a picture of somebody, where the policy asks for one (V.A.8).

Who is shown, whether a minor is, and where, a person states in the register of photo releases. The check
holds that against what consent there is, and against every post that shows the same picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.looks import PHOTOS
from paloverde.watch.now import Now
from paloverde.watch.posts.known_pictures import KnownPictures, Looks
from paloverde.watch.posts.published import (
    DAYS,
    city_accounts,
    is_posted_by_the_city,
    lately_shown,
    reproduced,
)
from paloverde.watch.register import Entered
from paloverde.watch.registers.media import PHOTO_RELEASES, Basis, Release, Subject, item_of
from paloverde.watch.seen import Seen, SeenMedium
from paloverde.wording import several, some

_LOOKED_FOR = timedelta(days=365)  # how long a picture that needs nothing is known by its looks
_MOST_LINKS = 50  # posts that a finding leads to
_FILMS_ONLY = "youtube"  # its pictures are stills that the site takes out of a film


class Shown(NamedTuple):
    """A photograph in a post of the City, and the entries that speak of it."""

    post: Seen
    medium: SeenMedium
    entries: list[str]


def _releases(now: Now, book: Book) -> Iterable[Finding]:
    entries = book.of(PHOTO_RELEASES)
    shown = list(_shown(now, entries))
    of_entry: dict[str, list[Seen]] = {}
    for one in shown:
        for id_ in one.entries:
            of_entry.setdefault(id_, []).append(one.post)
    for entered in entries.values():
        yield from _of_entry(entered, of_entry.get(entered.id, []))
    for one in shown:
        yield from _elsewhere(one, [entries[id_] for id_ in one.entries])
    yield from _unseen([one for one in shown if not one.entries])


def _shown(now: Now, entries: Mapping[str, Entered[Release]]) -> Iterator[Shown]:
    """Every photograph that the City posted lately, with the entries that speak of it."""
    pictures = {id_: one.entry.pictures for id_, one in entries.items()}
    to_look = {
        id_
        for id_, one in entries.items()
        if one.entry.needs_release or one.entry.accounts or one.at >= now.at - _LOOKED_FOR
    }
    known = KnownPictures(now, Looks(now), pictures, to_look)
    slugs = [account.slug for account in city_accounts(now) if account.platform != _FILMS_ONLY]
    posts = [post for slug in slugs for post in lately_shown(now, slug) if is_posted_by_the_city(post)]
    known.ready(posts)
    for post in posts:
        for medium in reproduced(post):
            if medium.type in PHOTOS:
                yield Shown(post, medium, known.entries_of(post, medium))


def _of_entry(entered: Entered[Release], posts: list[Seen]) -> Iterator[Finding]:
    entry = entered.entry
    needs = entry.needs_release
    is_only_spoken = entry.basis is Basis.VERBAL and not entry.is_for_a_minor
    if not needs or not (entry.basis is Basis.NONE or is_only_spoken):
        return
    named = [name for name in entry.pictures if item_of(name)]
    where = list(dict.fromkeys([*named, *(post.item for post in posts)]))
    pictures = several(where) or some(len(entry.pictures), "picture")
    account = where[0].partition("/")[0] if where else ""
    about, links = f"{PHOTO_RELEASES.name}/{entered.id}", tuple(where)
    if is_only_spoken:
        yield PHOTO_RELEASE.found(
            about,
            f"{pictures}: {needs}, and there is verbal consent only, which the policy takes where a signed "
            "release is impracticable.",
            "Have a release signed, or say in the entry why that is impracticable and that none is needed.",
            weight=Weight.ADVICE,
            account=account,
            links=links,
        )
        return
    yield PHOTO_RELEASE.found(
        about,
        f"{pictures}: {needs}, and no release is on file.",
        "Take the picture out of the post until there is a release, and enter the release when there is.",
        weight=Weight.URGENT if entry.is_for_a_minor else Weight.WARNING,
        account=account,
        links=links,
    )


def _elsewhere(shown: Shown, entries: list[Entered[Release]]) -> Iterator[Finding]:
    """A picture that was consented to for other accounts than this one."""
    post = shown.post
    limited = [one for one in entries if one.entry.subject is not Subject.NOBODY or one.entry.shows_minors]
    if not limited or any(one.entry.covers(post.account.slug) for one in limited):
        return
    one = limited[0]
    yield PHOTO_RELEASE.in_item(
        post,
        f"The post shows a picture whose release ({one.id}) is for {several(one.entry.accounts)} only.",
        "Ask whoever consented for this account, too, or take the picture out of the post.",
        which=f"{one.id} {shown.medium.sha256 or shown.medium.url}",
        links=tuple(name for name in one.entry.pictures if item_of(name)),
    )


def _unseen(shown: list[Shown]) -> Iterator[Finding]:
    """How many pictures of an account nobody has looked at: one finding for all of them."""
    of_account: dict[str, list[Shown]] = {}
    for one in shown:
        of_account.setdefault(one.post.account.slug, []).append(one)
    for slug, ones in sorted(of_account.items()):
        items = tuple(dict.fromkeys(one.post.item for one in ones))
        yield PHOTO_RELEASE.found(
            slug,
            f"Nobody has looked at {some(len(ones), 'picture')} in {some(len(items), 'post')} of the last "
            f"{DAYS} days: no entry of the register of photo releases names them.",
            "Look at them, and enter whom they show; one entry can name many pictures that show nobody.",
            weight=Weight.ADVICE,
            account=slug,
            which="not looked at",
            links=items[-_MOST_LINKS:],
        )


PHOTO_RELEASE = Check(
    name="photo-release",
    title="Releases for pictures of people",
    version=1,
    clauses=("P-18",),
    says="An entry of the register of photo releases whose picture needs a release (a minor outside a "
    "public event, somebody recruited, a recognizable person in a non-public space) and has none; a "
    "post with a picture whose release is for other accounts; and how many pictures of the last "
    f"{DAYS} days nobody has looked at. No program sees who is a minor: a person states it. The same "
    "photograph is known again in another size or compression, not when it was cut or turned; a "
    "drawing or flyer only by its exact bytes.",
    answered_by=("public_affairs", "clerk"),
    of_now=_releases,
)
