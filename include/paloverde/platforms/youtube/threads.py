"""The comments of a channel: three passes over its threads, and the replies that did not come along.

https://developers.google.com/youtube/v3/docs/commentThreads/list : without `moderationStatus` the site shows
published comments only; those held for review and those taken for spam must each be asked for. It brings
about five replies with a thread and says how many there are; the others come from comments.list.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from datetime import datetime

import msgspec

from paloverde.platforms.conversation import Found, Gap, Listing, Response, Said
from paloverde.platforms.youtube.judge import SWITCHED_OFF
from paloverde.platforms.youtube.read import Page, Setting, Thread
from paloverde.platforms.youtube.walk import Ask, Course, Patience, Talk, is_older, tell, walk
from paloverde.records import Account, Kind, Record, Unread, Visibility

COMMENTS = "comments"
HELD = "held_for_review"
SPAM = "likely_spam"
# What is held comes first: what somebody releases meanwhile is then met among the published.
_HELD_PASSES = ((HELD, "heldForReview", "comments held for review"), (SPAM, "likelySpam", "likely spam"))


class Count(msgspec.Struct):
    """What the site says of one video's comments, and what came of them."""

    declared: int | None = None
    switched_off: bool = False
    got: int = 0
    causes: list[str] = []


def all_comments(account: Account, videos: Mapping[str, Count], patience: Patience) -> Talk:
    """Every comment of the channel, with one `Listing` for each video where the whole list was walked."""
    for stream, status, purpose in _HELD_PASSES:
        ask = _ask(account, stream, status, purpose, Visibility.HELD)
        taking = _Taking(stream)
        course = yield from walk(ask, taking, patience)
        if not course.switched_off:
            yield from tell(ask, course, got=taking.held)
    ask = _ask(account, COMMENTS, "published", f"comments on {account.handle}", Visibility.PUBLIC)
    # what stands under no video (a channel's own page, a community post) is listed under ""
    taking = _Taking(COMMENTS, counts={"": Count(), **videos})
    course = yield from walk(ask, taking, patience)
    if course.switched_off:
        yield Listing(COMMENTS, Kind.COMMENT, complete=True, got=0, reason=SWITCHED_OFF)
        return
    _doubt(taking.counts, course)
    if course.complete:
        yield from _by_video(taking.counts)
    else:
        yield from tell(ask, course)


def newest_comments(account: Account, since: datetime, patience: Patience) -> Talk:
    """A look between two nights: the newest threads of the three passes, with their replies."""
    for stream, status, purpose in (*_HELD_PASSES, (COMMENTS, "published", "newest comments")):
        visibility = Visibility.PUBLIC if stream == COMMENTS else Visibility.HELD
        ask = _ask(account, stream, status, purpose, visibility)
        course = yield from walk(ask, _Taking(stream, since), patience)
        course.whole = False  # a sweep proves no absence
        if not course.switched_off:
            yield from tell(ask, course)


def _ask(account: Account, stream: str, status: str, purpose: str, visibility: Visibility) -> Ask:
    return Ask(
        stream=stream,
        kind=Kind.COMMENT,
        path="/commentThreads",
        params=(
            ("part", "id,snippet,replies"),
            ("allThreadsRelatedToChannelId", account.native_id),
            ("moderationStatus", status),
            ("order", "time"),  # "relevance" gives larger pages and leaves some out
            ("textFormat", "plainText"),
        ),
        purpose=purpose,
        size=100,
        setting=Setting(visibility=visibility),
    )


def _doubt(counts: Mapping[str, Count], course: Course) -> None:
    """A list that shows less than half of what the site counts was emptied by a fault, not by people.

    Its counts lag behind by hours, so no more than that can be concluded from them.
    """
    declared = sum(count.declared or 0 for count in counts.values())
    got = sum(count.got for count in counts.values())
    if course.complete and got * 2 < declared:
        course.miss(f"the site counts {declared:,} comments on its videos and listed {got:,}")


def _by_video(counts: Mapping[str, Count]) -> Iterator[Said]:
    """What the walk over the channel means for each video."""
    for video, count in counts.items():
        if count.switched_off and not count.got:
            continue
        if count.declared is not None and count.got * 2 < count.declared:
            cause = f"the site counts {count.declared:,} comments and listed {count.got:,}"
            count.causes.append(cause)
            yield Gap(COMMENTS, Kind.COMMENT, cause, video)
        reason = "; ".join(count.causes)
        yield Listing(COMMENTS, Kind.COMMENT, not count.causes, count.got, video, reason=reason)


class _Taking:
    """Takes the pages of one pass. Replies are completed where the pass shows published ones."""

    def __init__(
        self, stream: str, since: datetime | None = None, counts: dict[str, Count] | None = None
    ) -> None:
        self.stream = stream
        self.since = since
        self.held = 0
        self.counts = counts if counts is not None else {}

    def __call__(
        self, page: Page, fresh: list[Record], course: Course
    ) -> Generator[Said, Response | None, bool]:
        yield from self._found(fresh, page.reading.unread)
        threads = {thread.native_id: thread for thread in page.threads}
        firsts = [record for record in page.reading.records if record.native_id in threads]
        if self.stream == COMMENTS:
            for first in firsts:
                if not is_older([first], self.since):
                    yield from self._complete(threads[first.native_id], course)
        return is_older(firsts, self.since)

    def _found(self, records: list[Record], unread: list[Unread]) -> Iterator[Found]:
        """Each record in the list that must show it: what is held in that of its pass, the rest by video."""
        groups: dict[tuple[str, str], list[Record]] = {}
        for record in records:
            if record.visibility is Visibility.HELD:
                place = (HELD if self.stream == COMMENTS else self.stream, "")
                self.held += 1
            else:
                place = (COMMENTS, record.thread_id or "")
                self._count(record.thread_id or "").got += 1
            groups.setdefault(place, []).append(record)
        for (stream, of), group in groups.items():
            yield Found(group, stream=stream, of=of)
        if unread:
            yield Found([], unread, self.stream)

    def _complete(self, thread: Thread, course: Course) -> Talk:
        """The replies to a thread, where the site counts more than it sent along."""
        if thread.replies <= thread.got:
            return
        ask = Ask(
            stream=COMMENTS,
            kind=Kind.COMMENT,
            path="/comments",
            params=(("part", "id,snippet"), ("parentId", thread.native_id), ("textFormat", "plainText")),
            purpose=f"replies to comment {thread.native_id}",
            size=100,
            of=thread.video,
            setting=Setting(video=thread.video, visibility=Visibility.PUBLIC),
        )

        def take(page: Page, fresh: list[Record], _: Course) -> Generator[Said, Response | None, bool]:
            yield from self._found(course.fresh(fresh), page.reading.unread)
            return False

        replies = yield from walk(ask, take, course.patience)
        if replies.switched_off:
            replies.miss(SWITCHED_OFF)
        if not replies.causes and len(replies.seen) < thread.replies:
            replies.miss(
                f"the site counts {thread.replies} replies to {thread.native_id} and gave {len(replies.seen)}"
            )
        for cause in replies.causes:
            self._count(thread.video).causes.append(cause)
            yield Gap(COMMENTS, Kind.COMMENT, cause, thread.video)

    def _count(self, video: str) -> Count:
        return self.counts.setdefault(video, Count())
