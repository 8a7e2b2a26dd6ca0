"""What counts as said by the City in public: what the checks of this package look at. Pure.

The clauses about posts (V, V.A.7 to V.A.13) bind what is published through a City Social Media Account; an
official's own account has rules of its own (V.E).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from paloverde.records import Account, Holder, Kind, Visibility, archive_day
from paloverde.watch.now import Now
from paloverde.watch.seen import UNREADABLE, Seen, SeenMedium

POSTED = (Kind.POST, Kind.STORY, Kind.EVENT, Kind.ALBUM)
SAID = (*POSTED, Kind.COMMENT)  # with the City's answers under its posts
DAYS = 90  # for which pictures are compared: each round reads and looks at all of them
_POSTED, _SAID = frozenset(POSTED), frozenset(SAID)
_UNSEEN = frozenset((Visibility.PRIVATE, Visibility.UNPUBLISHED))
_MARKS = (b'"retweeted"', b'"reposted"', b'"reshareContext"', b'"shared_story"', b'"article"')
_REPOSTS = frozenset(("retweeted", "reposted"))
_PREVIEWS = frozenset(("share", "link", "unavailable", "native_templates"))  # types of Facebook's attachments


def is_said_by_the_city(seen: Seen) -> bool:
    """Whether the City published these words: a post, a story, an event, or an answer under one.

    What it shared unchanged is somebody else's words.
    """
    return (
        seen.kind in _SAID
        and seen.account.holder is Holder.CITY
        and seen.visibility not in _UNSEEN
        and seen.is_by_the_account
        and not is_share(seen)
    )


def is_posted_by_the_city(seen: Seen) -> bool:
    """The same without its answers to comments."""
    return seen.kind in _POSTED and is_said_by_the_city(seen)


class _Reference(msgspec.Struct):
    type: str = ""


class _Content(msgspec.Struct):
    article: msgspec.Raw = msgspec.Raw(b"")


class _Told(msgspec.Struct):
    """What the sites say of a share: X, LinkedIn (`reshareContext`, `content`), Facebook."""

    referenced_tweets: list[_Reference] | None = None
    referenced_posts: list[_Reference] | None = None
    reshare: msgspec.Raw = msgspec.field(default=msgspec.Raw(b""), name="reshareContext")
    content: _Content | None = None
    message: str | None = None
    parent_id: str | None = None
    status_type: str | None = None

    @property
    def is_facebook_share(self) -> bool:
        return self.status_type == "shared_story" and self.parent_id is not None

    @property
    def shows_another_post(self) -> bool:
        return self.is_facebook_share or bytes(self.reshare)[:1] == b"{"

    @property
    def previews_article(self) -> bool:
        return self.content is not None and bytes(self.content.article)[:1] == b"{"


_TOLD = msgspec.json.Decoder(_Told)
_NOTHING = _Told()


def is_share(seen: Seen) -> bool:
    """Whether it is a share by the site's own means, without a word of the account's own.

    X says so of a repost, LinkedIn of a reshare, Facebook of a share of another post.
    """
    told = _told(seen)
    references = (told.referenced_posts or []) + (told.referenced_tweets or [])
    if any(one.type in _REPOSTS for one in references):
        return True
    # Facebook's text of a share without a message is the site's own: "… shared a post."
    words = told.message if told.is_facebook_share else seen.text
    return told.shows_another_post and not (words or "").strip()


def reproduced(seen: Seen) -> tuple[SeenMedium, ...]:
    """The pictures and films that an item itself reproduces.

    A preview of a linked page, and what is shown of a shared post, are references: they need nobody's
    permission (V.A.13).
    """
    if not seen.media:
        return ()
    told = _told(seen)
    if told.shows_another_post or told.previews_article or is_share(seen):
        return ()
    return tuple(one for one in seen.media if one.type not in _PREVIEWS)


def _told(seen: Seen) -> _Told:
    if not any(mark in seen.payload for mark in _MARKS):
        return _NOTHING
    try:
        return _TOLD.decode(seen.payload)
    except UNREADABLE:
        return _NOTHING  # a site that changed its words: taken as the account's own, and looked at


def posts_between(now: Now, account: Account, since: date, until: date) -> Iterator[Seen]:
    """The City's posts and events of these days, each as it was last seen, oldest first."""
    newest: dict[str, Seen] = {}
    for one in now.seen(account.slug, since, Kind.POST.value, Kind.EVENT.value):
        if since <= one.said_on <= until and is_posted_by_the_city(one):
            newest[one.item] = one
    yield from sorted(newest.values(), key=lambda one: (one.said_on, one.item))


def city_accounts(now: Now) -> list[Account]:
    return [account for account in now.accounts() if account.holder is Holder.CITY]


def lately_shown(now: Now, slug: str) -> Iterator[Seen]:
    """The posts of an account's pages with a picture or film, of the last days, each as it was last seen.

    Those of others among them: what residents posted to the page, or tagged it in.
    """
    since = archive_day(now.at) - timedelta(days=DAYS)
    newest: dict[str, Seen] = {}
    for one in now.seen(slug, since, *(kind.value for kind in POSTED)):
        if one.media and one.said_on >= since:
            newest[one.item] = one
    yield from newest.values()
