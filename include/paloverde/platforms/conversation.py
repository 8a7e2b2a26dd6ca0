"""A platform is a conversation with no network in it.

A conversation is a generator. It yields what it wants next and is sent the answer:

    Request      -> is sent a Response, or has an error of `paloverde.errors` thrown in
    Found        -> records and unread pieces read from the response just received; sent None
    Listing      -> the end of one listing: what was asked, whether it was complete; sent None
    Gap          -> something that could not be had, and why; sent None

The driver (`network.converse`) sends, paces, retries and keeps the raw bytes. A conversation may
catch `PermissionMissing` or `TryAgain` thrown at a request, yield a `Gap` and go on with its next
stream; what it does not catch ends the run of this account only.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlencode

import msgspec

from paloverde.platforms.capability import Capability, Subject
from paloverde.records import Account, Kind, Reading, Record, Unread


class Request(msgspec.Struct, frozen=True):
    """One request, without credentials: the driver adds them as the platform says.

    `path` is absolute on the platform's API host, `params` are unencoded pairs in order.
    `purpose` is for people: it appears in progress, gaps and errors ("comments of post 123").
    `query` is for sites whose queries are not encoded as forms are (Rest.li's `List(...)`): it is sent as it
    stands, before the `params`.

    Any `method` but GET sets something at the site (`Hiding`): asked once more it must set the same, since a
    driver tries again. `sent` is its body, as JSON.
    """

    path: str
    params: tuple[tuple[str, str], ...] = ()
    purpose: str = ""
    query: str = ""
    method: str = "GET"
    sent: bytes = b""

    def encoded_query(self, more: Iterable[tuple[str, str]] = ()) -> str:
        """The query as it goes over the wire, "" where there is none; `more` are further pairs."""
        return "&".join(part for part in (self.query, urlencode((*self.params, *more))) if part)


class Response(msgspec.Struct, frozen=True):
    """An answer that the platform's `judge` called good. `body` is decoded, credentials taken out."""

    request: Request
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes
    received_at: datetime


class Answer(msgspec.Struct, frozen=True):
    """What came back before anybody judged it."""

    status: int
    headers: dict[str, str]
    body: bytes


class Call(StrEnum):
    """What to do with an answer."""

    GOOD = "good"
    WAIT = "wait"  # a limit: try again after `wait` seconds
    AGAIN = "again"  # a passing fault
    TOO_MUCH = "too much"  # ask for less at a time: `TooMuch` is thrown into the conversation
    CREDENTIAL_DEAD = "credential dead"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"  # the site says the thing does not exist (for us): `NotThere` is thrown in
    NONSENSE = "nonsense"  # not the kind of answer this API gives (HTML, cut short)


class Verdict(msgspec.Struct, frozen=True):
    """A platform's judgement of an answer, with the reason in words and any wait in seconds."""

    call: Call
    reason: str = ""
    wait: float = 0.0


class TooMuch(Exception):
    """Thrown into a conversation: the site asks for less data at a time."""


class NotThere(Exception):
    """Thrown into a conversation: the site says that the thing asked for does not exist."""


class Found(msgspec.Struct, frozen=True):
    """Records read from the response just received.

    `stream` and `of` name the listing that they were found in, as its `Listing` will: only that
    listing can later prove one of them absent.
    """

    records: list[Record]
    unread: list[Unread] = []
    stream: str = ""
    of: str = ""


class Listing(msgspec.Struct, frozen=True):
    """The end of one listing.

    `stream` names it ("comments"), `of` what it hangs under ("post 123" by native id) or "".
    `kind` is the kind of item it lists. `complete` is True only where the site's own end mark was
    seen and nothing in between failed: only such a listing can prove an absence.
    `since` bounds it in time: items posted before are outside of it (None: it reaches back to the first).
    `declared` is the site's own count, where it gives one; `got` is ours.
    `at_limit` where it ended because the site shows no further: what is older no night can have, and whether
    that is a `Gap` is said by the conversation.
    """

    stream: str
    kind: Kind
    complete: bool
    got: int
    of: str = ""
    since: datetime | None = None
    declared: int | None = None
    reason: str = ""
    at_limit: bool = False


class Gap(msgspec.Struct, frozen=True):
    """Something that was asked for and could not be had, in words for the bundle's cover page.

    `is_limit` where the site gives it to nobody, on no night: an import may fill it, and no night can.
    """

    stream: str
    kind: Kind
    cause: str
    of: str = ""
    since: datetime | None = None
    until: datetime | None = None
    is_limit: bool = False


Said = Request | Found | Listing | Gap
Conversation = Generator[Said, Response | None, None]


class Look(StrEnum):
    """What a direct look-up of one item says. Only GONE and HIDDEN speak of a removal."""

    PRESENT = "present"
    HIDDEN = "hidden"  # there, and hidden by the page
    GONE = "gone"  # the site says: no such item
    WITHHELD = "withheld"  # the site hides it for a legal or privacy reason
    UNKNOWN = "unknown"  # an error, a permission: says nothing


class Seen(msgspec.Struct, frozen=True):
    """The outcome of a direct look-up. `cause_hint` is a `Cause` value where the site tells who did it."""

    native_id: str
    look: Look
    reason: str = ""
    cause_hint: str | None = None


class Budget(msgspec.Struct, frozen=True):
    """Units that a site allows for each calendar day in `zone` (an IANA name), for all who ask together.

    `shared` says by whom: by every account of the app ("app"), or by one account ("account").
    """

    name: str
    most: int
    zone: str
    shared: str = "app"


class Hiding(msgspec.Struct, frozen=True):
    """How a site lets an account hide what others said under its posts, and show it again.

    `act` is given the native id of a comment, and whether it is to be hidden; it returns once the site has
    said that it is so. `permissions` are those of which the token needs one, as the site names them (by the
    way of signing in). `means` says for a clerk what the public sees then. `tells`: whether a look-up tells
    afterwards that a comment is hidden.
    """

    act: Callable[[str, bool], Generator[Request, Response | None, None]]
    permissions: tuple[str, ...]
    means: str
    tells: bool


class Older(msgspec.Struct, frozen=True):
    """Posts whose comments a night asks for only while the post is recent: older ones are asked in turn.

    `lists` are the listings (streams) that show such posts; none where a night asks for all comments anyway.
    `days` is set where the site shows what is said under a post for some days only: each is asked so often.
    """

    lists: frozenset[str] = frozenset()
    days: int | None = None


class Platform(Protocol):
    """What every platform folder offers, as one object in `paloverde.platforms.PLATFORMS`.

    `gives` says for each `Subject` what this site gives of it. `budgets` are the site's daily ones; limits
    over shorter times are told by the site's answers, and `pace` reads them. `older` are the posts that the
    night passes over and `comments_of` asks about. `hiding` is None where no program can hide anything there.
    """

    name: str
    title: str
    gives: Mapping[Subject, Capability]
    budgets: tuple[Budget, ...]
    older: Older
    hiding: Hiding | None

    def night(self, account: Account, since: datetime | None) -> Conversation:
        """The nightly conversation: every stream of the account.

        `since` is how far back listings of posts go; None asks for everything the site still gives.
        """

    def comments_of(self, account: Account, posts: Sequence[str]) -> Conversation:
        """The second part of a night: what was said under older posts (native ids), in listings like its own.

        Says nothing where `older.lists` is empty. A site with a small budget may take the first of them only.
        """

    def sweep(self, account: Account, since: datetime, watched: Sequence[str]) -> Conversation:
        """A short look between two nights: what is new since `since`, in few requests.

        New posts and stories, the newest comments of these and of the posts `watched` (native ids), messages
        of conversations that stirred. Its listings are never `complete`: a sweep proves no absence.
        """

    def canary(self, account: Account) -> Generator[Request, Response | None, str]:
        """The cheapest question that proves that the token lives and opens this account.

        Returns who answered, in words. Raises `WrongAccount`; what the driver throws passes through.
        """

    def look_up(
        self, account: Account, items: list[tuple[Kind, str]]
    ) -> Generator[Request | Seen, Response | None, None]:
        """Direct look-ups, batched as the site allows. Yields one `Seen` for each item.

        An error of `paloverde.errors`, `NotThere` or `TooMuch` may be thrown in at a request.
        """

    def judge(self, answer: Answer, now: datetime) -> Verdict:
        """What an answer means, by status, headers and body. Never raises."""

    def authorize(self, request: Request, token: str) -> tuple[dict[str, str], dict[str, str]]:
        """Extra (headers, query parameters) that carry the credential."""

    def read(self, payload: bytes) -> Reading:
        """The records of any payload of this site: a page, one item, a list. Raises `Unreadable`."""

    def pace(self, answer: Answer, now: datetime) -> float:
        """Seconds to wait before the next request of the same lane, from the site's own usage headers."""

    def lane(self, request: Request) -> str:
        """Which limit a request counts against: requests of one lane wait for each other. "" is for all."""

    def cost(self, request: Request) -> int:
        """How many units of the site's daily budgets a request takes."""


Clock = Callable[[], datetime]
