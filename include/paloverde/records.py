"""The nouns of the archive. No I/O here.

A *record* is one observed version of an item (a post, comment, message, subscriber, profile)
as a site showed it. Identifiers are strings from end to end: X ids exceed 2**53.
Times are aware UTC datetimes; the site's own text of a time is kept beside them.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

PACIFIC = ZoneInfo("America/Los_Angeles")


class Kind(StrEnum):
    """What an item is, whatever the site calls it."""

    POST = "post"
    STORY = "story"  # a post that the site itself takes down after a day
    COMMENT = "comment"  # a comment or a reply, at any depth
    MESSAGE = "message"  # a private message
    SUBSCRIBER = "subscriber"  # one follower, where the site lists them
    SUBSCRIBER_COUNT = "subscriber_count"  # their number, where it only counts them
    PROFILE = "profile"  # the account's own page: name, about text, badge
    CONVERSATION = "conversation"  # a thread of private messages
    REACTION = "reaction"  # one like or emoji, where the site says whose
    BLOCKED = "blocked"  # somebody whom the account blocks or mutes
    EVENT = "event"  # a calendar event published on the page
    ALBUM = "album"
    OTHER = "other"  # something the site sent that is none of the above; kept all the same


class Visibility(StrEnum):
    """Who could see the item when it was observed."""

    PUBLIC = "public"
    HIDDEN = "hidden"  # hidden by the page, still known to the site
    PRIVATE = "private"  # only its participants (messages, subscribers)
    UNPUBLISHED = "unpublished"  # drafts and scheduled posts
    HELD = "held"  # submitted, and kept back for review or as likely spam: never shown to the public
    UNKNOWN = "unknown"  # the site does not say


# What people wrote to the City in private, who follows it, and whom it blocks.
PRIVATE_KINDS = (Kind.MESSAGE, Kind.CONVERSATION, Kind.SUBSCRIBER, Kind.BLOCKED)


def is_kept_private(kind: str, visibility: str | None) -> bool:
    """Whether an item of that kind and visibility opens only to those whose role needs it."""
    return kind in PRIVATE_KINDS or visibility == Visibility.PRIVATE


class Provenance(StrEnum):
    """How a record came to the City: the grade of its evidence."""

    API = "api"  # the site's own answer to the City's question
    EXPORT = "export"  # the site's own download of the account
    RECORDS = "records"  # another archive's records, moved in
    FORWARDED = "forwarded"  # an e-mail that an official forwarded
    PERSONAL_DEVICE = "personal_device"  # handed in from a personal device with a custodian's declaration
    UPLOAD = "upload"  # a file that somebody of the City put in


class Missing(StrEnum):
    """Why the identity of a poster is not known (policy V.B.7: "when available")."""

    API_NOT_EXPOSED = "API_NOT_EXPOSED"  # this site never gives it
    WITHHELD = "WITHHELD"  # the site left it out of this answer (permission, privacy)
    DELETED_ACCOUNT = "DELETED_ACCOUNT"
    ANONYMISED = "ANONYMISED"
    NOT_CAPTURED_IN_TIME = "NOT_CAPTURED_IN_TIME"


class Poster(msgspec.Struct, frozen=True, gc=False):
    """Who said it, as of the capture. Each missing part has its reason in `missing`."""

    name: str | None = None
    username: str | None = None
    id: str | None = None
    missing: Missing | None = None


NOBODY = Poster(missing=Missing.WITHHELD)


class Medium(msgspec.Struct, frozen=True, gc=False):
    """A picture, video or attachment of an item. `url` is as the site gave it, credentials removed."""

    url: str
    type: str = "photo"
    alt_text: str | None = None
    native_id: str | None = None


class Record(msgspec.Struct, gc=False, kw_only=True):
    """One observed version of one item.

    `payload` is the exact JSON text of the item as the site sent it (credentials taken out).
    `position` is the byte offset of `payload` in the decoded body of its exchange, or -1 where
    the item was put together from several places.
    `edited_at` is the site's own statement of an edit, None where it makes none.
    `posted_text` is the site's own text of `posted_at`.
    `drift` says in words what did not fit the expected form and was set aside, None where all fitted.
    """

    platform: str
    kind: Kind
    native_id: str
    payload: bytes
    position: int = -1
    parent_id: str | None = None  # what this replies to, or the conversation of a message
    thread_id: str | None = None  # the post or conversation at the root
    text: str | None = None
    posted_at: datetime | None = None
    posted_text: str | None = None
    edited_at: datetime | None = None
    poster: Poster = NOBODY
    visibility: Visibility = Visibility.UNKNOWN
    permalink: str | None = None
    language: str | None = None
    count: int | None = None  # subscriber_count, or the replies that the site says an item has
    media: tuple[Medium, ...] = ()
    drift: str | None = None

    @property
    def payload_sha256(self) -> str:
        return hashlib.sha256(self.payload).hexdigest()


class Unread(msgspec.Struct, frozen=True):
    """A piece of a payload that could not be made a record. Kept raw, reported, never dropped."""

    payload: bytes
    reason: str
    position: int = -1


class Reading(msgspec.Struct):
    """What a payload gave: its records and what could not be read.

    `note` says why there is nothing where there should be nothing ("this is an error answer").
    """

    records: list[Record]
    unread: list[Unread] = []
    note: str = ""


class Holder(StrEnum):
    """Whose account it is (policy V.E): other rules of deleting bind an official's own account (V.E.4(d))."""

    CITY = "city"
    OFFICIAL = "official"  # an elected or appointed official's account that serves the office


class Account(msgspec.Struct, frozen=True):
    """A City Social Media Account.

    `slug` is the archive's name for it (`facebook-cityofpalmdesert`), `native_id` the site's.
    The slug never changes; the handle may. `holder` says whose it is: the City's or an official's own.
    """

    slug: str
    platform: str
    native_id: str
    handle: str
    holder: Holder = Holder.CITY


def archive_day(moment: datetime) -> date:
    """The Pacific calendar date of a moment: the archive's day."""
    return moment.astimezone(PACIFIC).date()


def add_calendar_years(day: date, years: int) -> date:
    """The same day `years` later; 29 February goes to 1 March, later and never earlier.

    Gov. Code 34090(d) and policy V.B.7 speak of years, not of days.
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
