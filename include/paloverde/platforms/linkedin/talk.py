"""What is asked of a LinkedIn page every night, and between two nights.

Posts are always listed to the last one, since LinkedIn cannot be asked for those of a time. Comments,
reactions and media are asked for of posts changed since, and of older ones that a notification names.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import UTC, datetime

from paloverde.errors import Unreachable
from paloverde.platforms.asking import single
from paloverde.platforms.conversation import (
    Conversation,
    Older,
    Request,
    Response,
    Said,
)
from paloverde.platforms.linkedin import restli
from paloverde.platforms.linkedin.content import Setting
from paloverde.platforms.linkedin.read import read
from paloverde.platforms.linkedin.restli import Value
from paloverde.platforms.linkedin.roles import Standing, standing
from paloverde.platforms.linkedin.thread import (
    PATIENCE,
    News,
    action_of,
    names,
    news,
    reactions_to,
    talk_under,
)
from paloverde.platforms.linkedin.walk import Ask, Walked, first_page, walk
from paloverde.records import Account, Kind, Record, Visibility

SAID = ("COMMENT", "ADMIN_COMMENT")  # their comments are listed, unless they are gone by then
HAPPENED = ("COMMENT_EDIT", "COMMENT_DELETE", "SHARE_MENTION", "COMMENT_MENTION")
STIRRED_AT_ONCE = 10  # posts whose comments a sweep looks at; the night looks at the others
OLDER = Older(frozenset({"posts"}))
OLDER_AT_ONCE = 25  # posts of which no notification tells, in one night: a day has 500 calls

Step = Generator[Said, Response | None, None]


def night(account: Account, since: datetime | None) -> Conversation:
    """Profile, follower count, notifications, posts with comments and reactions, drafts.

    Raises `WrongAccount` or `PermissionMissing` where the token's owner has no role on the page.
    """
    who = yield from standing(account)
    yield from _single("profile", Kind.PROFILE, restli.path("organizations", who.number), who)
    followers = restli.query(edgeType="COMPANY_FOLLOWED_BY_MEMBER")
    counted = restli.path("networkSizes", who.page)
    yield from _single("subscribers", Kind.SUBSCRIBER_COUNT, counted, who, followers)
    told = news((yield from walk(notifications(who, since))).records, who.page)
    posts = yield from walk(posts_of(who, since))
    yield from walk(drafts_of(who, since))
    known = {post.native_id for post in posts.records}
    stirred = [post.native_id for post in posts.records if _is_recent(post, since)]
    seen = yield from _talk_of([*stirred, *sorted(told.posts - set(stirred))], who, told, known)
    if told.announced - seen:
        yield from walk(unlisted(who, since, told.announced - seen))


def comments_of(account: Account, posts: Sequence[str]) -> Conversation:
    """The comments of some posts that did not stir: of those that did, notifications tell."""
    who = yield from standing(account)
    yield from _talk_of(posts[:OLDER_AT_ONCE], who, News({}, {}), set())


def sweep(account: Account, since: datetime, watched: Sequence[str]) -> Conversation:
    """What is new since: notifications and newest posts, then the comments of the posts that stirred.

    Where notifications cannot be had, the comments of the posts `watched` are looked at instead. What a
    notification tells is kept even where the comment itself is gone before anybody can ask for it.
    """
    who = yield from standing(account)
    heard = yield from first_page(notifications(who, since))
    told = news(heard.records, who.page)
    yield from first_page(posts_of(who, since))
    stirred = set(watched) if heard.trouble else told.posts
    seen: set[str] = set()
    for urn in sorted(stirred, reverse=True)[:STIRRED_AT_ONCE]:  # the highest numbers are the newest
        seen |= names((yield from talk_under(urn, who, told, first_page)).records)
    if told.announced - seen:
        yield from first_page(unlisted(who, since, told.announced - seen))


def _talk_of(
    urns: Iterable[str], who: Standing, told: News, mine: set[str]
) -> Generator[Said, Response | None, set[str]]:
    """Comments, replies and reactions under many posts. Several out of reach in a row: the site is down.

    Returns the comments that were seen.
    """
    seen: set[str] = set()
    failures = 0
    for urn in urns:
        talked = yield from talk_under(urn, who, told, walk)
        seen |= names(talked.records)
        reacted = (yield from walk(reactions_to(urn, who))) if urn in mine else Walked([])
        trouble = talked.trouble or reacted.trouble
        failures = failures + 1 if isinstance(trouble, Unreachable) else 0
        if failures >= PATIENCE and trouble is not None:
            raise trouble
    return seen


def _single(stream: str, kind: Kind, path: str, who: Standing, query: str = "") -> Step:
    request = Request(path, purpose=f"{stream} of the page", query=query)
    yield from single(stream, kind, request, lambda body: read(body, Setting(page=who.page)))


def _is_recent(post: Record, since: datetime | None) -> bool:
    """Whether a post was made or edited since; yes where nothing is known."""
    changed = post.edited_at or post.posted_at
    return since is None or changed is None or changed >= since


def notifications(who: Standing, since: datetime | None) -> Ask:
    """What happened on the page since, as far back as LinkedIn remembers.

    That somebody commented only says where to look: the comment itself is in a list.
    """
    return _notifications(who, since, "notifications", (*SAID, *HAPPENED), _is_no_comment)


def unlisted(who: Standing, since: datetime | None, urns: set[str]) -> Ask:
    """What notifications quote of comments that no list showed: of those gone within hours, all there is."""
    return _notifications(who, since, "unlisted comments", SAID, lambda record: record.parent_id in urns)


def _notifications(
    who: Standing,
    since: datetime | None,
    stream: str,
    actions: tuple[str, ...],
    belongs: Callable[[Record], bool],
) -> Ask:
    span = who.remembered(since)
    return Ask(
        stream,
        Kind.OTHER,
        restli.path("organizationalEntityNotifications"),
        "what happened on the page",
        {"q": "criteria", "organizationalEntity": who.page, "actions": actions, "timeRange": span},
        since=datetime.fromtimestamp(span["start"] / 1000, UTC),
        doubt=who.doubt,
        belongs=belongs,
    )


def _is_no_comment(record: Record) -> bool:
    return action_of(record) not in SAID


def posts_of(who: Standing, media_since: datetime | None) -> Ask:
    """Every published post of the page, those that were changed last first."""
    return Ask(
        "posts",
        Kind.POST,
        restli.path("posts"),
        "posts of the page",
        _by_author(who),
        doubt=who.doubt,
        moves=True,
        media_since=media_since,
    )


def drafts_of(who: Standing, media_since: datetime | None) -> Ask:
    """What the page has written and not published: the author's own view shows it beside the rest."""
    return Ask(
        "drafts",
        Kind.POST,
        restli.path("posts"),
        "drafts of the page",
        {**_by_author(who), "viewContext": "AUTHOR"},
        doubt=who.doubt,
        moves=True,
        belongs=_is_unpublished,
        media_since=media_since,
    )


def _is_unpublished(record: Record) -> bool:
    return record.visibility is Visibility.UNPUBLISHED


def _by_author(who: Standing) -> dict[str, Value]:
    return {"q": "author", "author": who.page, "sortBy": "LAST_MODIFIED"}
