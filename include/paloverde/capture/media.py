"""The bytes of pictures, videos and attachments, fetched in the same run: their addresses soon die."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from paloverde.archive.layout import media_key
from paloverde.archive.seal import Role
from paloverde.capture.spool import Spool
from paloverde.errors import PersonNeeded, TryAgain
from paloverde.platforms.conversation import Gap
from paloverde.platforms.line import Line
from paloverde.records import Kind, Medium


class Kept(msgspec.Struct, frozen=True):
    """What became of a medium: the hash of its kept bytes, or why they are not kept."""

    sha256: str | None = None
    size: int | None = None
    not_captured: str | None = None


def from_the_site(line: Line, spool: Spool) -> MediaKeeper:
    """Files come over the line straight onto the spool: memory does not grow with them."""
    return MediaKeeper(lambda medium: line.fetch_media(medium.url, spool.vacant(), medium.type), spool)


class MediaKeeper:
    """Fetches each address once a run and spools each distinct file once.

    `fetch` gives the bytes of a medium, or the file at a `vacant` place of the spool that now holds them.
    """

    def __init__(self, fetch: Callable[[Medium], bytes | Path], spool: Spool) -> None:
        self._fetch, self._spool = fetch, spool
        self._done: dict[str, Kept] = {}

    def keep(self, medium: Medium) -> Kept:
        """Fetch and spool; a failure is said, never raised: the record itself must not be lost for it."""
        if medium.url not in self._done:
            self._done[medium.url] = self._keep(medium)
        return self._done[medium.url]

    @property
    def gaps(self) -> list[Gap]:
        """What was not captured, one gap for each reason."""
        reasons = Counter(kept.not_captured for kept in self._done.values() if kept.not_captured)
        return [
            Gap("media", Kind.OTHER, f"{count:,} pictures or videos were not captured: {reason}")
            for reason, count in reasons.items()
        ]

    def _keep(self, medium: Medium) -> Kept:
        try:
            body = self._fetch(medium)
        except (TryAgain, PersonNeeded) as error:
            return Kept(not_captured=str(error))
        if isinstance(body, Path):
            part = self._spool.adopt(Role.MEDIA, media_key, body)
            return Kept(part.sha256, part.size)
        sha256 = hashlib.sha256(body).hexdigest()
        self._spool.add(Role.MEDIA, media_key, body)
        return Kept(sha256, len(body))
