"""Older posts, whose comments the night's lists do not reach: asked for in turn, and always where they stir.

Which ones have their turn follows from their ids and the day alone, so that nothing need be remembered; a
night that was missed or broke off is made up for by the next one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import Connection

from paloverde.archive.gaps import whole_nights
from paloverde.archive.register import posts_in, talked_under
from paloverde.platforms.conversation import Found, Gap, Listing, Look, Older, Platform
from paloverde.platforms.line import Asking, Keep, converse, look_up
from paloverde.records import Account, Kind

MOST = 1000  # posts a night


def older_posts(
    connection: Connection, account: Account, older: Older, since: datetime, day: date, again: int
) -> list[str]:
    """The posts to ask about on an archive day, those that stirred first; ids of recent posts are among them.

    Those that were commented on after `since`, and so many others that each comes up once in `again` days.
    """
    days = min(again, older.days or again)
    before = next((run.day for run in whole_nights(connection, account.slug) if run.day < day), None)
    posts = posts_in(connection, account.slug, older.lists)
    chosen = talked_under(connection, account.slug, since) & posts
    due = posts - chosen
    return sorted(chosen) + sorted(
        (post for post in due if _has_turn(post, day, before, days)), key=lambda post: _mixed(post, day)
    )


def _has_turn(post: str, day: date, before: date | None, days: int) -> bool:
    """Whether a post's day in the round has come since the last whole night."""
    missed = min(days, (day - before).days) if before else 1
    return (day.toordinal() - _number(post)) % days < missed


def _number(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8])


def _mixed(post: str, day: date) -> int:
    """An order that is another one each day: where there are too many, not always the same are left out."""
    return _number(f"{day} {post}")


def ask_older(
    platform: Platform,
    account: Account,
    posts: Iterable[str],
    asked: Collection[str],
    line: Asking,
    keep: Keep,
) -> Iterator[Found | Listing | Gap]:
    """What the site says of those posts of which the night has not `asked`.

    A post that the site denies has no comments to miss: that it is gone is found by the look-ups.
    """
    wanted = [post for post in posts if post not in asked]
    if len(wanted) > MOST:
        cause = f"the comments of {len(wanted) - MOST:,} older posts were not asked for: too many were due"
        yield Gap("comments", Kind.COMMENT, cause)
    chosen = wanted[:MOST]
    if not chosen:
        return
    lost: list[Listing | Gap] = []
    for said in converse(platform.comments_of(account, chosen), line, keep):
        if isinstance(said, Found) or said.of not in chosen or (isinstance(said, Listing) and said.complete):
            yield said
        else:
            lost.append(said)
    doubted = [(Kind.POST, post) for post in dict.fromkeys(said.of for said in lost)]
    outcomes = look_up(platform, account, doubted, line, keep) if doubted else ()
    gone = {seen.native_id for seen in outcomes if seen.look is Look.GONE}
    yield from (said for said in lost if said.of not in gone)
