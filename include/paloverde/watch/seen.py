"""What a check is shown of the archive: one observed version of one item, and whose it is. No I/O."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from paloverde.records import Account, Kind, Poster, Visibility, archive_day, is_kept_private

_VISITORS_POST = frozenset({"facebook"})


# What reading a payload may raise, whatever a site or somebody's file has there: other members, bytes that
# are no text, brackets thousands deep. It is archived all the same; to a check it then says nothing.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class SeenMedium(msgspec.Struct, frozen=True, gc=False):
    """A picture, video or file of an item. `sha256` is empty where its bytes are not kept."""

    url: str
    type: str
    alt_text: str = ""
    sha256: str = ""


class Seen(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A version of an item, as a sealed run observed it.

    `payload` is the item's exact JSON, as the site sent it.
    """

    account: Account
    kind: Kind
    native_id: str
    version_sha256: str
    text: str
    poster: Poster
    visibility: Visibility
    observed_at: datetime
    sequence: int
    parent_id: str = ""
    thread_id: str = ""
    posted_at: datetime | None = None
    edited_at: datetime | None = None
    permalink: str = ""
    language: str = ""
    media: tuple[SeenMedium, ...] = ()
    payload: bytes = b""

    @property
    def item(self) -> str:
        """Its name, as everywhere: account/kind/id."""
        return f"{self.account.slug}/{self.kind.value}/{self.native_id}"

    @property
    def said_at(self) -> datetime:
        """When it was said; when it was observed, where the site does not tell (most reactions)."""
        return self.posted_at or self.observed_at

    @property
    def said_on(self) -> date:
        """The City's calendar day of that."""
        return archive_day(self.said_at)

    @property
    def is_by_the_account(self) -> bool:
        """Whether the account itself said it: what the City posts, not what is posted to it.

        By the site's own id of the poster; a site that names none is taken at its listing: posts and stories
        of an account are its own, comments and messages are not. Where visitors post, too, a post of nobody
        is a visitor's whose name was withheld: of its own posts the site always says so.
        """
        if self.poster.id is not None:
            return self.poster.id == self.account.native_id
        if self.kind is Kind.POST and self.account.platform in _VISITORS_POST:
            return False
        return self.kind in (Kind.POST, Kind.STORY, Kind.EVENT, Kind.ALBUM)

    @property
    def is_private(self) -> bool:
        """Whether only those may see it who see private messages and lists of people."""
        return is_kept_private(self.kind, self.visibility)
