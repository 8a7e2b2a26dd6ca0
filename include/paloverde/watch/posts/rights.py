"""Pictures and films of others are posted with the permission of their owner (V.A.13).

Sharing by the site's own means, or by a link, reproduces nothing, and needs no permission.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Span, as_quoted
from paloverde.watch.looks import look_the_same
from paloverde.watch.now import Now
from paloverde.watch.posts.known_pictures import KnownPictures, Looks
from paloverde.watch.posts.lexicon import quoted
from paloverde.watch.posts.published import (
    DAYS,
    city_accounts,
    is_posted_by_the_city,
    lately_shown,
    reproduced,
)
from paloverde.watch.register import Entered
from paloverde.watch.registers.media import MEDIA_RIGHTS, Right
from paloverde.watch.registers.people import PEOPLE, Standing
from paloverde.watch.seen import Seen

# A credit line names somebody: words that begin with a capital, or a handle. After a mere colon it takes two.
_WORD = r"[A-Z&][\w.'’&-]{0,30}"
_WHO = rf"(?P<who>@[\w.]{{1,40}}|{_WORD}(?: (?:{_WORD}|of|de|the)){{0,5}})"
_TWO = rf"(?P<two>@[\w.]{{1,40}}|{_WORD}(?: {_WORD}){{1,4}})"
_PHOTO = r"(?:photo|foto)(?:s|graphs?|graphy|graf[ií]as?)?"
_WORK = rf"(?:{_PHOTO}|pictures?|images?|videos?|footage|art ?works?|illustrations?|films?|im[aá]gen(?:es)?)"
_CREDIT = re.compile(
    rf"(?:(?i:{_WORK} (?:credits?:?(?: to| by)?|by|taken by|courtesy(?: of)?|cortes[ií]a de)"
    r"|courtesy of|cortes[ií]a de)|📷|📸|©|\(c\)) ?[:|]? ?(?:\d{4} )?"
    rf"{_WHO}|(?i:{_PHOTO} ?): {_TWO}"
)
_FIRST = re.compile(r"[\s'’]")
_DAYS = frozenset(name.lower() for name in (*calendar.day_name, *calendar.month_name) if name)


class Elsewhere(NamedTuple):
    """A photograph that somebody else posted."""

    look: int
    post: Seen


def _rights(now: Now, book: Book) -> Iterable[Finding]:
    entries = book.of(MEDIA_RIGHTS)
    looks = Looks(now)
    pictures = {id_: one.entry.pictures for id_, one in entries.items()}
    known = KnownPictures(now, looks, pictures, pictures.keys())
    staff = frozenset(
        one.entry.name.lower() for one in book.of(PEOPLE).values() if one.entry.standing is Standing.STAFF
    )
    posts = [post for account in city_accounts(now) for post in lately_shown(now, account.slug)]
    known.ready(posts)
    others = list(_of_others(now, posts, looks))
    if others:
        looks.ready(medium for post in posts for medium in reproduced(post))
    for post in filter(is_posted_by_the_city, posts):
        shown = reproduced(post)
        stated = [entries[id_] for medium in shown for id_ in known.entries_of(post, medium)]
        if stated:
            yield from _over(post, stated)
        elif shown:
            yield from _reposted(post, looks, others)
            yield from _credited(post, staff)


def _of_others(now: Now, posts: Iterable[Seen], looks: Looks) -> Iterator[Elsewhere]:
    """The photographs in what others posted."""
    ours = {account.native_id for account in now.accounts()}
    theirs = [post for post in posts if not post.is_by_the_account and post.poster.id not in ours]
    looks.ready(medium for post in theirs for medium in reproduced(post))
    for post in theirs:
        for medium in reproduced(post):
            if (look := looks.of(medium)) is not None:
                yield Elsewhere(look, post)


def _reposted(post: Seen, looks: Looks, others: list[Elsewhere]) -> Iterator[Finding]:
    """A photograph that somebody else posted before."""
    before = [one for one in others if _is_before(one.post, post)]
    own = [look for medium in reproduced(post) if before and (look := looks.of(medium)) is not None]
    theirs = next((one.post for one in before if any(look_the_same(one.look, look) for look in own)), None)
    if theirs is not None:
        who = as_quoted(theirs.poster.name or theirs.poster.username or "") or "somebody else"
        yield MEDIA_RIGHTS_CHECK.in_item(
            post,
            f"The post seems to show the same photograph as an earlier one of {who}, and no permission is on "
            "file.",
            "Ask the owner, and enter the permission in the register of rights; sharing their post needs "
            "none.",
            which=theirs.item,
            links=(theirs.item,),
        )


def _is_before(one: Seen, other: Seen) -> bool:
    return one.posted_at is not None and other.posted_at is not None and one.posted_at < other.posted_at


def _over(post: Seen, found: list[Entered[Right]]) -> Iterator[Finding]:
    """A picture with entries of which none permits this post."""
    if any(one.entry.covers(post.account.slug, post.said_on) for one in found):
        return
    ids = ", ".join(dict.fromkeys(one.id for one in found))
    yield MEDIA_RIGHTS_CHECK.in_item(
        post,
        f"The permission on file ({ids}) is for other accounts or other days than those of this post.",
        "Ask its owner for this post, too, and enter the permission; or take the picture out.",
        which=ids,
    )


def _credited(post: Seen, staff: frozenset[str]) -> Iterator[Finding]:
    spans = tuple(
        Span(match.start(), match.end(), match[0])
        for match in _CREDIT.finditer(post.text)
        if not _is_nobody_else(match["who"] or match["two"], post, staff)
    )
    if spans:
        yield MEDIA_RIGHTS_CHECK.in_item(
            post,
            f"The post credits somebody else ({quoted(spans)}), and no permission for its pictures is on "
            "file.",
            "Enter by what right they are posted in the register of rights, or take them out of the post.",
            spans=spans,
            which="credit",
        )


def _is_nobody_else(who: str, post: Seen, staff: frozenset[str]) -> bool:
    """Whether a credit names the City, its staff, or nobody: “send us your picture by Friday's deadline”."""
    name = who.lstrip("@").rstrip(".").lower()
    if not name or _FIRST.split(name)[0] in _DAYS:
        return True
    city = (post.poster.name or "").lower()
    return name.startswith("city ") or name == post.account.handle.lower() or name in staff or name in city


MEDIA_RIGHTS_CHECK = Check(
    name="media-rights",
    title="Rights in pictures and films of others",
    version=1,
    clauses=("P-26",),
    says=f"A post of the City of the last {DAYS} days whose pictures or films credit somebody else, or "
    "that has the same photograph as an earlier post of somebody else in the archive, without an "
    "entry in the register of rights that covers it. Shares and previews of linked pages are passed "
    "over. Whose a picture is on the rest of the web is not known.",
    answered_by=("public_affairs", "counsel"),
    of_now=_rights,
)
