"""What was said under a post: comments, replies at every depth, reactions; and what notifications tell of it.

LinkedIn counts the replies of a comment (`commentsSummary`) and leaves the count out where there are none,
as it does with likes. A question for each comment would use up a day's calls, so replies are asked for
where they are counted, and everywhere in a thread where a notification speaks of a comment that was not
listed, or of one that was deleted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

import msgspec

from paloverde.platforms.conversation import Gap
from paloverde.platforms.linkedin import restli
from paloverde.platforms.linkedin.content import Setting
from paloverde.platforms.linkedin.roles import Standing
from paloverde.platforms.linkedin.walk import Ask, Talk, Walked
from paloverde.platforms.linkedin.wire import Notification, decode
from paloverde.records import Kind, Record

_SAID = frozenset({"COMMENT", "ADMIN_COMMENT", "COMMENT_MENTION"})
_DELETED = "COMMENT_DELETE"
PATIENCE = 3  # listings in a row that fail before the site counts as down

Walk = Callable[[Ask], Talk]


class News(msgspec.Struct):
    """What notifications tell: the comments made and deleted, by the post that they stand under."""

    said: dict[str, set[str]]
    deleted: dict[str, set[str]]

    @property
    def announced(self) -> set[str]:
        """Every comment that was made, also where it was deleted since."""
        return set().union(*self.said.values())

    @property
    def posts(self) -> set[str]:
        return self.said.keys() | self.deleted.keys()


def news(notifications: Iterable[Record], page: str) -> News:
    """The comments that notifications speak of, under posts of the page itself."""
    said: defaultdict[str, set[str]] = defaultdict(set)
    deleted: defaultdict[str, set[str]] = defaultdict(set)
    for record in notifications:
        told = decode(Notification, record.payload)[0]
        source = told.decorated_source_post
        elsewhere = source is not None and source.owner not in (None, page)
        if elsewhere or not record.thread_id or not record.parent_id or "COMMENT" not in (told.action or ""):
            continue
        if told.action == _DELETED:
            deleted[record.thread_id].add(record.parent_id)
        else:  # an edit stirs its post too
            said[record.thread_id].update({record.parent_id} if told.action in _SAID else ())
    return News(said, deleted)


def action_of(notification: Record) -> str:
    """What a notification tells of, in LinkedIn's word."""
    return decode(Notification, notification.payload)[0].action or ""


def names(comments: Iterable[Record]) -> set[str]:
    """The URNs of comments."""
    return {comment.native_id for comment in comments}


def talk_under(urn: str, who: Standing, told: News, walk: Walk) -> Talk:
    """The comments of a post and their replies at every depth; all of them, and the last trouble, return."""
    walked = yield from walk(comments_of(urn, who))
    thread = _Thread(urn, told)
    thread.add(walked.records)
    failures = 0
    while comment := thread.next():
        replies = yield from walk(replies_to(comment, who))
        thread.add(replies.records)
        failures = failures + 1 if replies.trouble else 0
        if failures >= PATIENCE and thread.waiting:
            cause = f"the replies to {thread.waiting} more comments were not asked for: {replies.trouble}"
            yield Gap("replies", Kind.COMMENT, cause, of=urn)
            return Walked(thread.comments, replies.trouble)
    return Walked(thread.comments, walked.trouble)


class _Thread:
    """The comments under a post whose replies are still to be asked for."""

    def __init__(self, urn: str, told: News) -> None:
        self._said, self._deleted = told.said.get(urn, set()), told.deleted.get(urn, set())
        self._seen: set[str] = set()
        self.comments: list[Record] = []
        self._counted: list[Record] = []
        self._uncounted: list[Record] = []

    @property
    def waiting(self) -> int:
        return len(self._counted)

    def add(self, comments: Iterable[Record]) -> None:
        for comment in comments:
            if comment.native_id not in self._seen:
                self._seen.add(comment.native_id)
                self.comments.append(comment)
                (self._counted if comment.count else self._uncounted).append(comment)

    def next(self) -> Record | None:
        """Those with counted replies first, then the others where a notification gives reason to look."""
        if self._counted:
            return self._counted.pop(0)
        has_reason = self._deleted or self._said - self._deleted - self._seen
        return self._uncounted.pop(0) if self._uncounted and has_reason else None


def comments_of(urn: str, who: Standing) -> Ask:
    """The comments right under a post."""
    return Ask(
        "comments",
        Kind.COMMENT,
        restli.path("socialActions", urn, "comments"),
        f"comments of post {urn}",
        setting=Setting(thread_id=urn),
        of=urn,
        doubt=who.doubt,
    )


def replies_to(comment: Record, who: Standing) -> Ask:
    """The replies right under a comment, at any depth."""
    return Ask(
        "replies",
        Kind.COMMENT,
        restli.path("socialActions", comment.native_id, "comments"),
        f"replies to {comment.native_id}",
        setting=Setting(thread_id=comment.thread_id, parent_id=comment.native_id),
        of=comment.native_id,
        declared=comment.count,
        doubt=who.doubt,
    )


def reactions_to(urn: str, who: Standing) -> Ask:
    """Who reacted to a post, and how."""
    return Ask(
        "reactions",
        Kind.REACTION,
        restli.path("reactions", {"entity": urn}),
        f"reactions to post {urn}",
        {"q": "entity", "sort": {"value": "REVERSE_CHRONOLOGICAL"}},
        setting=Setting(thread_id=urn),
        of=urn,
        doubt=who.doubt,
    )
