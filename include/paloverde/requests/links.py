"""A link that opens one bundle: when it is valid, what counts as a download, what is told of it. Pure.

Papers of the series `delivery-links`, under the SHA-256 of the link's secret. The secret itself (256 bits of
randomness) is kept nowhere. Of whoever opens it nothing is kept: no address, no name of a browser, no cookie;
only when, which bytes, and how many of them were taken.

A download that breaks off and is resumed is one download. Nobody is recognised for that: a request for bytes
from the middle goes on with the last unfinished download, within a day, for so many requests, and while all
of it together takes at most twice the file. Whatever goes beyond counts as another download.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from paloverde.requests.events import Document
from paloverde.retention.holds import By
from paloverde.wording import at_time, some

SERIES = "delivery-links"
PATH = "/r/"  # an address is this and the secret, below the City's public address
SECRET_BYTES = 32
RESUMED_WITHIN = timedelta(hours=24)
MOST_PARTS = 32  # requests that one download may take: in pieces, broken off, resumed
_MOST_TIMES = 2  # the size of the file, that one download may take in all


class Link(msgspec.Struct, frozen=True, kw_only=True, tag_field="act", tag="link"):
    """A link, given out. `secret_sha256` is that of the secret as it stands in the address."""

    secret_sha256: str
    number: str
    bundle: Document
    size: int
    by: By
    at: datetime
    expires_at: datetime
    downloads: int


class Handing(NamedTuple):
    """Bytes that are about to be sent, and counted already: of which link, as which part. `file` is open."""

    link: str
    part: int
    first: int
    last: int
    file: int


class Begun(msgspec.Struct, frozen=True, kw_only=True, tag_field="act", tag="begun"):
    """Bytes `first` to `last` were asked for, before one of them was sent: it counts from here on."""

    part: int
    download: int
    first: int
    last: int
    at: datetime


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag_field="act", tag="ended"):
    """So many bytes of a part were sent."""

    part: int
    sent: int
    at: datetime


class Revoked(msgspec.Struct, frozen=True, kw_only=True, tag_field="act", tag="revoked"):
    """The link opens nothing from here on."""

    by: By
    at: datetime
    why: str


Act = Link | Begun | Ended | Revoked


class Download(msgspec.Struct, frozen=True):
    """One download: all its parts, each with how many bytes were sent (None where nobody knows)."""

    number: int
    size: int
    parts: tuple[tuple[Begun, int | None], ...]

    @property
    def begun_at(self) -> datetime:
        return self.parts[0][0].at

    @property
    def sent(self) -> int:
        """Bytes that are known to have been sent, those that were sent twice counted twice."""
        return sum(sent or 0 for _, sent in self.parts)

    @property
    def is_whole(self) -> bool:
        """Whether every byte of the file was sent."""
        reached = 0
        for begun, sent in sorted(self.parts, key=lambda pair: pair[0].first):
            if begun.first > reached:
                return False
            reached = max(reached, begun.first + (sent or 0))
        return reached >= self.size

    def may_go_on(self, now: datetime) -> bool:
        """Whether another request can belong to it."""
        is_late = now - self.begun_at > RESUMED_WITHIN
        return not (self.is_whole or is_late or len(self.parts) >= MOST_PARTS)

    def takes(self, first: int, last: int, now: datetime) -> bool:
        """Whether these bytes go on with it. What was begun and never ended counts in full."""
        if first == 0 or not self.may_go_on(now):
            return False
        taken = sum(begun.last - begun.first + 1 if sent is None else sent for begun, sent in self.parts)
        return taken + last - first + 1 <= _MOST_TIMES * self.size

    def sentence(self) -> str:
        """When it was, and how much of it arrived as far as the City can know."""
        if self.is_whole:
            how = f"sent whole, {self.size:,} bytes"
        elif any(sent is None for _, sent in self.parts):
            how = f"at least {self.sent:,} of {self.size:,} bytes; it goes on, or this program was stopped"
        else:
            how = f"broken off after {self.sent:,} of {self.size:,} bytes"
        return f"Download {self.number}: {at_time(self.begun_at)}, {how}."


class LinkState(msgspec.Struct, frozen=True):
    """How a link stands: all its papers together, oldest first."""

    link: Link
    acts: tuple[Act, ...]

    @property
    def papers(self) -> int:
        return 1 + len(self.acts)

    @property
    def revoked(self) -> Revoked | None:
        return next((act for act in self.acts if isinstance(act, Revoked)), None)

    @property
    def parts(self) -> int:
        return sum(isinstance(act, Begun) for act in self.acts)

    @property
    def downloads(self) -> list[Download]:
        """Every download that was counted, oldest first."""
        sent = {act.part: act.sent for act in self.acts if isinstance(act, Ended)}
        found: dict[int, list[tuple[Begun, int | None]]] = {}
        for act in self.acts:
            if isinstance(act, Begun):
                found.setdefault(act.download, []).append((act, sent.get(act.part)))
        return [Download(number, self.link.size, tuple(parts)) for number, parts in sorted(found.items())]

    @property
    def left(self) -> int:
        """How many more downloads it opens."""
        return max(0, self.link.downloads - len(self.downloads))

    def is_shut(self, now: datetime) -> bool:
        """Whether it was revoked or is over, however often it was used."""
        return self.revoked is not None or now >= self.link.expires_at

    def opens(self, now: datetime) -> bool:
        """Whether a new download can begin."""
        return not self.is_shut(now) and self.left > 0

    def opens_or_resumes(self, now: datetime) -> bool:
        """Whether any byte can be had: a new download, or the rest of the last one."""
        last = self.downloads[-1:]
        return self.opens(now) or (not self.is_shut(now) and any(one.may_go_on(now) for one in last))

    def download_of(self, first: int, last: int, now: datetime) -> int:
        """The number of the download that a request for these bytes belongs to; 0 where it opens nothing."""
        if self.is_shut(now):
            return 0
        before = self.downloads
        if before and before[-1].takes(first, last, now):
            return before[-1].number
        return len(before) + 1 if self.left else 0

    def sentences(self, now: datetime) -> Iterator[str]:
        """How it stands, and every download: what a letter that calls records back has to know."""
        link = self.link
        name = f"Link {link.secret_sha256[:12]} to {link.bundle.name} ({link.bundle.sha256[:12]}…)"
        yield f"{name}, given out by {link.by.name}, {at_time(link.at)}."
        if self.revoked:
            yield f"Revoked by {self.revoked.by.name}, {at_time(self.revoked.at)}: {self.revoked.why}"
        elif now >= link.expires_at:
            yield f"It is over since {at_time(link.expires_at)}."
        else:
            left = some(self.left, "more download", "more downloads")
            yield f"It works until {at_time(link.expires_at)}, for {left}."
        yield from (one.sentence() for one in self.downloads)
        if not self.downloads:
            yield "Nobody has downloaded it."


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What the page of a link tells whoever opens it."""

    number: str
    agency: str
    office: str
    file: str
    size: int
    sha256: str
    until: datetime
    left: int


def new_secret() -> str:
    """The secret part of a link: 256 bits of randomness, as 43 letters, digits, - and _ (RFC 4648, 5)."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_of(secret: str) -> str:
    """SHA-256 of a secret, as a link's papers are filed under it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def state_of(acts: Sequence[Act]) -> LinkState | None:
    """A link from its papers; None where there are none, or the first is no link."""
    first = acts[0] if acts else None
    return LinkState(first, tuple(acts[1:])) if isinstance(first, Link) else None
