"""Earlier wordings of edited posts.

An edit is a new post with a new id; lists show the newest only, and each names the ids of the whole chain.
https://docs.x.com/x-api/fundamentals/edit-posts
"""

from __future__ import annotations

from collections.abc import Generator, Iterable

import msgspec

from paloverde.errors import PermissionMissing, TryAgain
from paloverde.platforms.conversation import Found, Gap, NotThere, Response, Said, TooMuch
from paloverde.platforms.x.listing import Vocabulary, ask
from paloverde.platforms.x.lookup import BATCH
from paloverde.platforms.x.questions import about_posts
from paloverde.platforms.x.read import read_page
from paloverde.platforms.x.wire import Post, decode
from paloverde.records import Kind, Record


class Place(msgspec.Struct, frozen=True):
    """The listing that showed the newest wording, and what it was taken for there."""

    stream: str
    of: str
    kind: Kind


class Earlier:
    """The ids of earlier wordings that a night met, each with the place of its newest wording."""

    def __init__(self) -> None:
        self.wanted: dict[str, Place] = {}

    def meet(self, records: Iterable[Record], stream: str, of: str = "") -> None:
        """Note what the edited ones among these were before. Ids are never counted: the chain names them."""
        for record in records:
            if record.edited_at is None:
                continue
            post = decode(Post, record.payload)[0]
            for native_id in post.edit_history_post_ids or post.edit_history_tweet_ids or ():
                if native_id != record.native_id:
                    self.wanted.setdefault(native_id, Place(stream, of, record.kind))


def fetch(earlier: Earlier, vocabulary: Vocabulary) -> Generator[Said, Response | None, None]:
    """Every earlier wording as a record under its own id; what X does not give is one `Gap`."""
    ids = list(earlier.wanted)
    missing = 0
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        params = (("ids", ",".join(batch)),)
        try:
            response = yield from ask("/2/tweets", about_posts, params, "earlier wordings", vocabulary)
        except (PermissionMissing, TryAgain, NotThere, TooMuch) as error:
            cause = f"{len(ids) - start} earlier wordings of edited posts were not had: {error}"
            yield Gap("earlier wordings", Kind.POST, cause)
            return
        page = read_page(response.body)
        groups: dict[Place, list[Record]] = {}
        for record in page.records:
            if place := earlier.wanted.get(record.native_id):
                record.kind = place.kind
                groups.setdefault(place, []).append(record)
        missing += len(batch) - sum(map(len, groups.values()))
        for place, records in groups.items():
            yield Found(records, [], place.stream, place.of)
    if missing:
        cause = f"X no longer gives {missing} earlier wordings of posts that were edited"
        yield Gap("earlier wordings", Kind.POST, cause, is_limit=True)
