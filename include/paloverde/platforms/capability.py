"""What a site gives of each thing that a city must keep: data, printed in the docs and in every bundle.

Sources are the sites' own reference pages; each platform folder's README names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from paloverde.records import Kind


class Subject(StrEnum):
    """What is asked of every site, in the order in which the matrix prints it."""

    POSTS = "posts"
    STORIES = "stories"
    VIDEOS = "videos and reels"
    LIVE = "live broadcasts"
    DRAFTS = "scheduled posts and drafts"
    TAGGED = "posts of others that tag the account"
    COMMENTS = "comments"
    REPLIES = "replies to comments"
    HIDDEN = "hidden comments"
    HELD = "comments held for review or as spam"
    EDITS = "earlier wordings of what was edited"
    REACTIONS = "reactions"
    MESSAGES = "private messages"
    ATTACHMENTS = "attachments of messages"
    SUBSCRIBERS = "subscribers"
    PROFILE = "the account's own profile"
    BLOCKED = "people whom the account blocks"
    WORD_LISTS = "lists of words that are moderated"
    MEDIA = "pictures and videos themselves"


class Given(StrEnum):
    """How a site gives something."""

    CAPTURED = "captured"  # every night
    COUNT_ONLY = "count only"
    EXPORT_ONLY = "export only"  # in the site's own download, which `paloverde import` reads
    NEEDS_PERMISSION = "needs permission"  # captured where the site has granted the app more than is usual
    NEVER = "the API never gives it"
    NONE = "the site has none"  # nothing to miss: it is left out of a bundle's limits


class Capability(msgspec.Struct, frozen=True):
    """How a site gives one subject; `limit` says in one sentence for a clerk what is missing all the same."""

    given: Given
    limit: str = ""


Gives = Mapping[Subject, Capability]

_PUBLISHED = frozenset({Kind.POST, Kind.STORY, Kind.EVENT, Kind.ALBUM})
_SAID = _PUBLISHED | {Kind.COMMENT, Kind.MESSAGE}
# Which kinds of records a subject concerns: a search in comments is not limited by what is said of messages.
KINDS: Mapping[Subject, frozenset[Kind]] = {
    Subject.POSTS: _PUBLISHED,
    Subject.STORIES: frozenset({Kind.STORY}),
    Subject.VIDEOS: frozenset({Kind.POST}),
    Subject.LIVE: frozenset({Kind.POST, Kind.COMMENT}),
    Subject.DRAFTS: frozenset({Kind.POST}),
    Subject.TAGGED: frozenset({Kind.POST}),
    Subject.COMMENTS: frozenset({Kind.COMMENT}),
    Subject.REPLIES: frozenset({Kind.COMMENT}),
    Subject.HIDDEN: frozenset({Kind.COMMENT}),
    Subject.HELD: frozenset({Kind.COMMENT}),
    Subject.EDITS: _SAID,
    Subject.REACTIONS: frozenset({Kind.REACTION}),
    Subject.MESSAGES: frozenset({Kind.MESSAGE, Kind.CONVERSATION}),
    Subject.ATTACHMENTS: frozenset({Kind.MESSAGE}),
    Subject.SUBSCRIBERS: frozenset({Kind.SUBSCRIBER, Kind.SUBSCRIBER_COUNT}),
    Subject.PROFILE: frozenset({Kind.PROFILE}),
    Subject.BLOCKED: frozenset({Kind.BLOCKED}),
    Subject.WORD_LISTS: frozenset({Kind.OTHER}),
    Subject.MEDIA: _SAID,
}
