"""What a Page has besides posts and messages: stories, reels, videos, broadcasts, ratings, blocks, reactions.

Each list is one question or a few. A video or reel whose post was listed is not taken a second time.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec

from paloverde.errors import PermissionMissing, Unreachable
from paloverde.platforms import jsontext
from paloverde.platforms.asking import body_of
from paloverde.platforms.conversation import Found, Gap, Request, Response, Said
from paloverde.platforms.facebook import asks, read
from paloverde.platforms.facebook.passing import passing, together
from paloverde.platforms.graph.pages import Setting
from paloverde.platforms.graph.walk import Talk, Walked, walk
from paloverde.records import Account, Kind, Poster, Record, Visibility

REACTED = timedelta(days=7)  # posts so new are asked who reacted: one question for each
_PATIENCE = 3  # posts in a row whose reactions the site counts and does not name
_BATCH = 50  # ids in one question
_Params = tuple[tuple[str, str], ...]
_VIDEO = (asks.VIDEO, asks.VIDEO_LIGHT)
_LISTS: tuple[tuple[str, Kind, tuple[str, str], _Params], ...] = (
    ("live_videos", Kind.POST, (asks.LIVE, asks.LIVE_LIGHT), (("broadcast_status", asks.UNENDED),)),
    ("ratings", Kind.COMMENT, (asks.RATING, asks.RATING), ()),
    ("blocked", Kind.BLOCKED, ("id,name", "id,name"), ()),
    ("events", Kind.EVENT, (asks.EVENT, asks.EVENT_LIGHT), ()),
    ("albums", Kind.ALBUM, (asks.ALBUM, asks.ALBUM), ()),
)
_PICTURE = "id,images,alt_text"
_FILM = "id,source,length,permalink_url"


class Posted:
    """What a night knows of the Page's posts when it comes to the rest."""

    def __init__(self, page: Poster, now: datetime) -> None:
        self.page = page
        self.numbers: set[str] = set()  # the last part of each post's id: videos name their post by it
        self.recent: list[str] = []
        self._edge = now - REACTED

    def note(self, said: Said) -> Said:
        if isinstance(said, Found):
            for record in said.records:
                self.numbers.add(record.native_id.rpartition("_")[2])
                own = record.poster.id == self.page.id and record.visibility is not Visibility.UNPUBLISHED
                if own and record.posted_at is not None and record.posted_at >= self._edge:
                    self.recent.append(record.native_id)
        return said


def noting(talk: Talk, posted: Posted) -> Talk:
    """A walk of posts, noted for what comes after."""
    return passing(talk, posted.note)


def besides(
    account: Account, since: datetime | None, posted: Posted
) -> Generator[Said, Response | None, None]:
    """Every further list of the Page; one that the token may not read is one gap."""
    yield from stories(account, since, posted.page)
    reels = asks.besides(account, "video_reels", Kind.POST, _VIDEO, since=since)
    shown = set(posted.numbers)
    for ask in (reels, asks.besides(account, "videos", Kind.POST, _VIDEO, (("type", "uploaded"),))):
        walked = yield from passing(walk(ask, read), partial(_unposted, frozenset(shown), since))
        shown.update(walked.ids)
    for stream, kind, fields, params in _LISTS:
        yield from walk(asks.besides(account, stream, kind, fields, params), read)
    yield from _reactions(posted.recent)


def _unposted(shown: frozenset[str], since: datetime | None, said: Said) -> Said | None:
    """Only the videos that no post shows: by the number of their post or their own, and not from before."""
    if not isinstance(said, Found):
        return said
    kept = [record for record in said.records if not _is_shown(record, shown, since)]
    return Found(kept, said.unread, said.stream, said.of)


def _is_shown(record: Record, shown: frozenset[str], since: datetime | None) -> bool:
    number = _member(record, "post_id").rpartition("_")[2]
    earlier = since is not None and record.posted_at is not None and record.posted_at < since
    return earlier or number in shown or record.native_id in shown


def _member(record: Record, name: str) -> str:
    """A text or number among the members of an object, "" where there is none. The payload may be unsound."""
    members = jsontext.fields(jsontext.open_text(record.payload).sound)
    return bytes(members.get(name, b"")).strip(b'"').decode()


def stories(
    account: Account, since: datetime | None, page: Poster, glance: datetime | None = None
) -> Generator[Said, Response | None, None]:
    """Stories, and the picture or film of each as a record under it: a story itself names only their ids."""
    ask = asks.besides(account, "stories", Kind.STORY, (asks.STORY, asks.STORY), since=since)
    shows: dict[str, dict[str, str]] = {"photo": {}, "video": {}}

    def sign(said: Said) -> Said:
        if isinstance(said, Found):
            for record in said.records:
                record.poster = page  # a story does not say whose it is, and the list is the Page's
                type_ = "video" if _member(record, "media_type").lower() == "video" else "photo"
                if native_id := _member(record, "media_id"):
                    shows[type_][native_id] = record.native_id
        return said

    yield from passing(walk(msgspec.structs.replace(ask, glance=glance), read), sign)
    for type_, of in shows.items():
        fields = _FILM if type_ == "video" else _PICTURE
        ids = list(of)
        for start in range(0, len(ids), _BATCH):
            lost = yield from together(ids[start : start + _BATCH], partial(_files, fields, of, page))
            if lost:
                cause = f"the files of {len(lost)} stories were not had: {next(iter(lost.values()))}"
                yield Gap("stories", Kind.STORY, cause)


def _files(
    fields: str, of: dict[str, str], page: Poster, ids: Sequence[str]
) -> Generator[Said, Response | None, None]:
    params = (("ids", ",".join(ids)), ("fields", fields))
    response = yield Request("/", params, f"files of {len(ids)} stories")
    reading = read.read(body_of(response), Setting(Kind.STORY))
    for record in reading.records:
        record.parent_id = record.thread_id = of.get(record.native_id)
        record.poster = page
    yield Found(reading.records, reading.unread, "story files")


def _reactions(posts: list[str]) -> Generator[Said, Response | None, None]:
    """Who reacted to the newest posts. That the site does not name them is said once, not for each post."""
    unnamed, in_a_row, failures, short = 0, 0, 0, 0
    for number, post in enumerate(posts, start=1):
        causes: list[str] = []
        walked: Walked = yield from passing(walk(asks.reactions(post), read), partial(_set_aside, causes))
        if isinstance(walked.trouble, PermissionMissing):
            cause = f"the reactions to {len(posts) - number + 1} posts were not had: {walked.trouble}"
            yield Gap("reactions", Kind.REACTION, cause)
            return
        failures = failures + 1 if isinstance(walked.trouble, Unreachable) else 0
        if failures >= _PATIENCE and walked.trouble is not None:
            raise walked.trouble
        short += bool(causes)
        in_a_row = in_a_row + 1 if causes and not walked.ids else 0
        unnamed += bool(causes and not walked.ids)
        if in_a_row >= _PATIENCE:
            break
    if short:
        cause = f"the site counts reactions to {short} posts and does not say whose all of them are"
        yield Gap("reactions", Kind.REACTION, cause, is_limit=True)


def _set_aside(causes: list[str], said: Said) -> Said | None:
    if not isinstance(said, Gap):
        return said
    causes.append(said.cause)
    return None
